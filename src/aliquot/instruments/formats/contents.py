"""What a file holds, as the instrument wrote it: traces of a quantity against an axis, and what is odd."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where

MOST_POINTS = 5_000_000
"""Most points of all traces of a file; a header may claim four thousand million and hold none."""

MOST_TRACES = 20_000
"""Most traces of a file; maps of a microscope have some thousand."""


class AxisKind(StrEnum):
    """What a spectrum is plotted against."""

    WAVELENGTH = "wavelength"
    WAVENUMBER = "wavenumber"
    RAMAN = "Raman shift"
    ENERGY = "energy"
    FREQUENCY = "frequency"
    TIME = "time"
    MASS = "m/z"
    SHIFT = "chemical shift"
    DISTANCE = "distance"
    ANGLE = "angle"
    TRANSFER = "momentum transfer"
    TEMPERATURE = "temperature"
    UNKNOWN = "not said"


class QuantityKind(StrEnum):
    """What the values of a trace are."""

    ABSORBANCE = "absorbance"
    """Decadic [1]."""
    TRANSMISSION = "transmission"
    """In per cent or as a share of one; the unit says which."""
    REFLECTION = "reflection"
    EMISSION = "emission"
    EXCITATION = "excitation"
    INTENSITY = "intensity"
    """Counts, ions, light: of what, the file does not say."""
    ABSORPTIVITY = "molar absorptivity"
    """Or its logarithm; what was written says which."""
    CORRELATION = "pair distribution"
    OTHER = "another quantity"
    UNKNOWN = "not said"


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands along a trace.

    Example:
        >>> Axis(AxisKind.WAVELENGTH, "nm", "Wavelength (nm)").told
        'wavelength / nm'
    """

    kind: AxisKind
    """What it is."""
    unit: str = ""
    """Unit as we write it, empty where the file tells none."""
    written: str = ""
    """How the file names it."""

    @property
    def told(self) -> str:
        """Return kind and unit as a person reads them."""
        return f"{self.kind} / {self.unit}" if self.unit else str(self.kind)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the values of a trace are, in which unit."""

    kind: QuantityKind
    """What they are."""
    unit: str = ""
    """Unit as we write it (``"1"``, ``"%"``, ``"counts"``), empty where the file tells none."""
    written: str = ""
    """How the file names it."""

    @property
    def told(self) -> str:
        """Return kind and unit as a person reads them."""
        return f"{self.kind} / {self.unit}" if self.unit not in {"", "1"} else str(self.kind)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what a trace was taken, None where the file does not tell."""

    time_s: float | None = None
    """Time of the aliquot [s]."""
    path_mm: float | None = None
    """Optical path [mm]."""
    dilution: float | None = None
    """Volume of the diluted liquid over that of the aliquot [1]."""
    medium: str | None = None
    """Key of the solvent."""
    temperature: float | None = None
    """Temperature of the cell [K]."""
    excitation_nm: float | None = None
    """Wavelength that excited an emission [nm]."""
    emission_nm: float | None = None
    """Wavelength at which an excitation spectrum was watched [nm]."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One curve or list of peaks of a file, in the order in which it is written.

    Raises:
        FormatError: If x and y differ in length, are empty, or hold a number that is not finite.

    Example:
        >>> axis, counts = Axis(AxisKind.WAVELENGTH, "nm"), Quantity(QuantityKind.INTENSITY, "counts")
        >>> Trace("A1", axis, np.array([400.0, 401.0]), counts, np.array([7.0, 9.0])).x[-1]
        np.float64(401.0)
    """

    label: str
    """Name of the sample or column."""
    axis: Axis
    """What x is."""
    x: Float[np.ndarray, " n"]
    """Places on the axis, shape (n,)."""
    quantity: Quantity
    """What y is."""
    y: Float[np.ndarray, " n"]
    """Values, shape (n,)."""
    conditions: Conditions = Conditions()
    """Time, path and the like."""
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What else the file tells of this trace, as it is written."""
    gaps: int = 0
    """Points within the trace that the file leaves empty."""
    where: Where | None = None
    """File, line and heading."""

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        fits = self.x.shape == self.y.shape and self.x.size > 0
        if not (fits and np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            raise FormatError(
                given=f"'{self.label[:60]}', {self.x.size} places and {self.y.size} values"
                + (" of which some are no finite numbers" if fits else ""),
                expected="a finite value at each finite place, one at least",
                why="anything else is no curve and no list of peaks",
                remedy="Export the spectrum again; the file may be damaged.",
                where=self.where,
            )


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a file holds.

    Example:
        >>> Contents("JCAMP-DX", "a.jdx", ()).points
        0
    """

    format: str
    """Name of the format that its content shows."""
    file: str
    """Name of the file as the user gave it."""
    traces: tuple[Trace, ...]
    """The traces, in the order of the file."""
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the file tells of all traces, as it is written."""
    problems: tuple[str, ...] = ()
    """What is odd, one sentence each."""

    @property
    def points(self) -> int:
        """Return the number of points of all traces."""
        return sum(trace.x.size for trace in self.traces)


def bounded(points: int, traces: int, where: Where) -> None:
    """Refuse numbers of points and traces that no spectrum has, before anything is allocated.

    Args:
        points: Points of all traces that a file claims.
        traces: Traces that it claims.
        where: The file.

    Raises:
        FormatError: If they are too many, or negative.

    Example:
        >>> bounded(4_000_000_000, 1, Where("a.spc"))
        Traceback (most recent call last):
        ...
        aliquot.errors.FormatError: a.spc: got 1 traces with 4000000000 points in all; expected at most ...
    """
    if 0 <= points <= MOST_POINTS and 0 <= traces <= MOST_TRACES:
        return
    raise FormatError(
        given=f"{traces} traces with {points} points in all",
        expected=f"at most {MOST_TRACES} traces and {MOST_POINTS} points",
        why="no spectrum is so long; the header may be damaged",
        remedy="Export fewer spectra into one file, or copy the file from the instrument again.",
        where=where,
    )
