"""What the experiments wrote. Never edit these files: run ``make results``."""
