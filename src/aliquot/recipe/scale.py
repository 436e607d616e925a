"""Scaling: the same recipe for more or less, as a file with its comments kept."""

import re
from collections.abc import Iterator, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from aliquot.errors import RecipeError, UnitError, Where
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import material
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.read import recipe_of
from aliquot.recipe.record import Recipe
from aliquot.recipe.stoichiometry import balance
from aliquot.units import split, which

_TIMES = re.compile(r"\s*(?:[x×]\s*(?P<after>\S+)|(?P<before>\S+?)\s*[x×])\s*")
_PRODUCT = re.compile(r"(?P<mass>.*\S)\s+(?:of\s+)?product\s*", re.IGNORECASE)
UNSCALED = ("amounts", "volume", "free_acid", "product")
"""Stated numbers that belong to the original amounts; a scaled recipe does not repeat them."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A scaled recipe."""

    recipe: Recipe
    text: str
    """The file, comments of the original kept."""
    factor: float
    """By how much every dose was multiplied [1]."""
    notes: tuple[str, ...]
    """What does not scale with the amounts."""


def scale(document: Document, to: str, *, fraction: float = 1.0) -> Scaled:
    """Scale a recipe to an amount of product, a volume, or by a factor.

    Doses, stated volumes of mixtures, portions and volumes for redispersion are multiplied, and written with
    six digits. Temperatures, times, flows, the tube and the volume of aliquots stay.

    Args:
        document: The recipe, from :func:`aliquot.recipe.read.recipe_document`.
        to: ``"2.5 g product"``, ``"100 mL"`` of feed or flask, or ``"x3"``.
        fraction: Share of the limiting reagent that ends in the product [1]; 1 for all of it.

    Returns:
        The scaled recipe.

    Raises:
        RecipeError: If the text names no amount, or the recipe has none that can be scaled to it.

    Example:
        >>> from aliquot.recipe.read import recipe_document
        >>> more = scale(recipe_document("inp_wang2023"), "x2")
        >>> more.factor, round(more.recipe.feed.volume * 1e6, 3)                            # mL
        (2.0, 88.8)
    """
    document = deepcopy(document)
    recipe = recipe_of(document)
    factor = scale_factor(recipe, to, fraction=fraction)
    document.edit(lambda tree: _scale(tree, factor, f"{recipe.id} times {factor:.4g}"))
    return Scaled(recipe_of(document), document.dump(), factor, tuple(_notes(recipe, factor)))


def scale_factor(recipe: Recipe, to: str, *, fraction: float = 1.0) -> float:
    """Return the factor from a recipe to what is asked for [1].

    Args:
        recipe: The recipe as it is.
        to: As for :func:`scale`.
        fraction: As for :func:`scale`.

    Raises:
        RecipeError: As :func:`scale`.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> round(scale_factor(read_recipe("inp_wang2023"), "1.0 g product"), 3)
        1.761
    """
    if not 0.0 < fraction <= 1.0:
        raise RecipeError(
            given=f"a fraction of {fraction:g}",
            expected="a share above 0 and up to 1",
            why="no more can end in the product than there is",
            remedy="Leave it out to count all of the limiting reagent.",
            where=Where(recipe.id, key="--fraction"),
        )
    times = _TIMES.fullmatch(to)
    product = _PRODUCT.fullmatch(to)
    try:
        if times is not None:
            factor = float(times["after"] or times["before"])
        elif product is not None:
            mass = which(product["mass"], ("g",)).value
            factor = mass / _made(recipe, fraction)
        else:
            factor = which(to, ("m3",)).value / recipe.mixture.volume
    except (UnitError, ValueError, ZeroDivisionError):
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise RecipeError(
            given=f"'{to}'",
            expected="'2.5 g product', a volume such as '100 mL', or a factor such as 'x3'",
            why="a recipe is scaled to an amount above nothing",
            remedy="Name one of these; a mass of product counts all of the limiting reagent, or a fraction.",
            where=Where(recipe.id, key="--to"),
        )
    return factor


def _made(recipe: Recipe, fraction: float) -> float:
    """Return the mass of product [g]; raises RecipeError if a dose that limits it is not known."""
    made = balance(recipe.mixture.amounts, material(recipe.material))
    if made.mass <= 0.0:
        missing = [element for element, amount in made.elements.items() if amount <= 0.0]
        raise RecipeError(
            given=f"the recipe '{recipe.id}'",
            expected="a dose of every element of the product",
            why=f"nothing is dosed of {', '.join(missing)}" if missing else "no product would follow",
            remedy="Scale to a volume or by a factor, or fill in the doses that are not reported.",
            where=Where(recipe.id, key="reagents"),
        )
    return made.mass * fraction


def _scale(tree: MutableMapping[str, Any], factor: float, told: str) -> None:
    """Multiply what scales in the tree of a recipe."""
    for part in tree["reagents"].values():
        part["dose"] = _times(part["dose"], factor)
    for mixed in (tree.get("solutions") or {}).values():
        if mixed.get("volume") not in {None, "additive"}:
            mixed["volume"] = _times(mixed["volume"], factor)
        _scale_portions(mixed["of"], factor)
    for step in (*tree.get("steps", ()), *tree.get("workup", ())):
        (said,) = step.values()
        _scale_portions(said.get("what", ()), factor)
        if "in" in said:
            said["volume"] = _times(said["volume"], factor)
    for key in UNSCALED:
        tree.get("checks", {}).pop(key, None)
    tree["title"] = f"{tree['title']}; {told}"


def _scale_portions(parts: Any, factor: float) -> None:  # noqa: ANN401  YAML nodes
    for part in parts:
        if isinstance(part, MutableMapping):
            for name, volume in part.items():
                part[name] = _times(volume, factor)


def _times(written: str | None, factor: float) -> str | None:
    """Multiply a written quantity; what is not reported stays so."""
    if written is None:
        return None
    number, unit = split(written)
    return f"{number * factor:.6g} {unit}"


def _notes(recipe: Recipe, factor: float) -> Iterator[str]:
    """Say what does not follow the amounts."""
    yield "Stated amounts and volumes belong to the original and were left out; ratios and times were kept."
    if isinstance(recipe, FlowRecipe):
        longest = min(sample.flow for sample in recipe.samples)
        hours = recipe.feed.volume * factor / longest / 3600.0
        yield f"The tube and the flows stay: the feed lasts {hours:.3g} h at the slowest flow."
        return
    if factor > 1.5:
        surface = factor ** (-1 / 3)
        yield (
            f"Heating, cooling and mixing do not scale: surface per volume falls to {surface:.0%}, so that "
            "heating takes longer and a shot cools the flask for longer."
        )
    if any(getattr(step, "aliquots", None) for step in getattr(recipe, "steps", ())):
        yield "Aliquots keep their volume: the share of the batch that they take changes."
