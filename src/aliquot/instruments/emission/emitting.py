"""Which dots emit: their sizes from an emission.

An emission is taken as the sum of what dots of every size emit, none negative, smooth in size. What comes
back counts each dot by its volume times its quantum yield: where that mean differs from the absorbing one,
the yield depends on size.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from scipy.optimize import nnls

from aliquot.errors import RangeError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.kernel import kernel, size_limits
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.emission.dots import DotLine
from aliquot.instruments.emission.masks import SLIT_NM, masks_of, seen
from aliquot.instruments.emission.space import jacobian, require
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge.records import Material
from aliquot.population import SizeDistribution, Weighting
from aliquot.units import EV_NM

STOKES_SPREAD = 0.5
"""Relative standard uncertainty of an assumed Stokes shift [1]; estimated: 20 to 100 meV are known."""

WIDTH_SPREAD = 0.25
"""Relative standard uncertainty of the line of one dot [1]; estimated: batches differ (cui2013)."""

_STEP_NM = 0.05
_STRENGTHS = tuple(10.0**power for power in np.arange(2.0, -6.5, -0.5))
_WORSE = 1.05
_BOOTSTRAPS = 24
_SCREEN = 1.45  # index of the medium: it scales all sizes alike and drops out


@dataclass(frozen=True, slots=True)
class Emitting:
    """The dots that emit."""

    mean: Finding
    """Their mean diameter by volume, with the distribution [nm]."""
    range_nm: tuple[float, float]
    """Diameters between which nine tenths of the emitting volume lie [nm]."""
    misfit: float
    """Root mean square of what is left of the spectrum, over its maximum [1]."""


def emitting_sizes(
    signal: Signal,
    material: Material,
    line: DotLine | None = None,
    *,
    slit_nm: float = SLIT_NM,
    seed: int = 1,
) -> Emitting:
    """Return the sizes of the dots behind an emission.

    Holds where the band edge emits, and the liquid is too dilute to absorb its own light.

    Args:
        signal: Emission.
        material: Card with a lineshape.
        line: Emission of one dot; that of :meth:`DotLine.of` where None.
        slit_nm: Spectral bandwidth [nm], for the masks.
        seed: Seed of the resampling by which noise is carried through.

    Returns:
        Mean, range and distribution. The budget: ``noise``, ``Stokes shift`` and ``linewidth``, both assumed.

    Raises:
        SignalError: If the signal is no emission.
        RangeError: If no size of the lineshape emits in the spectrum.
        CardError: If the card has no lineshape.

    Example:
        >>> from aliquot.instruments.emission.observe import Fluorimeter, observe_emission
        >>> from aliquot.knowledge import store
        >>> from aliquot.population import Population
        >>> inp, rungs = store.material("InP"), np.zeros(400)
        >>> rungs[150:300] = 1e-6 * np.exp(-0.5 * ((np.arange(150.0, 300.0) - 220.0) / 25.0) ** 2)
        >>> dots, scan = Population("InP", 0.0503, rungs), Fluorimeter(store.solvent("hexane"))
        >>> found = emitting_sizes(observe_emission(dots, inp, scan, label="A", seed=1), inp)
        >>> abs(found.mean.value.value - dots.sizes("volume").mean) < 0.03
        True
    """
    require(signal, SignalKind.EMISSION)
    line = line or DotLine.of(material)
    left = seen(signal, masks_of(signal, slit_nm=slit_nm))
    nm, y = signal.wavelengths[left], signal.values[left] / float(np.max(signal.values[left]))
    problem = _Sizes(nm, material, line, signal.excitation_nm)
    noise = noise_of(y)
    amounts, strength = problem.chosen(y, noise)
    fitted = problem.columns @ amounts
    misfit = float(np.sqrt(np.mean((fitted - y) ** 2)))
    distribution = SizeDistribution.of(problem.sizes, np.maximum(amounts, 0.0), Weighting.VOLUME)
    parts = {
        "noise": problem.noise(fitted, max(noise, misfit), strength, seed),
        **_assumed(nm, y, material, line, signal.excitation_nm, strength),
    }
    total = float(np.sqrt(sum(part**2 for part in parts.values())))
    flags = [f"The line of a single dot is {line.grounds}."]
    if signal.excitation_nm is None:
        flags.append("The excitation is not known: all sizes are taken to absorb alike per volume.")
    if misfit > max(0.02, 3.0 * noise):
        flags.append(
            f"Dots of the band edge do not explain the spectrum: {100 * misfit:.0f} % of its maximum is left."
        )
    mean = Finding(
        "mean emitting diameter",
        "nm",
        Interval.normal(distribution.mean, total),
        budget=MappingProxyType(parts),
        definition="diameter of the sphere of equal volume, by volume times quantum yield",
        evidence=f"emission from {nm[0]:.0f} to {nm[-1]:.0f} nm, misfit {100 * misfit:.1f} % of its maximum",
        distribution=distribution,
        flags=tuple(flags),
    )
    return Emitting(mean, (distribution.quantile(0.05), distribution.quantile(0.95)), misfit)


def _assumed(
    nm: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    material: Material,
    line: DotLine,
    excitation_nm: float | None,
    strength: float,
) -> dict[str, float]:
    """Return what the two assumed constants do to the mean [nm], half the change from below to above each."""
    changes = {
        "Stokes shift": [
            replace(line, stokes_ev=line.stokes_ev * f) for f in (1 - STOKES_SPREAD, 1 + STOKES_SPREAD)
        ],
        "linewidth": [replace(line, sd_ev=line.sd_ev * f) for f in (1 - WIDTH_SPREAD, 1 + WIDTH_SPREAD)],
    }
    parts = {}
    for cause, lines in changes.items():
        means = [_Sizes(nm, material, other, excitation_nm).mean(y, strength) for other in lines]
        parts[cause] = 0.5 * abs(means[1] - means[0])
    return parts


class _Sizes:
    """Columns of what dots of each size emit per volume, and the smooth sums of them."""

    def __init__(
        self, nm: Float[np.ndarray, " n"], material: Material, line: DotLine, excitation_nm: float | None
    ) -> None:
        low, high = size_limits(material)
        sizes = np.arange(np.ceil(low / _STEP_NM) * _STEP_NM, high, _STEP_NM)
        shapes = line.at(material, np.asarray(EV_NM / nm), sizes) / jacobian(nm)[:, None]
        inside = shapes.max(axis=0) > 0.3 * float(shapes.max())
        if inside.sum() < 5:
            raise RangeError(
                given=f"an emission from {nm[0]:.0f} to {nm[-1]:.0f} nm",
                expected=f"one where dots of {material.id} from {low:g} to {high:g} nm emit",
                why="no size that the lineshape knows has its line there",
                remedy="Check the material, and the range of the spectrum.",
                where=Where(material.id),
            )
        self.sizes = np.asarray(sizes[inside])
        weight = np.ones(self.sizes.size)
        if excitation_nm is not None:
            weight = kernel(material, np.array([excitation_nm]), self.sizes, _SCREEN).values[0]
        columns = shapes[:, inside] * weight
        self.columns = np.asarray(columns / columns.max())
        count = self.sizes.size
        self.rough = np.diff(np.eye(count + 2), 2, axis=0)[:, 1:-1]

    def solved(self, y: Float[np.ndarray, " n"], strength: float) -> Float[np.ndarray, " sizes"]:
        """Return the amounts of least misfit and roughness, none negative."""
        stacked = np.concatenate([self.columns, np.sqrt(strength) * self.rough])
        found, _ = nnls(stacked, np.concatenate([y, np.zeros(self.sizes.size)]))
        return np.asarray(found)

    def chosen(self, y: Float[np.ndarray, " n"], noise: float) -> tuple[Float[np.ndarray, " sizes"], float]:
        """Return the smoothest amounts that fit hardly worse than the roughest, and their strength."""
        solved = [self.solved(y, strength) for strength in _STRENGTHS]
        misfits = [float(np.linalg.norm(self.columns @ amounts - y)) for amounts in solved]
        allowed = _WORSE * max(misfits[-1], noise * float(np.sqrt(y.size)))
        place = next(i for i, misfit in enumerate(misfits) if misfit <= allowed or i == len(misfits) - 1)
        return solved[place], _STRENGTHS[place]

    def mean(self, y: Float[np.ndarray, " n"], strength: float) -> float:
        """Return the mean of the amounts [nm]."""
        amounts = self.solved(y, strength)
        return float(amounts @ self.sizes / max(float(amounts.sum()), 1e-300))

    def noise(self, fitted: Float[np.ndarray, " n"], noise: float, strength: float, seed: int) -> float:
        """Return the standard deviation of the mean over spectra with other noise [nm]."""
        random = np.random.default_rng(seed)
        spectra = (fitted + noise * random.standard_normal(fitted.size) for _ in range(_BOOTSTRAPS))
        return float(np.std([self.mean(spectrum, strength) for spectrum in spectra], ddof=1))
