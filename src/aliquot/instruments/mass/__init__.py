"""Mass spectra: isotope envelopes one way, formulas and sizes the other."""
