"""What filters do to pixels: functions from rasters and numbers to rasters."""
