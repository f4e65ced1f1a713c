"""Picks to draw, and what they say of the gradient of an expected loss (chapter 03d)."""
