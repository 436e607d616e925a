"""What a row that needs no chemistry asks for, and the numbers from which it follows."""

from dataclasses import dataclass
from functools import cache

from aliquot.errors import CardError, Where
from aliquot.knowledge.records import Condition, Term
from aliquot.recipe import FlowRecipe, Recipe, Sample, flow_recipe, read_recipe
from aliquot.units import to_float

Answer = tuple[float, str]
"""A number and its unit."""


@cache
def recipe_of(name: str, given: tuple[tuple[str, str], ...] = ()) -> Recipe:
    """Return a recipe of the book with what a condition gives; it is read once."""
    return read_recipe(name, dict(given))


@dataclass(frozen=True, slots=True)
class Asked:
    """A term, and the condition that it belongs to."""

    term: Term
    """What is asked for."""
    condition: Condition | None
    """Where, None for a formula."""

    @property
    def of(self) -> str:
        """What it is of; raises CardError if the card does not tell."""
        if self.term.of is None:
            raise self.unasked("the card does not tell of what it is")
        return self.term.of

    @property
    def recipe(self) -> Recipe:
        """The recipe; raises CardError if the term has no condition."""
        if self.condition is None:
            raise self.unasked("it follows from a recipe, and no condition names one")
        return recipe_of(self.condition.recipe, tuple(self.condition.given.items()))

    @property
    def flow(self) -> FlowRecipe:
        """The recipe, as one of flow; raises RecipeError if it is a batch."""
        return flow_recipe(self.recipe)

    @property
    def sample(self) -> Sample:
        """The sample of the condition; raises CardError if it names none."""
        if self.condition is None or self.condition.sample is None:
            raise self.unasked("it belongs to a sample, and no condition names one")
        return self.flow.sample(self.condition.sample)

    def number(self, name: str, unit: str) -> float:
        """Return a given number in a unit; raises UnitError if its dimension is another."""
        return to_float(self.term.given[name], unit, Where(key=f"given.{name}"))

    def unasked(self, why: str) -> CardError:
        """Return the error of a term that nothing answers."""
        given = ", ".join(self.term.given) or "nothing"
        return CardError(
            given=f"the quantity '{self.term.quantity}' of {self.term.of or 'nothing'}, from {given}",
            expected="a quantity that follows from a recipe, a formula or printed numbers",
            why=why,
            remedy="Compare with the observations of wang2023 and tiwari2025.",
            where=Where("observations", key=self.term.quantity),
        )
