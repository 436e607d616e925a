"""How noisy a spectrum is, told from the spectrum itself."""

import numpy as np
from jaxtyping import Float

_DIFFERENCES = 4  # leaves 3e-5 of a line of 15 nm sd on a grid of 1 nm
_NORMAL_MAD = 0.6745  # median absolute deviation of a standard normal

RESOLUTION = 1e-4
"""Least noise that is believed, relative to the highest absorbance [1]: what spectrometers resolve."""


def noise_of(values: Float[np.ndarray, " n"]) -> float:
    """Return the standard deviation of the noise of a spectrum [units of the values].

    From the median size of its fourth differences: features wider than a few points drop out, single outliers
    do not count; 500 points tell it to 7 %. Holds for noise that is independent from point to point; a
    smoothed spectrum reads too quiet, which shows as a misfit later.

    Args:
        values: Values at equally spaced wavelengths, at least five, shape (n,).

    Example:
        >>> quiet = np.exp(-0.5 * ((np.arange(400.0, 900.0) - 518.0) / 15.0) ** 2)
        >>> noise_of(quiet + 1e-3 * np.random.default_rng(1).standard_normal(500))
        0.0009...
    """
    differences = np.diff(values, _DIFFERENCES)
    gain = np.sqrt(70.0)  # root of the sum of squares of 1, -4, 6, -4, 1
    measured = float(np.median(np.abs(differences))) / (_NORMAL_MAD * gain)
    return float(max(measured, RESOLUTION * float(np.abs(values).max())))
