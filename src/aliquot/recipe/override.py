"""Values that a user gives a recipe: above all those that its source does not report.

They are set in the document before its grammar reads it, so that they are checked like what is written; the
file itself stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from aliquot.errors import RecipeError, Where
from aliquot.knowledge.document import Document, plain
from aliquot.recipe.grammar import Apparatus

OPTION = "--set"
"""Where a given value stands: the option of the command line."""
APPARATUS = "apparatus"
"""Block of a batch that may be given though the file has none."""

Path = tuple[str | int, ...]


class GivenDocument(Document):
    """A recipe's document with values that its user gives.

    Args:
        document: The document as it is written; it stays untouched.
        values: Dotted key of the file, items of a list by their number, and what shall stand there as YAML.

    Raises:
        RecipeError: If a key is not in the document, or a value is no YAML.

    Example:
        >>> written = Document("steps: [{hold: {at: 100 degC, for: null}}]", "note", RecipeError)
        >>> GivenDocument(written, {"steps.0.hold.for": "6 min"}).tree["steps"][0]["hold"]["for"]
        '6 min'
        >>> written.tree["steps"][0]["hold"]["for"] is None
        True
    """

    def __init__(self, document: Document, values: Mapping[str, str]) -> None:
        self.text, self.file, self.error = document.text, document.file, document.error
        self.written = document
        self.tree = deepcopy(document.tree)
        self.given = dict(values)
        for key, text in values.items():
            *parents, last = self._path(key)
            node = self.tree
            for step in parents:
                node = (
                    node.setdefault(step, CommentedMap()) if isinstance(node, MutableMapping) else node[step]
                )
            node[last] = _value(key, text)
        self._content = plain(self.tree)

    def where(self, path: Sequence[str | int]) -> Where:
        """Return the place of a key: the option for what is given, else the file."""
        node, found = self.tree, []
        for step in path:
            place = int(step) if isinstance(node, Sequence) and str(step).isdecimal() else step
            try:
                node = node[place]
            except (KeyError, IndexError, TypeError):
                continue  # a missing key is told at its parent; names of union members are no keys
            found.append(str(step))
        told = ".".join(found)
        if any(f"{told}.".startswith(f"{key}.") for key in self.given):
            return Where(OPTION, None, told)
        return self.written.where(path)

    def _path(self, key: str) -> Path:
        """Return the path of a dotted key; raises RecipeError if there is none."""
        known = {dotted: path for dotted, path, _ in entries(self.tree)}
        if "steps" in self.tree:
            known |= {f"{APPARATUS}.{name}": (APPARATUS, name) for name in Apparatus.model_fields}
        if key in known:
            return known[key]
        close = get_close_matches(key, known, n=1, cutoff=0.6)
        empty = ", ".join(f"'{dotted}'" for dotted in nulls(self.tree))
        raise RecipeError(
            given=f"the unknown key '{key}'",
            expected="the dotted key of a value in the recipe, such as 'steps.4.hold.for'",
            why=f"nothing stands under that key in {self.file}",
            remedy=f"Did you mean '{close[0]}'?" if close else f"Not reported are: {empty or 'none'}.",
            where=Where(OPTION, None, key),
        )


def entries(node: Any, path: Path = ()) -> Iterator[tuple[str, Path, Any]]:  # noqa: ANN401  YAML nodes
    """Yield everything below a node: dotted key, path, value.

    Example:
        >>> [dotted for dotted, _, _ in entries({"steps": [{"hold": None}]})]
        ['steps', 'steps.0', 'steps.0.hold']
    """
    listed = isinstance(node, Sequence) and not isinstance(node, str)
    inner = node.items() if isinstance(node, Mapping) else enumerate(node) if listed else ()
    for key, value in inner:
        here = (*path, key)
        yield ".".join(str(step) for step in here), here, value
        yield from entries(value, here)


def nulls(node: Any) -> Iterator[str]:  # noqa: ANN401  YAML nodes
    """Yield the dotted keys below a node that are null.

    Example:
        >>> list(nulls({"dose": None, "purity": "97 %"}))
        ['dose']
    """
    return (dotted for dotted, _, value in entries(node) if value is None)


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """Read what the command line sets.

    Args:
        settings: Texts such as ``"steps.4.feed.for=6 min"``.

    Returns:
        Value by dotted key, for :func:`aliquot.recipe.read_recipe`.

    Raises:
        RecipeError: If one has no key or no value, or two have the same key.

    Example:
        >>> parse_settings(["steps.4.feed.for=6 min", "reagents.free acid.dose = 0.5 mmol"])
        {'steps.4.feed.for': '6 min', 'reagents.free acid.dose': '0.5 mmol'}
        >>> parse_settings(["6 min"])
        Traceback (most recent call last):
        ...
        aliquot.errors.RecipeError: --set: got '6 min'; expected a key and a value, ...
    """
    found: dict[str, str] = {}
    for text in settings:
        key, _, value = (part.strip() for part in text.partition("="))
        if not key or not value or key in found:
            raise RecipeError(
                given=f"'{text}'" + (" after another value of that key" if key in found else ""),
                expected="a key and a value, each key once",
                why="a value is set under the key that it has in the file",
                remedy=f"Write {OPTION} \"steps.4.feed.for=6 min\", or '=null' for what is not known.",
                where=Where(OPTION),
            )
        found[key] = value
    return found


def _value(key: str, text: str) -> Any:  # noqa: ANN401  YAML may hold anything
    """Read a value as it would be read in the file."""
    try:
        return YAML(typ="rt").load(text)
    except (YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        reason = getattr(fault, "problem", None) or str(fault)
        raise RecipeError(
            given=f"'{text}'",
            expected="a value as it may stand in a recipe, such as '6 min' or '[5 min, 10 min]'",
            why=" ".join(str(reason).split()) or "it is no YAML",
            remedy="Check brackets and quotes.",
            where=Where(OPTION, None, key),
        ) from None
