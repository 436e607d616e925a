"""Atomic form factors for X-rays: five Gaussians and a constant for each element.

    f0(k) = c + sum_i a_i exp(-b_i k^2),    k = sin(theta) / lambda  [1/Angstrom]

Coefficients of neutral atoms by D. Waasmaier and A. Kirfel, Acta Cryst. A51 (1995) 416 (``waasmaier1995``),
as kept in the file f0_WaasKirf.dat of the DABAX library. Anomalous dispersion is left out: with copper
radiation it takes 0 to 2 electrons off the elements of this table (of Ga, Zn and As most), nearly evenly
over all angles.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.errors import RangeError, Where, suggestion

SOURCE = "waasmaier1995"
"""Key of the bibliography."""

_TABLE: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        # a1 a2 a3 a4 a5 c b1 b2 b3 b4 b5
        "C": (
            2.657506,
            1.078079,
            1.490909,
            -4.241070,
            0.713791,
            4.297983,
            14.780758,
            0.776775,
            42.086842,
            -0.000294,
            0.239535,
        ),
        "N": (
            11.893780,
            3.277479,
            1.858092,
            0.858927,
            0.912985,
            -11.804902,
            0.000158,
            10.232723,
            30.344690,
            0.656065,
            0.217287,
        ),
        "O": (
            2.960427,
            2.508818,
            0.637853,
            0.722838,
            1.142756,
            0.027014,
            14.182259,
            5.936858,
            0.112726,
            34.958481,
            0.390240,
        ),
        "Al": (
            4.730796,
            2.313951,
            1.541980,
            1.117564,
            3.154754,
            0.139509,
            3.628931,
            43.051167,
            0.095960,
            108.932388,
            1.555918,
        ),
        "P": (
            1.950541,
            4.146930,
            1.494560,
            1.522042,
            5.729711,
            0.155233,
            0.908139,
            27.044952,
            0.071280,
            67.520187,
            1.981173,
        ),
        "S": (
            6.372157,
            5.154568,
            1.473732,
            1.635073,
            1.209372,
            0.154722,
            1.514347,
            22.092527,
            0.061373,
            55.445175,
            0.646925,
        ),
        "Zn": (
            14.741002,
            6.907748,
            4.642337,
            2.191766,
            38.424042,
            -36.915829,
            3.388232,
            0.243315,
            11.903689,
            63.312130,
            0.000397,
        ),
        "Ga": (
            15.758946,
            6.841123,
            4.121016,
            2.714681,
            2.395246,
            -0.847395,
            3.121754,
            0.226057,
            12.482196,
            66.203621,
            0.007238,
        ),
        "As": (
            17.025642,
            4.503441,
            3.715904,
            3.937200,
            6.790175,
            -2.984117,
            2.597739,
            0.003012,
            14.272119,
            50.437996,
            0.193015,
        ),
        "Se": (
            17.354071,
            4.653248,
            4.259489,
            4.136455,
            6.749163,
            -3.160982,
            2.349787,
            0.002550,
            15.579460,
            45.181202,
            0.177432,
        ),
        "Cd": (
            6.080986,
            18.019468,
            4.018197,
            1.303510,
            17.974669,
            0.603504,
            0.048990,
            7.273646,
            29.119284,
            95.831207,
            0.661231,
        ),
        "In": (
            6.196477,
            18.816183,
            4.050479,
            1.638929,
            17.962912,
            0.333097,
            0.042072,
            6.695665,
            31.009790,
            103.284348,
            0.610714,
        ),
        "Sb": (
            5.394956,
            6.549570,
            19.650681,
            1.827820,
            17.867832,
            -0.290506,
            33.326523,
            0.030974,
            5.564929,
            87.130966,
            0.523992,
        ),
        "Te": (
            6.660302,
            6.940756,
            19.847015,
            1.557175,
            17.802427,
            -0.806668,
            33.031654,
            0.025750,
            5.065547,
            84.101616,
            0.487660,
        ),
        "Pb": (
            16.419567,
            32.738590,
            6.530247,
            2.342742,
            19.916475,
            4.049824,
            0.105499,
            1.055049,
            25.025890,
            80.906593,
            6.664449,
        ),
    }
)

ELEMENTS = tuple(_TABLE)
"""Symbols of the elements of the table."""

NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        "C": 6,
        "N": 7,
        "O": 8,
        "Al": 13,
        "P": 15,
        "S": 16,
        "Zn": 30,
        "Ga": 31,
        "As": 33,
        "Se": 34,
        "Cd": 48,
        "In": 49,
        "Sb": 51,
        "Te": 52,
        "Pb": 82,
    }
)
"""Atomic numbers."""


def form_factor(element: str, q: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the form factor of a neutral atom [electrons], shape (n,).

    Args:
        element: Symbol.
        q: Scattering vectors 4 pi sin(theta) / lambda [1/nm], shape (n,).

    Raises:
        RangeError: If the element is not in the table.

    Example:
        >>> form_factor("In", np.array([0.0, 30.0])).round(1)
        array([49. , 37.4])
    """
    if element not in _TABLE:
        raise RangeError(
            given=f"the element '{element}'",
            expected="an element of the table of form factors",
            why="nobody can say how it scatters without its coefficients",
            remedy=suggestion(element, _TABLE),
            where=Where(element),
        )
    row = _TABLE[element]
    k2 = (np.asarray(q) / (40.0 * np.pi)) ** 2  # (q / 4 pi)^2, from 1/nm to 1/Angstrom
    waves = (a * np.exp(-b * k2) for a, b in zip(row[:5], row[6:], strict=True))
    return np.asarray(sum(waves, np.full_like(k2, row[5])))
