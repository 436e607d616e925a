"""Records as plain trees: to name a simulation by its content, and to store its run."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from hashlib import sha256
from math import isfinite
from typing import Any

import numpy as np
from pydantic import BaseModel

from aliquot import __version__
from aliquot.errors import InputError, Where
from aliquot.knowledge import records
from aliquot.knowledge.base import base
from aliquot.recipe.record import Recipe

Keep = Callable[[np.ndarray], Any]
"""What to write in the place of an array."""


def tree(value: Any, keep: Keep, *, ordered: bool = True) -> Any:  # noqa: ANN401  a case for each kind of value
    """Return a value as what JSON can hold, with the class of every record.

    Args:
        value: A frozen record, card, enum, array, mapping, sequence, text or number, or any nest of these.
        keep: Called with every array; returns what stands in its place.
        ordered: Whether the order of mappings counts; if not, it is that of their keys.

    Raises:
        InputError: If something in it is none of these.

    Example:
        >>> from aliquot.recipe import Zone
        >>> tree({"tube": (Zone("HB1", 4.6),)}, keep=list)["$map"][0][1][0]["$fields"]
        {'name': 'HB1', 'length': 4.6, 'inlet': None}
    """
    inner = partial(tree, keep=keep, ordered=ordered)
    node: Any
    match value:
        case Enum():
            node = {"$member": _name(type(value)), "$value": inner(value.value)}
        case np.generic():
            node = inner(value.item())
        case None | str() | bool() | int() | float():
            node = _plain(value)
        case tuple():
            node = [inner(part) for part in value]
        case list():
            node = {"$list": [inner(part) for part in value]}
        case Mapping():
            pairs = [[inner(key), inner(part)] for key, part in value.items()]
            node = {"$map": pairs if ordered else sorted(pairs, key=lambda pair: json.dumps(pair[0]))}
        case BaseModel():
            node = {"$card": _name(type(value)), "$content": inner(value.model_dump(mode="json"))}
        case np.ndarray() if not value.dtype.hasobject:
            node = {"$array": keep(value)}
        case _:
            node = {"$record": _name(type(value)), "$fields": {k: inner(v) for k, v in _fields(value)}}
    return node


def value_of(node: Any, arrays: Sequence[np.ndarray]) -> Any:  # noqa: ANN401, PLR0911  each kind of node its return
    """Return the value behind a tree whose arrays are numbered; the inverse of :func:`tree`.

    Only records and enums of Aliquot's that are in use here are made, whatever the tree asks for.

    Raises:
        ValueError: If the tree is of another making.
    """
    inner = partial(value_of, arrays=arrays)
    match node:
        case None | str() | bool() | int() | float():
            return node
        case list():
            return tuple(inner(part) for part in node)
        case {"$float": str(text)}:
            return float(text)
        case {"$list": list(parts)}:
            return [inner(part) for part in parts]
        case {"$map": list(pairs)}:
            return {inner(key): inner(part) for key, part in pairs}
        case {"$member": str(name), "$value": value}:
            return _class(name)(inner(value))
        case {"$record": str(name), "$fields": dict(content)}:
            return _class(name)(**{key: inner(part) for key, part in content.items()})
        case {"$array": int(number)}:
            return arrays[number]
    message = f"{str(node)[:60]!r} is no part of a record"
    raise ValueError(message)


def basis() -> str:
    """Return what every simulation of this process stands on: Aliquot's version, and the user's own cards.

    Example:
        >>> basis().startswith("aliquot 0.")
        True
    """
    folder = base().folder
    if folder is None:
        return f"aliquot {__version__}"
    own = sha256()
    for file in sorted(folder.glob("*/*.yaml")):
        text = file.read_bytes()
        own.update(f"{file.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return f"aliquot {__version__} with cards {own.hexdigest()}"


def key_of(recipe: Recipe, chemistry: records.Chemistry, options: Mapping[str, Any], stands_on: str) -> str:
    """Return the name of a simulation: a digest of all that its run depends on.

    Args:
        recipe: The whole recipe.
        chemistry: The whole card.
        options: What else :func:`aliquot.simulate` is told.
        stands_on: The :func:`basis`.

    Returns:
        64 hexadecimal digits; equal content has the same in every process.

    Raises:
        InputError: If an option has no content that could be told.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> from aliquot.recipe import read_recipe, recipe_book
        >>> recipe, card = read_recipe(recipe_book("inp_wang2023")), chemistry("inp_wang2023")
        >>> whole, part = (key_of(told, card, {}, basis()) for told in (recipe, recipe.only("200C")))
        >>> len(whole), whole == part
        (64, False)
    """
    content = ("aliquot-key/1", stands_on, recipe, chemistry, dict(options))
    try:
        told = tree(content, _digest, ordered=False)
    except InputError as error:
        raise error.at(Where(recipe.id, key="options")) from None
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()


def _digest(array: np.ndarray) -> list[Any]:
    """Return type, shape and digest of an array, the same on every machine."""
    plain = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    return [plain.dtype.str, list(plain.shape), sha256(plain.tobytes()).hexdigest()]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return a number or text as JSON knows it; it knows no infinity."""
    if isinstance(value, float):
        return float(value) if isfinite(value) else {"$float": repr(float(value))}
    return value


def _fields(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    """Return the fields of a frozen record; raises InputError for anything else."""
    if _is_record(type(value)):
        return [(part.name, getattr(value, part.name)) for part in fields(value) if part.init]
    raise InputError(
        given=f"{str(value)[:60]!r}, a {type(value).__name__}",
        expected="numbers, texts, arrays, enums and frozen records",
        why="what a run stands on is told by its content, in this process and in any other",
        remedy="Write it as one of these.",
    )


def _is_record(kind: type) -> bool:
    """Tell whether instances of a class are frozen records."""
    return is_dataclass(kind) and bool(kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _name(kind: type) -> str:
    """Return module and name of a class."""
    return f"{kind.__module__}:{kind.__qualname__}"


def _class(name: str) -> Any:  # noqa: ANN401  a record or an enum
    """Return a record or enum of Aliquot's by its name; nothing is imported for the asking."""
    module, _, word = name.partition(":")
    kind = getattr(sys.modules.get(module), word, None) if module.startswith("aliquot.") else None
    if isinstance(kind, type) and (_is_record(kind) or issubclass(kind, Enum)):
        return kind
    message = f"{name[:60]!r} is no record of Aliquot's"
    raise ValueError(message)
