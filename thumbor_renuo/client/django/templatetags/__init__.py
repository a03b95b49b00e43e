"""The template tags, found by Django."""
