"""Arrays become pictures, in one style."""
