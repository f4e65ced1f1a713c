"""What every explorable stands in: checks, numbers as texts, drawings, the script and the style."""
