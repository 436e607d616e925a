"""The recipe book: published syntheses as files, found by name."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.knowledge.quick import read_quickly


@dataclass(frozen=True, slots=True)
class Page:
    """What the book holds under one name."""

    name: str
    """Name of the recipe."""
    title: str
    material: str
    shell: str | None
    kind: Literal["batch", "flow"]
    sources: tuple[str, ...]
    """Keys of the bibliography."""


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
    if name not in _written():
        raise RecipeError(
            given=f"'{name}'",
            expected="the name of a recipe in the book",
            why="the book has no such page, and no such file is here",
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
    return tuple(page.name for page in pages())


def series_names() -> tuple[str, ...]:
    """Return the names of the series in the book, sorted.

    Example:
        >>> "cdte_mech2023_top" in series_names()
        True
    """
    return tuple(sorted({page.name.partition(":")[0] for page in pages() if ":" in page.name}))


@cache
def pages() -> tuple[Page, ...]:
    """Return what the book holds, sorted by name, without reading the recipes in full.

    Example:
        >>> next(page.kind for page in pages() if page.name == "inp_wang2023")
        'flow'
    """
    written = _written()
    found = []
    for file, head in written.items():
        base = head
        while "base" in base:  # what is varied is told once, where it is varied
            base = written[base["base"].partition(":")[0]]
        for name, title in [(str(one["id"]), one["title"]) for one in head.get("recipes", ())] or [
            ("", None)
        ]:
            found.append(
                Page(
                    name=f"{file}:{name}" if name else file,
                    title=title or head["title"],
                    material=base["material"],
                    shell=base.get("shell"),
                    kind="batch" if "steps" in base else "flow",
                    sources=tuple(head.get("source", base.get("source", ()))),
                )
            )
    return tuple(sorted(found, key=lambda page: page.name))


@cache
def _written() -> dict[str, Any]:
    """Return the content of each file of the book."""
    return {
        file.name.removesuffix(".yaml"): read_quickly(file.read_text(encoding="utf-8"))
        for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".yaml")
    }
