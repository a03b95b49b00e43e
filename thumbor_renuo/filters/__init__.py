"""Filters for Thumbor that hold what its own do not."""
