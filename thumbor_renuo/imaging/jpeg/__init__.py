"""JPEG files: their parts, and ways to decode less of them."""
