"""Decoders that cannot be stopped, or that nobody should trust, in processes of their own."""
