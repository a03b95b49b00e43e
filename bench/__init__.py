"""Measures the image service beside others like it."""
