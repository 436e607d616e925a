"""Clusters in absorbance spectra: lines of fixed shape, unmixed from the dots beside them."""
