"""Lines that the library does not know: what the residual of a series has in common, looked at as a line.

The residuals of all spectra, each over its noise, are a matrix. Noise alone gives it singular values up to
sqrt(spectra) + sqrt(wavelengths); one above five times that is something that comes and goes as one. Because
the columns that are there take up part of a missing species, its line is not read off the singular vector: a
single Gaussian is tried at many places, with all amounts free. It is proposed if it explains most of what was
missed, is as wide as a line, and stays where it is. A proposal is a place to look, and never a claim.
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.clusters.claim import SIGMAS, mean_place, unfixed
from aliquot.instruments.absorbance.clusters.design import Design
from aliquot.instruments.absorbance.clusters.fit import Fit, fit_columns
from aliquot.instruments.absorbance.clusters.library import Hit, identify
from aliquot.instruments.absorbance.clusters.position import Position, positions
from aliquot.instruments.absorbance.clusters.refine import settle
from aliquot.instruments.absorbance.clusters.result import Unmixed
from aliquot.instruments.absorbance.clusters.solve import assembled
from aliquot.knowledge.records import Mark
from aliquot.knowledge.records.clusters import Absorption, Family
from aliquot.units import EV_NM, Quantity

THRESHOLD = 5.0
"""Singular values are noticed from this many times what noise alone gives [1]."""

EXPLAINED = 0.5
"""Least part of the excess of chi-squared that a line has to explain to be proposed [1]."""

WIDTHS_EV = (0.020, 0.150)
"""Standard deviations within which a feature counts as a line [eV]: narrower is an artefact, wider none."""

_GRID_NM = 8.0
_START_EV = 0.045


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A line that would describe a series better: never a claim."""

    family: Family
    """The line as a card, without partner and tail, for :func:`unmix` to try."""
    line: Finding
    """Its place [nm]."""
    width_mev: float
    """Standard deviation of the line [meV]."""
    amounts: Float[np.ndarray, " spectra"]
    """Absorbance at its peak in each spectrum [1]."""
    seen_s: tuple[float, ...]
    """Times at which it exceeds 5 sigma of the noise [s]."""
    explained: float
    """Part of the excess of chi-squared that the line explains [1]."""
    near: tuple[Hit, ...]
    """Families of the material with a line near that place."""


@dataclass(frozen=True, slots=True, eq=False)
class Discovery:
    """What the residual of a series holds."""

    strengths: Float[np.ndarray, " components"]
    """Singular values over the largest that noise alone gives [1], from large to small."""
    vector: Float[np.ndarray, " wavelengths"]
    """What the residuals have most in common, in units of noise."""
    proposals: tuple[Proposal, ...]
    """Lines that are worth a look, at most one: with that in the library, look again."""
    reason: str
    """Why there is a proposal, or none, a whole sentence."""


def discover(unmixed: Unmixed) -> Discovery:
    """Return lines that the library may lack, from what a series of spectra leaves over.

    Holds for a species that comes and goes while others do not, at three spectra or more. What the lineshape
    of the dots misses has a shape in common as well: one line explains little of it, or moves as the dots
    grow.

    Args:
        unmixed: A series that was unmixed.

    Example:
        >>> from aliquot.instruments.absorbance.clusters.unmix import unmix
        >>> from aliquot.instruments.signal import Signal, SignalKind
        >>> from aliquot.knowledge import store
        >>> nm, cdte = np.arange(350.0, 701.0), store.material("CdTe")
        >>> line = np.exp(-0.5 * ((1239.842 / nm - 2.80) / 0.045) ** 2)
        >>> noise = 1e-3 * np.random.default_rng(1).standard_normal((4, nm.size))
        >>> seen = [Signal(SignalKind.ABSORBANCE, nm, 0.1 * k * line + noise[k], f"{k} h", 3600.0 * k)
        ...         for k in range(4)]
        >>> found = discover(unmix(seen, cdte, families=["469"], refine=False))
        >>> round(found.proposals[0].line.value.value), found.proposals[0].seen_s
        (443, (3600.0, 7200.0, 10800.0))
    """
    residual = unmixed.refined.fit.residual / _noise(unmixed)[:, None]
    _, singular, vectors = np.linalg.svd(residual, full_matrices=False)
    strengths = singular / float(np.sum(np.sqrt(residual.shape)))
    most = f"What is left has {strengths[0]:.1f} times the largest singular value of noise"
    if strengths[0] <= THRESHOLD:
        told = f"{most}; {THRESHOLD:g} would be noticed."
        return Discovery(strengths, vectors[0] * singular[0], (), told)
    proposal, told = _proposal(unmixed)
    return Discovery(
        strengths, vectors[0] * singular[0], () if proposal is None else (proposal,), f"{most}. {told}"
    )


def _proposal(unmixed: Unmixed) -> tuple[Proposal | None, str]:
    """Return the best single line, or None, and why."""
    now, noise = unmixed.refined.fit, _noise(unmixed)
    energy, width = _best(now, noise)
    nm = float(EV_NM / energy)
    card = _card(unmixed, nm, width)
    design = now.design
    wider = Design(
        design.wavelengths,
        (*design.families, card),
        design.background,
        design.shapes,
        design.dots,
        design.anchor_nm,
    )
    better = settle(wider, now.values, noise).fit
    explained = 1.0 - _excess(better, noise) / _excess(now, noise)
    if explained < EXPLAINED:
        return None, (
            f"The best single line, at {nm:.0f} nm, explains {100 * max(explained, 0.0):.0f} % of it: "
            "rather a lineshape that is not right."
        )
    if not 1.001 * WIDTHS_EV[0] < width < 0.999 * WIDTHS_EV[1]:
        return (
            None,
            f"It is no line: the width of the best one, at {nm:.0f} nm, ended at {1e3 * width:.0f} meV.",
        )
    last = len(design.families)
    seen = _seen(better, last)
    times = [one.time_s for one in unmixed.spectra]
    placed = positions(better, last, seen)
    moving = unfixed(placed, times)
    if moving is not None:
        return None, f"The best single line, at {nm:.0f} nm, is no cluster's. {moving}"
    found = Proposal(
        family=card,
        line=_line(placed),
        width_mev=1e3 * width,
        amounts=better.clusters[:, last],
        seen_s=tuple(sorted({time for k in seen if (time := times[k]) is not None})),
        explained=explained,
        near=identify(unmixed.material, nm),
    )
    return found, f"A line at {nm:.0f} nm would explain {100 * explained:.0f} % of it."


def _best(now: Fit, noise: Float[np.ndarray, " spectra"]) -> tuple[float, float]:
    """Return energy and width of the line that describes the series best [eV]."""
    low, high = now.design.wavelengths[[0, -1]]
    tried = np.arange(low + 2.0 * _GRID_NM, high - 2.0 * _GRID_NM, _GRID_NM)
    misses = [_excess(_with_line(now, EV_NM / nm, _START_EV), noise) for nm in tried.tolist()]
    start = EV_NM / float(tried[int(np.argmin(misses))])
    found = least_squares(
        lambda p: (_with_line(now, p[0], p[1]).residual / noise[:, None]).ravel(),
        [start, _START_EV],
        bounds=([start - 0.10, WIDTHS_EV[0]], [start + 0.10, WIDTHS_EV[1]]),
        x_scale=[0.01, 0.01],
        diff_step=1e-4,
        xtol=1e-5,
        ftol=1e-6,
    )
    return float(found.x[0]), float(found.x[1])


def _with_line(now: Fit, energy: float, width: float) -> Fit:
    """Return the fit with one more line, whose amounts come first; smoothing stays as it is."""
    at = np.append(now.design.wavelengths, now.design.anchor_nm)
    line = np.exp(-0.5 * ((EV_NM / at - energy) / width) ** 2)
    clusters = np.column_stack([line, now.design.clusters(now.place)])
    columns = assembled(now.design, clusters, now.design.block(now.place))
    return fit_columns(now.design, columns, now.values, now.noise, now.place, now.strengths)


def _card(unmixed: Unmixed, nm: float, width: float) -> Family:
    """Return the line as a card: where it is in the library, the shift and width of the series not in it."""
    place = unmixed.refined.fit.place
    why = "a line in the residual of a series of spectra: proposed, not shown"
    return Family(
        id=f"{unmixed.material}-{nm:.0f}-proposed",
        material=unmixed.material,
        e1=None,
        absorption=Absorption(
            kind="cluster",
            line=Quantity.parse(f"{nm - place.shift_nm:.3f} nm", "nm"),
            width=f"{width / place.width:.5f} eV",
            tail=0.0,
            tail_onset="0 eV",
            tail_exponent=1.0,
            tail_width="0.1 eV",
            because=why,
            mark=Mark.ESTIMATED,
        ),
        note="proposed",
        because=why,
        mark=Mark.ESTIMATED,
    )


def _seen(better: Fit, which: int) -> list[int]:
    """Return the spectra in which a line exceeds 5 sigma of the noise."""
    found = []
    for k, row in enumerate(better.amounts):
        covariance = better.columns.covariance(row, float(better.noise[k]), float(better.strengths[k]))
        if row[which] > SIGMAS * float(np.sqrt(covariance[which, which])):
            found.append(k)
    return found


def _line(placed: dict[int, Position]) -> Finding:
    """Return the mean place of a proposed line."""
    mean = mean_place(placed.values())
    sd = float(np.std([one.nm for one in placed.values()], ddof=1))
    return Finding(
        "proposed line",
        "nm",
        Interval.normal(mean, sd),
        MappingProxyType({"scatter over the series": sd}),
        definition="a single Gaussian in energy without partner or tail",
        evidence="best place of one more line in the residual of the series",
        flags=("Proposed, not claimed: look for it in spectra of other times and other syntheses.",),
    )


def _excess(one: Fit, noise: Float[np.ndarray, " spectra"]) -> float:
    """Return how far chi-squared of the whole series exceeds that of noise [1]."""
    return float(((one.residual / noise[:, None]) ** 2).sum()) - float(one.values.size)


def _noise(unmixed: Unmixed) -> Float[np.ndarray, " spectra"]:
    return np.array([one.noise for one in unmixed.spectra])
