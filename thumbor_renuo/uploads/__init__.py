"""Services for uploads: they take values and know neither Tornado nor Thumbor."""
