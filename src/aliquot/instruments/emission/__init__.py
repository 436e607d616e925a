"""Emission: peak, width, yield, colour, sizes that emit one way; the light of a population the other."""
