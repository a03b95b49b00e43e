"""Our engine beside Thumbor's own: its tests, and a table of URLs."""
