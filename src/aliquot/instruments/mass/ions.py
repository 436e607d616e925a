"""Small ions by their formula: where they stand, which peak is theirs, and how many others it could be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.instruments.mass.blocks import monoisotopic
from aliquot.instruments.mass.isotopes import ELECTRON, ISOTOPES
from aliquot.instruments.mass.pick import Pattern
from aliquot.instruments.mass.spectrum import Peak
from aliquot.knowledge.formula import composition

_ION = re.compile(r"\s*\[?(?P<formula>(?:[A-Z][a-z]?\d*)+)\]?(?:[\s^]+(?P<size>\d))?(?P<sign>[-+])\s*")


@dataclass(frozen=True, slots=True)
class Ion:
    """An ion of known formula.

    Example:
        >>> [round(Ion.parse(text).mz, 4) for text in ("C14H30N+", "C28H62N2S2 2+")]
        [212.2373, 245.2172]
    """

    text: str
    """Formula and charge as they were written."""
    charge: int
    """Charge [e], not 0."""
    mz: float
    """Mass over charge of its commonest isotopes [Da]."""

    @classmethod
    def parse(cls, text: str) -> "Ion":
        """Read an ion such as ``"C14H30N+"`` or ``"C28H62N2S2 2+"``.

        Raises:
            InputError: If it is none.
        """
        found = _ION.fullmatch(text)
        if found is None:
            raise InputError(
                given=f"'{text}'",
                expected="a formula with its charge, such as 'C14H30N+' or 'C28H62N2S2 2+'",
                why="m/z needs both",
                remedy="Part a charge of 2 and more from the formula by a blank.",
                where=Where(key="--ion"),
            )
        charge = int(found["size"] or 1) * (1 if found["sign"] == "+" else -1)
        mass = monoisotopic(composition(found["formula"]))
        return cls(text.strip(), charge, (mass - charge * ELECTRON) / abs(charge))


@dataclass(frozen=True, slots=True)
class Match:
    """An ion and the pattern that is taken for it."""

    ion: Ion
    pattern: Pattern | None
    """The pattern whose lightest or highest peak is nearest; None where none lies near."""
    error_ppm: float | None
    """How far the peak lies above the ion [1e-6]."""
    rivals: int
    """Other compositions of C, H, N, O, S and P that lie as near, of the same charge."""
    flags: tuple[str, ...] = ()


def match(ion: Ion, found: Sequence[Pattern], tolerance_ppm: float = 5.0) -> Match:
    """Return the pattern that is nearest to an ion, within four tolerances, and what speaks against it.

    Args:
        ion: The ion.
        found: Isotope patterns of a calibrated spectrum.
        tolerance_ppm: Error of m/z within which it counts as assigned [1e-6].
    """
    places = [(1e6 * (peak.mz / ion.mz - 1.0), pattern) for pattern in found for peak in _leading(pattern)]
    near = [place for place in places if abs(place[0]) <= 4.0 * tolerance_ppm]
    rivals = len(compositions(ion.mz, ion.charge, tolerance_ppm)) - 1
    if not near:
        return Match(ion, None, None, max(rivals, 0), (f"No peak lies near {ion.text} ({ion.mz:.4f}).",))
    error, pattern = max(near, key=lambda place: max(peak.height for peak in place[1].peaks))
    flags = []
    if pattern.charge is not None and pattern.charge != abs(ion.charge):
        flags.append(f"Its isotopes are spaced for charge {pattern.charge}, not {abs(ion.charge)}.")
    if abs(error) > tolerance_ppm:
        flags.append(f"It is off by {error:+.1f} ppm, more than {tolerance_ppm:g}.")
    return Match(ion, pattern, error, max(rivals, 0), tuple(flags))


def _leading(pattern: Pattern) -> tuple[Peak, ...]:
    highest = max(pattern.peaks, key=lambda peak: peak.height)
    return (highest,) if highest is pattern.peaks[0] else (highest, pattern.peaks[0])


def compositions(mz: float, charge: int, tolerance_ppm: float) -> tuple[str, ...]:
    """Return the formulas of C, H, N, O, S and P whose ion lies within a tolerance, with a bearable valence.

    Args:
        mz: Mass over charge [Da].
        charge: Charge [e].
        tolerance_ppm: Tolerance [1e-6].

    Example:
        >>> compositions(212.2373, 1, 5.0)
        ('C14H30N',)
    """
    mass, window = mz * abs(charge) + charge * ELECTRON, 1e-6 * tolerance_ppm * mz * abs(charge)
    single = {name: ISOTOPES[name].commonest for name in "CHNOSP"}
    few = np.meshgrid(np.arange(7), np.arange(9), np.arange(4), np.arange(3), indexing="ij")
    n, o, s, p = (axis.ravel() for axis in few)
    rest = mass - n * single["N"] - o * single["O"] - s * single["S"] - p * single["P"]
    found = []
    for c in range(1, int(mass / single["C"]) + 1):
        left = rest - c * single["C"]
        h = np.rint(left / single["H"])
        fits = (np.abs(left - h * single["H"]) <= window) & (h >= 0) & (h <= 2 * c + n + p + 2 + abs(charge))
        for i in np.flatnonzero(fits):
            counts = zip("CHNOSP", (c, int(h[i]), n[i], o[i], s[i], p[i]), strict=True)
            found.append("".join(f"{e}{k if k > 1 else ''}" for e, k in counts if k))
    return tuple(found)
