"""From the point of a search to settings that can be dialled, and back through the written recipe."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from aliquot.inference.design.limits import faults_of, limits_of
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.moved import Moved
from aliquot.inference.design.point import Made, Places, Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.search import Ended, search
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Seen
from aliquot.inference.planning import plan_of_recipe
from aliquot.recipe.read import parse_recipe
from aliquot.synthesis.run import Run
from aliquot.synthesis.simulate import simulate

MANY = 5
"""Knobs up to which all corners around a point are tried: 32 recipes."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A recipe that can be set at the bench.

    Attributes:
        point: What a fast computation gives, without slopes.
        values: Settings of the knobs [their units].
        text: The file of the recipe.
        run: The same recipe, simulated.
        simulated: What it gives, read from that run.
        as_searched: Whether no setting that can be dialled was as good, and the searched one is kept.
    """

    point: Point
    values: tuple[float, ...]
    text: str
    run: Run
    simulated: Point
    as_searched: bool


def dialled(problem: Problem, found: Point, merit: Merit, told: str) -> Dialled:
    """Return the best recipe that can be dialled next to a point, written and simulated anew.

    Args:
        problem: The design.
        found: Where a search ended.
        merit: How points are compared.
        told: What it is designed for, a sentence for its file.

    Raises:
        SimulationError: If it can not be simulated.
    """
    values, point, kept = _nearby(problem, found, merit)
    text = problem.base.written(problem.base.settings(values), told)
    run = simulate(
        parse_recipe(text, f"{problem.study.id}.yaml"),
        problem.card,
        rungs=problem.study.numerics.most,
        extrapolate=problem.study.limits.extrapolate,
    )
    return Dialled(point, tuple(values), text, run, _read(problem, run, point.places), kept)


def _nearby(problem: Problem, found: Point, merit: Merit) -> tuple[list[float], Point, bool]:
    """Return settings next to a point that can be dialled, what they give, and whether they are the point's.

    One knob after the other is set, the coarsest first, to either side; the finer ones are then searched
    anew, so that they make up for what the coarse ones can not. All corners around the point are tried too.
    """
    knobs, point = problem.study.knobs, found
    values = problem.values(found.places)
    met = violation(problem.study, found) == 0.0
    goal = merit if met else Merit(problem.study, merit.scale, nearest=True)
    order = sorted(range(len(knobs)), key=lambda i: -knobs[i].coarseness(values[i]))
    for number, i in enumerate(order):
        tried = []
        for value in knobs[i].settings(problem.values(point.places)[i]):
            places = point.places.copy()
            places[i] = knobs[i].place(value)
            there = _tried(problem, places, goal, order[: number + 1])
            if there is not None:
                tried.append((_score(problem, there, merit), value, there))
        if not tried:
            return problem.values(found.places), found, True
        _, values[i], point = min(tried, key=lambda one: one[0])
    values, point = min(
        [(values, point), *_corners(problem, found)], key=lambda one: _score(problem, one[1], merit)
    )
    if met and violation(problem.study, point) > 0.0:
        return problem.values(found.places), found, True
    return values, point, False


def _corners(problem: Problem, found: Point) -> list[tuple[list[float], Point]]:
    """Return all settings next to a point in every knob at once, where these are not too many."""
    knobs = problem.study.knobs
    if len(knobs) > MANY:
        return []
    around = [knob.settings(value) for knob, value in zip(knobs, problem.values(found.places), strict=True)]
    seen = []
    for values in product(*around):
        places = np.array([knob.place(value) for knob, value in zip(knobs, values, strict=True)])
        point = problem.at(places) if problem.is_admissible(places) else None
        if isinstance(point, Point):
            seen.append((list(values), point))
    return seen


def _tried(problem: Problem, places: Places, goal: Merit, held: list[int]) -> Point | None:
    """Return the best point with some knobs held, None beyond a limit or where nothing can be computed."""
    if not problem.is_admissible(places):
        return None
    if len(held) == places.size:
        point = problem.at(places)
        return point if isinstance(point, Point) else None
    ended = search(problem, places, goal, held)
    return ended.point if isinstance(ended, Ended) else None


def _score(problem: Problem, point: Point, merit: Merit) -> float:
    """Return by what settings are compared: first what they miss, then the objective."""
    return 1e3 * violation(problem.study, point) + float(merit.cost(point).value)


def _read(problem: Problem, run: Run, places: Places) -> Point:
    """Read the product of a run by the same words as a search does."""
    recipe, population = run.recipe, run.aliquots[-1].population
    if recipe is None or population is None:
        raise AssertionError  # a simulated run has both
    plan = plan_of_recipe(recipe, problem.card, problem.where)
    species = np.array([population.species[name] for name in problem.card.species])
    seen = Seen(
        plan.looks[-1:], Dual.still(species[None], 0), Dual.still(population.rungs[None], 0), run.steps or 0
    )
    made = Made(recipe, plan, limits_of(recipe, plan, problem.card, problem.study), faults_of(recipe))
    return problem.read(seen, Moved(made, ()), places)
