"""Three scores and a temperature (chapter 00)."""
