"""The first exciton of an absorption spectrum: where it lies, how wide it is, how sure that is.

Two readings that fail in different ways: the lowest significant minimum of d2A/dE2, blind to any background
that bends evenly over 140 meV, and a Gaussian line on a quadratic background fitted around it. The value is
their mean. The budget has the noise of the data, the method (the readings apart, and what a finer derivative
says) and the lineshape: the next transition pulls at all readings alike. On good spectra noise is the least.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.curvature import Curvature, curvature, unsmoothed
from aliquot.instruments.signal import Signal
from aliquot.units import EV_NM

HALF_WIDTH = float(np.sqrt(2.0 * np.log(2.0)))
"""Half width at half height of a Gaussian over its standard deviation [1]."""

SATURATED = 2.0
"""Absorbance above which stray light shows [1]: 1 % of it turns 2.0 into 1.7."""

BLIND = 3.0
"""Absorbance above which no structure is believed [1]; nor is any where the detector stays at its limit."""

_SIGMAS = 5.0  # a hundred independent places, so that noise alone is found once in 10^4 spectra
_PROMINENCE = 0.10  # of its depth; ripples on one minimum are not two excitons
_LEAST_SHARE = 0.03  # of the absorbance at its place; less is a ripple of the blank
_WEAK_SHARE = 0.10
_LEAST_RISE = 0.20  # over the absorbance 0.35 eV above; a bump in the transparent part has less
_LEAST_HEIGHT = 0.04  # over the largest absorbance within 1 eV above
_FINE_EV = 0.090
_RED, _BLUE = 4.0, 1.7  # reach of the fit in standard deviations; the next transition is 2-3 away
_OFFSET = 0.05  # of the absorbance at E1, and at least 0.01
_NOISY_NM = 2.0
# Standard uncertainties in standard deviations of the line. Computed spectra whose second line, 1.7 times as
# wide, follows 0.26 eV above the first: E1 is read 0.03 to 0.12 too red, the width 0.02 to 0.15 too small.
_PULL, _NARROWED = 0.065, 0.08


@dataclass(frozen=True, slots=True)
class Edge:
    """The first exciton of one spectrum.

    Example:
        >>> edge = Edge.nothing("No exciton.")
        >>> edge.e1.value is None, edge.flags
        (True, ('No exciton.',))
    """

    e1: Finding
    """Wavelength of the first exciton [nm]."""
    e1_ev: float | None
    """Its photon energy [eV]."""
    hwhm: Finding
    """Half width at half height on the red side, of the line without what lies beneath it [meV]."""
    evidence: str
    """How both were found, in a sentence."""
    flags: tuple[str, ...]
    """Doubts about the spectrum and the reading, whole sentences."""

    @classmethod
    def nothing(cls, *flags: str) -> "Edge":
        """Return the record of a spectrum in which no exciton was found, with the reasons."""
        e1 = Finding("E1", "nm", None, flags=flags)
        return cls(e1, None, replace(e1, quantity="HWHM", unit="meV"), "", flags)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Energy and standard deviation of a line [eV], each with its uncertainty from noise."""

    energy: float
    energy_sd: float
    width: float
    width_sd: float


def find_edge(signal: Signal) -> Edge:
    """Find first excitonic peak and half width of an absorption spectrum.

    Works on maxima and on shoulders. Holds for lines with a half width of about 30 to 150 meV and for points
    at most 20 meV apart (4 nm at 500 nm); the red foot of the line must be in the spectrum.

    Args:
        signal: Absorbance against wavelength.

    Returns:
        The findings with their budgets: ``noise``, from the data themselves; ``method``, the readings apart;
        ``lineshape``, the pull of the next transition. Where no exciton can be told they have no value, and
        the flags say why.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(400.0, 650.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> edge = find_edge(Signal(SignalKind.ABSORBANCE, nm, line, "30 s"))
        >>> round(edge.e1_ev, 3), round(edge.hwhm.value.value)
        (2.4, 66)
    """
    energies, values = signal.energies[::-1], signal.values[::-1]
    bent = curvature(energies, values)
    if bent is None:
        return Edge.nothing("The spectrum is too short, or its points are too far apart, to tell an exciton.")
    limit = _blind_from(energies, values)
    base = float(np.median(values[: max(5, values.size // 20)]))
    place = _lowest(bent, energies, values - base, limit)
    if place is None:
        return Edge.nothing(_why_nothing(bent, energies, values - base, limit))
    by_curvature = _from_curvature(bent, place)
    by_fit = _from_fit(energies, values, bent.noise, by_curvature)
    moved = _by_resolution(energies, values, by_curvature)
    flags = _doubts(energies, values, base, by_curvature)
    if by_fit is None:
        flags += ("No line could be fitted; E1 is from the second derivative alone.",)
    return _edge(by_curvature, by_fit, moved, flags)


def _blind_from(energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]) -> float:
    """Return the energy above which nothing can be seen [eV], infinite where all can."""
    top = float(np.max(values))
    clipped = values >= top - 1e-4
    hidden = values > BLIND
    if top > 0.5 * SATURATED and np.count_nonzero(clipped) > max(3, values.size // 50):
        hidden |= clipped
    return float(energies[np.argmax(hidden)]) if hidden.any() else float("inf")


def _lowest(
    bent: Curvature, energies: Float[np.ndarray, " n"], above: Float[np.ndarray, " n"], limit: float
) -> int | None:
    """Return the place of the minimum of d2A/dE2 that is the first exciton, None if there is none."""
    for place, prominence in _valleys(bent.values):
        depth = -float(bent.values[place])
        energy = float(bent.energies[place])
        width = bent.width_below(energy)
        if energy + width > limit:
            return None
        clear = depth > _SIGMAS * bent.sd[place] and prominence > max(
            _SIGMAS * float(bent.sd[place]), _PROMINENCE * depth
        )
        if clear and _is_exciton(energies, above, energy, depth * width**2):
            return int(place)
    return None


def _valleys(values: Float[np.ndarray, " m"]) -> Iterator[tuple[int, float]]:
    """Yield place and prominence of each local minimum, from first to last.

    The prominence is how far one has to climb to get out to something deeper, or to an end.
    """
    inner = values[1:-1]
    for place in (np.flatnonzero((inner < values[:-2]) & (inner <= values[2:])) + 1).tolist():
        sides = values[:place][::-1], values[place + 1 :]
        walls = []
        for side in sides:
            deeper = np.flatnonzero(side < values[place])
            walls.append(float(side[: deeper[0] if deeper.size else None].max()))
        yield place, min(walls) - float(values[place])


def _is_exciton(
    energies: Float[np.ndarray, " n"], above: Float[np.ndarray, " n"], energy: float, height: float
) -> bool:
    """Tell an exciton from a ripple: it carries a part of the absorbance, which rises to it."""
    here = float(np.interp(energy, energies, above))
    beyond = float(np.interp(energy + 0.35, energies, above))
    highest = float(np.max(above[(energies >= energy - 0.05) & (energies <= energy + 1.0)]))
    return (
        height > _LEAST_SHARE * here > 0.0 and here > _LEAST_RISE * beyond and here > _LEAST_HEIGHT * highest
    )


def _why_nothing(
    bent: Curvature, energies: Float[np.ndarray, " n"], above: Float[np.ndarray, " n"], limit: float
) -> str:
    """Return the reason why no exciton was found."""
    if np.isfinite(limit):
        return f"Saturated below {EV_NM / limit:.0f} nm, no exciton to the red of that: dilute the aliquot."
    seen = np.interp(bent.energies, energies, above)
    if not np.any(seen > _SIGMAS * np.interp(bent.energies, energies, bent.noise)):
        return "Nothing absorbs: no part of the spectrum rises above its red end by more than noise."
    # An ordinary exciton: a third of the absorbance at its place, 60 meV wide.
    usual = seen / 3.0 / 0.060**2
    if not np.any(usual > _SIGMAS * bent.sd):
        return "The spectrum is too noisy to tell an exciton of usual height from noise."
    return "No exciton stands out: d2A/dE2 has no significant minimum at the absorption edge."


def _from_curvature(bent: Curvature, place: int) -> _Reading:
    """Read the line off the second derivative."""
    rough = bent.width_below(float(bent.energies[place]))
    energy, energy_sd = bent.refine(place, max(0.015, 0.4 * rough))
    smoothed = bent.width_below(energy)
    width = unsmoothed(smoothed)
    # The zero crossing moves by the noise of d2A/dE2 over its slope there, about 0.86 depth / width.
    crossing_sd = float(bent.sd[place]) * smoothed / (0.86 * float(-bent.values[place]))
    return _Reading(energy, energy_sd, width, float(np.hypot(crossing_sd, energy_sd)) * smoothed / width)


def _by_resolution(
    energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], line: _Reading
) -> float:
    """Return how far the minimum moves in a narrower window, beyond what noise does to it [eV]."""
    fine = curvature(energies, values, _FINE_EV)
    place = None if fine is None else fine.lowest(line.energy - 0.03, line.energy + 0.03)
    if fine is None or place is None:
        return 0.0
    energy, noise = fine.refine(place, max(0.012, 0.4 * line.width))
    return float(np.sqrt(max((energy - line.energy) ** 2 - noise**2, 0.0)))


def _from_fit(
    energies: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    noise: Float[np.ndarray, " n"],
    start: _Reading,
) -> _Reading | None:
    """Fit a Gaussian line on a quadratic background; None where the fit runs away or has too few points."""
    low, high = start.energy - _RED * start.width, start.energy + _BLUE * start.width
    near = (energies >= low) & (energies <= high)
    if np.count_nonzero(near) < 10:
        return None
    x = (energies[near] - start.energy) / start.width
    y, weight = values[near], 1.0 / float(np.sqrt(np.mean(noise[near] ** 2)))
    scale = max(float(np.ptp(y)), 1e-6)

    def residual(p: Float[np.ndarray, " 6"]) -> Float[np.ndarray, " m"]:
        line = p[0] * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)
        return np.asarray(line + p[3] + p[4] * x + p[5] * x * x - y / scale)

    guess = np.array([0.5, 0.0, 1.0, float(y[0]) / scale, 0.0, 0.0])
    bounds = ([0.0, -1.5, 0.3, -np.inf, -np.inf, -np.inf], [np.inf, 1.5, 3.0, np.inf, np.inf, np.inf])
    guess = np.clip(guess, bounds[0], bounds[1])
    fit = least_squares(residual, guess, bounds=bounds, x_scale="jac", xtol=1e-12, ftol=1e-12, gtol=1e-12)
    if fit.active_mask.any() or not fit.success or fit.x[0] < 1e-3:
        return None
    covariance = np.linalg.pinv(fit.jac.T @ fit.jac) / (weight * scale) ** 2
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0)) * start.width
    return _Reading(
        energy=start.energy + float(fit.x[1]) * start.width,
        energy_sd=float(sd[1]),
        width=float(fit.x[2]) * start.width,
        width_sd=float(sd[2]),
    )


def _doubts(
    energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], base: float, line: _Reading
) -> tuple[str, ...]:
    """Return what is questionable about the part of the spectrum that was used."""
    used = (energies >= line.energy - _RED * line.width) & (energies <= line.energy + _BLUE * line.width)
    here = float(np.interp(line.energy, energies, values))
    flags = []
    if np.max(values[used], initial=0.0) > SATURATED:
        flags.append(f"Absorbance reaches {np.max(values[used]):.2g} around E1: stray light may shift it.")
    if abs(base) > max(0.01, _OFFSET * abs(here - base)):
        flags.append(
            f"The red end of the spectrum lies at {base:.3f}, not at 0: a baseline offset or scatter."
        )
    if line.energy - 3.0 * line.width < energies[0]:
        flags.append("The spectrum ends on the red foot of the exciton.")
    return tuple(flags)


def _edge(by_curvature: _Reading, by_fit: _Reading | None, moved: float, flags: tuple[str, ...]) -> Edge:
    """Join the two readings into findings; ``moved`` is what resolution does to the first [eV]."""
    readings = [by_curvature] if by_fit is None else [by_curvature, by_fit]
    energy = float(np.mean([reading.energy for reading in readings]))
    width = float(np.mean([reading.width for reading in readings]))
    if by_fit is None:
        apart, width_apart = 0.1 * width, 0.2 * width
        how = "minimum of d2A/dE2 (Savitzky-Golay, 140 meV); no fit to compare with"
    else:
        apart = abs(by_fit.energy - by_curvature.energy) / np.sqrt(2.0)
        width_apart = abs(by_fit.width - by_curvature.width) / np.sqrt(2.0)
        how = (
            f"mean of the minimum of d2A/dE2 at {EV_NM / by_curvature.energy:.1f} nm and of a Gaussian on a "
            f"quadratic background at {EV_NM / by_fit.energy:.1f} nm"
        )
    # Both readings see the same noise: their uncertainties are averaged, not reduced.
    position = {
        "noise": float(np.mean([reading.energy_sd for reading in readings])),
        "method": float(np.hypot(apart, moved)),
        "lineshape": _PULL * width,
    }
    breadth = {
        "noise": float(np.mean([reading.width_sd for reading in readings])),
        "method": float(width_apart),
        "lineshape": _NARROWED * width,
    }
    e1 = _finding(Finding("E1", "nm", None, evidence=how), EV_NM / energy, position, EV_NM / energy**2)
    if e1.budget["noise"] > _NOISY_NM:
        flags += (f"Noise alone leaves E1 uncertain by {e1.budget['noise']:.1f} nm.",)
    meant = "half width on the red side of the first exciton, what lies beneath it taken off"
    hwhm = Finding("HWHM", "meV", None, definition=meant, evidence=how, flags=flags)
    per_mev = 1e3 * HALF_WIDTH
    return Edge(
        replace(e1, flags=flags), energy, _finding(hwhm, width * per_mev, breadth, per_mev), how, flags
    )


def _finding(blank: Finding, value: float, parts: dict[str, float], unit: float) -> Finding:
    """Return a finding with its value and with a budget given in eV, converted by ``unit`` [unit eV-1]."""
    budget = {cause: part * unit for cause, part in parts.items()}
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    return replace(blank, value=Interval.normal(value, total), budget=MappingProxyType(budget))
