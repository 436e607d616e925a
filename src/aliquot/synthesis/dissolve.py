"""From what a recipe pours to what a chemistry sees: species, solvent, seeds, and what is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Chemistry
from aliquot.knowledge import records, store
from aliquot.knowledge.formula import composition
from aliquot.reactors.additions import Addition
from aliquot.reactors.content import Content, atoms
from aliquot.recipe.record import Recipe

Seeds = Callable[[str], Float[np.ndarray, " N"]]
"""The dots of another recipe's product, in any amount: concentrations of its rungs, shape (N,)."""


@dataclass(frozen=True, slots=True)
class System:
    """A chemistry that is about to run in one recipe."""

    card: records.Chemistry
    """The card."""
    constants: Chemistry
    """Its constants, for the solvent of the recipe."""
    unit_volume: float
    """Volume of one formula unit [nm3]."""

    @classmethod
    def of(cls, card: records.Chemistry, solvent: str | None = None) -> "System":
        """Make a chemistry ready for a solvent, by its reagent card."""
        unit_volume = store.material(card.material).unit_volume
        return cls(card, from_card(card, unit_volume, solvent), unit_volume)

    def species(self, amounts: Mapping[str, float], volume: float) -> Float[np.ndarray, " species"]:
        """Return the concentration of each species [mol m-3], shape (species,).

        Args:
            amounts: Amount of each reagent by card [mol].
            volume: Volume in which they are [m3].

        Raises:
            RecipeError: If a reagent uses up more of a species than there is.
        """
        found = []
        for name, species in self.card.species.items():
            moles = sum(amounts.get(reagent, 0.0) * share for reagent, share in species.from_.items())
            if moles < 0.0:
                raise RecipeError(
                    given=f"{moles * 1e3:.3g} mmol of {name}",
                    expected="at least none of it",
                    why="what it dissolves takes more of it than there is",
                    remedy="Check the doses of " + ", ".join(species.from_) + ".",
                )
            found.append(moles / volume if volume > 0.0 else 0.0)
        return np.asarray(found)

    def content(self, addition: Addition, seeds: Seeds) -> Content:
        """Return an addition as the chemistry sees it."""
        volume = addition.volume
        rungs = np.zeros(0)
        for recipe, moles in addition.products.items():
            dots = seeds(recipe)
            units = float(np.arange(1.0, dots.size + 1.0) @ dots)
            held = dots * (moles / (volume * units) if volume > 0.0 else 0.0)
            size = max(rungs.size, held.size)
            rungs = np.pad(rungs, (0, size - rungs.size)) + np.pad(held, (0, size - held.size))
        return Content(volume, addition.temperature, self.species(addition.amounts, volume), rungs)

    def atoms(self, content: Content) -> dict[str, float]:
        """Return the amount of each element in a vessel [mol]."""
        units = {element: float(count) for element, count in composition(self.card.material).items()}
        holds = {
            element: np.array([float(s.holds.get(element, 0)) for s in self.card.species.values()])
            for element in units
        }
        return atoms(content, holds, units)


def check_material(recipe: Recipe, card: records.Chemistry) -> None:
    """Refuse a chemistry of another material.

    Raises:
        RecipeError: If recipe and chemistry do not make the same.
    """
    if recipe.material == card.material:
        return
    raise RecipeError(
        given=f"a recipe for {recipe.material} with the chemistry '{card.id}'",
        expected=f"a recipe for {card.material}",
        why="constants belong to one reaction system",
        remedy=f"Name a chemistry that makes {recipe.material}.",
        where=Where(recipe.id, key="material"),
    )


def check_precursors(
    recipe: Recipe, card: records.Chemistry, present: Mapping[str, float], undosed: Mapping[str, str]
) -> None:
    """Refuse a recipe without a reagent that the chemistry needs, or with one of unknown amount.

    Args:
        recipe: The recipe.
        card: The chemistry.
        present: Amount of each reagent by card [mol].
        undosed: Reagents without a reported dose: key in the recipe, and card.

    Raises:
        RecipeError: If something is missing; it says which key takes it.
    """
    used = {reagent for species in card.species.values() for reagent in species.from_}
    unknown = {key: reagent for key, reagent in undosed.items() if reagent in used}
    if unknown:
        keys = ", ".join(f"reagents.{key}.dose" for key in unknown)
        settings = " ".join(f'--set "reagents.{key}.dose=1 mmol"' for key in unknown)
        raise RecipeError(
            given=f"null for {keys}",
            expected="an amount",
            why=f"it was not reported, and the chemistry '{card.id}' depends on it",
            remedy=f"Give amounts of your own in the place of these: {settings}.",
            where=Where(recipe.id, key="reagents"),
        )
    for species, reagents in card.precursors.items():
        if any(present.get(reagent, 0.0) > 0.0 for reagent in reagents):
            continue
        raise RecipeError(
            given="a mixture of " + (", ".join(present) or "nothing"),
            expected=" or ".join(f"'{reagent}'" for reagent in reagents) + f", which brings {species}",
            why=f"the chemistry '{card.id}' makes {card.material} from it",
            remedy=suggestion(reagents[0], present),
            where=Where(recipe.id, key="reagents"),
        )


def solvent_of(card: records.Chemistry, volumes: Mapping[str, float]) -> str | None:
    """Return the solvent on which a chemistry depends: of those that it knows, the one with most volume.

    Args:
        card: The chemistry.
        volumes: Volume of each liquid by card [m3].
    """
    if card.agglomeration is None or not card.agglomeration.solvents:
        return None
    known = {name: volume for name, volume in volumes.items() if name in card.agglomeration.solvents}
    if known:
        return max(known, key=lambda name: known[name])
    return max(volumes, key=lambda name: volumes[name], default=None)
