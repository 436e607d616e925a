"""What constants say: intervals about them, combinations that data determine, and every observation."""

from aliquot.errors import AliquotError
from aliquot.inference.cards import interval_key, with_entries
from aliquot.inference.dual import Dual
from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import Free, symbol
from aliquot.inference.identify import directions
from aliquot.inference.laplace import LEVEL, UNTOLD, Posterior, laplace
from aliquot.inference.likelihood import met, residual
from aliquot.inference.problem import Found, Problem
from aliquot.inference.record import Constant, Fit, Line
from aliquot.inference.rows import Row
from aliquot.inference.starts import Optimum, reasons
from aliquot.inference.study import Study
from aliquot.knowledge import records, store
from aliquot.knowledge.records.parents import Mark

LAWS = ("becker1935", "hairer1996", "rang2005")
"""What every fit stands on, besides its chemistry and observations."""
_SAME_OPTIMUM = 0.05  # difference of costs below which two starts have ended in one optimum


def summary(evaluator: Evaluator, theta: Theta, ended: tuple[Optimum, ...] = ()) -> Fit:
    """Return what constants say: intervals about them, directions, and every observation.

    Args:
        evaluator: Residuals by constants.
        theta: The constants, usually an optimum [unit, or log10 of it].
        ended: Where searches ended.

    Raises:
        SimulationError, InputError: If nothing can be computed there.
    """
    problem = evaluator.problem
    free = problem.study.free
    whole = evaluator.residuals(theta, slopes=True)
    if whole is None:
        raise _nothing(evaluator, theta)
    posterior = laplace(free, theta, whole)
    data = whole[: whole.value.size - len(free)]
    constants = tuple(_constant(one, i, posterior) for i, one in enumerate(free))
    numbers = problem.every(theta)
    lines = tuple(_line(row, numbers[row.id], posterior) for row in problem.rows)
    return Fit(
        study=problem.study.id,
        chemistry=f"{problem.card.id}/{problem.card.version}",
        constants=constants,
        cost=float(whole.value @ whole.value),
        misfit=float(data.value @ data.value),
        data=data.value.size,
        directions=directions(free, data.slope),
        lines=lines,
        starts=ended,
        covariance=tuple(map(tuple, posterior.covariance.tolist())),
        card=fitted_card(problem, posterior),
        evaluations=evaluator.asked,
        citations=_citations(problem),
        flags=tuple(_flags(problem, constants, ended)),
    )


def fitted_card(problem: Problem, posterior: Posterior) -> records.Chemistry:
    """Return the chemistry with fitted constants, their intervals, and where they come from."""
    study, card = problem.study, problem.forward.constants.card_at(posterior.theta)
    entries: dict[str, object] = {}
    for one, centre, sd in zip(study.free, posterior.theta.tolist(), posterior.sd.tolist(), strict=True):
        for key in one.keys:
            place = interval_key(card, key)
            if place is not None:
                entries[place] = _ends(one, key, centre, sd)
    return with_entries(
        card,
        entries,
        version=card.version + 1,
        calibration=_calibration(study, posterior),
        mark=Mark.COMPUTED,
    )


def _calibration(study: Study, posterior: Posterior) -> str:
    """Return what a card says of its fit, and of which constants that knows nothing."""
    way = "least squares with priors" if study.solver == "least squares" else "signed margins"
    said = f"By the study '{study.id}', {way}; intervals by Laplace at 95 %, priors included."
    names = [one.symbol for one, share in zip(study.free, posterior.shares, strict=True) if share >= UNTOLD]
    if names:
        said += f" Not told by the data, so that the interval is as wide as the prior: {', '.join(names)}."
    return said


def _nothing(evaluator: Evaluator, theta: Theta) -> AliquotError:
    """Return why nothing can be computed."""
    reason = evaluator.numbers(theta)
    if isinstance(reason, AliquotError):
        return reason
    raise AssertionError  # of what can be computed there are residuals


def _ends(one: Free, key: str, centre: float, sd: float) -> tuple[object, object]:
    """Return the ends of an interval as the card writes them: text with a unit, or numbers."""
    texts = [one.text(centre + side * LEVEL * sd, key) for side in (-1.0, 1.0)]
    low, high = (f"{float(text.split()[0]):.4g} {text.partition(' ')[2]}" for text in texts)
    if key.endswith(".factor"):
        return max(float(low.split()[0]), 0.0), float(high.split()[0])
    return low, high


def _constant(one: Free, i: int, posterior: Posterior) -> Constant:
    theta, sd = float(posterior.theta[i]), float(posterior.sd[i])
    low, value, high = (one.value(theta + side * LEVEL * sd) for side in (-1.0, 0.0, 1.0))
    return Constant(
        name=one.name,
        unit=one.unit,
        keys=one.keys,
        transform=one.transform,
        theta=theta,
        sd=sd,
        value=value,
        low=low,
        high=high,
        prior_mean=one.prior.mean,
        prior_sd=one.prior.sd,
        at_bound=one.name in posterior.at_bound,
    )


def _line(row: Row, found: Found, posterior: Posterior) -> Line:
    """Return an observation with what the constants give for it."""
    number, lead = found.value, found.lead
    return Line(
        id=row.id,
        words=row.entry.words,
        conditions=row.conditions,
        text=_text(row),
        unit=row.unit,
        role=row.role,
        fitted=row.fitted,
        computed=None if number is None else float(number.value),
        sd=None if number is None else posterior.sd_of(number.slope),
        residual=None if number is None else float(residual(row, number, lead).value),
        met=None if number is None else met(row, float(number.value), _stands(row, lead)),
        note=found.note,
    )


def _stands(row: Row, lead: Dual | None) -> float | None:
    """Return by how much a maximum stands out, where that decides: of a time between bounds."""
    return None if lead is None or row.value is not None else float(lead.value)


def _text(row: Row) -> str:
    """Return what a row asks for, in words."""
    entry = row.entry
    if entry.value is not None:
        return f"{entry.value} ± {entry.tolerance}"
    parts = {"≥": entry.above, "≤": entry.below}
    return ", ".join(f"{sign} {end}" for sign, end in parts.items() if end is not None)


def _citations(problem: Problem) -> tuple[str, ...]:
    papers = [store.observations(name).source for name in problem.study.observations.cards]
    return tuple(dict.fromkeys((problem.card.source, *papers, *LAWS)))


def _flags(problem: Problem, constants: tuple[Constant, ...], ended: tuple[Optimum, ...]) -> list[str]:
    """Return doubts about a fit, whole sentences."""
    flags = []
    stuck = [symbol(one.name, one.transform) for one in constants if one.at_bound]
    if stuck:
        flags.append(
            f"At a bound of its prior: {', '.join(stuck)}; neither value nor interval mean much there."
        )
    untold = [symbol(one.name, one.transform) for one in constants if not one.told]
    if untold and problem.study.solver == "margins":
        flags.append(
            f"A threshold that is met has no slope, so that Laplace gives back the prior of {len(untold)} of "
            f"{len(constants)} constants, about one of many places: starts tell how far others lie."
        )
    return flags + _of_starts(problem, ended)


def _of_starts(problem: Problem, ended: tuple[Optimum, ...]) -> list[str]:
    """Return doubts about where searches began and ended, whole sentences."""
    flags = []
    dead = [one for one in ended if one.died]
    moved = [one for one in ended if one.fault is not None and not one.died]
    if dead:
        flags.append(f"{len(dead)} of {len(ended)} starts gave nothing: {reasons(problem, dead)}.")
    if moved:
        flags.append(
            f"{len(moved)} of {len(ended)} starts began nearer to the prior means, since nothing could be "
            f"computed where they lay: {reasons(problem, moved)}."
        )
    costs = sorted(one.cost for one in ended)
    together = sum(cost - costs[0] < _SAME_OPTIMUM for cost in costs)
    if len(costs) > 1 and together == 1:
        flags.append(f"Only one of {len(costs)} starts reached this optimum; there may be a better one.")
    if any(not one.arrived for one in ended if one.cost == costs[0]):
        flags.append(
            "The search was given up before it arrived; go on from its end, or allow more evaluations."
        )
    return flags
