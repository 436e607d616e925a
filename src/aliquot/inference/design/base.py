"""The recipe that a design changes: one sample or one batch, with its knobs turned, and written as a file."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.design.study import Design
from aliquot.knowledge.document import Document
from aliquot.recipe.override import GivenDocument, entries
from aliquot.recipe.read import is_file, recipe_document, recipe_of
from aliquot.recipe.record import Recipe

Settings = Mapping[str, str]
"""What stands under each key of a recipe."""


@dataclass(frozen=True, slots=True)
class Base:
    """A recipe whose knobs can be turned.

    Attributes:
        document: The recipe with one sample, and without what the author states about the original.
        study: What may be turned.

    Example:
        >>> from aliquot.inference.design.study import read_design
        >>> base = Base.of(read_design("inp_design"))
        >>> slow = base.recipe({"flow.rate": "0.05 mL/min"})
        >>> [(sample.name, round(sample.residence_time / 60.0, 1)) for sample in slow.samples]
        [('designed', 71.9)]
    """

    document: Document
    study: Design

    @classmethod
    def of(cls, study: Design, folder: Path | None = None) -> "Base":
        """Make the recipe of a study ready.

        Args:
            study: The study.
            folder: Folder beside which its recipe lies, unless that is one of the book.

        Raises:
            RecipeError: If there is no such recipe.
            InputError: If it has no such sample, or a knob turns what is not there.
        """
        page = study.recipe.partition(":")[0]
        beside = folder is not None and is_file(folder / page)
        document = deepcopy(
            recipe_document(str(folder / study.recipe) if beside and folder else study.recipe)
        )
        document.edit(lambda tree: _prepare(tree, study))
        known = {key for key, _, _ in entries(document.tree)}
        places = {key: f"knobs.{i}.keys" for i, knob in enumerate(study.knobs) for key in knob.keys}
        for key, place in {**dict.fromkeys(study.given, "given"), **places}.items():
            if key not in known:
                raise InputError(
                    given=f"the key '{key}'",
                    expected=f"a key of the recipe '{study.recipe}'",
                    why="what is given or turned is a number that stands there",
                    remedy=suggestion(key, known),
                    where=Where(study.id, key=place),
                )
        document.edit(lambda tree: _set(tree, study.given, study.given_because or ""))
        return cls(document, study)

    def settings(self, values: Sequence[float]) -> dict[str, str]:
        """Return what stands under each key with the knobs at these values [their units]."""
        return {
            key: knob.text(value)
            for knob, value in zip(self.study.knobs, values, strict=True)
            for key in knob.keys
        }

    def recipe(self, settings: Settings) -> Recipe:
        """Return the recipe with these settings.

        Raises:
            RecipeError: If it contradicts itself, such as more being drawn than there is.
        """
        return recipe_of(GivenDocument(self.document, settings))

    def written(self, settings: Settings, told: str) -> str:
        """Return the recipe with these settings as the text of its file.

        Args:
            settings: What stands under each key.
            told: What it was designed for, in words.
        """
        document = deepcopy(self.document)
        document.edit(lambda tree: self._sign(tree, settings, told))
        return _spaced(document.dump())

    def _sign(self, tree: Any, settings: Settings, told: str) -> None:  # noqa: ANN401  YAML nodes
        _set(tree, settings, "set by the design, for what stands at the top of this file")
        _bare(tree)
        tree["id"], tree["title"] = self.study.id, self.study.title
        tree.yaml_set_start_comment(
            f"{self.study.title}. Designed by 'aliquot design' from {self.study.recipe}\n"
            f"for {told}.\nWhat was not turned stands as there."
        )


def _set(tree: Any, settings: Settings, because: str) -> None:  # noqa: ANN401  YAML nodes
    """Write settings into a tree, and that they are ours."""
    paths = {key: path for key, path, _ in entries(tree)}
    for key, text in settings.items():
        *parents, last = paths[key]
        node = tree
        for step in parents:
            node = node[step]
        node[last] = text
        tree.setdefault("assumed", {})[key] = because


def _prepare(tree: Any, study: Design) -> None:  # noqa: ANN401  YAML nodes
    """Leave one sample or none, and nothing that is stated about the original."""
    tree.pop("checks", None)  # numbers of the original; they would contradict any other dose
    tree.pop("errata", None)
    if "samples" in tree:
        _choose(tree, study)
    elif study.sample is not None:
        raise _no_sample(study, ())
    for step in tree.get("steps", ()):
        for said in step.values():
            said.pop("aliquots", None)  # what is drawn on the way is no product
    known = {key for key, _, _ in entries(tree)}
    assumed = tree.get("assumed", {})
    for key in [key for key in assumed if key not in known or key == "samples"]:
        del assumed[key]


def _choose(tree: Any, study: Design) -> None:  # noqa: ANN401  YAML nodes
    """Leave one sample, and let what it says of itself stand under 'flow'."""
    names = [str(sample["name"]) for sample in tree["samples"]]
    chosen = study.sample if study.sample is not None or len(names) > 1 else names[0]
    if chosen not in names:
        raise _no_sample(study, names)
    sample = tree["samples"][names.index(chosen)]
    sample["name"] = "designed"
    flow = tree["flow"]
    if "flow" in sample:
        flow["rate"] = sample.pop("flow")
    for block in ("temperatures", "side"):
        if block in sample:
            flow.setdefault(block, {}).update(sample.pop(block))
    del tree["samples"][:]
    tree["samples"].append(sample)


def _bare(node: Any) -> None:  # noqa: ANN401  YAML nodes
    """Take all comments away: they speak of the original."""
    comments = getattr(node, "ca", None)
    if comments is not None:
        comments.items.clear()
        comments.comment = comments.end = None
    for child in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        _bare(child)


def _spaced(text: str) -> str:
    """Return the text of a file with an empty line before each block of its top level."""
    lines = text.splitlines()
    blocks = {i for i, line in enumerate(lines) if line.endswith(":") and line[0] not in " #-" and i > 0}
    return "".join(f"\n{line}\n" if i in blocks else f"{line}\n" for i, line in enumerate(lines))


def _no_sample(study: Design, names: Sequence[str]) -> InputError:
    return InputError(
        given="no sample" if study.sample is None else f"the sample '{study.sample}'",
        expected=f"a sample of {study.recipe}" if names else "none: a batch has no samples",
        why="a design starts from one run",
        remedy=suggestion(study.sample or "", names) if names else "Leave 'sample' out.",
        where=Where(study.id, key="sample"),
    )
