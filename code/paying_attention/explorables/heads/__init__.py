"""The heads of a translator to switch on and off (chapter 06)."""
