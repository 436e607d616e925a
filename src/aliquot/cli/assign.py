"""`aliquot assign`: formulas for the masses of clusters, and what they are worth."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.mass.assign import Assignment, Candidate
    from aliquot.instruments.mass.blocks import Family
    from aliquot.instruments.mass.enumerate import Bounds
    from aliquot.instruments.mass.table import CheckedRow

_RANGE = re.compile(r"(?P<name>[^=]+)=(?P<low>\d+)-(?P<high>\d+)")
_RATIO = re.compile(r"(?P<low>\d+\.?\d*)-(?P<high>\d+\.?\d*)")
_CHECK = re.compile(r"(?P<formula>[^=]+)=(?P<mass>\d+\.?\d*)\s*(?:Da)?")


def assign(
    masses: Annotated[list[float] | None, typer.Argument(help="Peaks, as m/z in Da.")] = None,
    cation: Annotated[str | None, typer.Option(help="Metal of the clusters: Cd, In.")] = None,
    anion: Annotated[str | None, typer.Option(help="Non-metal: P, As, Se.")] = None,
    ligand: Annotated[str, typer.Option(help="Ligand, by name or formula: oleate, 'C9H17O2-'.")] = "oleate",
    sigma: Annotated[float, typer.Option(help="Standard error of a mass, in Da.")] = 1.5,
    charge: Annotated[int, typer.Option(help="Charge of the ions.")] = 1,
    extras: Annotated[str, typer.Option(help="Foreign blocks, with commas; 'none' for none.")] = "O,H",
    width: Annotated[
        list[float] | None, typer.Option(help="Standard deviation of the envelope in Da, one for each mass.")
    ] = None,
    peak_width: Annotated[float, typer.Option(help="Share of the instrument in the widths, in Da.")] = 0.0,
    ratio: Annotated[str, typer.Option(help="Least and most cations per anion.")] = "1-3",
    limit: Annotated[
        list[str] | None, typer.Option(help="Fewest and most of a block, such as P=1-40; may be repeated.")
    ] = None,
    series: Annotated[bool, typer.Option("--series", help="Let the peaks support each other.")] = False,
    check: Annotated[
        list[str] | None, typer.Option(help="A printed row to recompute: 'FORMULA=MASS'; may be repeated.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=25, help="Formulas to show for each mass.")] = 6,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema assign/1.")] = False,
) -> None:
    """Rank the formulas of clusters that fit a mass, and tell how easily any mass would have been fitted.

    \b
    Examples:
      aliquot assign 5623.4 5487.9 --cation Cd --anion P --ligand oleate --sigma 1.5
      aliquot assign 5623.4 --cation Cd --anion P --width 10.6 --peak-width 1 --json
      aliquot assign --check "Cd32P12(oleate)8=5096.4"
    """
    checked = _checked(check or [])
    found: tuple[Assignment, ...] = ()
    if masses:
        family = _family(cation, anion, ligand, extras)
        bounds = _bounds(ratio, limit or [], family)
        widths = _widths(width, len(masses))
        found = _assigned(masses, family, sigma, charge, widths, peak_width, bounds, series)
    elif not checked:
        raise _missing("masses", "a mass, or a row to check")
    if json:
        output.print_json("assign", as_json(found, checked, top))
        return
    for one in found:
        _show(one, top)
    for row in checked:
        typer.echo(row.sentence)


def as_json(found: "tuple[Assignment, ...]", checked: "tuple[CheckedRow, ...]", top: int) -> dict[str, Any]:
    """Return assignments and checked rows as the contract writes them."""
    from aliquot.instruments.mass.isotopes import SOURCES

    return {
        "masses": [
            {
                "mass_Da": one.mass,
                "charge": one.charge,
                "family": one.family.text,
                "candidates": [candidate_json(candidate) for candidate in one.candidates[:top]],
                "found": one.found,
                "rivals": one.rivals,
                "random_match_rate": one.random_match_rate,
                "random_density": one.random_density,
                "random_as_good": one.random_as_good,
                "flags": list(one.flags),
            }
            for one in found
        ],
        "checks": [
            {
                "formula": row.formula.text,
                "printed_Da": row.printed,
                "computed_Da": row.computed,
                "agrees": row.agrees,
                "suggestions": [formula.text for formula in row.suggestions],
            }
            for row in checked
        ],
        "citations": list(SOURCES),
    }


def candidate_json(candidate: "Candidate") -> dict[str, Any]:
    """Return a candidate as the contract writes it."""
    return {
        "formula": candidate.formula.text,
        "mass_Da": candidate.mass,
        "error_Da": candidate.error,
        "formal_charge": candidate.formal_charge,
        "closed_shell": candidate.closed_shell,
        "score": candidate.score,
        "terms": dict(candidate.terms),
        "weight": candidate.weight,
        "sd_Da": candidate.sd,
        "comb_Da": candidate.comb,
        "twins": [
            {"formula": twin.formula.text, "difference_Da": twin.difference} for twin in candidate.twins
        ],
    }


def _show(one: "Assignment", top: int) -> None:
    rows = [
        [
            candidate.formula.text,
            f"{candidate.mass:.2f}",
            f"{candidate.error:+.2f}",
            f"{candidate.formal_charge:+d}" + (" closed" if candidate.closed_shell else ""),
            f"{candidate.score:.2f}",
            f"{100.0 * candidate.weight:.0f}",
            f"{candidate.sd:.2f}",
            f"{candidate.twins[0].formula.text} ({candidate.twins[0].difference:+.2f})"
            if candidate.twins
            else "–",
        ]
        for candidate in one.candidates[:top]
    ]
    columns = ["formula", "mass / Da", "error / Da", "charge", "score", "weight / %", "sd / Da", "twin"]
    control = (
        f"{one.found} formulas looked at. {100.0 * one.random_as_good:.0f} % of random masses nearby have a "
        "formula that scores as well."
    )
    output.print_table(
        f"{one.mass:.1f} Da: {one.family.text}", columns, rows, [*one.flags, control], words=("twin",)
    )


def _assigned(
    masses: list[float],
    family: "Family",
    sigma: float,
    charge: int,
    widths: list[float | None],
    peak_width: float,
    bounds: "Bounds",
    series: bool,
) -> "tuple[Assignment, ...]":
    from aliquot.instruments.mass.assign import assign as ranked
    from aliquot.instruments.mass.series import assign_series

    if series:
        return assign_series(
            masses, family, sigma, charge=charge, sds=widths, peak_sd=peak_width, bounds=bounds
        )
    return tuple(
        ranked(mass, family, sigma, charge=charge, sd=sd, peak_sd=peak_width, bounds=bounds)
        for mass, sd in zip(masses, widths, strict=True)
    )


def _family(cation: str | None, anion: str | None, ligand: str, extras: str) -> "Family":
    from aliquot.instruments.mass.blocks import Family

    if cation is None or anion is None:
        raise _missing("--cation" if cation is None else "--anion", "the metal and the non-metal")
    foreign = () if extras == "none" else tuple(word.strip() for word in extras.split(",") if word.strip())
    return Family(cation, anion, ligand, foreign)


def _bounds(ratio: str, limits: list[str], family: "Family") -> "Bounds":
    from aliquot.instruments.mass.blocks import block
    from aliquot.instruments.mass.enumerate import Bounds

    between = _RATIO.fullmatch(ratio)
    if between is None:
        raise _malformed("--ratio", ratio, "two numbers such as '1.2-3'")
    counts: dict[str, tuple[int, int]] = {}
    for limit in limits:
        part = _RANGE.fullmatch(limit)
        if part is None or block(part["name"]).name not in {known.name for known in family.blocks}:
            raise _malformed("--limit", limit, "a block of the family and its numbers, such as 'P=1-40'")
        counts[block(part["name"]).name] = int(part["low"]), int(part["high"])
    return Bounds(counts, (float(between["low"]), float(between["high"])))


def _widths(widths: list[float] | None, masses: int) -> list[float | None]:
    if not widths:
        return [None] * masses
    if len(widths) != masses:
        raise _malformed("--width", f"{len(widths)} width(s)", f"one for each of the {masses} masses")
    return [*widths]


def _checked(rows: list[str]) -> "tuple[CheckedRow, ...]":
    from aliquot.instruments.mass.table import check_table

    read = []
    for row in rows:
        part = _CHECK.fullmatch(row.strip())
        if part is None:
            raise _malformed("--check", row, "a formula and its mass, such as 'Cd32P20(oleate)5=5623.9'")
        read.append((part["formula"].strip(), float(part["mass"])))
    return check_table(read)


def _missing(key: str, expected: str) -> Exception:
    from aliquot.errors import InputError, Where

    return InputError(
        given="nothing",
        expected=expected,
        why="formulas are sought for masses of a family of clusters",
        remedy="See: aliquot assign --help.",
        where=Where(key=key),
    )


def _malformed(key: str, given: str, expected: str) -> Exception:
    from aliquot.errors import InputError, Where

    return InputError(
        given=f"'{given}'",
        expected=expected,
        why="it could not be read",
        remedy="Write it as in the example.",
        where=Where(key=key),
    )
