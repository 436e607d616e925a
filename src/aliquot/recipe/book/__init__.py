"""The recipe book: published syntheses as files, found by name."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.knowledge.quick import read_quickly


def recipe_book(name: str) -> Path:
    """Return the file of a recipe of the book.

    Args:
        name: Its name, such as ``"inp_wang2023"``, or that of a series or one of its recipes.

    Raises:
        RecipeError: If the book has no such recipe.

    Example:
        >>> recipe_book("inp_wang2023").name
        'inp_wang2023.yaml'
    """
    return recipe_file(name.partition(":")[0] if name in recipe_names() else name)


def recipe_file(name: str) -> Path:
    """Return the file of a recipe or series of the book; raises RecipeError if there is none."""
    known = tuple(_pages())
    if name not in known:
        raise RecipeError(
            given=f"'{name}'",
            expected="the name of a recipe in the book",
            why="the book has no such page",
            remedy=suggestion(name, recipe_names()),
            where=Where("recipe book"),
        )
    return Path(str(files(__name__) / f"{name}.yaml"))


def recipe_names() -> tuple[str, ...]:
    """Return the names of all recipes in the book, sorted; those of a series as 'series:recipe'.

    Example:
        >>> "inp_wang2023" in recipe_names()
        True
    """
    pages = _pages().items()
    return tuple(sorted(f"{page}:{name}" if name else page for page, names in pages for name in names))


def series_names() -> tuple[str, ...]:
    """Return the names of the series in the book, sorted."""
    return tuple(sorted(page for page, recipes in _pages().items() if recipes != ("",)))


@cache
def _pages() -> dict[str, tuple[str, ...]]:
    """Return the recipes of each file; a file of one recipe has one without a name."""
    found = {}
    for page in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if page.name.endswith(".yaml"):
            written = read_quickly(page.read_text(encoding="utf-8"))
            recipes = tuple(str(recipe["id"]) for recipe in written.get("recipes", ()))
            found[page.name.removesuffix(".yaml")] = recipes or ("",)
    return found
