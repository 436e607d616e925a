"""When a line is a cluster: it stays in place at three times or more while its amount moves.

Dots of one size absorb like a cluster in one spectrum. Over time they grow, and their line moves; a cluster
comes and goes where it is. That is the argument by which mech2023 (l.96) tells the band at 430 nm from
small dots.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.position import Position, positions
from aliquot.instruments.absorbance.clusters.refine import BOUNDS, NAMES, Refined
from aliquot.instruments.absorbance.clusters.result import Amount, Claim, Verdict
from aliquot.knowledge.records.clusters import Family

FIXED_NM = 1.5
"""How far from its mean a line may stand in any spectrum to count as fixed [nm]."""

FEWEST_TIMES = 3
"""Fewest times at which the place of a line has to be known."""

SIGMAS = 5.0
"""How many standard uncertainties a species has to exceed to be seen, and to move to be claimed [1]."""

_SURE_NM = 0.5 * FIXED_NM  # a place that is less sure says nothing about moving or not


def claims(
    refined: Refined, amounts: Sequence[Sequence[Amount]], times: Sequence[float | None]
) -> tuple[Claim, ...]:
    """Return what a series says about each family.

    Args:
        refined: The fit of the series.
        amounts: For each spectrum the amounts of the families, in the order of the fit.
        times: Time of each spectrum [s], None where not known.
    """
    found = []
    for which, family in enumerate(refined.fit.design.families):
        course = [of[which] for of in amounts]
        seen = [k for k, one in enumerate(course) if one.seen]
        placed = positions(refined.fit, which, seen)
        found.append(_claim(refined, family, course, placed, times))
    return tuple(found)


def unfixed(placed: Mapping[int, Position], times: Sequence[float | None]) -> str | None:
    """Return why a line can not be said to stay where it is, None if it can.

    Its place has to be known well at three times or more, at half of those at which it was seen, and must not
    leave :data:`FIXED_NM`.

    Args:
        placed: Place of the line in each spectrum in which it was seen.
        times: Time of each spectrum [s], None where not known.
    """
    sure = _sure(placed)
    known = {times[k] for k in sure if times[k] is not None}
    if len(known) < FEWEST_TIMES:
        return f"The place of its line is known to {_SURE_NM:g} nm at {len(known)} times only."
    away = max(abs(one.nm - mean_place(sure.values())) for one in sure.values())
    if away > FIXED_NM:
        return f"Its line does not stay: it stands up to {away:.1f} nm from its mean, as that of a dot may."
    if 2 * len(sure) < len(placed):
        return f"The place of its line is known in {len(sure)} of the {len(placed)} spectra that show it."
    return None


def _claim(
    refined: Refined,
    family: Family,
    course: Sequence[Amount],
    placed: Mapping[int, Position],
    times: Sequence[float | None],
) -> Claim:
    timed = sorted({time for k in placed if (time := times[k]) is not None})
    line = _line(family, list(placed.values()))
    if not placed:
        return Claim(family, Verdict.ABSENT, line, (), "Its amount exceeds 5 sigma in no spectrum.")
    if len(timed) < FEWEST_TIMES:
        told = f"It was seen at {len(timed)} known times, and a claim needs {FEWEST_TIMES}."
        return Claim(family, Verdict.SEEN, line, tuple(timed), told)
    doubt = unfixed(placed, times) or _against(refined, family, course, placed)
    verdict = Verdict.CLAIMED if doubt is None else Verdict.CONSISTENT
    return Claim(family, verdict, line, tuple(timed), doubt or _for(placed, course))


def _against(
    refined: Refined, family: Family, course: Sequence[Amount], placed: Mapping[int, Position]
) -> str | None:
    """Return why a line that stays where it is is no cluster of this family, None if it is one."""
    mean, expected = mean_place(_sure(placed).values()), absorption_of(family).line.value
    if abs(mean - expected) > BOUNDS[1].shift_nm:
        return f"Its line stands at {mean:.1f} nm, {mean - expected:+.1f} nm from that of the family."
    ended = [name for name in refined.bounded if name in NAMES[:2]]
    if ended:
        return f"The {ended[0]} ended at the bound of what is tried: it is not that of the library."
    moved = _moved(course)
    if moved <= SIGMAS:
        return f"Its amount moves by {moved:.1f} sigma only: a constant band may be anything."
    return None


def _for(placed: Mapping[int, Position], course: Sequence[Amount]) -> str:
    """Return why a series shows a cluster."""
    sure = _sure(placed).values()
    away = max(abs(one.nm - mean_place(sure)) for one in sure)
    return (
        f"Its line stays within {away:.1f} nm in {len(sure)} spectra while its amount moves by "
        f"{_moved(course):.0f} sigma."
    )


def _moved(course: Sequence[Amount]) -> float:
    """Return the largest change of the amount over its standard uncertainty [1]."""
    pairs = [(one.peak.value.value, _sd(one.peak)) for one in course if one.peak.value is not None]
    (high, high_sd), (low, low_sd) = max(pairs), min(pairs)
    return (high - low) / max(float(np.hypot(high_sd, low_sd)), np.finfo(float).tiny)


def _sd(finding: Finding) -> float:
    return float(np.sqrt(sum(part**2 for part in finding.budget.values())))


def _sure(placed: Mapping[int, Position]) -> dict[int, Position]:
    """Return the places that are known well enough to tell whether a line moves."""
    return {k: one for k, one in placed.items() if one.inside and one.sd <= _SURE_NM}


def mean_place(places: Collection[Position]) -> float:
    """Return the mean place, each by its certainty but none by more than that of 0.1 nm [nm]."""
    weights = np.array([1.0 / (one.sd**2 + 0.01) for one in places])
    return float(weights @ np.array([one.nm for one in places]) / weights.sum())


def _line(family: Family, placed: Sequence[Position]) -> Finding:
    """Return the mean place of a line over the series."""
    inside = [one for one in placed if one.inside]
    blank = Finding(
        f"line of {family.id}",
        "nm",
        None,
        definition="first line in absorption, mean over the spectra in which it is seen",
        evidence="place of least misfit in each spectrum, all amounts free",
        sources=tuple(key for key in (absorption_of(family).source,) if key),
        flags=() if inside else ("It was not seen, or the misfit has no minimum near its place.",),
    )
    if not inside:
        return blank
    mean = mean_place(inside)
    noise = float(np.sqrt(1.0 / sum(1.0 / one.sd**2 for one in inside)))
    scatter = float(np.std([one.nm for one in inside], ddof=1)) if len(inside) > 1 else 0.0
    budget = {"noise": noise, "scatter over the series": scatter}
    return Finding(
        blank.quantity,
        "nm",
        Interval.normal(mean, float(np.hypot(noise, scatter))),
        MappingProxyType(budget),
        definition=blank.definition,
        evidence=blank.evidence,
        sources=blank.sources,
    )
