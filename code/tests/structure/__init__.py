"""Tests of the book's frame: they read files, and never train a model."""
