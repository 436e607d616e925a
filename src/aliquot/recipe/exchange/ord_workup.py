"""Work-up of a reaction of the Open Reaction Database."""

from collections.abc import Sequence
from typing import Any

from aliquot.knowledge.store import find_reagent
from aliquot.recipe.batch import Centrifuge, Heat, Precipitate, Redisperse, Step
from aliquot.recipe.exchange.loss import Loss
from aliquot.recipe.exchange.ord_parts import identifiers, kelvin, seconds, volume
from aliquot.recipe.record import Recipe
from aliquot.recipe.wording import sentence


def workups(recipe: Recipe, steps: Sequence[Step], lossy: list[Loss]) -> list[dict[str, Any]]:
    """Return the work-up, step by step; what has no kind of its own is CUSTOM with its sentence.

    Args:
        recipe: The recipe.
        steps: The steps of its work-up.
        lossy: Takes up what is lost.

    Returns:
        The steps in the JSON form of the schema.
    """
    made = []
    for step in steps:
        content: dict[str, Any] = {"type": "CUSTOM", "details": sentence(recipe, step)}
        match step:
            case Heat():
                content |= {"type": "TEMPERATURE", "temperature": {"setpoint": kelvin(step.to)}}
            case Precipitate():
                content |= {"type": "ADDITION", "input": _added(step.using, None)}
                lossy.append(
                    Loss(f"{step.key}.ratio", "an antisolvent has no ratio: unmeasured, told in details")
                )
            case Redisperse():
                content |= {"type": "DISSOLUTION", "input": _added(step.using, step.volume)}
            case Centrifuge():
                lossy.append(
                    Loss(step.key, "there is no centrifuge: a step of the user's own, told in details")
                )
                if step.duration is not None:
                    content["duration"] = seconds(step.duration)
            case _:
                lossy.append(Loss(step.key, "there is no such step: one of the user's own, told in details"))
        made.append(content)
    return made


def _added(name: str, dosed: float | None) -> dict[str, Any]:
    measured: dict[str, Any] = {"unmeasured": {"type": "CUSTOM", "details": "see the step's details"}}
    return {
        "components": [
            {
                "identifiers": identifiers(name, find_reagent(name)),
                "amount": measured if dosed is None else {"volume": volume(dosed)},
                "reaction_role": "WORKUP",
            }
        ]
    }
