"""The clusters of a series as rows of tables: verdicts, shared places, amounts, lines that are proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.finding import Interval
from aliquot.instruments.absorbance.clusters.discover import Proposal
from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.result import Amount, Claim, Unmixed
from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.absorbance.look import Clock, clock_of, name_of
from aliquot.report.numbers import NOTHING, Estimate, estimate, unit_text


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What a series says about one family."""

    name: str
    """Name of the family."""
    kind: str
    """``"cluster"`` or ``"complex"``."""
    library: str
    """Place of its line on the card [nm]."""
    line: Estimate
    """Place of its line in the series [nm]."""
    seen: str
    """How often, and between which times, it was seen."""
    verdict: str
    """How far the series goes."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True)
class SpeciesCell:
    """How much of a species an aliquot holds."""

    peak: Estimate
    """Absorbance of the species alone [1]."""
    share: Estimate
    """Share of the volume of semiconductor [%]."""
    seen: bool
    """Whether it exceeds five sigma."""


def verdicts(unmixed: Unmixed) -> tuple[VerdictRow, ...]:
    """Return what is said about each family that was looked for."""
    times = [one.time_s for one in unmixed.spectra if one.time_s is not None]
    clock = clock_of(times)
    return tuple(_verdict(unmixed, claim, clock) for claim in unmixed.claims)


def _verdict(unmixed: Unmixed, claim: Claim, clock: Clock) -> VerdictRow:
    known = absorption_of(claim.family)
    count = sum(one.of(claim.family.id).seen for one in unmixed.spectra)
    between = ""
    if claim.seen_s:
        first, last = min(claim.seen_s), max(claim.seen_s)
        between = f", {clock.told(first)}" + (f" to {clock.told(last)}" if last > first else "")
    return VerdictRow(
        name=claim.family.id,
        kind=known.kind,
        library=f"{known.line.value:g}",
        line=estimate(claim.line.value, 1),
        seen=f"{count} of {len(unmixed.spectra)}{between}",
        verdict=str(claim.verdict),
        reason=claim.reason,
    )


def shared(unmixed: Unmixed) -> tuple[tuple[str, str, Estimate, str], ...]:
    """Return name, unit, value and doubts of what all spectra share."""
    places = (unmixed.shift, unmixed.width, unmixed.dots_width, unmixed.partners, unmixed.tails)
    return tuple(
        (one.quantity, unit_text(one.unit), estimate(one.value, 3), " ".join(one.flags)) for one in places
    )


def amounts(
    aliquots: Sequence[AliquotFindings],
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[SpeciesCell, ...], str], ...]]:
    """Return the species, and for each aliquot what it holds of them and how far its fit misses.

    Args:
        aliquots: Those without parts are left out.

    Returns:
        Names of the species, and rows: name of the aliquot, a cell for each, root of chi-squared.
    """
    parted = [(one, one.unmixed) for one in aliquots if one.unmixed is not None]
    names = tuple(amount.name for amount in (*parted[0][1].clusters, parted[0][1].dots)) if parted else ()
    rows = tuple(
        (
            name_of(one),
            tuple(_cell(amount) for amount in (*parts.clusters, parts.dots)),
            f"{parts.chi_squared**0.5:.2f}",
        )
        for one, parts in parted
    )
    return names, rows


def _cell(amount: Amount) -> SpeciesCell:
    return SpeciesCell(estimate(amount.peak.value, 3), estimate(amount.share.value, 0, 100.0), amount.seen)


def proposals(found: Sequence[Proposal]) -> tuple[tuple[str, str, str, str], ...]:
    """Return place, width, explained part and neighbours of lines that are proposed."""
    return tuple(
        (
            _placed(one.line.value),
            f"{one.width_mev:.0f}",
            f"{100.0 * one.explained:.0f}",
            ", ".join(dict.fromkeys(hit.family.id for hit in one.near)) or "none known",
        )
        for one in found
    )


def _placed(value: Interval | None) -> str:
    told = estimate(value, 1)
    return told.value if told.value == NOTHING else f"{told.value} ({told.interval})"
