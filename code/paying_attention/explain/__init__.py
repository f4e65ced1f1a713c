"""Where a model looks, and what reaches it."""
