"""What is put into the reactor of a batch: amounts, solvents and volumes, from the doses of its recipe."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose

from aliquot.knowledge.store import find_reagent
from aliquot.recipe.batch import BatchRecipe, Portion
from aliquot.recipe.ledger import ROOM


@dataclass(frozen=True, slots=True)
class Addition:
    """What is put into the reactor together.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> recipe = read_recipe("cdte_mech2023_ode")
        >>> charged = Addition.of(recipe, recipe.steps[0].what)
        >>> round(1e3 * charged.amounts["TOP"], 1), round(1e3 * charged.carried["TOP"], 2)       # mmol
        (22.4, 1.24)
        >>> round(1e6 * charged.volume, 1), max(charged.volumes, key=charged.volumes.get)        # mL
        (50.0, 'ODE')
    """

    amounts: Mapping[str, float] = field(default_factory=dict)
    """Active amount of each card that is dosed, without the solvents of dosed solutions [mol]."""
    carried: Mapping[str, float] = field(default_factory=dict)
    """Amount by card that the solvents of dosed solutions bring [mol]."""
    products: Mapping[str, float] = field(default_factory=dict)
    """Formula units of products of other recipes, by the recipe that makes them [mol]."""
    undosed: Mapping[str, str] = field(default_factory=dict)
    """Reagents whose dose is not reported: key in the recipe, and card or recipe."""
    volume: float = 0.0
    """Volume [m3]."""
    volumes: Mapping[str, float] = field(default_factory=dict)
    """Volume of each liquid by card [m3].

    That of a dosed solution counts to its solvent, and where this is not told, to none.
    """
    temperature: float = ROOM
    """Temperature as it is added [K]."""

    @classmethod
    def of(cls, recipe: BatchRecipe, what: Sequence[Portion], temperature: float = ROOM) -> "Addition":
        """Return what a step puts in.

        Args:
            recipe: The recipe, which knows doses and solutions.
            what: What the step moves.
            temperature: Temperature as it is added [K].
        """
        poured = recipe.poured(what)
        reagents = [dose for dose in poured.doses if dose.product is None]
        liquids = [dose for dose in reagents if dose.concentration is None]
        solutions = [dose for dose in reagents if dose.concentration is not None]
        return cls(
            amounts=_sum((dose.reagent, dose.active) for dose in reagents),
            carried=_sum((dose.carrier, dose.carried) for dose in solutions),
            products=_sum((dose.product, dose.active) for dose in poured.doses),
            undosed={key: recipe.undosed[key] for key in poured.undosed},
            volume=poured.volume,
            volumes=_sum(
                [(dose.reagent, dose.volume) for dose in liquids if dose.volume > 0.0]
                + [(dose.carrier, dose.volume) for dose in solutions]
            ),
            temperature=temperature,
        )


def unknown_volumes(recipe: BatchRecipe, what: Iterable[Portion]) -> Iterator[str]:
    """Yield the keys of solvents without a dose on which a volume depends.

    Args:
        recipe: The recipe.
        what: What a step moves.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> recipe = read_recipe("cd3p2_tiwari2025_conversion")
        >>> list(unknown_volumes(recipe, recipe.steps[2].what))
        ['octadecene']
    """
    solutions = {mixed.name: mixed for mixed in recipe.solutions}
    for part in what:
        mixed = solutions.get(part.name)
        if mixed is not None and not isclose(mixed.volume, sum(dose.volume for dose in mixed.doses)):
            continue  # the recipe states its volume
        keys = mixed.undosed if mixed is not None else (part.name,)
        for key in keys:
            card = find_reagent(recipe.undosed.get(key, ""))
            if card is not None and card.state == "liquid" and "solvent" in card.roles:
                yield key


def _sum(parts: Iterable[tuple[str | None, float]]) -> dict[str, float]:
    """Add up by name; what has none is left out."""
    found: dict[str, float] = {}
    for name, value in parts:
        if name is not None:
            found[name] = found.get(name, 0.0) + value
    return found
