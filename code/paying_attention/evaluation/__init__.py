"""Decoding, and what counts as right."""
