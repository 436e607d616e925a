"""What is in these aliquots? From absorbance spectra to findings, for each and for the series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aliquot.errors import AliquotError
from aliquot.finding import Finding
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.invert import invert as size_distribution
from aliquot.instruments.absorbance.series import Trend, trend_of
from aliquot.instruments.absorbance.sizing import size_from_edge
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material

_ON_SHAPE_ALONE = "No first exciton stands out: the distribution rests on the shape of the edge alone."


@dataclass(frozen=True, slots=True)
class AliquotFindings:
    """What the spectrum of one aliquot says."""

    label: str
    """What the column was called."""
    time_s: float | None
    """Time of the aliquot [s], None where not known."""
    source: str
    """File, line and heading from which the spectrum came."""
    e1: Finding
    """Wavelength of the first exciton [nm]."""
    hwhm: Finding
    """Half width at half height of the first exciton, on its red side [meV]."""
    diameter: Finding
    """Diameter by the sizing curves of the material [nm]."""
    distribution: Finding
    """Volume-weighted mean diameter of the recovered distribution, which it carries [nm]."""
    rsd: Finding
    """Relative standard deviation of that distribution, volume-weighted [1]."""
    clusters: tuple[Finding, ...] = ()
    """Lines of clusters; they are never sized by a curve."""
    flags: tuple[str, ...] = ()
    """Doubts about this aliquot, whole sentences, each once."""


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """What a series of spectra says."""

    material: str
    """Name of the material card."""
    aliquots: tuple[AliquotFindings, ...]
    """One for each spectrum, in the order given."""
    trend: Trend
    """What the first exciton does over time."""
    flags: tuple[str, ...]
    """Doubts about the series, whole sentences."""
    citations: tuple[str, ...]
    """Keys of the bibliography on which the findings rest."""


def analyse(
    signals: Sequence[Signal],
    material: Material,
    *,
    invert: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SeriesFindings:
    """Find first exciton, width, diameter and size distribution of each aliquot, and the trend of all.

    Nothing is raised for a poor spectrum: what could not be found has no value, and its flags say why.

    Args:
        signals: Absorbance spectra, in any order of time.
        material: Card of the material of the dots.

    Rarely needed:
        invert: Whether to recover size distributions, which takes most of the time.
        progress: Called with the label of each aliquot when it is read.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> nm = np.arange(400.0, 650.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> signal = Signal(SignalKind.ABSORBANCE, nm, line, "30 s", time_s=30.0)
        >>> found = analyse([signal], store.material("CdSe"))
        >>> round(found.aliquots[0].diameter.value.value, 1), found.citations
        (2.6, ('yu2003', 'jasieniak2009', 'nguyen2022'))
    """
    aliquots = []
    for signal in signals:
        aliquots.append(_aliquot(signal, material, invert))
        if progress is not None:
            progress(signal.label.strip())
    timed = [
        (aliquot.time_s, aliquot.e1.value.value)
        for aliquot in aliquots
        if aliquot.time_s is not None and aliquot.e1.value is not None
    ]
    trend, flags = trend_of(np.array([t for t, _ in timed]), np.array([e1 for _, e1 in timed]))
    blind = [aliquot.label for aliquot in aliquots if aliquot.e1.value is None]
    if blind:
        flags += (f"No first exciton in {len(blind)} of {len(aliquots)} aliquots: {', '.join(blind)}.",)
    sources = [
        key
        for aliquot in aliquots
        for finding in (aliquot.e1, aliquot.diameter, aliquot.distribution, aliquot.rsd)
        for key in finding.sources
    ]
    return SeriesFindings(material.id, tuple(aliquots), trend, flags, tuple(dict.fromkeys(sources)))


def _aliquot(signal: Signal, material: Material, invert: bool) -> AliquotFindings:
    """Return the findings of one spectrum."""
    edge = find_edge(signal)
    size = size_from_edge(material, edge.e1)
    mean, rsd = _distribution(signal, material, edge, invert)
    untimed = () if signal.time_s is not None else (f"No time is known: '{signal.label}' gives none.",)
    doubts = (*untimed, *edge.flags, *size.flags, *mean.flags)
    return AliquotFindings(
        label=signal.label,
        time_s=signal.time_s,
        source=str(signal.where) if signal.where is not None else signal.label,
        e1=edge.e1,
        hwhm=edge.hwhm,
        diameter=size,
        distribution=mean,
        rsd=rsd,
        flags=tuple(dict.fromkeys(doubts)),
    )


def _distribution(signal: Signal, material: Material, edge: Edge, invert: bool) -> tuple[Finding, Finding]:
    """Return mean diameter, with the distribution, and RSD; without value where they can not be had."""
    reason = None
    if not invert:
        reason = "A size distribution was not asked for."
    elif material.lineshape is None:
        reason = f"No lineshape is known for {material.name}: no size distribution without one."
    if reason is None:
        try:
            recovered = size_distribution(signal, material)
        except AliquotError as fault:
            reason = f"No size distribution: {fault}"
        else:
            # A broad distribution has an edge but no exciton: there the inversion says more than the edge.
            doubt = () if edge.e1.value is not None else (_ON_SHAPE_ALONE,)
            mean = replace(
                recovered.mean,
                distribution=recovered.distribution,
                flags=tuple(dict.fromkeys((*recovered.mean.flags, *doubt))),
            )
            return mean, recovered.rsd
    return (
        Finding("mean diameter", "nm", None, flags=(reason,)),
        Finding("RSD", "1", None, flags=(reason,)),
    )
