"""What an instrument sees of a population, and what can be read back: each forward map beside its inverse."""
