"""The group `aliquot recipe`."""

import typer

from aliquot.cli.recipe import book, check, export, import_, scale, table

app = typer.Typer(
    name="recipe",
    help="Recipes: check, bench sheet, scale, export, import, and those of the book.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

app.command("list", short_help="The recipes of the book.")(book.list_)
app.command("show", short_help="A recipe as a file, series' changes made.")(book.show)
app.command("copy", short_help="Copy a recipe out of the book.")(book.copy)
app.command("table", short_help="Bench sheet: what to weigh, pipette and set.")(table.table)
app.command("scale", short_help="The same for more or less.")(scale.scale)
app.command("check", short_help="What a careful colleague would say about a recipe.")(check.check)
app.command("export", short_help="For databases, notebooks, robots: ORD, .eln, XDL.")(export.export)
app.command("import", short_help="Literature tables of syntheses, with their doubts.")(import_.import_)
