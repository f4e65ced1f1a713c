"""Rules and files become batches."""
