"""Three annotations and a state to drag (chapter 01)."""
