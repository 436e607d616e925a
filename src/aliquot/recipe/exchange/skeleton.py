"""A row of a literature table as the beginning of a recipe file, for a person to complete."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from aliquot.knowledge.store import reagent
from aliquot.recipe.arithmetic import needs_density
from aliquot.recipe.exchange.literature import LiteratureRow, Species, card_name
from aliquot.recipe.exchange.prose import ZERO_CELSIUS, clean
from aliquot.units import Quantity, which


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The beginning of a recipe."""

    id: str
    """Name of the recipe, and of a file for it."""
    text: str
    """The file; :func:`aliquot.recipe.parse_recipe` reads it."""
    notes: tuple[str, ...]
    """What of the row is not in it, and what is not known."""


def skeleton(row: LiteratureRow) -> Skeleton:
    """Write a row as a batch recipe, with null for what the table does not tell.

    Args:
        row: The row.

    Returns:
        The file, and notes on chemicals that the base does not know.

    Example:
        >>> species = Species("metal", "indium chloride", 0.0004, None, None)
        >>> row = LiteratureRow(1, 2, "InP", "10.1/x", (species,), None, 453.15, 600.0, None, None,
        ...                     None, None, 550.0, None, {})
        >>> skeleton(row).text.splitlines()[-1]
        '  - hold: {vessel: flask, at: 180 degC, for: 10 min}'
    """
    name = f"{row.material.lower()}_row_{row.number}"
    reagents: dict[str, str] = {}
    roles: dict[str, str] = {}
    notes = []
    for species in row.species:
        card = card_name(species.name)
        if card is None:
            notes.append(f"'{species.name}' ({_told(species)}) is not in the base: add its card and its dose")
            continue
        key = _free(species.role, reagents)
        dose = _dose(species, card)
        if dose is None:
            notes.append(f"'{species.name}' ({_told(species)}) has no dose that its card could count: null")
        reagents[key] = f"{{is: {card}, dose: {dose or 'null'}, purity: null}}"
        roles[key] = species.role
    notes += [f"{flag.code}: {flag.text}" for flag in row.flags if not flag.code.startswith("no-")]
    notes.append("The table does not tell how the reagents were put together: check every step.")
    lines = [
        f"# Row {row.number} of a literature table, to be completed from its source: {row.source}",
        *(f"# {line}" for line in _outcome(row)),
        *(f"# {note}" for note in notes),
        "format: aliquot-recipe/1",
        f"id: {name}",
        f"title: {json.dumps(f'{row.material}, row {row.number} of a literature table')}",
        f"material: {row.material}",
        "reagents:",
        *(f"  {key}: {content}" for key, content in reagents.items()),
        "vessels:",
        "  flask: {type: flask}",
        "steps:",
        *(f"  - {step}" for step in _steps(row, roles)),
    ]
    return Skeleton(name, "\n".join(lines) + "\n", tuple(notes))


def _steps(row: LiteratureRow, roles: dict[str, str]) -> Iterator[str]:
    """Yield the steps: the anion source is injected where the table has a temperature for that."""
    injected = [key for key, role in roles.items() if role == "anion source"]
    if row.injection_temperature is None:
        injected = []
    charged = [key for key in roles if key not in injected]
    if charged:
        yield f"charge: {{into: flask, what: [{', '.join(charged)}]}}"
    if row.injection_temperature is not None:
        hot = _celsius(row.injection_temperature)
        yield f"heat: {{vessel: flask, to: {hot}, rate: null}}"
        if injected:
            yield f"inject: {{what: [{', '.join(injected)}], into: flask, at: {hot}, duration: null}}"
    if row.temperature is None:
        return
    hot = _celsius(row.temperature)
    if row.temperature != row.injection_temperature:
        yield f"heat: {{vessel: flask, to: {hot}, rate: null}}"
    lasts = "null" if row.time is None else f"{clean(row.time / 60.0):g} min"
    yield f"hold: {{vessel: flask, at: {hot}, for: {lasts}}}"


def _dose(species: Species, card: str) -> str | None:
    """Return what was dosed, as a recipe writes it; None where nothing is, or the card can not count it."""
    for value, factor, unit in (
        (species.amount, 1e3, "mmol"),
        (species.mass, 1.0, "g"),
        (species.volume, 1e6, "mL"),
    ):
        if value:
            text = f"{clean(value * factor):g} {unit}"
            written: Quantity = which(text, ("g", "m3", "mol"))
            return None if needs_density(written, reagent(card)) else text
    return None


def _told(species: Species) -> str:
    """Return the amounts of a chemical as the table has them."""
    told = [
        f"{clean(value * factor):g} {unit}"
        for value, factor, unit in (
            (species.amount, 1e3, "mmol"),
            (species.mass, 1.0, "g"),
            (species.volume, 1e6, "mL"),
        )
        if value is not None
    ]
    return ", ".join(told) or "no amount"


def _outcome(row: LiteratureRow) -> Iterator[str]:
    found = (
        ("diameter", row.diameter_nm),
        ("first exciton", row.absorbance_nm),
        ("emission", row.emission_nm),
    )
    told = [f"{name} {value:g} nm" for name, value in found if value is not None]
    if told:
        yield f"It gave: {', '.join(told)}."


def _celsius(kelvin: float) -> str:
    return f"{clean(kelvin - ZERO_CELSIUS):g} degC"


def _free(name: str, taken: dict[str, str]) -> str:
    """Return a key that is not taken."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found
