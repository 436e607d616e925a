"""Diffraction: Debye patterns of small crystals one way, their diameter and phases the other."""
