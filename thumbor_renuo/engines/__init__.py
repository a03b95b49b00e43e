"""Thumbor engines."""
