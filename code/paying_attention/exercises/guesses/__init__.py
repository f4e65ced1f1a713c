"""What answers a reader's guesses, one file a chapter."""
