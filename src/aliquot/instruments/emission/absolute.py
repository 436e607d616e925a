"""Quantum yield in an integrating sphere by three measurements, and what re-absorption takes from it.

    alpha = 1 - Lc / Lb,    phi = [Pc - (1 - alpha) Pb] / (La alpha)

a: sphere without sample, b: sample beside the beam, c: sample in the beam; L the light of the lamp and P the
emission, both as areas in photons.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from aliquot.errors import SignalError, Where
from aliquot.finding import Finding
from aliquot.instruments.emission.draws import DRAWS, Draws, budget_of, interval, normal
from aliquot.instruments.emission.space import Counted, photons, require
from aliquot.instruments.signal import Signal, SignalKind

LEAST_ABSORPTANCE, LITTLE_ABSORPTANCE = 0.05, 0.15
"""Absorptance below which a yield is refused, and below which it is doubted [1].

At 0.05 and 1 % noise a yield of 0.31 is read anywhere between 0.20 and 0.65."""

AREA_NOISE = 0.01
"""Relative standard uncertainty of an area where none is given [1]; estimated, as lamps drift by as much."""


@dataclass(frozen=True, slots=True)
class SphereAreas:
    """Areas in photons, each with one relative standard uncertainty.

    Example:
        >>> areas = SphereAreas(1000.0, 900.0, 700.0, 10.0, 60.0)
        >>> round(areas.absorptance, 3), round(areas.quantum_yield, 3)
        (0.222, 0.235)
    """

    lamp_empty: float
    """La, lamp in the empty sphere."""
    lamp_off: float
    """Lb, lamp with the sample beside the beam."""
    lamp_on: float
    """Lc, lamp with the sample in the beam."""
    emission_off: float
    """Pb, emission with the sample beside the beam: light that the wall has sent through it."""
    emission_on: float
    """Pc, emission with the sample in the beam."""

    @property
    def absorptance(self) -> float:
        """Alpha, share of the beam that the sample absorbs [1]."""
        return 1.0 - self.lamp_on / self.lamp_off

    @property
    def quantum_yield(self) -> float:
        """Phi, photons emitted by photons absorbed [1]."""
        through = self.emission_on - (1.0 - self.absorptance) * self.emission_off
        return through / (self.lamp_empty * self.absorptance)


def areas_of(
    empty: Signal, off: Signal, on: Signal, *, split_nm: float, counted: Counted = Counted.PHOTONS
) -> SphereAreas:
    """Return the areas of three spectra that each show the lamp and the emission.

    The emission of the empty sphere, which has none, is taken from the other two.

    Args:
        empty: Spectrum of the sphere without sample.
        off: Sample beside the beam.
        on: Sample in the beam.
        split_nm: Wavelength between lamp and emission [nm].
        counted: What the intensities count.

    Raises:
        SignalError: If one of them does not show both sides of the split.

    Example:
        >>> nm = np.arange(380.0, 800.0)
        >>> lamp, glow = (np.exp(-0.5 * ((nm - at) / w) ** 2) for at, w in ((405.0, 3.0), (600.0, 20.0)))
        >>> seen = [Signal(SignalKind.EMISSION, nm, a * lamp + b * glow, "s")
        ...         for a, b in ((1.0, 0.0), (0.9, 0.002), (0.6, 0.02))]
        >>> round(areas_of(*seen, split_nm=450.0).quantum_yield, 3)
        0.373
    """
    halves = [_halves(signal, split_nm, counted) for signal in (empty, off, on)]
    (la, none), (lb, pb), (lc, pc) = halves
    return SphereAreas(la, lb, lc, pb - none, pc - none)


def _halves(signal: Signal, split_nm: float, counted: Counted) -> tuple[float, float]:
    """Return the photons below and above a wavelength."""
    require(signal, SignalKind.EMISSION)
    nm = signal.wavelengths
    lamp = nm < split_nm
    if min(int(lamp.sum()), int((~lamp).sum())) < 3:
        raise SignalError(
            given=f"'{signal.label}', from {nm[0]:g} to {nm[-1]:g} nm",
            expected=f"the lamp below and the emission above {split_nm:g} nm",
            why="a yield in a sphere counts the photons of both",
            remedy="Give spectra that span both, or another wavelength between them (--split).",
            where=signal.where or Where(signal.label),
        )
    counts = photons(nm, signal.values, counted)
    return float(np.trapezoid(counts[lamp], nm[lamp])), float(np.trapezoid(counts[~lamp], nm[~lamp]))


def absolute_yield(
    areas: SphereAreas,
    *,
    noise: float = AREA_NOISE,
    reabsorbed: float = 0.0,
    reabsorbed_sd: float = 0.0,
    seed: int = 1,
) -> Finding:
    """Return the quantum yield from three measurements in a sphere, with an asymmetric interval.

    Holds for samples that do not scatter. Of the share of emission that is absorbed again, and emitted again
    with the same yield, the loss is given back.

    Args:
        areas: The areas.
        noise: Relative standard uncertainty of each area, independent [1].
        reabsorbed: Share of the emission that is absorbed again [1].
        reabsorbed_sd: Its standard uncertainty [1].
        seed: Seed of the draws.

    Returns:
        Photons emitted by photons absorbed [1]; without value, and with the reason, below an absorptance of
        :data:`LEAST_ABSORPTANCE`.

    Source:
        J. C. de Mello et al. 1997 (10.1002/adma.19970090308); re-absorption as Ahn et al. 2007, which is the
        sum of all generations; skewness van Dam et al., arXiv 1711.06200.

    Example:
        >>> found = absolute_yield(SphereAreas(1000.0, 1000.0, 950.0, 0.0, 15.45))
        >>> found.value is not None, found.flags[0][:36]
        (True, 'Little light is absorbed, 5.0 %: the')
    """
    alpha = areas.absorptance
    meant = "photons emitted by photons absorbed"
    blank = Finding("quantum yield", "1", None, definition=meant, sources=("demello1997", "vandam2018"))
    if alpha < LEAST_ABSORPTANCE - 1e-9:
        return replace(blank, flags=(too_little(alpha),))
    values = {name: float(getattr(areas, name)) for name in _CAUSES if name != "reabsorbed"}
    random = np.random.default_rng(seed)
    drawn = {name: normal(random, value, noise * abs(value)) for name, value in values.items()}
    drawn["reabsorbed"] = np.clip(normal(random, reabsorbed, reabsorbed_sd), 0.0, 0.99)
    values["reabsorbed"] = reabsorbed
    value = float(_phi(**{name: np.full(DRAWS, number) for name, number in values.items()})[0])
    found = interval(value, _phi(**drawn))
    parts = budget_of(_phi, values, drawn)
    return replace(
        blank,
        value=found,
        budget=MappingProxyType({_CAUSES[name]: part for name, part in parts.items() if part > 0.0}),
        evidence=f"integrating sphere, absorptance {alpha:.3f}, areas known to {100 * noise:.1f} %",
        flags=_doubts(alpha, noise, found.high, reabsorbed),
        sources=(*blank.sources, *(("ahn2007",) if reabsorbed > 0.0 else ())),
    )


def from_reabsorption(observed: float, reabsorbed: float) -> float:
    """Return the yield of a single emission [1] from that which leaves the sample.

    What leaves is phi (1 - r) (1 + phi r + (phi r)^2 + ...): every photon absorbed again, with probability r,
    is emitted again with probability phi.

    Args:
        observed: Yield as observed [1].
        reabsorbed: Share r of the emission that is absorbed again, below 1 [1].

    Source:
        Ahn et al. 2007; the sum of the series above.

    Example:
        >>> round(from_reabsorption(0.4, 0.2), 4)
        0.4545
    """
    return observed / (1.0 - reabsorbed + reabsorbed * observed)


def reabsorbed_share(inside: Signal, dilute: Signal, *, red_nm: float) -> float:
    """Return the share of an emission that is absorbed again, by comparison with a dilute sample [1].

    Both are brought to one height where nothing absorbs; what is then missing in the blue was absorbed again.

    Args:
        inside: Emission as measured in the sphere.
        dilute: Emission of the same dots, too dilute to absorb their own light.
        red_nm: Wavelength beyond which the dots do not absorb [nm].

    Raises:
        SignalError: If either spectrum has fewer than three points beyond, or no emission there.

    Example:
        >>> nm = np.arange(500.0, 700.0)
        >>> true = np.exp(-0.5 * ((nm - 600.0) / 20.0) ** 2)
        >>> lost = true * np.where(nm < 600.0, 0.8, 1.0)
        >>> signals = [Signal(SignalKind.EMISSION, nm, y, "s") for y in (lost, true)]
        >>> round(reabsorbed_share(*signals, red_nm=620.0), 2)
        0.1
    """
    areas = []
    for signal in (inside, dilute):
        require(signal, SignalKind.EMISSION)
        red = signal.wavelengths >= red_nm
        tail = float(np.trapezoid(signal.values[red], signal.wavelengths[red])) if red.sum() >= 3 else 0.0
        if tail <= 0.0:
            raise SignalError(
                given=f"'{signal.label}' with no emission beyond {red_nm:g} nm",
                expected="a red tail in both spectra",
                why="that is where they are brought to one height",
                remedy="Choose a wavelength inside the red tail, where the dots no longer absorb.",
                where=signal.where or Where(signal.label),
            )
        areas.append(float(np.trapezoid(signal.values, signal.wavelengths)) / tail)
    return 1.0 - areas[0] / areas[1]


def too_little(absorptance: float) -> str:
    """Return why a yield is refused."""
    return (
        f"Only {100 * absorptance:.1f} % of the light is absorbed: below {100 * LEAST_ABSORPTANCE:.0f} % the "
        "yield is a quotient by a small difference and is not told. Use a more concentrated sample."
    )


def little(absorptance: float) -> str:
    """Return why a yield is doubted."""
    return (
        f"Little light is absorbed, {100 * absorptance:.1f} %: the interval is wide and not symmetric. "
        f"From {100 * LITTLE_ABSORPTANCE:.0f} % on it is sound."
    )


_CAUSES = {
    "lamp_empty": "lamp in the empty sphere",
    "lamp_off": "lamp beside the sample",
    "lamp_on": "lamp through the sample",
    "emission_off": "emission beside the beam",
    "emission_on": "emission",
    "reabsorbed": "re-absorption",
}


def _phi(
    lamp_empty: Draws,
    lamp_off: Draws,
    lamp_on: Draws,
    emission_off: Draws,
    emission_on: Draws,
    reabsorbed: Draws,
) -> Draws:
    """Return quantum yields by their causes; where nothing is absorbed a yield has no bound."""
    alpha = np.maximum(1.0 - lamp_on / lamp_off, 1e-6)
    observed = (emission_on - (1.0 - alpha) * emission_off) / (lamp_empty * alpha)
    return np.asarray(observed / (1.0 - reabsorbed + reabsorbed * observed))


def _doubts(alpha: float, noise: float, high: float, reabsorbed: float) -> tuple[str, ...]:
    """Return what is questionable about a yield that is told."""
    flags = []
    if alpha < LITTLE_ABSORPTANCE:
        flags.append(little(alpha))
    if noise * np.sqrt(2.0) > 0.1 * alpha:
        flags.append("The absorptance is known to no better than a tenth of itself: the yield is skewed.")
    if high > 1.0:
        flags.append("The interval reaches beyond 1, where no yield can be.")
    if reabsorbed > 0.3:
        flags.append(f"{100 * reabsorbed:.0f} % of the emission is absorbed again: the correction is large.")
    return tuple(flags)
