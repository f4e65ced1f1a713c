"""A translation whose words the reader picks (chapter 02)."""
