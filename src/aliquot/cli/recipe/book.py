"""`aliquot recipe list`, `show` and `copy`: the recipe book."""

from pathlib import Path
from typing import Annotated, Any

import typer

from aliquot.cli import output
from aliquot.errors import InputError, Where


def list_(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only recipes whose name, title or material holds these words.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-list/1.")] = False,
) -> None:
    """List the recipes of the book.

    \b
    Examples:
      aliquot recipe list
      aliquot recipe list CdTe amine
    """
    from aliquot.recipe.book import pages

    rows: list[dict[str, Any]] = []
    for page in pages():
        made = page.material if page.shell is None else f"{page.material}/{page.shell}"
        text = f"{page.name} {page.title} {made} {page.kind}".casefold()
        if all(word.casefold() in text for word in words or ()):
            row = {"id": page.name, "title": page.title, "material": made, "kind": page.kind}
            rows.append({**row, "sources": list(page.sources)})
    if json:
        output.print_json("recipe-list", {"results": rows, "count": len(rows)})
        return
    columns = ["name", "material", "kind", "title"]
    lines = [[row["id"], row["material"], row["kind"], row["title"]] for row in rows]
    output.print_table(f"{len(rows)} recipes of the book", columns, lines, words=columns)


def show(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-show/1.")] = False,
) -> None:
    """Print a recipe as a file of its own; a recipe of a series with its changes made.

    \b
    Examples:
      aliquot recipe show cdte_mech2023_ratio:4.8
    """
    from aliquot.recipe.read import recipe_document

    text = recipe_document(recipe).dump()
    if json:
        output.print_json("recipe-show", {"recipe": recipe, "text": text})
    else:
        typer.echo(text, nl=False)


def copy(
    recipe: Annotated[str, typer.Argument(help="The name of a recipe in the book.")],
    to: Annotated[Path, typer.Argument(help="File to write; an existing one is never replaced.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-copy/1.")] = False,
) -> None:
    """Copy a recipe out of the book, to change it.

    \b
    Examples:
      aliquot recipe copy inp_wang2023 my_inp.yaml
    """
    from aliquot.recipe.read import recipe_document

    write_new(to, recipe_document(recipe).dump(), "copy")
    if json:
        output.print_json("recipe-copy", {"recipe": recipe, "written": str(to)})
    else:
        typer.echo(f"Written: {to}")


def write_new(path: Path, text: str, key: str) -> None:
    """Write a new file.

    Args:
        path: The file.
        text: What it holds.
        key: Option to name in the error.

    Raises:
        InputError: If the file exists, or can not be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(
            given=f"'{path}', which exists",
            expected="the name of a new file",
            why="somebody's work may be in it",
            remedy="Choose another name, or move the file away.",
            where=Where(str(path), key=key),
        ) from None
    except OSError as fault:
        raise InputError(
            given=f"'{path}'",
            expected="a file that can be written",
            why=str(fault.strerror),
            remedy="Check the folder and its permissions.",
            where=Where(str(path), key=key),
        ) from None
