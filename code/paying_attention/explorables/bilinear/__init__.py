"""A matrix between state and annotations, whose columns are dragged (chapter 03)."""
