"""`aliquot recipe export`: a recipe for databases, notebooks and robots."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.knowledge.document import Document
    from aliquot.recipe import Recipe
    from aliquot.recipe.exchange import Depositor, Loss


class Format(StrEnum):
    """Where a recipe can go."""

    ORD = "ord"
    ELN = "eln"
    XDL = "xdl"


SUFFIXES = {Format.ORD: ".pbtxt", Format.ELN: ".eln", Format.XDL: ".xdl"}
USED_BY: Mapping[str, tuple[Format, ...]] = {
    "--name": (Format.ORD,),
    "--email": (Format.ORD,),
    "--date": (Format.ORD, Format.ELN),
    "--with": (Format.ELN,),
}
"""Formats that have a place for what an option tells."""


def export(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    to: Annotated[
        Format, typer.Option("--to", help="ord: Open Reaction Database; eln: notebooks; xdl: robots.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write, never an existing one; .json for ord in JSON."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="ord: who deposits it.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="ord: address of who deposits it.")] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="ord, eln: day of the record, as 2026-01-31.")
    ] = None,
    beside: Annotated[
        list[Path] | None, typer.Option("--with", help="eln: a further file to pack; may be repeated.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-export/1.")] = False,
) -> None:
    """Write a recipe in a format of others, and list what that format can not say.

    \b
    Examples:
      aliquot recipe export cdte_mech2023_ode --to ord
      aliquot recipe export my_recipe.yaml --to eln --with spectra.csv --out notebook.eln
      aliquot recipe export cdte_mech2023_ode --to xdl --json
    """
    from aliquot.recipe.exchange.eln import slug
    from aliquot.recipe.exchange.prose import day
    from aliquot.recipe.read import recipe_document, recipe_of

    _check_options(to, {"--name": name, "--email": email, "--date": date, "--with": beside})
    if date is not None:
        day(date)
    document = recipe_document(recipe)
    read = recipe_of(document)
    path = out or Path(f"{slug(read.id)}{SUFFIXES[to]}")
    lossy: Sequence[Loss] = ()
    if to is Format.ORD:
        data, lossy = _ord(read, path, _depositor(name, email, date))
    elif to is Format.XDL:
        data, lossy = _xdl(read)
    else:
        data = _eln(read, document, beside or [], date)
    _write(path, data)
    _tell(read.id, to, path, lossy, as_json=json)


def _check_options(to: Format, given: Mapping[str, object]) -> None:
    """Refuse an option that the format would leave unused.

    Raises:
        InputError: If there is one.
    """
    from aliquot.errors import InputError, Where

    for option, value in given.items():
        if value and to not in USED_BY[option]:
            raise InputError(
                given=f"{option} for {to.value}",
                expected=f"{option} for {' or '.join(used.value for used in USED_BY[option])} only",
                why=f"{to.value} has no place for it: it would be silently lost",
                remedy=f"Leave {option} out, or choose another format.",
                where=Where(key=option),
            )


def _tell(recipe: str, to: Format, path: Path, lossy: "Sequence[Loss]", *, as_json: bool) -> None:
    """Print what was written, and what was lost."""
    if as_json:
        lost = [{"field": loss.field, "why": loss.why} for loss in lossy]
        content = {"recipe": recipe, "to": to.value, "written": str(path), "lossy": lost}
        output.print_json("recipe-export", content)
        return
    for loss in lossy:
        typer.echo(f"lost: {loss}", err=True)
    typer.echo(f"Written: {path}")


def _ord(read: "Recipe", path: Path, depositor: "Depositor | None") -> "tuple[bytes, Sequence[Loss]]":
    from aliquot.recipe.exchange.ord import to_ord

    made = to_ord(read, depositor)
    return (made.json if path.suffix == ".json" else made.pbtxt).encode(), made.lossy


def _xdl(read: "Recipe") -> "tuple[bytes, Sequence[Loss]]":
    from aliquot.recipe.exchange.xdl import to_xdl

    made = to_xdl(read)
    return made.text.encode(), made.lossy


def _eln(read: "Recipe", document: "Document", beside: list[Path], date: str | None) -> bytes:
    """Pack the recipe, what the checks say about it, and further files; nothing is lost."""
    from dataclasses import asdict
    from json import dumps

    from aliquot.recipe.checks import review
    from aliquot.recipe.exchange.eln import EPOCH, to_eln

    findings = [
        {**asdict(concern), "severity": concern.severity.value, "where": str(concern.where)}
        for concern in review(read, document)
    ]
    files: dict[str, bytes | str] = {"findings.json": dumps(findings, ensure_ascii=False, indent=2) + "\n"}
    for path in beside:
        files[path.name] = _read(path, files)
    return to_eln(read, document.dump(), files, date=date or EPOCH, version=output.version())


def _depositor(name: str | None, email: str | None, date: str | None) -> "Depositor | None":
    """Return who deposits a reaction, None where nobody is named.

    Raises:
        InputError: If only a part of it is told.
    """
    from aliquot.errors import InputError
    from aliquot.recipe.exchange.ord import Depositor

    if name is None and email is None:
        return None
    if name is None or email is None or date is None:
        told = {"--name": name, "--email": email, "--date": date}
        missing = [option for option, value in told.items() if value is None]
        raise InputError(
            given=f"a depositor without {' and '.join(missing)}",
            expected="--name, --email and --date together",
            why="a deposit names a person, an address and a day",
            remedy=f"Add {' and '.join(missing)}, or leave all of them out.",
        )
    return Depositor(name, email, date)


def _read(path: Path, taken: dict[str, bytes | str]) -> bytes:
    """Read a further file.

    Raises:
        InputError: If it can not be read, or another of the same name is packed already.
    """
    from aliquot.errors import InputError, Where

    why = f"another file of the name '{path.name}' is packed already" if path.name in taken else ""
    try:
        data = path.read_bytes()
    except OSError as fault:
        why, data = str(fault.strerror), b""
    if why:
        raise InputError(
            given=f"'{path}'",
            expected="a file to pack",
            why=why,
            remedy="Check the path and the name.",
            where=Where(key="--with"),
        )
    return data


def _write(path: Path, data: bytes) -> None:
    """Write a new file.

    Raises:
        InputError: If it exists, or can not be written.
    """
    from aliquot.errors import InputError, Where

    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as fault:
        exists = isinstance(fault, FileExistsError)
        raise InputError(
            given=f"'{path}'{', which exists' if exists else ''}",
            expected="the name of a new file" if exists else "a file that can be written",
            why="somebody's work may be in it" if exists else str(fault.strerror),
            remedy="Choose another name with --out.",
            where=Where(str(path), key="--out"),
        ) from None
