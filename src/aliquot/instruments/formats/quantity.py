"""From what a column holds to absorbance: transmission is recognised, emission and the like are refused."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.headings import Meaning, meaning_of

HIGHEST = 12.0
"""Largest absorbance that is believed [1]; instruments write 10 where no light came through."""

TYPICAL = 5.0
"""Largest median absorbance that is believed [1]; half a spectrum beyond it is no absorbance."""


def absorbance(
    values: Float[np.ndarray, " n"], heading: str, transmission: Literal["refuse", "convert"], where: Where
) -> Float[np.ndarray, " n"]:
    """Return values as decadic absorbance [1], shape (n,).

    Args:
        values: Values as they stand in the file, shape (n,).
        heading: Heading of their column.
        transmission: Whether transmission is refused or converted by A = -log10 T.
        where: File, line and heading, for the error.

    Raises:
        FormatError: If they are transmissions that are not to be converted, or no transmissions either.

    Example:
        >>> absorbance(np.array([100.0, 10.0]), "%T", "convert", Where())
        array([0., 1.])
    """
    meaning = meaning_of(heading)
    share = meaning is Meaning.SHARE and bool(np.max(values) <= 1.5)
    by_value = bool(np.median(values) > TYPICAL or np.max(values) > HIGHEST)
    percent = meaning is Meaning.PERCENT or by_value or (meaning is Meaning.SHARE and not share)
    if meaning is Meaning.OTHER or (percent and np.max(values) > 150.0):
        raise FormatError(
            given=f"values up to {np.max(values):.4g} under '{heading}'",
            expected="absorbances",
            why="an emission, a reflection or a count is no absorbance",
            remedy="Emission is read by 'aliquot emission'; else correct the heading or scale.",
            where=where,
        )
    if not (percent or share):
        return values
    if transmission == "refuse":
        raise FormatError(
            given=f"values from {np.min(values):.4g} to {np.max(values):.4g} under '{heading}'",
            expected="absorbances, which seldom reach 3",
            why="they look like transmissions, or an emission"
            if meaning is Meaning.UNKNOWN
            else "that is transmission",
            remedy="Export absorbance, or ask for transmission='convert' (--transmission convert).",
            where=where,
        )
    return _from_transmission(values / (1.0 if share else 100.0), where)


def _from_transmission(shares: Float[np.ndarray, " n"], where: Where) -> Float[np.ndarray, " n"]:
    """Return A = -log10 T for transmissions as shares of one [1]."""
    if not np.all(shares > 0.0):
        raise FormatError(
            given=f"a transmission of {100.0 * np.min(shares):.3g} %",
            expected="transmissions above 0 %",
            why="where no light came through the absorbance is unknown",
            remedy="Dilute the aliquot, or cut the spectrum where it is opaque.",
            where=where,
        )
    return np.asarray(-np.log10(shares) + 0.0)
