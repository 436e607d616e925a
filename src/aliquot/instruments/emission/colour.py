"""The colour of an emission: tristimulus values, chromaticity, and what a screen shows of them.

    X = sum P(lambda) x(lambda), ... with P the radiant power, not the photons; x = X / (X + Y + Z)

The observer is that of 1931, 2 degrees, by 1 nm from 360 to 830 nm.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float

from aliquot.errors import RangeError, Where
from aliquot.instruments.emission.nir import VISIBLE_NM
from aliquot.instruments.emission.space import Counted, power
from aliquot.instruments.signal import Signal

_LEAST_VISIBLE = 0.5
_TAIL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """The standard observer.

    Attributes:
        wavelengths: Wavelengths [nm], by 1 nm, shape (471,).
        matching: Colour matching functions x, y, z [1], shape (471, 3).
        daylight: Illuminant D65, 100 at 560 nm [1], shape (471,); zero beyond 780 nm, not tabulated there.
    """

    wavelengths: Float[np.ndarray, " n"]
    matching: Float[np.ndarray, "n 3"]
    daylight: Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True)
class Chromaticity:
    """The colour of light, whatever its brightness.

    Example:
        >>> Chromaticity(0.3127, 0.3290, 1.0).srgb
        '#ffffff'
    """

    x: float
    """CIE 1931 x [1]."""
    y: float
    """CIE 1931 y [1]."""
    visible: float
    """Share of the photons between 380 and 780 nm [1]."""

    @property
    def srgb(self) -> str:
        """The nearest colour of a screen, at full brightness, as ``#rrggbb``."""
        return srgb(np.array([self.x, self.y, 1.0 - self.x - self.y]) / self.y)


@cache
def observer() -> Observer:
    """Return the standard observer, read once.

    Source:
        CIE 015:2018; tables of colour-science 0.4.7.

    Example:
        >>> observer().matching.sum(axis=0).round(2)
        array([106.87, 106.86, 106.89])
    """
    rows = np.array(_table("cie1931.csv"))
    light = np.array(_table("d65.csv"))
    nm = rows[:, 0]
    return Observer(nm, rows[:, 1:], np.interp(nm, light[:, 0], light[:, 1], right=0.0))


def _table(name: str) -> list[list[float]]:
    text = (files("aliquot.instruments.emission") / name).read_text(encoding="utf-8")
    return [[float(cell) for cell in line.split(",")] for line in text.splitlines()[1:]]


def tristimulus(
    wavelengths: Float[np.ndarray, " n"], powers: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " 3"]:
    """Return X, Y, Z of a spectrum of radiant power, in its own units, shape (3,).

    Args:
        wavelengths: Wavelengths [nm], rising; nothing is taken to shine beyond them, shape (n,).
        powers: Radiant power per nm, shape (n,).

    Example:
        >>> nm = np.arange(400.0, 801.0)
        >>> xyz = tristimulus(nm, np.exp(-4.0 * np.log(2.0) * ((nm - 607.0) / 90.0) ** 2))
        >>> (xyz / xyz.sum())[:2].round(4)
        array([0.5623, 0.4336])
    """
    eye = observer()
    # By the spacing of the table: between its own points a measured spectrum is taken to be straight.
    return np.asarray(np.interp(eye.wavelengths, wavelengths, powers, left=0.0, right=0.0) @ eye.matching)


def colour_of(signal: Signal, counted: Counted = Counted.PHOTONS) -> tuple[Chromaticity, tuple[str, ...]]:
    """Return the chromaticity of an emission, and what is to be doubted about it.

    Args:
        signal: Emission, its dark counts and scattered light taken off.
        counted: What its intensities count; the eye is told in power.

    Raises:
        RangeError: If less than half of the photons lie in the visible: that light has no colour.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(400.0, 800.0)
        >>> glow = Signal(SignalKind.EMISSION, nm, np.exp(-0.5 * ((nm - 530.0) / 15.0) ** 2), "dots")
        >>> colour, flags = colour_of(glow)
        >>> round(colour.x, 2), round(colour.y, 2), colour.srgb, flags
        (0.18, 0.76, '#00ff00', ())
    """
    nm, counts = signal.wavelengths, np.maximum(signal.values, 0.0)
    if counted is Counted.POWER:
        counts = counts * nm
    inside = (nm >= VISIBLE_NM[0]) & (nm <= VISIBLE_NM[1])
    whole = float(np.trapezoid(counts, nm))
    share = 0.0
    if whole > 0.0 and inside.sum() > 1:
        share = float(np.trapezoid(counts[inside], nm[inside])) / whole
    if share < _LEAST_VISIBLE:
        raise RangeError(
            given=f"'{signal.label}' with {100 * share:.0f} % of its photons in the visible",
            expected=f"at least half of them between {VISIBLE_NM[0]:g} and {VISIBLE_NM[1]:g} nm",
            why="light that the eye does not see has no colour",
            remedy="Tell its peak, its photons and its band instead.",
            where=signal.where or Where(signal.label),
        )
    xyz = tristimulus(nm, power(nm, np.maximum(signal.values, 0.0), counted))
    x, y = (float(part) for part in xyz[:2] / xyz.sum())
    return Chromaticity(x, y, share), _cut(signal)


def _cut(signal: Signal) -> tuple[str, ...]:
    """Tell where a visible emission is cut off."""
    top = float(signal.values.max())
    ends = zip(signal.wavelengths[[0, -1]].tolist(), (signal.values[[0, -1]] / top).tolist(), strict=True)
    return tuple(
        f"The colour lacks what shines beyond {nm:.0f} nm, where the emission has not faded."
        for nm, share in ends
        if share > _TAIL and VISIBLE_NM[0] < nm < VISIBLE_NM[1]
    )


_XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def srgb(xyz: Float[np.ndarray, " 3"], brightness: float | None = None) -> str:
    """Return the nearest colour of a screen, as ``#rrggbb``.

    What a screen can not show is cut off at the edge of its gamut.

    Args:
        xyz: X, Y, Z; Y = 1 is white of the screen where a brightness is asked for.
        brightness: Factor on Y, None for the brightest of this hue.

    Source:
        IEC 61966-2-1.

    Example:
        >>> srgb(np.array([0.9505, 1.0, 1.089])), srgb(np.array([0.9505, 1.0, 1.089]), 0.2)
        ('#ffffff', '#7c7c7c')
    """
    linear = np.maximum(_XYZ_TO_RGB @ xyz, 0.0)
    linear = (
        linear / max(float(linear.max()), 1e-12)
        if brightness is None
        else np.minimum(linear * brightness, 1.0)
    )
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in np.clip(coded, 0.0, 1.0))
