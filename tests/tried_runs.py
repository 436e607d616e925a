"""Stand-ins for the simulation, of a module, so that worker processes find them; and equality of records."""

import os
import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from aliquot.errors import RecipeError, Where
from aliquot.knowledge.records import Chemistry
from aliquot.knowledge.store import chemistry
from aliquot.population import Population
from aliquot.recipe import FlowRecipe, read_recipe, recipe_book
from aliquot.synthesis import Run
from aliquot.synthesis.run import Aliquot, Provenance

CARD = chemistry("inp_wang2023")
RECIPE = read_recipe(recipe_book("inp_wang2023"))


def ensemble(n: int) -> list[FlowRecipe]:
    """Return recipes that differ in name and flow."""
    sample = RECIPE.samples[0]
    return [
        replace(RECIPE, id=f"r{i}", samples=(replace(sample, flow=sample.flow * (1.0 + i)),))
        for i in range(n)
    ]


def quick(recipe: FlowRecipe, card: Chemistry, *, rungs: int = 40) -> Run:
    """Return a run that tells its recipe and card apart from others."""
    made = np.sqrt(np.arange(1.0, rungs + 1.0)) * recipe.samples[0].flow * card.dot_from
    population = Population(card.material, 0.05, made, {"In": 1.0 / 3.0})
    aliquots = tuple(
        Aliquot(s.name, s.residence_time, s.temperatures[-1], population=population) for s in recipe.samples
    )
    told = f"{card.id}/{card.version}"
    return Run(Provenance.SIMULATED, aliquots, recipe, chemistry=told, steps=rungs)


def slow(recipe: FlowRecipe, card: Chemistry, *, log: str, seconds: float = 0.05) -> Run:
    """Take a while, and leave the name of the recipe in a file."""
    time.sleep(seconds)
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(f"{recipe.id}\n")
    return quick(recipe, card)


def picky(recipe: FlowRecipe, card: Chemistry) -> Run:
    """Refuse the recipe r1."""
    if recipe.id == "r1":
        error = RecipeError(
            given="r1",
            expected="another",
            why="it is picky",
            remedy="Ask nicely.",
            where=Where("r1", 3, "id"),
        )
        error.add_note("also: r1 again")
        raise error
    return quick(recipe, card)


class Stubborn(Exception):  # noqa: N818
    """An exception that pickle can write and not read."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


def faulty(recipe: FlowRecipe, card: Chemistry, *, stubborn: bool = False) -> Run:
    """Fail in r2 as a programmer would."""
    if recipe.id == "r2":
        if stubborn:
            raise Stubborn(reason="not for pickles")
        message = "a bug"
        raise ZeroDivisionError(message)
    return quick(recipe, card)


def deadly(recipe: FlowRecipe, card: Chemistry, *, once: str | None = None) -> Run:
    """End the process at the recipe r2; once only, if a file is named to remember it."""
    if recipe.id == "r2":
        memory = None if once is None else Path(once)
        if memory is None or not memory.exists():
            if memory is not None:
                memory.touch()
            os._exit(9)
    return quick(recipe, card)


def identical(one: Any, other: Any) -> bool:
    """Tell whether two records are equal to the last bit, arrays and types included."""
    if isinstance(one, Mapping):  # in a file, a read-only view becomes a plain dictionary
        return list(one) == list(other) and all(identical(one[key], other[key]) for key in one)
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if is_dataclass(one):
        return all(identical(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(identical, one, other))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124  NaN
