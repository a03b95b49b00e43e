"""Thumbor's result storages: where made thumbnails lie."""
