"""What is in these aliquots? From absorbance spectra to findings, for each and for the series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from aliquot.errors import AliquotError
from aliquot.finding import Finding
from aliquot.instruments.absorbance.amounts import Amount, amount_of
from aliquot.instruments.absorbance.clusters.discover import Discovery, discover
from aliquot.instruments.absorbance.clusters.library import identify
from aliquot.instruments.absorbance.clusters.result import Unmixed, UnmixedSpectrum
from aliquot.instruments.absorbance.clusters.unmix import unmix
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.joint import learn
from aliquot.instruments.absorbance.kernel import first_exciton, size_limits
from aliquot.instruments.absorbance.learned import Learned
from aliquot.instruments.absorbance.production import Most, production, yield_of
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.record import Examined
from aliquot.instruments.absorbance.recorded import RecordedSeries, compare_recorded
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.instruments.absorbance.series import course_of
from aliquot.instruments.absorbance.sizing import size_from_edge
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM

Clusters = Literal["none", "auto"] | tuple[str, ...]
"""Clusters looked for: none, those of the library that the series needs, or these by name or line."""

FEWEST = 2
"""Fewest spectra that teach a lineshape."""

_OF_CLUSTERS = "It would be read off the whole spectrum, where clusters have lines of their own."
_APART = "Amounts beside clusters are those of the unmixing, each species for itself."
_ON_SHAPE_ALONE = "No first exciton stands out: the distribution rests on the shape of the edge alone."


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a series beside its first excitons.

    Example:
        >>> Question(clusters="auto").invert
        True
    """

    clusters: Clusters = "none"
    """Which clusters are told apart from the dots."""
    invert: bool = True
    """Whether size distributions are recovered, which takes most of the time."""
    lineshape: Literal["learn", "card"] | Learned = "learn"
    """Whether a series teaches the lineshape with which it is read; or one that was learned before."""
    blank: Signal | None = None
    """Spectrum of the blank, to be examined with."""
    precursors: Signal | None = None
    """Spectrum of what absorbs and is no dot, taken off amounts."""
    most: Most | None = None
    """What the recipe can make at most, for yields."""
    flow_ml_min: float | None = None
    """Flow out of a reactor [mL/min], for its production."""
    volume_ml: float | None = None
    """Volume of that reactor [mL]."""
    recorded: RecordedSeries | None = None
    """First excitons that somebody wrote down."""


def analyse(
    signals: Sequence[Signal],
    material: Material,
    question: Question | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> SeriesFindings:
    """Find first exciton, width, diameter, sizes and amount of each aliquot, and the trend of all.

    Nothing is raised for a poor spectrum: what could not be found has no value, and its flags say why.

    Args:
        signals: Absorbance spectra, in any order of time.
        material: Card of the material of the dots.
        question: What else is asked; by default no clusters, and a lineshape learned from the series.
        progress: Called with a word whenever a spectrum, the clusters or the lineshape are done.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> nm = np.arange(400.0, 650.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> signal = Signal(SignalKind.ABSORBANCE, nm, line, "30 s", time_s=30.0)
        >>> found = analyse([signal], store.material("CdSe"), Question(invert=False))
        >>> round(found.aliquots[0].diameter.value.value, 1), found.citations
        (2.6, ('yu2003', 'jasieniak2009', 'nguyen2022'))
    """
    question = Question() if question is None else question
    told = progress if progress is not None else _silent
    examined = [examine(signal, question.blank) for signal in signals]
    unmixed, proposed, flags = _clusters(signals, material, question)
    told("clusters")
    parts = unmixed.spectra if unmixed is not None else (None,) * len(signals)
    dots = [_of_dots(one, part) for one, part in zip(examined, parts, strict=True)]
    lineshape, more = _lineshape([one for one in dots if one is not None], material, question)
    told("lineshape")
    aliquots = []
    for one, part, cut in zip(examined, parts, dots, strict=True):
        aliquots.append(_aliquot(one, part, cut, material, question, lineshape))
        told(one.signal.label.strip())
    return _series(material, tuple(aliquots), lineshape, unmixed, proposed, question, (*flags, *more))


def _silent(word: str) -> None:
    """Say nothing."""


def _clusters(
    signals: Sequence[Signal], material: Material, question: Question
) -> tuple[Unmixed | None, Discovery | None, tuple[str, ...]]:
    """Tell clusters from dots where that is asked; what could not be done is a flag."""
    if question.clusters == "none":
        return None, None, ()
    try:
        found = unmix(signals, material, families=question.clusters)
    except AliquotError as fault:
        return None, None, (f"Clusters could not be told apart: {fault}",)
    return found, discover(found), found.flags


def _of_dots(examined: Examined, unmixed: UnmixedSpectrum | None) -> Signal | None:
    """Return what of a spectrum is dots and background, between its first and last trusted point.

    Lines of clusters are taken off. None where clusters are seen and no dots: nothing is there to be sized.
    """
    signal, trusted = examined.signal, np.flatnonzero(examined.mask)
    if trusted.size == 0:
        return None
    low, high = (float(signal.wavelengths[place]) for place in trusted[[0, -1]])
    if unmixed is None or not _any(unmixed):
        return signal.between(low, high)
    if not unmixed.dots.seen:
        return None
    lines = unmixed.parts[: len(unmixed.clusters)].sum(axis=0)
    return replace(signal, values=signal.values - lines).between(low, high)


def _lineshape(
    signals: Sequence[Signal], material: Material, question: Question
) -> tuple[Learned | None, tuple[str, ...]]:
    """Return the lineshape with which a series is read, None for that of the card."""
    if isinstance(question.lineshape, Learned):
        return question.lineshape, question.lineshape.flags
    if question.lineshape == "card" or not question.invert or material.lineshape is None:
        return None, ()
    if len(signals) < FEWEST:
        return None, ()
    try:
        found = learn(signals, material)
    except AliquotError as fault:
        return None, (f"The series taught no lineshape, that of the card is used: {fault}",)
    return found, found.flags


def _aliquot(
    examined: Examined,
    unmixed: UnmixedSpectrum | None,
    cut: Signal | None,
    material: Material,
    question: Question,
    lineshape: Learned | None,
) -> AliquotFindings:
    """Return the findings of one spectrum."""
    signal = examined.signal
    edge = find_edge(signal, examined.mask)
    beside = unmixed is not None and _any(unmixed)
    e1 = unmixed.e1 if unmixed is not None and beside else edge.e1
    size = _size(material, e1)
    mean, rsd, recovered = _distribution(cut, material, edge, question, lineshape)
    if unmixed is not None and beside:
        mean, rsd = _less_sure(mean, rsd, e1, material)
    amount, lacking = (None, (_APART,)) if beside else _amount(examined, edge, material, question)
    concentration = None if amount is None else amount.concentration
    untimed = () if signal.time_s is not None else (f"No time is known: '{signal.label}' gives none.",)
    parted = () if unmixed is None else unmixed.flags
    doubts = (*untimed, *examined.flags, *edge.flags, *size.flags, *mean.flags, *parted, *lacking)
    return AliquotFindings(
        signal=signal,
        examined=examined,
        e1=e1,
        e2=replace(edge.e2, value=None, flags=(_OF_CLUSTERS,)) if beside else edge.e2,
        maximum_nm=None if beside else edge.maximum_nm,
        hwhm=replace(edge.hwhm, value=None, flags=(_OF_CLUSTERS,)) if beside else edge.hwhm,
        diameter=size,
        distribution=mean,
        rsd=rsd,
        amount=amount,
        yielded=None
        if concentration is None or question.most is None
        else yield_of(concentration, question.most),
        production=None
        if concentration is None or question.flow_ml_min is None
        else production(
            concentration, material, flow_ml_min=question.flow_ml_min, volume_ml=question.volume_ml
        ),
        recovered=recovered,
        unmixed=unmixed,
        flags=tuple(dict.fromkeys(doubts)),
    )


def _any(unmixed: UnmixedSpectrum) -> bool:
    """Tell whether a spectrum shows any cluster or complex."""
    return any(amount.seen for amount in unmixed.clusters)


def _less_sure(mean: Finding, rsd: Finding, e1: Finding, material: Material) -> tuple[Finding, Finding]:
    """Return mean and RSD with the doubt about what was taken off as clusters.

    It moves the dots as a whole, as far as their mean first exciton is uncertain; what it does to the width
    is not known, and said.
    """
    if mean.value is None or e1.value is None:
        return mean, rsd
    sizes = np.linspace(*size_limits(material), 400)
    lines = EV_NM / first_exciton(material, sizes)
    low, high = np.interp([e1.value.low, e1.value.high], lines, sizes)
    sd = float(high - low) / (2.0 * 1.959964)
    budget = MappingProxyType({**mean.budget, "clusters": sd})
    below, above = (
        float(np.hypot(part, 1.959964 * sd))
        for part in (mean.value.value - mean.value.low, mean.value.high - mean.value.value)
    )
    wider = replace(mean.value, low=mean.value.value - below, high=mean.value.value + above)
    told = "What was taken off as clusters is not in the interval of the RSD."
    return (
        replace(mean, value=wider, budget=budget),
        replace(rsd, flags=(*rsd.flags, told)),
    )


def _size(material: Material, e1: Finding) -> Finding:
    """Return a diameter, and none for a line that is known as that of a cluster."""
    if e1.value is not None:
        known = [hit for hit in identify(material.id, e1.value.value) if not hit.partner]
        if known and e1.quantity == "E1":
            lines = " and ".join(f"{nm:g}" for nm in known[0].lines_nm)
            reason = (
                f"{e1.value.value:.1f} nm is where {known[0].family.id} has a line ({lines} nm): a cluster "
                "is never sized by a curve. Ask with --clusters auto, which tells clusters and dots apart."
            )
            return Finding("diameter", "nm", None, flags=(reason,))
    return size_from_edge(material, e1)


def _distribution(
    cut: Signal | None, material: Material, edge: Edge, question: Question, lineshape: Learned | None
) -> tuple[Finding, Finding, Recovered | None]:
    """Return mean diameter, with the distribution, and RSD; without value where they can not be had."""
    reason = None
    if not question.invert:
        reason = "A size distribution was not asked for."
    elif material.lineshape is None:
        reason = f"No lineshape is known for {material.name}: no size distribution without one."
    elif cut is None:
        reason = "No dots are seen: no size distribution."
    else:
        try:
            recovered = invert(cut, material, lineshape=lineshape)
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
            return mean, recovered.rsd, recovered
    return (
        Finding("mean diameter", "nm", None, flags=(reason,)),
        Finding("RSD", "1", None, flags=(reason,)),
        None,
    )


def _amount(
    examined: Examined, edge: Edge, material: Material, question: Question
) -> tuple[Amount | None, tuple[str, ...]]:
    """Return the amount where path, dilution and medium are known; why not, where something else lacks."""
    signal = examined.signal
    if None in (signal.path_mm, signal.dilution, signal.medium):
        return None, ()
    try:
        found = amount_of(signal, material, precursors=question.precursors, known=(examined, edge))
    except AliquotError as fault:
        return None, (f"No amount: {fault}",)
    return found, found.flags


def _series(
    material: Material,
    aliquots: tuple[AliquotFindings, ...],
    lineshape: Learned | None,
    unmixed: Unmixed | None,
    proposed: Discovery | None,
    question: Question,
    flags: tuple[str, ...],
) -> SeriesFindings:
    """Put the findings of all aliquots beside each other."""
    timed = [
        (aliquot.time_s, aliquot.e1.value.value)
        for aliquot in aliquots
        if aliquot.time_s is not None and aliquot.e1.value is not None
    ]
    course = course_of(np.array([t for t, _ in timed]), np.array([e1 for _, e1 in timed]))
    recorded = None if question.recorded is None else compare_recorded(dict(timed), question.recorded)
    blind = [aliquot.label for aliquot in aliquots if aliquot.e1.value is None]
    flags = (*course.flags, *flags)
    if blind:
        flags += (f"No first exciton in {len(blind)} of {len(aliquots)} aliquots: {', '.join(blind)}.",)
    if recorded is not None:
        flags += (recorded.sentence,)
    return SeriesFindings(
        material=material.id,
        aliquots=aliquots,
        course=course,
        lineshape=lineshape,
        unmixed=unmixed,
        proposed=proposed,
        recorded=recorded,
        flags=tuple(dict.fromkeys(flags)),
        citations=_citations(aliquots, unmixed),
    )


def _citations(aliquots: Sequence[AliquotFindings], unmixed: Unmixed | None) -> tuple[str, ...]:
    """Return the keys of everything that findings rest on, each once."""
    findings = [
        finding
        for aliquot in aliquots
        for finding in (
            aliquot.e1,
            aliquot.diameter,
            aliquot.distribution,
            aliquot.rsd,
            *(() if aliquot.amount is None else (aliquot.amount.fraction,)),
        )
    ]
    keys = [key for finding in findings for key in finding.sources]
    return tuple(dict.fromkeys((*keys, *(unmixed.citations if unmixed is not None else ()))))
