"""What the steps of a batch say about its vessels and about each other."""

from collections.abc import Iterator
from math import inf

from aliquot.errors import RecipeError
from aliquot.knowledge import store
from aliquot.recipe.consistency.sayer import Sayer
from aliquot.recipe.grammar import BatchFile, FlowFile
from aliquot.recipe.steps import WrittenStep

AFTER = frozenset({"precipitate", "centrifuge", "redisperse", "collect", "quench"})
"""Verbs that can stand after a tube."""


def faults_of_batch(recipe: BatchFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield contradictions about vessels and steps."""
    for index, step in enumerate(recipe.steps):
        if step.vessel not in recipe.vessels:
            word = "into" if hasattr(step.told[1], "into") else "vessel"
            path = ("steps", index, step.told[0], word)
            yield say.unknown(path, step.vessel, "vessel of this recipe", recipe.vessels)
        yield from _late(step, index, say)
    yield from faults_of_steps(recipe, say)


def faults_of_steps(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield faults of the liquids that work-up uses."""
    section = "steps" if isinstance(recipe, BatchFile) else "workup"
    written = recipe.steps if isinstance(recipe, BatchFile) else recipe.workup
    for index, step in enumerate(written):
        verb, said = step.told
        if verb in {"precipitate", "redisperse"}:
            word = "with" if verb == "precipitate" else "in"
            yield from say.missing_card((section, index, verb, word), store.reagent, said.using)
        if section == "workup" and verb not in AFTER:
            yield say(
                (section, index, verb),
                given=f"'{verb}' after the tube",
                expected="'quench', 'precipitate', 'centrifuge', 'redisperse' or 'collect'",
                why="what is heated and fed in a flow recipe stands under 'tube' and 'flow'",
                remedy="Move it, or write a batch recipe with 'steps'.",
            )


def _late(step: WrittenStep, index: int, say: Sayer) -> Iterator[RecipeError]:
    """Yield aliquots that are drawn after their step has ended."""
    verb, said = step.told
    aliquots = getattr(said, "aliquots", None)
    if aliquots is None:
        return
    end = inf if said.duration is None else said.duration.value * (1.0 + 1e-9)
    for place, time in enumerate(aliquots.at):
        if not 0.0 <= time.value <= end:
            yield say(
                ("steps", index, verb, "aliquots", "at", place),
                given=f"an aliquot at '{time}'",
                expected=f"a time from 0 to the end of the step, {said.duration or 'not reported'}",
                why="aliquots are drawn while the step lasts",
                remedy="Correct the time, or 'for' of the step.",
            )
