"""Peaks that belong together: formulas that differ by whole steps support each other."""

from collections.abc import Sequence
from dataclasses import replace
from math import gcd
from types import MappingProxyType

import numpy as np

from aliquot.errors import InputError
from aliquot.instruments.mass.assign import CLOSE, Assignment, Candidate, assign, doubts
from aliquot.instruments.mass.blocks import ClusterFormula, Family
from aliquot.instruments.mass.enumerate import Bounds

SUPPORT = 0.69
"""What a peak pays for a formula that fits as well as its best, one step away from the candidate [1]."""
_STEPS = 4


def steps(family: Family) -> tuple[ClusterFormula, ...]:
    """Return the steps by which clusters of a family grow: a formula unit, and a cation with a ligand.

    Example:
        >>> [step.text for step in steps(Family("Cd", "P", "oleate"))]
        ['Cd3P2', 'Cd(oleate)']
    """
    cation, anion, ligand, *_ = family.blocks
    common = gcd(cation.charge, -anion.charge)
    unit = ClusterFormula({cation.name: -anion.charge // common, anion.name: cation.charge // common})
    return unit, ClusterFormula({cation.name: 1, ligand.name: 1})


def assign_series(  # noqa: PLR0913  each is measured on its own
    masses: Sequence[float],
    family: Family,
    sigma: float,
    *,
    charge: int = 1,
    sds: Sequence[float | None] | None = None,
    peak_sd: float = 0.0,
    bounds: Bounds | None = None,
    seed: int = 1,
) -> tuple[Assignment, ...]:
    """Assign several peaks of one spectrum, each supported by formulas of the others.

    A candidate gains where another peak has a good candidate one to four whole steps away. The gain is soft:
    a spacing that fits lets all pairs of formulas fit, so that a series says less than it seems to.

    Args:
        masses: Mass-to-charge ratios [Da/e].
        family: Blocks.
        sigma: Standard error of each mass, times charge [Da].
        charge: Charge of the ions [e].
        sds: Measured standard deviation of each envelope, None where it is not known [Da].
        peak_sd: Share of the instrument in the widths [Da].
        bounds: How many of each block.
        seed: Seed of the controls.

    Returns:
        One assignment for each mass, in their order, with a term ``series``.

    Example:
        >>> found = assign_series([5623.4, 5224.8], Family("Cd", "P", "oleate", extras=()), 1.5)
        >>> found[0].candidates[0].terms["series"] < 0.0
        True
    """
    widths = list(sds) if sds is not None else [None] * len(masses)
    if len(widths) != len(masses):
        raise InputError(
            given=f"{len(masses)} masses and {len(widths)} widths",
            expected="a width for each mass",
            why="each belongs to one peak",
            remedy="Write None for a width that is not known.",
        )
    alone = [
        assign(mass, family, sigma, charge=charge, sd=sd, peak_sd=peak_sd, bounds=bounds, seed=seed)
        for mass, sd in zip(masses, widths, strict=True)
    ]
    return tuple(
        _supported(one, [other for other in alone if other is not one], family) if len(alone) > 1 else one
        for one in alone
    )


def _supported(one: Assignment, others: Sequence[Assignment], family: Family) -> Assignment:
    """Return an assignment with the candidates' scores lowered by what the other peaks say."""
    if not one.candidates:
        return one
    known = [
        {found.formula: found.score - other.candidates[0].score for found in other.candidates}
        for other in others
    ]
    raised = []
    for candidate in one.candidates:
        linked = _linked(candidate.formula, family)
        gains = [max((np.exp(-peak[f]) for f in linked if f in peak), default=0.0) for peak in known]
        gain = -SUPPORT * float(np.sum(gains))
        terms = MappingProxyType({**candidate.terms, "series": gain})
        raised.append(replace(candidate, score=candidate.score + gain, terms=terms))
    raised.sort(key=lambda candidate: candidate.score)
    rivals = sum(candidate.score <= raised[0].score + CLOSE for candidate in raised) - 1
    answer = replace(one, candidates=_weighted(raised), rivals=rivals)
    return replace(answer, flags=doubts(answer))


def _weighted(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates with weights that follow their scores; those not shown keep theirs."""
    shown = sum(candidate.weight for candidate in candidates)
    likely = np.exp([candidates[0].score - candidate.score for candidate in candidates])
    likely *= shown / likely.sum()
    return tuple(replace(c, weight=float(w)) for c, w in zip(candidates, likely, strict=True))


def _linked(formula: ClusterFormula, family: Family) -> list[ClusterFormula]:
    """Return the formulas one to a few whole steps up and down."""
    found = []
    for step in steps(family):
        for times in (*range(-_STEPS, 0), *range(1, _STEPS + 1)):
            counts = dict(formula.counts)
            for name, number in step.counts.items():
                counts[name] = counts.get(name, 0) + times * number
            if min(counts.values()) >= 0:
                found.append(ClusterFormula(counts))
    return found
