"""What a header claims of its data, against the data: number of points, ends, highest and lowest value."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from aliquot.instruments.formats.numbers import number

NEAR = 0.6
"""Difference of an end from what is claimed that is borne, in steps of the axis [1]; rounding makes half."""

CLOSE = 0.01
"""Difference of a value from what is claimed that is borne, as a share of the range [1]."""


def contradictions(
    told: Mapping[str, str], x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]
) -> tuple[str, ...]:
    """Return where a header in the words of JCAMP-DX contradicts its data, one sentence each.

    Args:
        told: NPOINTS, FIRSTX, LASTX, DELTAX, FIRSTY, MAXY, MINY, as far as they are written.
        x: Places as they were read, shape (n,).
        y: Values, shape (n,).

    Example:
        >>> contradictions({"NPOINTS": "3", "MAXY": "2"}, np.array([1.0, 2.0]), np.array([2.0, 1.0]))
        ('The header tells 3 points; 2 stand in the file.',)
    """
    claims = {
        name: value for name, text in told.items() if (value := number(text.split("$$")[0])) is not None
    }
    found = []
    points = claims.get("NPOINTS")
    if points is not None and points != x.size:
        found.append(f"The header tells {points:.0f} points; {x.size} stand in the file.")
    step = abs(x[-1] - x[0]) / max(x.size - 1, 1)
    for name, value, borne in (
        ("FIRSTX", x[0], NEAR * step),
        ("LASTX", x[-1], NEAR * step),
        ("FIRSTY", y[0], CLOSE * np.ptp(y)),
        ("MAXY", y.max(), CLOSE * np.ptp(y)),
        ("MINY", y.min(), CLOSE * np.ptp(y)),
    ):
        claim = claims.get(name)
        if claim is not None and abs(claim - value) > max(borne, 1e-6 * abs(value)):
            found.append(f"The header tells {name} = {claim:g}; in the file it is {value:g}.")
    delta = claims.get("DELTAX")
    if delta is not None and x.size > 1 and abs(abs(delta) - step) > CLOSE * step:
        found.append(f"The header tells steps of {delta:g}; in the file they are {step:g}.")
    return tuple(found)
