"""From one absorbance spectrum back to the distribution of dot sizes, and how sure that is.

    A(lambda) = sum_j K(lambda, d_j) x_j + b_1 (400 nm / lambda)^4 + b_0 + noise,   x_j >= 0

Amounts are volumes of semiconductor, so that the distribution is weighted by volume, as the mean and RSD of
wang2023, eqs 1-3, are. The lineshape in K is not known well: the spectrum is read with all that card, or
series, and spectrum together make likely, so that intervals hold noise, smoothing and lineshape. The sizing
curve is that of the material card; what its error does stands in the budget of the mean, not in its
interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from aliquot.errors import CardError, RangeError
from aliquot.finding import Finding
from aliquot.instruments.absorbance import checks, components
from aliquot.instruments.absorbance.components import Component
from aliquot.instruments.absorbance.frame import ANY_MEDIUM, frame
from aliquot.instruments.absorbance.intrinsic import refractive_index
from aliquot.instruments.absorbance.learned import Learned
from aliquot.instruments.absorbance.lineprior import LinePrior, prior_of
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.absorbance.problem import BACKGROUND, Background, Solution
from aliquot.instruments.absorbance.recovered import Recovered, banded
from aliquot.instruments.absorbance.reduced import Reduced, reduced
from aliquot.instruments.absorbance.sampling import Summary, spread
from aliquot.instruments.absorbance.selection import describe
from aliquot.instruments.signal import Signal
from aliquot.knowledge import store
from aliquot.knowledge.records import Material
from aliquot.population import SizeDistribution, Weighting


def invert(
    signal: Signal,
    material: Material,
    *,
    lineshape: Learned | Literal["exact"] | None = None,
    noise: float | None = None,
    background: Sequence[Background] = BACKGROUND,
    seed: int = 0,
) -> Recovered:
    """Return the size distribution behind an absorbance spectrum.

    With lineshapes drawn from the spread on the card and noise of 1e-3 in 0.4, 95 % intervals of mean and
    RSD held the truth in 95 and 96 % of 150 cases, and errors were 0.09 nm and 1.6 points rms; with a
    lineshape learned from a series of four 0.02 nm and 0.7 points (benchmarks/coverage_of_intervals.py).
    They do not hold where the window hides dots (2 % of the volume below 400 nm: mean held in 30 %), nor for
    dots of a single size, whose RSD of 0 reads 0.4 %. Intervals of the amount with the lineshape taken as
    exact are too narrow for tailed samples (72 %).

    Args:
        signal: Absorbance that reaches from above the first exciton to where nothing absorbs.
        material: Card with lineshape, refraction and a law of E_1(d).

    Rarely needed:
        lineshape: What to read it with: a lineshape learned from a series; ``"exact"`` for that of the card
            without doubt, as a simulated spectrum has it; or, by default, all that the spread on the card and
            the spectrum itself allow.
        noise: Standard deviation of absorbance [1]; estimated from the signal where not given.
        background: Kinds of background to allow for; scatter of 0.02 left out turns 10 % RSD into 17 %.
        seed: Seed of the draws behind the intervals.

    Raises:
        SignalError: If the signal is too short or uneven, absorbs nothing, does not show the edge, or can
            not be described by dots of this material at all.
        CardError, RangeError: If the card lacks what the kernel needs.

    Source:
        Non-negative Tikhonov inversion with the strength of smoothing by evidence; definitions of mean and
        RSD from wang2023, eqs 1-3.

    Example:
        >>> from aliquot.instruments.absorbance.observe import Spectrometer, observe
        >>> from aliquot.population import Population
        >>> rungs = np.zeros(400); rungs[150:261] = np.hanning(111)
        >>> dots, inp = Population("InP", 0.0503, 0.004 * rungs), store.material("InP")
        >>> signal = observe(dots, inp, Spectrometer(store.solvent("hexane")), label="A1", seed=1)
        >>> found = invert(signal, inp, lineshape="exact")
        >>> round(found.mean.value.value, 2), round(dots.sizes(Weighting.VOLUME).mean, 2)
        (2.71, 2.71)
    """
    checks.refuse_unfit(signal)
    card = lineshape.material if isinstance(lineshape, Learned) else material
    reading = _Reading(lineshape, prior_of(card))
    n_s, unknown = _medium(signal)
    sd = noise_of(signal.values) if noise is None else noise
    s = reduced(frame(card, signal.wavelengths, tuple(background), n_s), signal, sd)
    checks.refuse_empty(s, signal)
    fit = _fit(s, signal, reading.first(s))
    misfit = checks.misfit(fit.residual, sd, fit.solution)
    missed_by = misfit / checks.tolerated(signal, estimated=noise is None)
    if noise is None or missed_by > 1.0:  # the residual tells noise better than differences do
        s = s.noisier(sd * float(np.sqrt(misfit)))
        fit = _fit(s, signal, reading.again(s, fit.components))
    checks.refuse_strange(fit.residual, signal)
    checks.refuse_edge(fit.diameters, fit.solution, signal, card)
    found = spread(s, fit.components, seed)
    flags = checks.doubts(signal, fit.diameters, fit.solution, card, missed_by=missed_by)
    return _recovered(signal, fit, found, reading, (*flags, *reading.doubts(found)), unknown)


@dataclass(frozen=True, slots=True)
class _Reading:
    """With which lineshapes a spectrum is read."""

    lineshape: Learned | Literal["exact"] | None
    prior: LinePrior

    def first(self, s: Reduced) -> list[Component]:
        """Return them before the noise is known well."""
        if self.lineshape == "exact":
            return components.exact(s)
        if isinstance(self.lineshape, Learned):
            return components.learned(s, self.prior)
        return components.searched(s, self.prior)

    def again(self, s: Reduced, found: Sequence[Component]) -> list[Component]:
        """Return them with another noise."""
        return components.again(s, found, self.prior)

    def doubts(self, found: Summary) -> tuple[str, ...]:
        """Return what the lineshape leaves in doubt."""
        share = _lineshape_share(found)
        if self.lineshape is not None or share < _MUCH:
            return ()
        points = 100.0 * float(found.lineshape[1])
        told = (
            f"{100.0 * share:.0f} % of the variance of the RSD ({points:.1f} points) come from a lineshape "
            "that one spectrum can not tell: learn it from a series with a narrow sample."
        )
        return (told,)

    @property
    def evidence(self) -> str:
        """How it was found, in a sentence."""
        held = {
            True: "noise, smoothing and the lineshape",
            False: "noise and smoothing, the lineshape of the card being taken as exact",
        }[self.lineshape != "exact"]
        return (
            "non-negative smooth distribution fitted to the whole spectrum, smoothing by evidence; "
            f"the interval holds {held}, for the sizing curve of the card"
        )


_MUCH = 0.5  # share of variance from which a doubt is worth a sentence


def _lineshape_share(found: Summary) -> float:
    """Return the share of the RSD's variance that the lineshape has [1]."""
    lineshape, noise = float(found.lineshape[1]), float(found.noise[1])
    return lineshape**2 / max(lineshape**2 + noise**2, np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A spectrum and its best description."""

    s: Reduced
    components: list[Component]
    solution: Solution
    fitted: Float[np.ndarray, " wavelengths"]
    residual: Float[np.ndarray, " wavelengths"]

    @property
    def diameters(self) -> Float[np.ndarray, " sizes"]:
        """Diameters [nm]."""
        return self.s.frame.diameters


def _fit(s: Reduced, signal: Signal, found: list[Component]) -> _Fit:
    """Solve with the best lineshape and prior."""
    best = found[0].belief.best
    solution = found[0].problem.solve(s.rows, s.noise, best.envelope, best.strength)
    fitted = s.scale * s.frame.basis @ found[0].problem.fitted(solution)
    return _Fit(s, found, solution, fitted, signal.values - fitted)


def _recovered(
    signal: Signal,
    fit: _Fit,
    found: Summary,
    reading: _Reading,
    flags: tuple[str, ...],
    unknown: str | None,
) -> Recovered:
    """Write down what was found."""
    material = fit.s.frame.material
    distribution = SizeDistribution.of(fit.diameters, fit.solution.amounts, Weighting.VOLUME)
    curve = material.sizing[0]
    mean = Finding(
        quantity="diameter",
        unit="nm",
        value=found.interval(0),
        budget=_budget(found, 0, {"sizing curve": curve.spread.value}),
        definition=f"volume-weighted mean, {curve.size}",
        evidence=reading.evidence,
        distribution=distribution,
        sources=tuple(key for key in (curve.source,) if key),
        flags=flags,
    )
    rsd = replace(
        mean,
        quantity="RSD",
        unit="1",
        value=found.interval(1),
        budget=_budget(found, 1, {}),
        definition="standard deviation over mean of the diameter, volume-weighted",
    )
    amplitudes = (fit.solution.amplitudes * fit.s.scale).tolist()
    return Recovered(
        mean=mean,
        rsd=rsd,
        volume_fraction=_volume_fraction(signal, fit.s, found, flags, unknown),
        distribution=distribution,
        wavelengths=signal.wavelengths,
        fitted=fit.fitted,
        residual=fit.residual,
        background=tuple(zip(fit.s.frame.background, amplitudes, strict=True)),
        noise=fit.s.noise * fit.s.scale,
        regularisation=fit.components[0].belief.best,
        flags=flags,
        bands=banded(distribution, found.distributions),
        descriptions=describe(fit.s, fit.components[0], fit.solution, reading.prior),
        lineshape_share=_lineshape_share(found),
    )


def _budget(found: Summary, which: int, others: dict[str, float], unit: float = 1.0) -> dict[str, float]:
    """Return standard uncertainties by cause, noise with smoothing first."""
    return {
        "noise": float(found.noise[which]) * unit,
        "lineshape": float(found.lineshape[which]) * unit,
        **others,
    }


def _volume_fraction(
    signal: Signal, s: Reduced, found: Summary, flags: tuple[str, ...], unknown: str | None
) -> Finding:
    """Return f of the undiluted liquid from mu f = A ln 10 D / L, or why it can not be told."""
    finding = Finding(
        quantity="volume fraction",
        unit="1",
        value=None,
        definition="volume of dots with first exciton in the window, per volume of the undiluted liquid",
        evidence="absorption per volume by the bulk formula at the anchor; the interval holds for that",
        flags=flags,
    )
    if unknown is not None or signal.path_mm is None or signal.dilution is None:
        missing = unknown or "Path or dilution of the spectrum are not known, so that no amount can be told."
        return replace(finding, flags=(*flags, missing))
    unit = s.scale * np.log(10.0) * signal.dilution / (signal.path_mm / 10.0)
    amount = replace(found, value=found.value * unit, low=found.low * unit, high=found.high * unit)
    return replace(finding, value=amount.interval(2), budget=_budget(found, 2, {}, unit))


def _medium(signal: Signal) -> tuple[float, str | None]:
    """Return the refractive index of the medium [1], and why it is not known if it is not."""
    if signal.medium is None:
        return ANY_MEDIUM, "The medium of the spectrum is not known, so that no amount can be told."
    try:
        return refractive_index(store.solvent(signal.medium)), None
    except (CardError, RangeError) as error:
        return ANY_MEDIUM, f"The refractive index of '{signal.medium}' is not known ({error.why})."
