"""A series in words: the lead of the page, and the counts that matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aliquot.instruments.absorbance.clusters.result import Verdict
from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.series import Trend
from aliquot.knowledge.records import Material
from aliquot.report.absorbance.look import clock_of
from aliquot.report.numbers import fixed

_TRENDS = {
    Trend.GROWING: "E1 moves to the red",
    Trend.REVERSING: "E1 turns to the blue",
    Trend.STALLED: "E1 stays where it is",
    Trend.NONE: "no trend can be told",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A number at the head of the page."""

    name: str
    """What is counted."""
    big: str
    """The number, or the word."""
    meaning: str
    """What it means."""


def lead(found: SeriesFindings, aliquots: Sequence[AliquotFindings], card: Material) -> str:
    """Return the series in a few sentences: what it is, what was asked, what it does."""
    count = "One aliquot" if len(aliquots) == 1 else f"{len(aliquots)} aliquots"
    return f"{count} of {card.name}{_span(aliquots)}{_range(aliquots)}. Asked for: {_asked(found, aliquots)}."


def _span(aliquots: Sequence[AliquotFindings]) -> str:
    times = [one.time_s for one in aliquots if one.time_s is not None]
    if not times:
        return ""
    clock = clock_of(times)
    if min(times) == max(times):
        return f" at {clock.told(times[0])}"
    return f" from {clock.told(min(times))} to {clock.told(max(times))}"


def _range(aliquots: Sequence[AliquotFindings]) -> str:
    found = [one.e1.value.value for one in aliquots if one.e1.value is not None]
    if not found:
        return (
            ", which shows no first exciton"
            if len(aliquots) == 1
            else ", none of which shows a first exciton"
        )
    if len(found) == 1:
        return f", the first exciton at {found[0]:.1f} nm"
    return f", first excitons from {min(found):.0f} to {max(found):.0f} nm"


def _asked(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> str:
    """Return what was asked, as far as the findings tell."""
    parts = ["first excitons", "diameters"]
    refused = "A size distribution was not asked for."
    if not all(refused in one.distribution.flags for one in aliquots):
        parts.append("size distributions")
    if found.unmixed is not None:
        parts.append("clusters")
    if any(one.amount is not None for one in aliquots):
        parts.append("amounts")
    if any(one.yielded is not None for one in aliquots):
        parts.append("yields")
    if found.recorded is not None:
        parts.append("a comparison with recorded peaks")
    return listed(parts)


def counts(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> tuple[Count, ...]:
    """Return the numbers at the head of the page."""
    total = len(aliquots)
    seen = sum(one.e1.value is not None for one in aliquots)
    told = [
        Count("first exciton", f"{seen} of {total}", "aliquots in which E1 stands out"),
        Count("trend", str(found.trend), _moved(found)),
        Count("size distribution", *_distributions(aliquots)),
    ]
    if found.unmixed is not None:
        claimed = [one.family.id for one in found.unmixed.claims if one.verdict is Verdict.CLAIMED]
        of = len(found.unmixed.claims)
        told.append(Count("species", f"{len(claimed)} of {of}", f"claimed: {', '.join(claimed) or 'none'}"))
    if found.recorded is not None:
        agree = "agree" if found.recorded.agree else "were read elsewhere"
        of = len(found.recorded.differences_nm)
        median = signed(found.recorded.median_nm, 1)
        told.append(
            Count("recorded peaks", f"{median} nm", f"ours less recorded, median of {of}: they {agree}")
        )
    return tuple(told)


def _moved(found: SeriesFindings) -> str:
    """Return what the trend means, with its numbers."""
    told = _TRENDS[found.trend]
    if not found.course.stretches:
        return told
    moves = ", then ".join(signed(stretch.moves_nm, 0) for stretch in found.course.stretches)
    return f"{told}: {moves} nm"


def _distributions(aliquots: Sequence[AliquotFindings]) -> tuple[str, str]:
    """Return how many distributions there are, and why others are missing."""
    sized = [one for one in aliquots if one.recovered is not None]
    if sized:
        widths = [100.0 * one.rsd.value.value for one in sized if one.rsd.value is not None]
        told = "recovered from the whole spectrum"
        if widths:
            low, high = f"{min(widths):.1f}", f"{max(widths):.1f}"
            told += f"; RSD {low} %" if low == high else f"; RSD {low} to {high} %"
        return f"{len(sized)} of {len(aliquots)}", told
    reasons = {" ".join(one.distribution.flags) for one in aliquots}
    one_reason = reasons.pop() if len(reasons) == 1 else "the reasons stand in table 1"
    return f"0 of {len(aliquots)}", one_reason if len(one_reason) < 120 else "the reason stands in table 1"


def signed(value: float, decimals: int) -> str:
    """Return a number with its sign, as it is printed.

    Example:
        >>> signed(12.3, 0), signed(-12.3, 1)
        ('+12', '−12.3')
    """
    told = fixed(value, decimals)
    return told if told.startswith("−") else f"+{told}"


def listed(words: Iterable[str]) -> str:
    """Return words as people list them.

    Example:
        >>> listed(["noise", "method", "lineshape"]), listed(["noise"])
        ('noise, method and lineshape', 'noise')
    """
    *first, last = [word for word in words if word] or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last
