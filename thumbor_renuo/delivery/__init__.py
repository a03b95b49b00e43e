"""Services for delivery: they take values and know neither Tornado nor Thumbor's server."""
