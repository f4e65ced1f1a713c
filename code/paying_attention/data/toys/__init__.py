"""Tasks made by a rule."""
