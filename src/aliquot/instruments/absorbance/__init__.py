"""Absorbance: kernel and observation one way, edge, sizes and distributions the other."""
