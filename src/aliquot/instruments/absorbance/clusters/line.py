"""What the species of a family absorbs at each wavelength: first line, partners and tail as ONE column.

    a(E) = [ G(E; E_1, s_1) + sum_k q_k G(E; E_k, s_k) + C(E - E_1) ] / its value at E_1

G is a Gaussian of unit height, C the smeared edge of a continuum as dots have it. The column is 1 at the
first line, so that its amplitude is the absorbance that the species alone would show there. A line shifted
by some nm is the whole column shifted: the axis of the instrument is off, or the solvent moves all its
lines alike.
"""

from functools import cache

import numpy as np
from jaxtyping import Float
from scipy.special import erf

from aliquot.knowledge.records.clusters import Absorption
from aliquot.units import EV_NM, to_float


def column(
    absorption: Absorption,
    wavelengths: Float[np.ndarray, " wavelengths"],
    *,
    shift_nm: float = 0.0,
    width: float = 1.0,
    partner: float = 1.0,
    tail: float = 1.0,
) -> Float[np.ndarray, " wavelengths"]:
    """Return the absorption of a species relative to that at its first line [1], shape (wavelengths,).

    Args:
        absorption: Lines and tail from the card of the family.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        shift_nm: By how much all of it stands farther to the red [nm].
        width: Factor on the widths of all lines [1]; the tail keeps its shape.
        partner: Factor on the heights of the partner lines [1].
        tail: Factor on the height of the tail [1].

    Example:
        >>> from aliquot.instruments.absorbance.clusters.library import family
        >>> seen = family("CdTe", "449").absorption
        >>> column(seen, np.array([405.0, 449.0, 469.0])).round(2)
        array([0.57, 1.  , 0.03])
    """
    at = np.append(wavelengths - shift_nm, absorption.line.value)
    values = _raw(absorption, np.asarray(EV_NM / at), width, partner, tail)
    return np.asarray(values[:-1] / values[-1])


def line_ev(absorption: Absorption) -> float:
    """Return the photon energy of the first line [eV]."""
    return float(EV_NM / absorption.line.value)


def red_foot(absorption: Absorption) -> float:
    """Return the wavelength where the first line has faded to the red, two standard deviations away [nm].

    Example:
        >>> from aliquot.instruments.absorbance.clusters.library import family
        >>> round(red_foot(family("CdTe", "469").absorption))
        486
    """
    return float(EV_NM / (line_ev(absorption) - 2.0 * _ev(absorption.width)))


def _raw(
    absorption: Absorption,
    energies: Float[np.ndarray, " energies"],
    width: float,
    partner: float,
    tail: float,
) -> Float[np.ndarray, " energies"]:
    """Return lines and tail in units of the first line's height [1]."""
    first = line_ev(absorption)
    total = _gaussian(energies - first, width * _ev(absorption.width))
    for line in absorption.partners:
        away = energies - EV_NM / line.line.value
        total += partner * line.ratio * _gaussian(away, width * _ev(line.width))
    x = energies - first - _ev(absorption.tail_onset)
    smeared = 0.5 * (1.0 + erf(x / _ev(absorption.tail_width)))
    return np.asarray(
        total + tail * absorption.tail * np.maximum(x, 0.0) ** absorption.tail_exponent * smeared
    )


def _gaussian(away: Float[np.ndarray, " energies"], sd: float) -> Float[np.ndarray, " energies"]:
    return np.asarray(np.exp(-0.5 * (away / sd) ** 2))


@cache  # a refinement asks hundreds of times for the same few texts of cards
def _ev(text: str) -> float:
    return to_float(text, "eV")
