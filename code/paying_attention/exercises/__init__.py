"""What checks a reader's own answers, in words: one file a chapter."""
