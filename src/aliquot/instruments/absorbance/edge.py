"""The first exciton of an absorption spectrum: where it lies, how wide it is, how sure that is.

Two readings that fail in different ways: the lowest significant minimum of d2A/dE2, blind to any background
that bends evenly over 140 meV, and a Gaussian line on a quadratic background fitted around it. The value is
their mean. The budget has the noise of the data, the method (the readings apart, and what a finer derivative
says) and the lineshape: the next transition pulls at all readings alike. On good spectra noise is the least.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from aliquot.finding import Finding
from aliquot.instruments.absorbance.curvature import Curvature, curvature
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.limits import SATURATED as SATURATED  # noqa: PLC0414  for checks.py
from aliquot.instruments.absorbance.quality.record import checked_mask
from aliquot.instruments.absorbance.readings import (
    BLUE,
    RED,
    Reading,
    as_finding,
    by_resolution,
    from_curvature,
    from_fit,
    maximum,
)
from aliquot.instruments.absorbance.second import find_second
from aliquot.instruments.signal import Signal
from aliquot.units import EV_NM

HALF_WIDTH = float(np.sqrt(2.0 * np.log(2.0)))
"""Half width at half height of a Gaussian over its standard deviation [1]."""

_SIGMAS = 5.0  # a hundred independent places, so that noise alone is found once in 10^4 spectra
_PROMINENCE = 0.10  # of its depth; ripples on one minimum are not two excitons
_LEAST_SHARE = 0.03  # of the absorbance at its place; less is a ripple of the blank
_WEAK_SHARE = 0.10
_LEAST_RISE = 0.20  # over the absorbance 0.35 eV above; a bump in the transparent part has less
_LEAST_HEIGHT = 0.04  # over the largest absorbance within 1 eV above
_OFFSET = 0.05  # of the absorbance at E1, and at least 0.01
_NOISY_NM = 2.0
_FEWEST = 10  # points with which a line is fitted
# Standard uncertainties in standard deviations of the line. Computed spectra whose second line, 1.7 times as
# wide, follows 0.26 eV above the first: E1 is read 0.03 to 0.12 too red, the width 0.02 to 0.15 too small.
_PULL, _NARROWED = 0.065, 0.08


_UNSOUGHT = Finding("E2", "nm", None, flags=("Without a first exciton no second was looked for.",))


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
    e2: Finding = _UNSOUGHT
    """Wavelength of the second transition [nm]; without value, and with the reason, where none stands out."""
    maximum_nm: float | None = None
    """Where the spectrum itself is highest near E1 [nm], None on a shoulder; a background that rises to the
    blue puts it to the blue of E1, by 1 to 5 nm on PbSe at 1450 nm."""

    @classmethod
    def nothing(cls, *flags: str) -> "Edge":
        """Return the record of a spectrum in which no exciton was found, with the reasons."""
        e1 = Finding("E1", "nm", None, flags=flags)
        return cls(e1, None, replace(e1, quantity="HWHM", unit="meV"), "", flags)


def find_edge(signal: Signal, mask: Bool[np.ndarray, " n"] | None = None) -> Edge:
    """Find first excitonic peak, half width and second transition of an absorption spectrum.

    Works on maxima and on shoulders. Holds for lines with a half width of about 30 to 150 meV and for points
    at most 20 meV apart (4 nm at 500 nm); the red foot of the line must be in the spectrum.

    Args:
        signal: Absorbance against wavelength.
        mask: Which points are trusted, shape (n,); None for what :func:`examine` trusts. A structure is seen
            only where the whole window of the derivative, 140 meV, is trusted.

    Returns:
        The findings with their budgets: ``noise``, from the data themselves; ``method``, the readings apart;
        ``lineshape``, the pull of the next transition. Where no exciton can be told they have no value, and
        the flags say why.

    Raises:
        SignalError: If the mask has another length than the signal.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(400.0, 650.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> edge = find_edge(Signal(SignalKind.ABSORBANCE, nm, line, "30 s"))
        >>> round(edge.e1_ev, 3), round(edge.hwhm.value.value)
        (2.4, 66)
    """
    trusted = (examine(signal).mask if mask is None else checked_mask(signal, mask))[::-1]
    energies, values = signal.energies[::-1], signal.values[::-1]
    bent = curvature(energies, values, trusted=trusted)
    if bent is None or np.count_nonzero(trusted) < _FEWEST:
        return Edge.nothing("The spectrum is too short, or its points are too far apart, to tell an exciton.")
    hidden = ~trusted & (values > 0.5 * SATURATED)
    limit = float(energies[np.argmax(hidden)]) if hidden.any() else float("inf")
    seen = values[trusted]
    base = float(np.median(seen[: max(5, seen.size // 20)]))
    place = _lowest(bent, energies, values - base, limit)
    if place is None:
        return Edge.nothing(_why_nothing(bent, energies, values - base, limit))
    by_curvature = from_curvature(bent, place)
    by_fit = from_fit(energies[trusted], seen, bent.noise[trusted], by_curvature)
    moved = by_resolution(energies, values, by_curvature)
    flags = _doubts(energies[trusted], seen, base, by_curvature)
    if by_fit is None:
        flags += ("No line could be fitted; E1 is from the second derivative alone.",)
    edge = _edge(by_curvature, by_fit, moved, flags)
    top = maximum(energies[trusted], seen, by_curvature)
    second = find_second(bent, energies, values, by_curvature, limit)
    return replace(edge, e2=second, maximum_nm=None if top is None else EV_NM / top)


def _lowest(
    bent: Curvature, energies: Float[np.ndarray, " n"], above: Float[np.ndarray, " n"], limit: float
) -> int | None:
    """Return the place of the minimum of d2A/dE2 that is the first exciton, None if there is none."""
    for place, prominence in bent.valleys():
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


def _doubts(
    energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], base: float, line: Reading
) -> tuple[str, ...]:
    """Return what is questionable about the part of the spectrum that was used."""
    used = (energies >= line.energy - RED * line.width) & (energies <= line.energy + BLUE * line.width)
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


def _edge(by_curvature: Reading, by_fit: Reading | None, moved: float, flags: tuple[str, ...]) -> Edge:
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
    e1 = as_finding(Finding("E1", "nm", None, evidence=how), EV_NM / energy, position, EV_NM / energy**2)
    if e1.budget["noise"] > _NOISY_NM:
        flags += (f"Noise alone leaves E1 uncertain by {e1.budget['noise']:.1f} nm.",)
    meant = "half width on the red side of the first exciton, what lies beneath it taken off"
    hwhm = Finding("HWHM", "meV", None, definition=meant, evidence=how, flags=flags)
    per_mev = 1e3 * HALF_WIDTH
    return Edge(
        replace(e1, flags=flags), energy, as_finding(hwhm, width * per_mev, breadth, per_mev), how, flags
    )
