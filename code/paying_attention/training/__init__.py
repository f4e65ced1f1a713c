"""The only training loop; it knows nothing about any model."""
