"""The smallest models that show one thing."""
