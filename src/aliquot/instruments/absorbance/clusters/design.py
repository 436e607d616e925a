"""The columns into which the spectra of a series are unmixed: clusters, dots of every size, background.

    A = sum_k a_k C_k(lambda; shift, width) + sum_j x_j D_j(lambda) + sum_b B_b(lambda) + noise

All columns of clusters and dots are 1 at their own first line, so that every amount is an absorbance. The
dots are a BLOCK of columns, one for each place of the first exciton: a band that shifts as the dots grow
has no fixed spectrum, and any method that gives it one makes clusters out of the rest.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.line import column
from aliquot.instruments.absorbance.kernel import first_exciton, kernel, lineshape_of, size_limits
from aliquot.instruments.absorbance.problem import Background
from aliquot.knowledge.records import Material
from aliquot.knowledge.records.clusters import Family
from aliquot.units import EV_NM, to_float

ANCHOR_NM = 350.0
"""Wavelength at which all sizes absorb alike, for a material whose card has no lineshape to say so [nm]."""

_PER_WIDTH = 2.0  # columns of dots per standard deviation of their line: finer ones differ by nothing
_ANY_MEDIUM = 1.5  # its index scales all columns of dots alike, and they are normalised
_DENSE = 4001
_NODES = np.linspace(0.6, 1.6, 11)  # factors on the width of a dot's line: a spline between them errs by 1e-5


class Place(NamedTuple):
    """What is shared by all spectra of a series: place, width and shape of the lines."""

    shift_nm: float = 0.0
    """Shift of all lines of clusters to the red [nm]."""
    width: float = 1.0
    """Factor on the widths of the lines of clusters [1]."""
    dots_width: float = 1.0
    """Factor on the width of the first line of a dot [1]."""
    partner: float = 1.0
    """Factor on the heights of the partner lines of clusters [1]."""
    tail: float = 1.0
    """Factor on the heights of the tails of clusters [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class DotBlock:
    """Dots by the place of their first exciton."""

    e1_nm: Float[np.ndarray, " dots"]
    """First exciton of each column [nm], from blue to red."""
    spline: CubicSpline | None
    """Absorption at all wavelengths and at the anchor by the factor on the width; None without dots."""

    def at(self, width: float) -> Float[np.ndarray, "points dots"]:
        """Return the absorption relative to that at the first exciton [1], at the anchor in the last row."""
        if self.spline is None:
            message = "there are no dots in this design"
            raise ValueError(message)
        return np.asarray(self.spline(width))


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """All columns on one set of wavelengths, but for the shift and width of the lines of clusters."""

    wavelengths: Float[np.ndarray, " wavelengths"]
    """[nm]."""
    families: tuple[Family, ...]
    """Clusters and complexes, from blue to red."""
    background: tuple[Background, ...]
    """Kinds of background."""
    shapes: Float[np.ndarray, "wavelengths backgrounds"]
    """Their columns [1]."""
    dots: DotBlock
    """The block of dots; empty for a material without a lineshape."""
    anchor_nm: float
    """Wavelength at which volumes of semiconductor absorb alike [nm]."""

    def clusters(self, place: Place) -> Float[np.ndarray, "points families"]:
        """Return the columns of the clusters [1], what they absorb at the anchor in the last row."""
        at = np.append(self.wavelengths, self.anchor_nm)
        found = [
            column(
                absorption_of(one),
                at,
                shift_nm=place.shift_nm,
                width=place.width,
                partner=place.partner,
                tail=place.tail,
            )
            for one in self.families
        ]
        return np.array(found).reshape(len(found), at.size).T

    def block(self, place: Place) -> Float[np.ndarray, "points dots"]:
        """Return the columns of the dots [1], what they absorb at the anchor in the last row."""
        if self.dots.spline is None:
            return np.zeros((self.wavelengths.size + 1, 0))
        return self.dots.at(place.dots_width)


def design(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    families: tuple[Family, ...],
    background: tuple[Background, ...],
    dots_nm: tuple[float, float],
) -> Design:
    """Return the columns for a material and a window, kept for further spectra on the same wavelengths.

    Args:
        material: Card of the material; without a lineshape there is no block of dots.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        families: Clusters and complexes to look for.
        background: Kinds of background to allow for.
        dots_nm: First excitons between which dots are looked for [nm].

    Raises:
        CardError, RangeError: As :func:`~aliquot.instruments.absorbance.kernel.kernel` does.
    """
    at = np.ascontiguousarray(wavelengths, float)
    shapes = [kind.column(at) for kind in background]
    anchor = ANCHOR_NM if material.lineshape is None else material.lineshape.anchor.value
    return Design(
        at,
        families,
        background,
        np.array(shapes).reshape(len(shapes), at.size).T,
        _dots(material, at.tobytes(), dots_nm, anchor),
        anchor,
    )


@lru_cache(maxsize=12)  # 5 MB each
def _dots(material: Material, window: bytes, between: tuple[float, float], anchor: float) -> DotBlock:
    """Return the block of dots, a column for every half of a line's width."""
    wavelengths = np.frombuffer(window)
    none = DotBlock(np.zeros(0), None)
    if material.lineshape is None:
        return none
    dense = np.linspace(*size_limits(material), _DENSE)
    reach = EV_NM / first_exciton(material, dense)
    low, high = (float(np.clip(bound, reach[0], reach[-1])) for bound in between)
    if low >= high:
        return none
    step = to_float(lineshape_of(material).transitions[0].width, "eV") / _PER_WIDTH
    count = int(np.ceil((EV_NM / low - EV_NM / high) / step)) + 1
    e1_nm = np.asarray(EV_NM / np.linspace(EV_NM / low, EV_NM / high, count))
    sizes = np.interp(e1_nm, reach, dense)
    at = np.concatenate([wavelengths, [anchor], e1_nm])
    nodes = []
    for factor in _NODES.tolist():
        values = kernel(with_width(material, factor), at, sizes, _ANY_MEDIUM).values
        nodes.append((values / values[wavelengths.size + 1 :].diagonal())[: wavelengths.size + 1])
    return DotBlock(e1_nm, CubicSpline(_NODES, np.array(nodes), axis=0))


def with_width(material: Material, factor: float) -> Material:
    """Return a material whose dots have a first line wider by a factor, and its slope with size with it."""
    shape = lineshape_of(material)
    first, *others = shape.transitions
    width = f"{factor * to_float(first.width, 'meV'):.9g} meV"
    slope = f"{factor * to_float(shape.width_slope, 'meV/nm'):.9g} meV/nm"
    lines = (first.model_copy(update={"width": width}), *others)
    changed = shape.model_copy(update={"transitions": lines, "width_slope": slope})
    return material.model_copy(update={"lineshape": changed})
