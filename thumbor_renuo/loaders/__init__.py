"""Thumbor loaders."""
