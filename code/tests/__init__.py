"""Tests of the package: one folder a room, one file a module; `structure` tests the repository."""
