"""Attention for a recurrent decoder, which asks word by word."""
