"""The recipe book: published syntheses as files, found by name."""

from importlib.resources import files
from pathlib import Path

from aliquot.errors import RecipeError, Where, suggestion


def recipe_book(name: str) -> Path:
    """Return the file of a recipe of the book.

    Args:
        name: Its name, such as ``"inp_wang2023"``.

    Raises:
        RecipeError: If the book has no such recipe.

    Example:
        >>> recipe_book("inp_wang2023").name
        'inp_wang2023.yaml'
    """
    known = recipe_names()
    if name not in known:
        raise RecipeError(
            given=f"'{name}'",
            expected="the name of a recipe in the book",
            why="the book has no such page",
            remedy=suggestion(name, known),
            where=Where("recipe book"),
        )
    return Path(str(files(__name__) / f"{name}.yaml"))


def recipe_names() -> tuple[str, ...]:
    """Return the names of all recipes in the book, sorted."""
    pages = (page.name for page in files(__name__).iterdir())
    return tuple(sorted(page.removesuffix(".yaml") for page in pages if page.endswith(".yaml")))
