"""Text that people wrote; its files are not part of the package."""
