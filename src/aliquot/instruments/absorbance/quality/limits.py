"""Absorbances beyond which a spectrometer is not believed."""

SATURATED = 2.0
"""Absorbance above which stray light shows [1]: 1 % of it turns 2.0 into 1.7."""

BLIND = 3.0
"""Absorbance above which no structure is believed [1]: one photon in a thousand arrives."""

NEGATIVE = -0.1
"""Absorbance below which a value is no measurement [1]: a quarter more light than through the blank."""
