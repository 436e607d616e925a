"""`aliquot mass-size`: the diameter of a dot of a given mass, and back."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.instruments.mass.size import Size, Weight

_COVER = re.compile(r"(?P<low>\d+\.?\d*)(?:-(?P<high>\d+\.?\d*))?")


def mass_size(
    quantity: Annotated[list[str], typer.Argument(help="A mass or a diameter: 38 kDa, 2.8 nm.")],
    material: Annotated[str, typer.Option(help="What the dots are made of: Cd3P2, InP.")],
    ligand: Annotated[str | None, typer.Option(help="Ligand on their surface: oleate, 'C9H17O2-'.")] = None,
    cover: Annotated[str, typer.Option(help="Ligands per nm2, one number or from-to.")] = "1-4",
    density: Annotated[
        str | None, typer.Option(help="Density of the core, such as '5.8 g/cm3'; else the card's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema mass-size/1.")] = False,
) -> None:
    """Turn the mass of a dot into its diameter, or a diameter into a mass, with and without its ligands.

    \b
    Examples:
      aliquot mass-size 38 kDa --material Cd3P2 --ligand oleate
      aliquot mass-size 2.8 nm --material Cd3P2 --ligand oleate --cover 2-3
      aliquot mass-size 140 kDa --material Cd3P2 --density "5.8 g/cm3" --json
    """
    from aliquot.errors import Where
    from aliquot.instruments.mass.isotopes import SOURCES
    from aliquot.instruments.mass.size import size_of, weight_of
    from aliquot.knowledge import store
    from aliquot.units import to_float, which

    card = store.material(material)
    between = _between(cover)
    rho = None if density is None else to_float(density, "g/cm3", Where(key="--density"))
    read = which(" ".join(quantity), ("nm", "Da"), Where(key="quantity"))
    if read.unit == "Da":
        size = size_of(read.value, card, ligand, between, density=rho)
        answer, rows, column = _of_size(size), _rows(size, 1.0, 2), "diameter / nm"
    else:
        weight = weight_of(read.value, card, ligand, between, density=rho)
        answer, rows, column = _of_weight(weight), _rows(weight, 1e-3, 1), "mass / kDa"
    if json:
        sources = [card.density.source] if card.density.source and rho is None else []
        output.print_json("mass-size", {**answer, "citations": [*SOURCES, *sources]})
        return
    title = f"{' '.join(quantity)} of {card.id}: values with 95 % intervals"
    notes = ["The bare core holds all the mass only if the ligands were lost; a mass by itself can not tell."]
    shown = rows if ligand is not None else rows[:1]
    output.print_table(
        title, ["surface", column, "formula units", "ligands", "from"], shown, notes, words=("from",)
    )


def _rows(found: "Size | Weight", scale: float, digits: int) -> list[list[str]]:
    units = found.formula_units
    under = getattr(found, "formula_units_covered", units)
    rows = [["bare", output.plus_minus(found.bare, digits, scale), f"{units:.0f}", "–", found.bare.evidence]]
    if found.with_ligands is not None and found.ligands is not None:
        told = output.plus_minus(found.with_ligands, digits, scale)
        rows.append(
            [str(found.ligand), told, f"{under:.0f}", f"{found.ligands:.0f}", found.with_ligands.evidence]
        )
    return rows


def _of_size(size: "Size") -> dict[str, Any]:
    return {
        **_whole(size.material, size.ligand),
        "mass_Da": size.mass,
        "bare_nm": output.interval(size.bare.value),
        "with_ligands_nm": _interval(size.with_ligands),
        "formula_units": size.formula_units,
        "formula_units_covered": size.formula_units_covered,
        "ligands": size.ligands,
        "budget_nm": _budget(size.bare, size.with_ligands),
    }


def _of_weight(weight: "Weight") -> dict[str, Any]:
    return {
        **_whole(weight.material, weight.ligand),
        "diameter_nm": weight.diameter,
        "bare_Da": output.interval(weight.bare.value),
        "with_ligands_Da": _interval(weight.with_ligands),
        "formula_units": weight.formula_units,
        "formula_units_covered": None if weight.ligand is None else weight.formula_units,
        "ligands": weight.ligands,
        "budget_Da": _budget(weight.bare, weight.with_ligands),
    }


def _whole(material: str, ligand: str | None) -> dict[str, Any]:
    """Return all keys, so that what does not apply is null."""
    empty = ("mass_Da", "diameter_nm", "bare_nm", "with_ligands_nm", "bare_Da", "with_ligands_Da")
    return {
        "material": material,
        "ligand": ligand,
        **dict.fromkeys(empty),
        "budget_nm": None,
        "budget_Da": None,
    }


def _interval(finding: "Finding | None") -> dict[str, float] | None:
    return None if finding is None else output.interval(finding.value)


def _budget(bare: "Finding", covered: "Finding | None") -> dict[str, float]:
    return dict((covered or bare).budget)


def _between(cover: str) -> tuple[float, float]:
    from aliquot.errors import InputError, Where

    read = _COVER.fullmatch(cover.strip())
    if read is None:
        raise InputError(
            given=f"'{cover}'",
            expected="ligands per nm2, such as '3' or '1-4'",
            why="the surface holds so many",
            remedy="Write one number, or two with a hyphen.",
            where=Where(key="--cover"),
        )
    return float(read["low"]), float(read["high"] or read["low"])
