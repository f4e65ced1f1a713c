"""One query and three keys, step by step (chapter 04)."""
