"""From a fit to findings: amounts, shares and volumes of the species in one spectrum, each with its budget.

Every quantity is linear in the amounts of the fit, or is made so at the best estimate; one gradient then
carries all causes: noise, the place of the lines, the lineshape of the dots, and what a volume absorbs.
"""

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.clusters.claim import SIGMAS
from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.refine import Refined
from aliquot.instruments.absorbance.clusters.result import Amount, UnmixedSpectrum
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption, refractive_index
from aliquot.instruments.signal import Signal
from aliquot.knowledge import store
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM

PER_VOLUME = 0.30
"""Standard uncertainty of what a volume of a cluster absorbs, relative to that of dots [1].

Estimated because the bulk formula is taken for particles of 34 units, none of whose extinctions is
published."""

_EVIDENCE = "all spectra of the series unmixed into lines of the library, a block of dots and background"
_TAIL = 0.05  # of the dots' absorbance beyond either end of their stated range


@dataclass(frozen=True, eq=False)
class Causes:
    """One spectrum of a fit, with all that its amounts are uncertain by."""

    refined: Refined
    """The fit of the series."""
    doubts: Float[np.ndarray, "changes spectra unknowns"]
    """By how much amounts move with the dots' lineshape [absorbance]."""
    which: int
    """Number of the spectrum."""

    @property
    def amounts(self) -> Float[np.ndarray, " unknowns"]:
        """Amounts [absorbance]."""
        return np.asarray(self.refined.fit.amounts[self.which])

    @cached_property
    def noise(self) -> Float[np.ndarray, "unknowns unknowns"]:
        """Covariance of the amounts from noise and misfit [absorbance2]."""
        fit, which = self.refined.fit, self.which
        return fit.columns.covariance(self.amounts, float(fit.noise[which]), float(fit.strengths[which]))

    def budget(self, gradient: Float[np.ndarray, " unknowns"]) -> dict[str, float]:
        """Return the standard uncertainty of a quantity by cause, from its gradient in the amounts."""
        place = self.refined.slopes[:, self.which] @ gradient
        moved = self.doubts[:, self.which] @ gradient
        parts = {
            "noise": float(gradient @ self.noise @ gradient),
            "refinement": float(place @ self.refined.covariance @ place),
            "lineshape": 0.5 * float(moved @ moved),
        }
        return {cause: float(np.sqrt(max(variance, 0.0))) for cause, variance in parts.items()}


def unmixed_spectrum(
    signal: Signal, material: Material, causes: Causes, noise: float, chi_squared: float
) -> UnmixedSpectrum:
    """Return what one spectrum holds.

    Args:
        signal: The spectrum.
        material: Card of the material.
        causes: Its amounts, and what they are uncertain by.
        noise: Standard deviation of its values [1].
        chi_squared: How far its residual exceeds that [1].
    """
    fit = causes.refined.fit
    families = fit.design.families
    count, fixed = len(families), fit.columns.fixed
    unit = np.eye(causes.amounts.size)
    volume, told = _per_volume(signal, material, fit.design.anchor_nm)
    at_anchor = fit.columns.at_anchor.copy()
    complexes = [k for k, one in enumerate(families) if absorption_of(one).kind == "complex"]
    at_anchor[complexes] = 0.0  # they hold no semiconductor
    parts = [
        _amount(causes, family.id, unit[k], at_anchor * unit[k], at_anchor, volume, told)
        for k, family in enumerate(families)
    ]
    mean, e1 = _first_exciton(causes)
    height = _height(causes, mean)
    in_dots = at_anchor * (np.arange(unit.shape[0]) >= fixed)
    dots = _amount(causes, "dots", height, in_dots, at_anchor, volume, told)
    return UnmixedSpectrum(
        label=signal.label,
        time_s=signal.time_s,
        clusters=tuple(parts),
        dots=dots,
        e1=e1 if dots.seen else _no_exciton(),
        e1_range_nm=_range(causes) if dots.seen else None,
        background=tuple(zip(fit.design.background, causes.amounts[count:fixed].tolist(), strict=True)),
        wavelengths=signal.wavelengths,
        values=signal.values,
        parts=_parts(causes),
        noise=noise,
        chi_squared=chi_squared,
    )


def _amount(
    causes: Causes,
    name: str,
    peak: Float[np.ndarray, " unknowns"],
    volume_of: Float[np.ndarray, " unknowns"],
    volumes: Float[np.ndarray, " unknowns"],
    per_volume: float | None,
    told: tuple[str, ...],
) -> Amount:
    """Return a species from the gradients of its height and of its absorption at the anchor."""
    fit = causes.refined.fit
    families = {one.id: absorption_of(one) for one in fit.design.families}
    known = families.get(name)
    sources = tuple(key for key in (known.source,) if key) if known is not None else ()
    value, budget = float(peak @ causes.amounts), causes.budget(peak)
    what = "at its line" if known is not None else "at their mean first exciton"
    found = _finding(
        f"peak absorbance of {name}", value, budget, f"absorbance of the species alone {what}", sources
    )
    kind = "dots" if known is None else known.kind
    line = None if known is None else known.line.value + fit.place.shift_nm
    mean = _mean_e1(causes)
    return Amount(
        name=name,
        kind=kind,
        line_nm=line if known is not None else mean,
        peak=found,
        share=_share(causes, name, kind, volume_of, volumes),
        volume_fraction=_fraction(causes, name, kind, volume_of, per_volume, told),
        seen=value > SIGMAS * _total(budget),
    )


def _share(
    causes: Causes,
    name: str,
    kind: str,
    part: Float[np.ndarray, " unknowns"],
    whole: Float[np.ndarray, " unknowns"],
) -> Finding:
    """Return the share of a species in the volume of semiconductor."""
    anchor = causes.refined.fit.design.anchor_nm
    blank = Finding(
        f"share of {name}", "1", None,
        definition=f"share of the volume of semiconductor, by the absorption at {anchor:g} nm",
        evidence=_EVIDENCE,
    )  # fmt: skip
    total = float(whole @ causes.amounts)
    if kind == "complex":
        return _without(blank, "A complex of precursors holds no semiconductor.")
    if total <= 0.0:
        return _without(blank, "Nothing in this spectrum is semiconductor.")
    share = float(part @ causes.amounts) / total
    budget = causes.budget((part - share * whole) / total)
    budget["absorption per volume"] = PER_VOLUME * _of_shares(causes, part, whole, total)
    flag = "A volume of a cluster is taken to absorb as one of dots, which is uncertain by 30 %."
    return _finding(blank.quantity, share, budget, blank.definition or "", (), (flag,), most=1.0)


def _of_shares(
    causes: Causes, part: Float[np.ndarray, " unknowns"], whole: Float[np.ndarray, " unknowns"], total: float
) -> float:
    """Return how a share moves if each cluster absorbs more per volume by its own unknown factor [1]."""
    count = len(causes.refined.fit.design.families)
    clusters = (whole * causes.amounts / total)[:count]
    own = (part * causes.amounts / total)[:count]
    share = float(part @ causes.amounts) / total
    return float(np.sqrt(np.sum((own - share * clusters) ** 2)))


def _fraction(
    causes: Causes,
    name: str,
    kind: str,
    part: Float[np.ndarray, " unknowns"],
    per_volume: float | None,
    told: tuple[str, ...],
) -> Finding:
    """Return the volume fraction of a species in the undiluted liquid."""
    blank = Finding(
        f"volume fraction of {name}", "1", None,
        definition="volume of the species per volume of the undiluted liquid",
        evidence="absorption per volume by the bulk formula at the anchor",
    )  # fmt: skip
    if kind == "complex":
        return _without(blank, "A complex of precursors has no volume of semiconductor.")
    if per_volume is None:
        return _without(blank, *told)
    value = per_volume * float(part @ causes.amounts)
    budget = causes.budget(per_volume * part)
    budget["absorption per volume"] = PER_VOLUME * value
    flag = "What a volume absorbs is that of the bulk formula, uncertain by 30 % for clusters."
    return _finding(blank.quantity, value, budget, blank.definition or "", (), (flag,))


def _per_volume(signal: Signal, material: Material, anchor_nm: float) -> tuple[float | None, tuple[str, ...]]:
    """Return the volume fraction per absorbance at the anchor, or why it can not be told."""
    if signal.path_mm is None or signal.dilution is None or signal.medium is None:
        missing = "Path, dilution or medium of the spectrum are not known, so that no volume can be told."
        return None, (missing,)
    try:
        mu = intrinsic_absorption(material, anchor_nm, refractive_index(store.solvent(signal.medium)))
    except AliquotError as fault:
        return None, (f"No volume can be told: {fault.why}.",)
    return float(np.log(10.0)) * signal.dilution / (mu * signal.path_mm / 10.0), ()


def _mean_e1(causes: Causes) -> float | None:
    """Return the mean first exciton of the dots, by absorbance and in energy [nm]; None without dots."""
    fit = causes.refined.fit
    dots = causes.amounts[fit.columns.fixed :]
    if not dots.any():
        return None
    return float(EV_NM / (dots @ (EV_NM / fit.design.dots.e1_nm) / dots.sum()))


def _first_exciton(causes: Causes) -> tuple[float | None, Finding]:
    """Return the mean first exciton of the dots [nm], also with its budget."""
    fit, mean = causes.refined.fit, _mean_e1(causes)
    if mean is None:
        return None, _no_exciton()
    dots = causes.amounts[fit.columns.fixed :]
    gradient = np.zeros_like(causes.amounts)
    gradient[fit.columns.fixed :] = (EV_NM / fit.design.dots.e1_nm - EV_NM / mean) / dots.sum()
    budget = causes.budget(gradient * mean**2 / EV_NM)
    total = _total(budget)
    return mean, Finding(
        "mean first exciton of the dots", "nm", Interval.normal(mean, total), MappingProxyType(budget),
        definition="mean over the dots in energy, weighted by absorbance at their first exciton",
        evidence=_EVIDENCE,
    )  # fmt: skip


def _no_exciton() -> Finding:
    why = ("No dots stand out of what is uncertain.",)
    return Finding("mean first exciton of the dots", "nm", None, flags=why)


def _height(causes: Causes, mean_nm: float | None) -> Float[np.ndarray, " unknowns"]:
    """Return the gradient of the dots' absorbance at their mean first exciton."""
    fit = causes.refined.fit
    gradient = np.zeros_like(causes.amounts)
    if fit.design.dots.spline is None:
        return gradient
    at = float(np.median(fit.design.dots.e1_nm)) if mean_nm is None else mean_nm
    columns = fit.columns.matrix[:, fit.columns.fixed :]
    place = int(np.clip(np.searchsorted(fit.design.wavelengths, at), 1, fit.design.wavelengths.size - 1))
    low, high = fit.design.wavelengths[place - 1 : place + 1]
    part = float(np.clip((at - low) / (high - low), 0.0, 1.0))
    gradient[fit.columns.fixed :] = (1.0 - part) * columns[place - 1] + part * columns[place]
    return gradient


def _range(causes: Causes) -> tuple[float, float]:
    """Return first excitons between which 90 % of the dots' absorbance lies [nm]."""
    fit = causes.refined.fit
    dots = causes.amounts[fit.columns.fixed :]
    course = np.cumsum(dots) / dots.sum()
    low, high = np.interp([_TAIL, 1.0 - _TAIL], course, fit.design.dots.e1_nm)
    return float(low), float(high)


def _parts(causes: Causes) -> Float[np.ndarray, "parts wavelengths"]:
    """Return the absorbance of each cluster, of the dots and of the background."""
    fit = causes.refined.fit
    count, fixed = len(fit.design.families), fit.columns.fixed
    scaled = fit.columns.matrix * causes.amounts
    groups = [scaled[:, k] for k in range(count)]
    return np.array([*groups, scaled[:, fixed:].sum(axis=1), scaled[:, count:fixed].sum(axis=1)])


def _finding(
    quantity: str,
    value: float,
    budget: dict[str, float],
    definition: str,
    sources: tuple[str, ...],
    flags: tuple[str, ...] = (),
    most: float = np.inf,
) -> Finding:
    """Return a finding that can not be negative, with the 95 % interval of all its causes."""
    normal = Interval.normal(value, _total(budget))
    kept = Interval(value, max(normal.low, 0.0), min(normal.high, most))
    return Finding(
        quantity, "1", kept, MappingProxyType(budget),
        definition=definition, evidence=_EVIDENCE, sources=sources, flags=flags,
    )  # fmt: skip


def _without(blank: Finding, *why: str) -> Finding:
    return Finding(
        blank.quantity, blank.unit, None, definition=blank.definition, evidence=blank.evidence, flags=why
    )


def _total(budget: dict[str, float]) -> float:
    return float(np.sqrt(sum(part**2 for part in budget.values())))
