"""`aliquot recipe scale`: the same recipe for more or less."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aliquot.cli import output


def scale(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    to: Annotated[str, typer.Option(help="'2.5 g product', '100 mL' of feed or flask, or 'x3'.")],
    fraction: Annotated[
        float, typer.Option(help="Share of the limiting reagent that ends in the product.")
    ] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Write the scaled recipe here, not to the screen.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-scale/1.")] = False,
) -> None:
    """Scale a recipe: every dose times one factor, comments kept, and what does not scale is told.

    \b
    Examples:
      aliquot recipe scale inp_wang2023 --to "2.5 g product" --fraction 0.736 --out more.yaml
      aliquot recipe scale cdte_mech2023_toluene --to "10 mL"
    """
    from aliquot.cli.recipe.book import write_new
    from aliquot.recipe.read import recipe_document
    from aliquot.recipe.scale import scale as scaled_to

    scaled = scaled_to(recipe_document(recipe), to, fraction=fraction)
    if out is not None:
        write_new(out, scaled.text, "--out")
    if json:
        content = {
            "recipe": scaled.recipe.id,
            "factor": scaled.factor,
            "text": scaled.text,
            "written": None if out is None else str(out),
            "flags": list(scaled.notes),
        }
        output.print_json("recipe-scale", content)
        return
    if out is None:
        typer.echo(scaled.text, nl=False)
    told = [f"Every dose times {scaled.factor:.6g}.", *scaled.notes]
    if out is not None:
        told.append(f"Written: {out}")
    for note in told:
        typer.echo(note, file=sys.stderr)
