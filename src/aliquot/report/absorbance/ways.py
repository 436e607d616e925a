"""The ways to describe the sizes behind each spectrum, side by side: free form, one mode, two, a tail."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.instruments.absorbance.selection import Description
from aliquot.report.absorbance.look import name_of
from aliquot.report.numbers import NOTHING, fixed, power


@dataclass(frozen=True, slots=True)
class Way:
    """One description of one aliquot, ready to print."""

    mean: str
    """Mean diameter by volume [nm]."""
    rsd: str
    """RSD by volume [%]."""
    bic: str
    """BIC above that of the best [1]."""
    note: str
    """Ashman's D where it has two modes, else empty."""
    first: bool
    """Whether it is the one to use first."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All descriptions of a series."""

    methods: tuple[str, ...]
    """Names of the descriptions, in the order of the columns."""
    rows: tuple[tuple[str, tuple[Way, ...], str], ...]
    """Name of each aliquot, its descriptions, and envelope and strength of the smoothing."""


def table_of(aliquots: Sequence[AliquotFindings]) -> Ways:
    """Return the descriptions of all aliquots that have any; without methods where none has."""
    described = [(one, one.recovered) for one in aliquots if one.recovered is not None]
    described = [(one, found) for one, found in described if found.descriptions]
    methods = tuple(sorted({way.method for _, found in described for way in found.descriptions}))
    rows = tuple(
        (name_of(one), tuple(_way(found, method) for method in methods), regulariser(found))
        for one, found in described
    )
    return Ways(methods, rows)


def _way(found: Recovered, method: str) -> Way:
    for way in found.descriptions:
        if way.method == method:
            return _told(way, first=way is found.descriptions[0])
    return Way(NOTHING, NOTHING, NOTHING, "", first=False)


def _told(way: Description, *, first: bool) -> Way:
    apart = "" if way.separation is None else f"D {fixed(way.separation, 1)}"
    return Way(
        fixed(way.distribution.mean, 2),
        fixed(100.0 * way.distribution.rsd, 1),
        fixed(way.bic, 0),
        apart,
        first,
    )


def regulariser(found: Recovered) -> str:
    """Return envelope and strength of smoothing in a line."""
    prior, envelope = found.regularisation, found.regularisation.envelope
    return (
        f"{power(prior.strength)}; {envelope.below} {envelope.width_below:g} nm below, {envelope.above} "
        f"{envelope.width_above:g} nm above {envelope.centre:g} nm"
    )
