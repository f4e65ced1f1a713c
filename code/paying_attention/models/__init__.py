"""Networks that use attention."""
