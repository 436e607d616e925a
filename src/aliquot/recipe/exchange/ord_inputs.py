"""Inputs of a reaction of the Open Reaction Database: what goes in, in which order."""

from collections.abc import Sequence
from typing import Any

from aliquot.knowledge.store import find_reagent
from aliquot.recipe.batch import BatchRecipe, Charge, Feed, Inject, Portion
from aliquot.recipe.exchange.loss import Loss
from aliquot.recipe.exchange.ord_parts import compound, is_ligand, seconds, undosed
from aliquot.recipe.exchange.prose import clean
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.record import Dose, Recipe, Solution

Inputs = dict[str, dict[str, Any]]


def batch_inputs(recipe: BatchRecipe) -> tuple[Inputs, list[Loss]]:
    """Return the inputs of a batch: one for each portion that is put in, numbered in order.

    Args:
        recipe: The recipe.

    Returns:
        The inputs by name, and what they lose.
    """
    made: Inputs = {}
    lossy = list(_ligands(recipe))
    order = 0
    for step in recipe.steps:
        if not isinstance(step, Charge | Inject | Feed):
            continue
        order += 1
        for part in step.what:
            content, lost = _portion(recipe, part, step.key)
            lossy += lost
            content |= {"addition_order": order, **_manner(step)}
            made[_free(part.name, made)] = content
        if isinstance(step, Inject | Feed) and step.at is not None:
            why = "an input has its own temperature, not that of the vessel: in conditions.details"
            lossy.append(Loss(f"{step.key}.at", why))
    return made, lossy


def feed_inputs(recipe: FlowRecipe) -> tuple[Inputs, list[Loss]]:
    """Return the inputs of a tube: the feed, and what joins it.

    Args:
        recipe: The recipe.

    Returns:
        The inputs by name, and what they lose.
    """
    lossy = list(_ligands(recipe))
    flows = {sample.flow for sample in recipe.samples}
    made: Inputs = {}
    joining = [zone.inlet for zone in recipe.tube.zones if zone.inlet is not None]
    for order, name in enumerate(dict.fromkeys([recipe.feed.name, *joining]), start=1):
        solution = recipe.solution(name)
        made[name] = {"components": _mixture(recipe, solution), "addition_order": order}
        made[name]["addition_device"] = {"type": "SYRINGE_PUMP" if recipe.syringe else "UNSPECIFIED"}
        lossy.append(
            Loss(f"solutions.{name}", "an input is mixed when it is added: how it was made is not told")
        )
        if name in joining:
            why = "an input joins the reaction, not a zone of the tube; its flow: in each outcome's features"
            lossy.append(Loss(f"tube.zones.{name}", why))
    if len(flows) == 1:
        rate = {"value": clean(flows.pop() * 6e7), "units": "MILLILITER_PER_MINUTE"}
        made[recipe.feed.name]["flow_rate"] = rate
    else:
        lossy.append(Loss("samples.flow", "an input has one flow rate: in each outcome's features"))
    return made, lossy


def _portion(recipe: Recipe, part: Portion, key: str) -> tuple[dict[str, Any], list[Loss]]:
    """Return an input: a dose, or a portion of a solution with all that is in it."""
    solutions = {solution.name: solution for solution in recipe.solutions}
    doses = {dose.key: dose for dose in recipe.doses}
    if part.name in solutions:
        solution = solutions[part.name]
        share = 1.0 if part.volume is None or solution.volume <= 0.0 else part.volume / solution.volume
        why = "an input is mixed when it is added: how the solution was made is not told"
        return {"components": _mixture(recipe, solution, share)}, [Loss(f"solutions.{part.name}", why)]
    if part.name in doses:
        return {"components": compound(recipe, doses[part.name])}, []
    lost = Loss(f"reagents.{part.name}.dose", f"not reported: an unmeasured amount ({key})")
    return {"components": [undosed(recipe, part.name)]}, [lost]


def _mixture(recipe: Recipe, solution: Solution, share: float = 1.0) -> list[dict[str, Any]]:
    """Return the compounds of a solution, or of a portion of it.

    Doses that came into it as a portion of another solution are less than what was dosed of them.
    """
    whole: dict[str, Dose] = {dose.key: dose for dose in recipe.doses}
    found: list[dict[str, Any]] = []
    for dose in solution.doses:
        used = dose.dosed / whole[dose.key].dosed
        found += compound(recipe, whole[dose.key], used * share)
    return found + [undosed(recipe, key) for key in solution.undosed]


def _manner(step: Charge | Inject | Feed) -> dict[str, Any]:
    """Return how something is added."""
    if isinstance(step, Charge):
        return {}
    if isinstance(step, Inject):
        speed = "ALL_AT_ONCE" if step.duration == 0.0 else "UNSPECIFIED"
        found: dict[str, Any] = {"addition_device": {"type": "SYRINGE"}, "addition_speed": {"type": speed}}
    else:
        found = {"addition_speed": {"type": "CONTINUOUS"}}
    if step.duration:
        found["addition_duration"] = seconds(step.duration)
    return found


def _ligands(recipe: Recipe) -> Sequence[Loss]:
    why = "there is no role of a ligand: REAGENT or SOLVENT, its roles stand in its features"
    return [
        Loss(f"reagents.{dose.key}", why) for dose in recipe.doses if is_ligand(find_reagent(dose.reagent))
    ]


def _free(name: str, taken: Inputs) -> str:
    """Return a name that is not taken: a solution may be added in several portions."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found
