"""Vessels: do they hold what is put in, and do steps agree on their temperature?"""

from collections.abc import Iterator

from aliquot.recipe.batch import BatchRecipe, Feed, Heat, Hold, Inject
from aliquot.recipe.checks.case import Case, RecipeCheck, step_path, warning
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.wording import celsius

NEAR = 2.0
"""How far a step may be from the last set point before somebody has to heat or cool [K]."""


def _overfull(case: Case) -> Iterator[Concern]:
    if not isinstance(case.recipe, BatchRecipe):
        return
    told: set[str] = set()
    for entry in case.entries:
        name = entry.step.vessel
        nominal = case.recipe.vessels[name].volume
        if nominal is None or name in told or entry.after.volume <= nominal:
            continue
        told.add(name)
        yield Concern(
            Severity.ERROR,
            "overfull",
            f"{entry.after.volume * 1e6:.4g} mL are in {name}, which holds {nominal * 1e6:.4g} mL",
            "a flask that boils or is injected into needs room above the liquid, too",
            case.where(*step_path(entry.step)),
        )


def _set_point(case: Case) -> Iterator[Concern]:
    if not isinstance(case.recipe, BatchRecipe):
        return
    heated: set[str] = set()
    for entry in case.entries:
        step, before = entry.step, entry.before
        if isinstance(step, Heat):
            heated.add(step.vessel)
        at = step.at if isinstance(step, Hold | Feed | Inject) else None
        if at is None or step.vessel not in heated or abs(at - before.temperature) <= NEAR:
            continue
        yield warning(
            "set-point",
            f"{step.verb} at {celsius(at)}, and {step.vessel} was last set to {celsius(before.temperature)}",
            "no step says how, and how fast, it gets from one to the other",
            case.where(*step_path(step)),
        )


CHECKS = (
    RecipeCheck(("overfull",), "Does every vessel hold what is put in?", _overfull),
    RecipeCheck(("set-point",), "Do the steps agree on the temperature?", _set_point),
)
