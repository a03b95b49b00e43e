"""Sign browser uploads to S3 and serve images in every size, in one Thumbor process."""

__version__ = "0.1.0"
