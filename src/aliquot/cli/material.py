"""`aliquot material`: bulk constants of a semiconductor, and the curves and clusters it has."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.records import Material
    from aliquot.knowledge.records.materials import TheoryCurve

CONSTANTS = {
    "gap": "eV",
    "bohr_radius": "nm",
    "density": "g/cm3",
    "molar_mass": "g/mol",
    "electron_mass": "1",
    "hole_mass": "1",
    "permittivity_static": "1",
    "permittivity_optical": "1",
    "phonon": "meV",
}
"""Constants of a material and the unit in which they are told."""

OF_THE_BULK = ("band gap", "Bohr radius")
"""Quantities of statements that are about the material itself, not about clusters, dots or a reactor."""


def material(
    words: lookup.Words = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema material/1.")] = False,
) -> None:
    """Tell gap, Bohr radius, density, crystal and sizing curves of a material, each with its source.

    A gap or radius that a paper prints and we do not take as ours stands apart, as that paper's statement.

    \b
    Examples:
      aliquot material InSb
      aliquot material "gap:<1eV" --sort gap
      aliquot material InP --json
    """
    from aliquot.knowledge.search import Found

    if show is not None:
        lookup.show("material", "materials", show, fields, json)
        return
    found: Found = lookup.named("materials", words, query, sort)
    if json:
        results = [lookup.entry("materials", hit.card, fields(hit.card)) for hit in found.hits]
        lookup.answer("material", found, results)
    elif len(found.hits) == 1:
        _one(found.hits[0].card, found.notes)
    else:
        _several([hit.card for hit in found.hits], found.notes)


def fields(card: "Material") -> dict[str, Any]:
    """Return what a material's card says, for programs."""
    crystal = card.crystal
    return {
        "name": card.name,
        "aliases": list(card.aliases),
        "gap_eV": _value(card, "gap"),
        "gap_kind": card.gap_kind,
        "bohr_radius_nm": _value(card, "bohr_radius"),
        "density_g_cm3": _value(card, "density"),
        "molar_mass_g_mol": _value(card, "molar_mass"),
        "unit_volume_nm3": card.unit_volume,
        "crystal": None if crystal is None else {"phase": crystal.phase, "a": crystal.a, "c": crystal.c},
        "constants": [
            _constant(name, getattr(card, name)) for name in CONSTANTS if getattr(card, name) is not None
        ],
        "sizing": [curve.id for curve in card.sizing],
        "theory": _theory(card),
        "statements": _statements(card),
    }


def _value(card: "Material", name: str) -> float | None:
    constant = getattr(card, name)
    return None if constant is None else float(constant.to(CONSTANTS[name]))


def _constant(name: str, constant: Any) -> dict[str, str | None]:  # noqa: ANN401  a Constant
    return {
        "quantity": name,
        "text": constant.value,
        "low": None if constant.range is None else constant.range[0],
        "high": None if constant.range is None else constant.range[1],
        "source": constant.source,
        "place": constant.place,
        "because": constant.because,
        "mark": str(constant.mark),
    }


def _theory(card: "Material") -> dict[str, Any] | None:
    """Return the two-band model that stands in for a measured curve; None where there is none."""
    theory = card.theory
    if theory is None:
        return None
    return {
        "from": theory.range[0].text,
        "to": theory.range[1].text,
        "spread": theory.spread,
        "wall": theory.wall.value,
        "gap": (card.gap if theory.gap is None else theory.gap).value,
        "because": theory.because,
        "note": theory.note,
        "mark": str(theory.mark),
    }


def _statements(card: "Material") -> list[dict[str, Any]]:
    """Return the bulk constants that papers print for a material, kept as their statements."""
    from aliquot.knowledge.base import base

    return [
        {
            "statement": statement.id,
            "quantity": figure.quantity,
            "text": figure.value,
            "source": statement.source,
            "place": statement.place,
            "reference": figure.reference,
            "errata": list(statement.errata),
        }
        for statement in base().cards("statements").values()
        for figure in statement.figures
        if figure.of in card.names and figure.quantity in OF_THE_BULK
    ]


def _one(card: "Material", notes: tuple[str, ...]) -> None:
    """Print one material, each number with where it comes from."""
    rows = [
        [name.replace("_", " "), lookup.amount(getattr(card, name)), lookup.parent(getattr(card, name))]
        for name in CONSTANTS
        if getattr(card, name) is not None
    ]
    silent = [name.replace("_", " ") for name in CONSTANTS if getattr(card, name) is None]
    rows.append(["kind of gap", card.gap_kind, ""])
    rows.append(["volume of a formula unit", f"{card.unit_volume:.4g} nm³", "molar mass over density"])
    if card.crystal is not None:
        axes = f"a = {card.crystal.a}" + (f", c = {card.crystal.c}" if card.crystal.c else "")
        rows.append(["crystal", f"{card.crystal.phase}, {axes}", lookup.parent(card.crystal)])
    for curve in card.sizing:
        low, high = curve.range
        rows.append(["sizing curve", f"{curve.id}, {low} to {high}, {curve.size}", lookup.parent(curve)])
    if card.theory is not None:
        rows.append(["sizes by theory", _by_theory(card.theory), lookup.parent(card.theory)])
    for said in _statements(card):
        told = said["reference"] is None or "reference" in said["place"]
        reference = "" if told else f", its ref {said['reference']}"
        doubts = f"; see {', '.join(said['errata'])}" if said["errata"] else ""
        printed = f"{said['source']} {said['place']}{reference}{doubts}"
        rows.append([f"{said['quantity']}, a paper's statement", said["text"], printed])
    more = [note.text for note in card.notes]
    if silent:
        more.append(f"Not reported: {', '.join(silent)}.")
    if card.theory is not None and card.theory.note:
        more.append(card.theory.note)
    if not card.sizing:
        more.append(_uncurved(card))
    columns = ["what", "value", "from"]
    lookup.table(f"{card.id}, {card.name}", columns, rows, [*notes, *more])


def _by_theory(theory: "TheoryCurve") -> str:
    """Write over which diameters the two-band model is used, how sure it is, and what is put into it."""
    low, high = theory.range
    gap = "" if theory.gap is None else f", gap {theory.gap.value}"
    return f"{low} to {high}, ± {100 * theory.spread:.0f} %, wall {theory.wall.value}{gap}"


def _uncurved(card: "Material") -> str:
    """Say what a first exciton tells of a diameter where no measured curve is on the card."""
    if card.theory is None:
        return "No sizing curve is on the card: a first exciton tells no diameter."
    sure = f"to within {100 * card.theory.spread:.0f} %"
    return f"No sizing curve is on the card: a first exciton tells a diameter by theory alone, {sure}."


def _several(cards: "list[Material]", notes: tuple[str, ...]) -> None:
    """Print several materials, a line for each."""
    rows = [
        [
            card.id,
            card.name,
            lookup.amount(card.gap),
            card.gap_kind,
            lookup.amount(card.bohr_radius),
            lookup.amount(card.density),
            card.crystal.phase if card.crystal else lookup.SILENT,
            ", ".join(card.sources),
        ]
        for card in cards
    ]
    columns = ["material!", "name", "gap", "kind!", "Bohr radius", "density", "crystal", "source"]
    lookup.table(f"{len(rows)} of the materials", columns, rows, notes)
