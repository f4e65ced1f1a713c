"""The mathematics: pure functions of tensors, and thin modules where there are parameters."""
