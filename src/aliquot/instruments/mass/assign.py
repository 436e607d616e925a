"""Formulas for a mass: all that fit, ranked, with how easily any mass would have been matched.

The score of a formula is minus the logarithm of its likelihood, up to a constant: half the squared error in
units of the instrument's, and a price for every electron by which the ion differs from a closed shell and for
every foreign atom. Where width or comb of the isotope envelope were measured they add their squared errors.
A low score says that a formula fits, not that it is right: rivals, twins and the share of random masses that
are matched as well say how much that is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int

from aliquot.errors import InputError
from aliquot.instruments.mass.blocks import ClusterFormula, Family
from aliquot.instruments.mass.enumerate import HEAVIEST, Bounds, Compositions, compositions
from aliquot.instruments.mass.envelope import envelope, variance
from aliquot.instruments.mass.isotopes import ELECTRON

REACH = 4.0
"""Errors up to so many standard deviations are looked at."""
MATCHED = 2.0
"""A mass counts as matched if a formula lies within so many standard deviations."""
CLOSE = 2.0
"""Formulas whose scores lie within this of the best are its rivals: at least an eighth as likely."""
_CONTROL_SPREAD = 400.0
_SHOWN = 25
_TWINS = 4
_TWIN_REACH = 1.0


@dataclass(frozen=True)
class Prices:
    """What a formula pays for being unusual, and how well width and comb are known; all estimated.

    An electron too many costs a factor of two in likelihood, as matrix-assisted ionisation makes open-shell
    ions easily; a foreign atom a factor of three, as each is one more free parameter.
    """

    electron: float = 0.69
    """Price of each electron in excess or missing [1]."""
    foreign: float = 1.1
    """Price of each extra block [1]."""
    width: float = 0.04
    """Relative standard error of a measured envelope width [1]."""
    comb: float = 0.1
    """Standard error of a measured comb offset [Da]."""


@dataclass(frozen=True)
class Twin:
    """A formula that no mass can tell from another."""

    formula: ClusterFormula
    """The twin."""
    difference: float
    """Mass of the twin minus that of the formula [Da]."""


@dataclass(frozen=True)
class Candidate:
    """A formula that fits a mass."""

    formula: ClusterFormula
    """The formula."""
    mass: float
    """Average mass of the neutral composition [Da]."""
    error: float
    """Measured minus calculated mass [Da]."""
    formal_charge: int
    """Sum of oxidation states [e]."""
    score: float
    """Sum of the terms, lower is better [1]."""
    terms: Mapping[str, float]
    """Score by cause: mass, charge, foreign, width, comb, series."""
    weight: float
    """Share of the likelihood among all formulas that were looked at [1]."""
    closed_shell: bool
    """Whether the formal charge is that of the ion."""
    sd: float
    """Standard deviation of the isotope envelope [Da]."""
    comb: float
    """Where between whole numbers the nominal peaks stand [Da]."""
    twins: tuple[Twin, ...] = ()
    """Formulas with the same extras that weigh the same within 1 Da, or the standard error if that is larger;
    the closest to a closed shell first."""


@dataclass(frozen=True)
class Assignment:
    """All formulas for a mass, and what they are worth."""

    mass: float
    """Measured mass [Da]: mass-to-charge ratio times charge."""
    charge: int
    """Charge of the ion [e]."""
    family: Family
    """Blocks that were allowed."""
    candidates: tuple[Candidate, ...]
    """Best formulas, by score."""
    found: int
    """Number of formulas within :data:`REACH` standard deviations."""
    rivals: int
    """Number of other formulas that fit about as well as the best, within :data:`CLOSE` in score."""
    random_match_rate: float
    """Share of random masses nearby with a formula within :data:`MATCHED` standard deviations [1]."""
    random_density: float
    """Mean number of formulas that match a random mass nearby [1]."""
    random_as_good: float
    """Share of random masses nearby whose best score is as low as that of this mass alone [1]."""
    flags: tuple[str, ...] = ()
    """Doubts, whole sentences."""


@dataclass(frozen=True)
class _Question:
    """What was measured, for scoring many compositions at once."""

    family: Family
    sigma: float
    charge: int
    sd: float | None
    peak_sd: float
    comb: float | None
    prices: Prices
    bounds: Bounds

    def ion(self, mz: float) -> float:
        """Return the mass of the neutral composition [Da] of an ion at a mass-to-charge ratio."""
        return mz * abs(self.charge) + self.charge * ELECTRON

    def charges(self, counts: Int[np.ndarray, "found blocks"]) -> Int[np.ndarray, " found"]:
        return np.asarray(counts @ np.array([part.charge for part in self.family.blocks]))

    def terms(self, found: Compositions, mass: float) -> dict[str, Float[np.ndarray, " found"]]:
        """Return the terms of the score of every composition at a mass."""
        spread, offset = _of_blocks(self.family)
        excess = np.abs(self.charges(found.counts) - self.charge)
        told = {
            "mass": 0.5 * ((mass - found.masses) / self.sigma) ** 2,
            "charge": self.prices.electron * excess,
            "foreign": self.prices.foreign * found.counts[:, 3:].sum(axis=1).astype(float),
        }
        if self.sd is not None:
            expected = np.sqrt(found.counts @ spread + self.peak_sd**2)
            told["width"] = 0.5 * ((self.sd - expected) / (self.prices.width * self.sd)) ** 2
        if self.comb is not None:
            apart = (self.comb - found.counts @ offset + 0.5) % 1.0 - 0.5
            told["comb"] = 0.5 * (apart / self.prices.comb) ** 2
        return told


@cache
def _of_blocks(family: Family) -> tuple[Float[np.ndarray, " blocks"], Float[np.ndarray, " blocks"]]:
    """Return the variance over isotopes [Da2] and the mean mass defect [Da] of each block; both add up."""
    spread = np.array([variance(part.composition) for part in family.blocks])
    return spread, np.array([envelope(part.composition).offset for part in family.blocks])


def assign(  # noqa: PLR0913  each is measured on its own
    mass: float,
    family: Family,
    sigma: float,
    *,
    charge: int = 1,
    sd: float | None = None,
    peak_sd: float = 0.0,
    comb: float | None = None,
    bounds: Bounds | None = None,
    prices: Prices | None = None,
    seed: int = 1,
    control: int = 400,
) -> Assignment:
    """Rank the formulas of a family for a mass.

    Args:
        mass: Mass-to-charge ratio of the centroid of the envelope [Da/e].
        family: Blocks.
        sigma: Standard error of the mass, times charge [Da].
        charge: Charge of the ion [e], not 0.
        sd: Measured standard deviation of the envelope, if resolved from its neighbours [Da].
        peak_sd: Share of the instrument in it: standard deviation of the peak of one mass [Da].
        comb: Measured place of the resolved nominal peaks between whole numbers, times charge [Da].
        bounds: How many of each block; by default those of :class:`Bounds`.
        prices: What unusual formulas pay.
        seed: Seed of the random masses of the control.
        control: Number of random masses, 0 for none; the rates are then not a number.

    Raises:
        InputError: If mass, sigma or charge can not be.
        RangeError: If the mass is too large to be assigned.

    Example:
        >>> found = assign(5623.4, Family("Cd", "P", "oleate", extras=()), 1.5)
        >>> found.candidates[0].formula.text, found.random_match_rate
        ('Cd20P9(oleate)11', 1.0)
    """
    _refuse(mass, sigma, charge, sd, peak_sd)
    limits, usual = Bounds() if bounds is None else bounds, Prices() if prices is None else prices
    asked = _Question(family, sigma, charge, sd, peak_sd, comb, usual, limits)
    neutral = asked.ion(mass)
    reach = REACH * sigma
    found = compositions(max(neutral - reach, 1.0), neutral + reach, family, asked.bounds)
    candidates, scores = _ranked(asked, neutral, found)
    best = float(scores.min()) if scores.size else np.inf
    rates = _control(asked, neutral, best, seed, control) if control else (np.nan, np.nan, np.nan)
    answer = Assignment(
        mass=mass * abs(charge),
        charge=charge,
        family=family,
        candidates=candidates,
        found=int(scores.size),
        rivals=int((scores <= best + CLOSE).sum()) - 1 if scores.size else 0,
        random_match_rate=rates[0],
        random_density=rates[1],
        random_as_good=rates[2],
    )
    return replace(answer, flags=doubts(answer))


def _refuse(mass: float, sigma: float, charge: int, sd: float | None, peak_sd: float) -> None:
    good = np.isfinite([mass, sigma]).all() and mass > 0.0 and sigma > 0.0 and charge != 0
    if not good or (sd is not None and not sd > peak_sd >= 0.0):
        raise InputError(
            given=f"mass {mass}, sigma {sigma}, charge {charge}, width {sd}, of the instrument {peak_sd}",
            expected="a mass and a sigma above 0, a charge other than 0, a width above the instrument's",
            why="no ion has such a peak",
            remedy="Correct the number.",
        )


def _ranked(
    asked: _Question, mass: float, found: Compositions
) -> tuple[tuple[Candidate, ...], Float[np.ndarray, " found"]]:
    """Return the best candidates, and the scores of all."""
    terms = asked.terms(found, mass)
    scores = np.sum(list(terms.values()), axis=0)
    if not scores.size:
        return (), scores
    spread, offset = _of_blocks(asked.family)
    likely = np.exp(scores.min() - scores)
    likely /= likely.sum()
    charges = asked.charges(found.counts)
    order = np.argsort(scores, kind="stable")[:_SHOWN]
    candidates = tuple(
        Candidate(
            formula=asked.family.formula(*found.counts[i].tolist()),
            mass=float(found.masses[i]),
            error=float(mass - found.masses[i]),
            formal_charge=int(charges[i]),
            score=float(scores[i]),
            terms=MappingProxyType({name: float(values[i]) for name, values in terms.items()}),
            weight=float(likely[i]),
            closed_shell=int(charges[i]) == asked.charge,
            sd=float(np.sqrt(found.counts[i] @ spread)),
            comb=float((found.counts[i] @ offset) % 1.0),
            twins=_twins(asked, found, int(i)),
        )
        for i in order
    )
    return candidates, scores


def _twins(asked: _Question, found: Compositions, which: int) -> tuple[Twin, ...]:
    """Return the compositions with the same extras that weigh nearly the same."""
    apart = found.masses - found.masses[which]
    same = (found.counts[:, 3:] == found.counts[which, 3:]).all(axis=1)
    near = same & (np.abs(apart) <= max(_TWIN_REACH, asked.sigma))
    near[which] = False
    places = np.nonzero(near)[0]
    excess = np.abs(asked.charges(found.counts[places]) - asked.charge)
    likeliest = places[np.lexsort((np.abs(apart[places]), excess))][:_TWINS]
    return tuple(Twin(asked.family.formula(*found.counts[i].tolist()), float(apart[i])) for i in likeliest)


def _control(
    asked: _Question, mass: float, best: float, seed: int, number: int
) -> tuple[float, float, float]:
    """Return how many random masses nearby are matched, how often, and how many as well as this one."""
    spread, reach = min(_CONTROL_SPREAD, 0.2 * mass), REACH * asked.sigma
    low, high = mass - spread, min(mass + spread, HEAVIEST - reach)
    near = compositions(max(low - reach, 1.0), high + reach, asked.family, asked.bounds)
    masses = np.random.default_rng(seed).uniform(low, high, number)
    unmoved = _price_without_mass(asked, near)
    matched = np.searchsorted(near.masses, masses + MATCHED * asked.sigma) - np.searchsorted(
        near.masses, masses - MATCHED * asked.sigma
    )
    starts, ends = np.searchsorted(near.masses, masses - reach), np.searchsorted(near.masses, masses + reach)
    as_good = 0
    for at, start, end in zip(masses, starts, ends, strict=True):
        errors = (near.masses[start:end] - at) / asked.sigma
        as_good += bool(((0.5 * errors**2 + unmoved[start:end]) <= best).any())
    return float((matched > 0).mean()), float(matched.mean()), as_good / number


def _price_without_mass(asked: _Question, near: Compositions) -> Float[np.ndarray, " found"]:
    """Return the score of compositions without the term of the mass."""
    terms = asked.terms(near, 0.0)
    return np.asarray(np.sum([values for name, values in terms.items() if name != "mass"], axis=0))


def doubts(found: Assignment) -> tuple[str, ...]:
    """Return what speaks against trusting an assignment, as sentences.

    Example:
        >>> doubts(assign(150.0, Family("Cd", "P", "oleate"), 0.5, control=50))
        ('no formula of Cd/P/oleate with O, H fits this mass.',)
    """
    flags = []
    if not found.candidates:
        return (f"no formula of {found.family.text} fits this mass.",)
    if found.random_match_rate > 0.05:
        flags.append(
            f"{100 * found.random_match_rate:.0f} % of random masses nearby are matched by this family, by "
            f"{found.random_density:.0f} formulas each: that a formula fits proves nothing."
        )
    if found.rivals:
        flags.append(f"{found.rivals} other formula(s) fit about as well as the first.")
    if not any(candidate.closed_shell for candidate in found.candidates[: found.rivals + 1]):
        flags.append("no formula that fits well has the formal charge of the ion.")
    return tuple(flags)


def cations_by_width(sd: float, peak_sd: float, ligands: int, family: Family) -> float:
    """Return how many cations an envelope's width counts.

    The metal makes nearly all of the width of its clusters, 3.43 Da2 for each cadmium.

    Args:
        sd: Standard deviation of the envelope [Da].
        peak_sd: Share of the instrument in it [Da].
        ligands: Number of ligands, whose carbon takes 0.2 Da2 for each oleate.
        family: Blocks; the anion is taken as without isotopes, as P and As are.

    Example:
        >>> round(cations_by_width(10.53, 0.0, 5, Family("Cd", "P", "oleate")), 1)
        32.0
    """
    spread, _ = _of_blocks(family)
    if spread[0] <= 0.0:
        raise InputError(
            given=f"the cation {family.cation}",
            expected="a metal of several isotopes",
            why="the width of its envelope counts no atoms",
            remedy="Assign by mass alone.",
        )
    return float((sd**2 - peak_sd**2 - spread[2] * ligands) / spread[0])
