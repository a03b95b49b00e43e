"""Pixels without Thumbor: what a picture is, shows and weighs."""
