"""A mask to click (chapter 05)."""
