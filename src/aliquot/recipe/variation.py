"""Series: recipes that vary one base, so that what they share is written once."""

from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from copy import deepcopy
from typing import Any

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.knowledge.document import Document, plain, unshare
from aliquot.knowledge.store import find_reagent
from aliquot.recipe.grammar import SeriesFile, Variant, VariationFile

Path = tuple[str | int, ...]


class VariedDocument(Document):
    """A recipe of a series: the document of the base with its changes, each line known in its own file.

    Args:
        base: The document of the base.
        series: The document of the variation or series.
        written: The same, as its grammar reads it.
        index: Number of the recipe in a series, None for a single variation.

    Raises:
        RecipeError: If a change or omission does not fit the base; it names the line in the series.
    """

    def __init__(
        self, base: Document, series: Document, written: VariationFile | SeriesFile, index: int | None = None
    ) -> None:
        variant = None if index is None or isinstance(written, VariationFile) else written.recipes[index]
        self.text, self.error = base.text, base.error
        self.file = series.file if variant is None else f"{series.file}:{variant.id}"
        self.base, self.series = base, series
        self.tree = deepcopy(base.tree)
        unshare(self.tree)
        self.changed: dict[Path, Path] = {}
        """Path of every value that the series sets, and where in the series it does."""
        layers: tuple[tuple[Path, VariationFile | SeriesFile | Variant], ...] = (((), written),)
        if variant is not None and index is not None:
            layers = (*layers, (("recipes", index), variant))
        for path, layer in layers:
            for place, name in enumerate(layer.without):
                self._leave_out(name, (*path, "without", place))
            self._merge(self.tree, _at(series.tree, (*path, "change")), (), (*path, "change"))
        self._set_head([layer for _, layer in layers], layers[-1][0])
        self._set_comments()
        self._origins = {tuple(str(step) for step in path): origin for path, origin in self.changed.items()}
        self._content = plain(self.tree)

    def where(self, path: Sequence[str | int]) -> Where:
        """Return file, line and dotted key: of the series where it sets the value, else of the base."""
        path = path[: _depth(self.tree, path)]
        for length in range(len(path), 0, -1):
            origin = self._origins.get(tuple(str(step) for step in path[:length]))
            if origin is not None:
                place = self.series.where((*origin, *path[length:]))
                return Where(place.file, place.line, ".".join(str(step) for step in path))
        return self.base.where(path)

    def _set_head(self, layers: Sequence[VariationFile | SeriesFile | Variant], here: Path) -> None:
        """Give the recipe its own name, title, sources and errata."""
        outer, inner = layers[0], layers[-1]
        head: dict[str, tuple[Any, Path]] = {
            "id": (outer.id if inner is outer else f"{outer.id}:{inner.id}", (*here, "id")),
            "title": (inner.title, (*here, "title")),
            "errata": (sorted({key for layer in layers for key in layer.errata}), ("errata",)),
        }
        if not isinstance(outer, Variant) and outer.source:
            head["source"] = (list(outer.source), ("source",))
        for key, (value, origin) in head.items():
            self.tree[key] = value
            self.changed[key,] = origin

    def _set_comments(self) -> None:
        """Let comments tell of what they stand beside: those of changed entries go, the head is new."""
        for path in self.changed:
            node = self.tree
            there = _depth(self.tree, path)  # a later layer may have replaced what an earlier one set
            for step in path[:there]:
                _drop_comment(node, step)
                node = node[step]
        lines = []
        for line in self.series.text.splitlines():
            if not line.startswith("#"):
                break
            lines.append(line.removeprefix("#").removeprefix(" "))
        kept = f"What is not changed stands as in {self.base.tree['id']}, with its comments."
        self.tree.yaml_set_start_comment("\n".join([*lines, kept]))

    def _leave_out(self, name: str, origin: Path) -> None:
        """Take a reagent out, with every mention of it in mixtures, steps and checks."""
        reagents = self.tree.get("reagents", {})
        if name not in reagents:
            raise self._misfit(origin, f"'{name}'", "a reagent of the base", suggestion(name, reagents))
        card = reagents[name].get("is")
        del reagents[name]
        _forget(self.tree.get("solutions", {}), name)
        _forget(self.tree.get("steps", []), name)
        self._forget_claims(name, card)

    def _forget_claims(self, name: str, card: str | None) -> None:
        """Drop what is assumed and stated about a reagent that is left out."""
        assumed = self.tree.get("assumed", {})
        for key in [key for key in assumed if f"{key}.".startswith(f"reagents.{name}.")]:
            del assumed[key]
        checks = self.tree.get("checks", {})
        checks.get("amounts", {}).pop(name, None)
        names = _names(card)
        if names & {part for other in self.tree["reagents"].values() for part in _names(other.get("is"))}:
            return  # there is more of it under another key
        for kind in ("concentrations", "ratios"):
            stated = checks.get(kind, {})
            for key in [key for key in stated if names & {part.strip() for part in key.split("/")}]:
                del stated[key]

    def _merge(self, node: Any, change: Any, path: Path, origin: Path) -> None:  # noqa: ANN401  YAML nodes
        """Set in a node what a change says, going down where both are nested."""
        for key, value in (change or {}).items():
            inner, cause = (*path, key), (*origin, key)
            if isinstance(node, MutableSequence):
                if not (isinstance(key, int) and 0 <= key < len(node)):
                    told = f"Use 0 to {len(node) - 1}."
                    raise self._misfit(cause, f"'{key}'", "the number of an item of the base's list", told)
                known: Any = node[key]
            else:
                known = node.get(key)
            if isinstance(value, Mapping) and isinstance(known, MutableMapping | MutableSequence):
                self._merge(known, value, inner, cause)
                continue
            if value is None and path[:1] in {("assumed",), ("checks",)}:
                node.pop(key, None)  # not assumed, not stated: there nothing can be "not reported"
                continue
            node[key] = deepcopy(value)
            self.changed[inner] = cause

    def _misfit(self, path: Path, given: str, expected: str, remedy: str) -> RecipeError:
        return RecipeError(
            given=given,
            expected=expected,
            why="a change has to fit what it changes",
            remedy=remedy,
            where=self.series.where(path),
        )


def _at(node: Any, path: Path) -> Any:  # noqa: ANN401  YAML nodes
    """Return the node at a path, None where there is none."""
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else node[step]
        if node is None:
            return None
    return node


def _drop_comment(node: Any, key: str | int) -> None:  # noqa: ANN401  YAML nodes
    """Drop the comment at the end of an entry's line; comments on the lines below it stay."""
    tokens = node.ca.items.get(key)
    for place, token in enumerate(tokens or ()):
        if token is not None and not isinstance(token, list):
            below = token.value.partition("\n")[2]
            if below.strip():
                token.value = f"\n{below}"
            else:
                tokens[place] = None


def _depth(node: Any, path: Sequence[str | int]) -> int:  # noqa: ANN401  YAML nodes
    """Return how many steps of a path there are in a tree."""
    for depth, step in enumerate(path):
        place = int(step) if isinstance(node, MutableSequence) and str(step).isdecimal() else step
        try:
            node = node[place]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(path)


def _names(card: str | None) -> set[str]:
    """Return every name of a reagent."""
    found = None if card is None else find_reagent(card)
    return set() if found is None else set(found.names)


def _forget(node: Any, name: str) -> None:  # noqa: ANN401  YAML nodes
    """Take a name out of everything that is poured below a node, also where it stands with a volume."""
    for key, child in node.items() if isinstance(node, Mapping) else enumerate(node):
        if key in {"of", "what"} and isinstance(child, MutableSequence):
            for index in reversed(range(len(child))):
                part = child[index]
                if isinstance(part, MutableMapping):
                    part.pop(name, None)
                if part == name or not part:
                    del child[index]
        elif isinstance(child, Mapping | MutableSequence):
            _forget(child, name)
