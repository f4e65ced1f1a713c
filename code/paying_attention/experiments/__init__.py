"""The runs that take longer than a chapter; each writes one file of results."""
