"""Cards with other constants: by dotted key, there and back."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import numpy as np
from jaxtyping import Float
from pydantic import ValidationError
from ruamel.yaml import YAML

from aliquot.errors import CardError, Where, suggestion
from aliquot.inference.free import Free
from aliquot.knowledge import records
from aliquot.knowledge.document import Schema, plain
from aliquot.units import to_float

_INTERVALS = {"activation": "activation_interval"}
"""Key beside a constant under which its interval stands, where it is not 'interval'."""


def changed(card: records.Chemistry, free: Sequence[Free], theta: Sequence[float]) -> records.Chemistry:
    """Return a card with other values at the keys of free constants.

    Args:
        card: The card.
        free: Constants, each with the keys that take its value.
        theta: Their values [unit, or log10 of it].

    Raises:
        CardError: If a key leads nowhere, or the card can not bear the value.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> from aliquot.knowledge.store import chemistry
        >>> gamma = Free(name="gamma", keys=("surface_energy.value",), unit="J m-2",
        ...              prior=Prior(mean=0.12, sd=0.04, because="an example"))
        >>> changed(chemistry("inp_wang2023"), [gamma], [0.13]).surface_energy.value
        '0.13 J m-2'
    """
    content = card.model_dump(by_alias=True, exclude_none=True)
    for one, value in zip(free, theta, strict=True):
        for key in one.keys:
            _write(content, card.id, key, one.text(value, key))
    return validated(content, card.id)


def values(card: records.Chemistry, free: Sequence[Free]) -> Float[np.ndarray, " free"]:
    """Return the values of free constants as they stand on a card [unit, or log10 of it], shape (free,).

    Args:
        card: The card.
        free: Constants; the first key of each is read.

    Raises:
        CardError: If a key leads to no number.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> from aliquot.knowledge.store import chemistry
        >>> gamma = Free(name="gamma", keys=("surface_energy.value",), unit="mJ m-2",
        ...              prior=Prior(mean=120, sd=40, because="an example"))
        >>> values(chemistry("inp_wang2023"), [gamma]).round(1).tolist()
        [115.6]
    """
    content = card.model_dump(by_alias=True, exclude_none=True)
    return np.array([one.theta(_number(content, card.id, one)) for one in free])


def _number(content: dict[str, Any], name: str, one: Free) -> float:
    """Return the number at the first key of a constant [its unit]."""
    key = one.keys[0]
    parent, last = _parent(content, name, key)
    found = parent[last]
    value = to_float(found, one.unit, Where(name, key=key)) if isinstance(found, str) else float(found)
    return value / one.times.get(key, 1.0)


def scaled(card: records.Chemistry, factors: Sequence[tuple[str, float]]) -> records.Chemistry:
    """Return a card with numbers multiplied.

    Args:
        card: The card.
        factors: Dotted keys, and the factor on the number that stands there [1].

    Raises:
        CardError: If a key leads to no number.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> scaled(chemistry("inp_wang2023"), [("surface_energy.value", 2.0)]).surface_energy.value
        '0.2312 J m-2'
    """
    if not factors:
        return card
    content = card.model_dump(by_alias=True, exclude_none=True)
    for key, factor in factors:
        parent, last = _parent(content, card.id, key)
        value, _, unit = str(parent[last]).partition(" ")
        _write(content, card.id, key, f"{float(f'{factor * float(value):.15g}')!r} {unit}")
    return validated(content, card.id)


def validated(content: Mapping[str, Any], name: str) -> records.Chemistry:
    """Return a card from its content; raises CardError with the first fault."""
    try:
        return records.Chemistry.model_validate(plain(content))
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        raise CardError(
            given=repr(first["input"])[:80],
            expected=str(first["msg"]),
            why="the schema of a chemistry asks for it",
            remedy="Check what the study changes on the card.",
            where=Where(name, key=".".join(str(step) for step in first["loc"])),
        ) from None


def interval_key(card: records.Chemistry, key: str) -> str | None:
    """Return the key under which the interval of a constant stands, None where the card has no place for it.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> interval_key(chemistry("inp_wang2023"), "attachment.rate.activation")
        'attachment.rate.activation_interval'
    """
    *parents, last = key.split(".")
    node: Any = card
    for step in parents:
        node = _inner(node, step)
    if not isinstance(node, Schema):
        return None
    known = type(node).model_fields
    beside = _INTERVALS.get(last, "interval" if "interval" in known else "range")
    return ".".join([*parents, beside]) if beside in known else None


def with_entries(card: records.Chemistry, entries: Mapping[str, Any], **top: Any) -> records.Chemistry:  # noqa: ANN401
    """Return a card with entries under dotted keys, and others at its top.

    Args:
        card: The card.
        entries: What stands under each key.
        **top: What stands under keys without dots, such as ``id``.

    Raises:
        CardError: If a key leads nowhere or the entry does not fit.
    """
    content = card.model_dump(by_alias=True, exclude_none=True)
    for key, entry in entries.items():
        parent, last = _parent(content, card.id, key)
        parent[last] = entry
    return validated({**content, **top}, card.id)


def as_yaml(card: records.Chemistry) -> str:
    """Return a card as the text of its file.

    Example:
        >>> from aliquot.knowledge.document import Document
        >>> from aliquot.knowledge.store import chemistry
        >>> card = chemistry("zns_wang2023")
        >>> Document(as_yaml(card), "copy").read(records.Chemistry) == card
        True
    """
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 110
    text = StringIO()
    yaml.dump(_listed(card.model_dump(mode="json", by_alias=True, exclude_none=True)), text)
    return text.getvalue()


def _listed(node: Any) -> Any:  # noqa: ANN401  YAML nodes
    """Return content without what the writer does not know."""
    if isinstance(node, Mapping):
        return {key: _listed(value) for key, value in node.items() if value not in ({}, ())}
    if isinstance(node, list | tuple):
        return [_listed(value) for value in node]
    return node


def _write(content: dict[str, Any], name: str, key: str, text: str) -> None:
    """Write a value at a key: as text with its unit, or as a number where the card has one."""
    parent, last = _parent(content, name, key)
    number = parent[last]
    if isinstance(number, int | float) and not isinstance(number, bool):
        parent[last] = float(text.split(maxsplit=1)[0])
    elif isinstance(number, str):
        parent[last] = text
    else:
        raise CardError(
            given=f"'{key}', under which stands no number",
            expected="the key of a constant, such as 'surface_energy.value'",
            why="a fit changes numbers, not structure",
            remedy="Name the number itself.",
            where=Where(name, key=key),
        )


def _parent(content: dict[str, Any], name: str, key: str) -> tuple[Any, Any]:
    """Return the mapping or list that holds a key, and the key in it."""
    node: Any = content
    *parents, last = key.split(".")
    for i, step in enumerate([*parents, last]):
        place: Any = int(step) if isinstance(node, list | tuple) and step.isdecimal() else step
        known = range(len(node)) if isinstance(node, list | tuple) else node
        missing = not isinstance(node, dict | list | tuple) or place not in known
        if missing and not (i == len(parents) and isinstance(node, dict) and last in _ADDED):
            raise CardError(
                given=f"the key '{key}'",
                expected=f"a key of the card '{name}'",
                why=f"there is no '{step}'" + (f" under '{'.'.join(parents[:i])}'" if i else ""),
                remedy=suggestion(step, map(str, known)) if isinstance(node, dict) else "Count laws from 0.",
                where=Where(name, key=key),
            )
        if i == len(parents):
            return node, place
        if isinstance(node[place], tuple):
            node[place] = list(node[place])
        node = node[place]
    raise AssertionError


_ADDED = {"interval", "activation_interval", "range", "because"}
"""Keys that may be added to what a card says of a constant."""


def _inner(node: Any, step: str) -> Any:  # noqa: ANN401  a card holds anything
    """Return what stands under a step of a key."""
    if isinstance(node, Schema):
        return getattr(node, "from_" if step == "from" else step, None)
    if isinstance(node, Mapping):
        return node.get(step)
    return node[int(step)] if isinstance(node, tuple) and step.isdecimal() else None
