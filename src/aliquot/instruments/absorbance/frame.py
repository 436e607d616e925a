"""What all spectra on the same wavelengths share, whatever the lineshape: sizes, and few directions of data.

The rows of a spectrum are several hundred wavelengths. What dots can absorb there, with any constants near
those of the card, fills some forty directions: they are found once, and every further kernel is evaluated on
an even grid of photon energies, just fine enough for its narrowest line, and carried into them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import make_interp_spline
from scipy.linalg import eigh

from aliquot.instruments.absorbance.constants import Constants, Freedom, freedom_of
from aliquot.instruments.absorbance.kernel import (
    first_exciton,
    lineshape_of,
    scale_of,
    scene_of,
    size_limits,
)
from aliquot.instruments.absorbance.lines import Scene
from aliquot.instruments.absorbance.prior import WIDTHS_NM
from aliquot.instruments.absorbance.problem import Background, Problem
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM

STEP_NM = 0.05
"""Distance between the diameters of the recovered distribution [nm], less than a line is wide."""

ANY_MEDIUM = 1.40
"""Refractive index where none is known [1]: it scales all sizes alike, which no distribution feels."""

UNSEEN = 0.85
"""Diameters are looked for down to this share of the smallest whose first exciton the window shows [1]."""

DIRECTIONS = 40
"""Directions that are kept: what is left out of any kernel within two spreads is 1e-4 of a spectrum."""

_FINE = 0.35  # steps of energy per standard deviation of the first line
_TWICE = 2.0  # the directions have to hold lineshapes two spreads away


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Sizes, backgrounds and directions of a window.

    Attributes:
        material: Card of the material.
        freedom: Constants of its lineshape, and how far they may move.
        scene: Where kernels are evaluated.
        seen: Whether the window shows the first exciton of a diameter, shape (sizes,).
        background: Kinds of background, first to last.
        inner: Backgrounds in their own directions, shape (backgrounds, backgrounds).
        basis: Orthonormal directions, those of the backgrounds first, shape (wavelengths, rows).
        carry: From the energies of the scene into them, shape (rows, energies).
        norm: Mean norm of the columns of the card's kernel, by which columns are divided [1].
        n_s: Refractive index of the medium [1].
    """

    material: Material
    freedom: Freedom
    scene: Scene
    seen: Bool[np.ndarray, " sizes"]
    background: tuple[Background, ...]
    inner: Float[np.ndarray, "backgrounds backgrounds"]
    basis: Float[np.ndarray, "wavelengths rows"]
    carry: Float[np.ndarray, "rows energies"]
    norm: float
    n_s: float

    @property
    def diameters(self) -> Float[np.ndarray, " sizes"]:
        """Diameters [nm], shape (sizes,)."""
        return self.scene.diameters

    def problem(self, z: Float[np.ndarray, " free"]) -> Problem:
        """Return the problem for a lineshape."""
        constants = self.freedom.at(z)
        return self._problem(constants, self.carry @ self.scene.kernel(constants) / self.norm)

    def reduced_kernel(self, z: Float[np.ndarray, " free"]) -> Float[np.ndarray, "directions sizes"]:
        """Return what the columns of sizes hold beyond any background, for a lineshape."""
        skip = len(self.background)
        return np.asarray(self.carry[skip:] @ self.scene.kernel(self.freedom.at(z)) / self.norm)

    def with_slopes(
        self, z: Float[np.ndarray, " free"]
    ) -> tuple[Float[np.ndarray, "directions sizes"], Float[np.ndarray, "free directions sizes"]]:
        """Return the same, and its derivatives to z."""
        skip = len(self.background)
        value, slopes = self.scene.with_slopes(self.freedom.at(z))
        carry = self.carry[skip:] / self.norm
        return carry @ value, (carry @ slopes) * self.freedom.gains(z)[:, None, None]

    def beyond(self, reduced: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " directions"]:
        """Return what a reduced spectrum holds beyond any background."""
        return reduced[len(self.background) :]

    def _problem(self, constants: Constants, rows: Float[np.ndarray, "rows sizes"]) -> Problem:
        skip = len(self.background)
        unit = scale_of(self.material, constants, self.n_s) * self.norm
        return Problem(self.diameters, self.seen, unit, self.background, self.inner, rows[:skip], rows[skip:])


def frame(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    background: Sequence[Background],
    n_s: float,
) -> Frame:
    """Return the frame of a material and a window, kept for further spectra on the same wavelengths.

    Args:
        material: Card with lineshape and refraction.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        background: Kinds of background to allow for.
        n_s: Refractive index of the medium [1]; a scale only.

    Raises:
        RangeError, CardError: As :func:`~aliquot.instruments.absorbance.kernel.kernel` does.
    """
    return _frame(material, np.ascontiguousarray(wavelengths, float).tobytes(), tuple(background), n_s)


@lru_cache(maxsize=16)
def as_on_the_card(found: Frame) -> Problem:
    """Return the problem for the lineshape of the card itself, kept with all that was decomposed in it."""
    return found.problem(np.zeros(found.freedom.size))


@lru_cache(maxsize=8)
def _frame(material: Material, window: bytes, background: tuple[Background, ...], n_s: float) -> Frame:
    wavelengths = np.frombuffer(window)
    diameters = _grid(material, float(wavelengths[0]))
    freedom = freedom_of(lineshape_of(material))
    photons = EV_NM / wavelengths
    step = _FINE * freedom.centre.widths[0]
    count = int(np.ceil((photons[0] - photons[-1]) / step)) + 1
    grid = np.linspace(photons[-1], photons[0], max(count, 4))
    scene = scene_of(material, grid, diameters)
    shapes = np.stack([kind.column(wavelengths) for kind in background], axis=1) if background else None
    flat, inner = _orthonormal(shapes, wavelengths.size)
    spline = make_interp_spline(grid, np.eye(grid.size), k=3)(np.clip(photons, grid[0], grid[-1]))
    beyond = spline - flat @ (flat.T @ spline)
    further = _directions(beyond, scene, freedom)
    basis = np.concatenate([flat, further], axis=1)
    centre = spline @ scene.kernel(freedom.centre)
    first = EV_NM / first_exciton(material, diameters)
    return Frame(
        material=material,
        freedom=freedom,
        scene=scene,
        seen=(first >= wavelengths[0]) & (first <= wavelengths[-1]),
        background=background,
        inner=inner,
        basis=basis,
        carry=basis.T @ spline,
        norm=float(np.linalg.norm(centre, axis=0).mean()),
        n_s=n_s,
    )


def _orthonormal(
    shapes: Float[np.ndarray, "wavelengths backgrounds"] | None, size: int
) -> tuple[Float[np.ndarray, "wavelengths backgrounds"], Float[np.ndarray, "backgrounds backgrounds"]]:
    """Return directions of the backgrounds and the backgrounds in them."""
    if shapes is None:
        return np.zeros((size, 0)), np.zeros((0, 0))
    flat, inner = np.linalg.qr(shapes)
    return flat, inner


def _directions(
    beyond: Float[np.ndarray, "wavelengths energies"], scene: Scene, freedom: Freedom
) -> Float[np.ndarray, "wavelengths directions"]:
    """Return the directions in which kernels of the card, and of lineshapes nearby, have most to say."""
    origin = np.zeros(freedom.size)
    centre = scene.kernel(freedom.at(origin))
    moved = [
        scene.kernel(freedom.at(sign * _TWICE * axis)) - centre
        for axis in np.eye(freedom.size)
        for sign in (-1, 1)
    ]
    apart = scene.diameters[:, None] - scene.diameters
    blur = np.exp(-0.5 * (apart / WIDTHS_NM[0]) ** 2)  # no narrower distribution is looked for
    kernels = np.concatenate([kernel @ blur for kernel in (centre, *moved)], axis=1)
    span, inner = np.linalg.qr(beyond)
    carried = inner @ kernels
    # singular values of a kernel fall to 1e-6 of the first: their squares are safe in double precision
    _, vectors = eigh(carried @ carried.T, driver="ev")
    return np.asarray(span @ vectors[:, ::-1][:, :DIRECTIONS])


def _grid(material: Material, first_nm: float) -> Float[np.ndarray, " sizes"]:
    """Return the diameters to look for, multiples of the step, down to where the window shows only tails."""
    low, high = size_limits(material)
    multiples = np.arange(np.ceil(low / STEP_NM - 1e-9), np.floor(high / STEP_NM + 1e-9) + 1.0) * STEP_NM
    seen = multiples[EV_NM / first_exciton(material, multiples) >= first_nm]
    smallest = UNSEEN * seen[0] if seen.size else multiples[-1]
    return np.asarray(np.clip(multiples[multiples >= smallest], low, high))
