"""Pictures of the machines that the book builds, without data: a cell calls them by name."""
