"""`aliquot reagent`: a chemical as it stands on the shelf."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.records import Constant, Reagent

CHECK = "Hazards are a reminder from common data: check the supplier's safety data sheet."
"""What stands beside every hazard."""


def reagent(
    words: lookup.Words = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema reagent/1.")] = False,
) -> None:
    """Tell structure, density, melting point and hazards of a reagent, by any of its names.

    \b
    Examples:
      aliquot reagent TMSP
      aliquot reagent hazard:pyrophoric element:P
      aliquot reagent element:P "melting:>25degC" --sort melting
      aliquot reagent "oleic acid" --json
    """
    from aliquot.knowledge.search import Found

    if show is not None:
        lookup.show("reagent", "reagents", show, fields, json)
        return
    name = " ".join(words or ())
    if lookup.is_name(words, query) and lookup.card_named("reagents", name) is None:
        _unnamed(name, json)
        return
    found: Found = lookup.named("reagents", words, query, sort)
    if json:
        results = [lookup.entry("reagents", hit.card, fields(hit.card)) for hit in found.hits]
        lookup.answer("reagent", found, results, near=[], check=CHECK)
    elif len(found.hits) == 1:
        _one(found.hits[0].card, found.notes)
    else:
        _several([hit.card for hit in found.hits], found.notes)


def _unnamed(name: str, json: bool) -> None:
    """Tell that no card has a name, and which are near: another substance is never shown in its place."""
    from aliquot.knowledge.query import parse
    from aliquot.knowledge.search import Found

    near = lookup.near_names("reagents", name)
    told = f"No card named '{name}' among the reagents."
    if json:
        listed = [{"id": card.id, "name": card.name} for card in near]
        lookup.answer(
            "reagent", Found("reagents", parse(name), ()), [], near=listed, check=CHECK, flags=[told]
        )
        return
    names = "; ".join(f"{card.id} ({card.name})" for card in near)
    hint = f"Near names, which are other substances: {names}." if near else "No name is near."
    search = f"To search all that the cards say, put it into --query: aliquot reagent --query '{name}'."
    lookup.say(told, hint, search)


def fields(card: "Reagent") -> dict[str, Any]:
    """Return what a reagent's card says, for programs."""
    hazards, structure = card.hazards, card.structure
    return {
        "name": card.name,
        "aliases": list(card.aliases),
        "formula": card.formula,
        "state": card.state,
        "molar_mass_g_mol": card.molar_mass.to("g/mol"),
        "density_g_mL": None if card.density is None else card.density.to("g/mL"),
        "melting_K": _between(card.melting),
        "boiling_K": _between(card.boiling),
        "boiling_pressure": None if card.boiling is None else card.boiling.pressure,
        "smiles": None if structure is None else structure.smiles,
        "inchikey": None if structure is None else structure.inchikey,
        "cas": card.cas,
        "grades": list(card.grades),
        "roles": list(card.roles),
        "hazards": {
            "statements": [] if hazards is None else list(hazards.statements),
            "flags": [] if hazards is None else list(hazards.flags),
            "evolves": []
            if hazards is None
            else [{"gas": gas, "with": agent} for gas, agent in hazards.evolves.items()],
            "advice": CHECK,
        },
        "uncertain": card.uncertain,
        "note": card.note,
    }


def _between(constant: "Constant | None") -> dict[str, float] | None:
    if constant is None:
        return None
    low, high = constant.between("K")
    return {"low": low, "high": high}


def _one(card: "Reagent", notes: tuple[str, ...]) -> None:
    """Print one reagent, each number with where it comes from."""
    structure, hazards = card.structure, card.hazards
    boiling = lookup.amount(card.boiling)
    if card.boiling is not None and card.boiling.pressure:
        boiling += f" at {card.boiling.pressure}"
    rows = [
        ["formula", card.formula, ""],
        ["other names", ", ".join(card.aliases) or "none", ""],
        ["state at room temperature", card.state, ""],
        ["molar mass", lookup.amount(card.molar_mass), lookup.parent(card.molar_mass)],
        ["density", lookup.amount(card.density), lookup.parent(card.density)],
        ["melting point", lookup.amount(card.melting), lookup.parent(card.melting)],
        ["boiling point", boiling, lookup.parent(card.boiling)],
        ["SMILES", structure.smiles if structure else lookup.SILENT, lookup.parent(structure)],
        ["InChIKey", structure.inchikey if structure else lookup.SILENT, ""],
        ["CAS", card.cas or lookup.SILENT, ""],
        ["sold as", ", ".join(card.grades) or lookup.SILENT, ""],
        ["used as", ", ".join(card.roles) or lookup.SILENT, ""],
        ["hazards", ", ".join(hazards.flags) if hazards else "none known", lookup.parent(hazards)],
        ["hazard statements", ", ".join(hazards.statements) or "none" if hazards else "none known", ""],
    ]
    if hazards:
        rows += [["frees", f"{gas} with {agent}", ""] for gas, agent in hazards.evolves.items()]
    doubts = [f"Doubtful: {card.uncertain}."] if card.uncertain else []
    remarks = [f"Note: {card.note}."] if card.note else []
    columns = ["what", "value", "from"]
    lookup.table(f"{card.id}, {card.name}", columns, rows, [*notes, *doubts, *remarks, CHECK])


def _several(cards: "list[Reagent]", notes: tuple[str, ...]) -> None:
    """Print several reagents, a line for each."""
    rows = [
        [
            card.id,
            card.name,
            card.formula,
            lookup.amount(card.density),
            lookup.amount(card.melting),
            ", ".join(card.roles),
            ", ".join(card.hazards.flags) if card.hazards else "none known",
        ]
        for card in cards
    ]
    columns = ["reagent!", "name", "formula", "density", "melts", "used as", "hazards"]
    lookup.table(f"{len(rows)} of the reagents", columns, rows, [*notes, CHECK])
