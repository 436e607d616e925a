"""The group `aliquot recipe`."""

import typer

app = typer.Typer(
    name="recipe",
    help="Recipes: check, bench sheet, scale, export, import, and those of the book.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
