"""YAML read fast: for files that are known to be sound, where nobody will ask for a line.

The careful reader of ``document.py`` knows the line of every key and refuses a key that stands twice; it
takes twenty times as long. Both read YAML 1.2: 'no' is a word and 12:30 is no number.
"""

import re
from typing import Any

from yaml import CSafeLoader, SequenceNode, load


class _Loader(CSafeLoader):
    """The loader of libyaml with the scalars of YAML 1.2's core schema, lists as tuples."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


def _tuple(loader: _Loader, node: SequenceNode) -> tuple[Any, ...]:
    return tuple(loader.construct_object(child, deep=True) for child in node.value)


_Loader.add_constructor("tag:yaml.org,2002:seq", _tuple)


def read_quickly(text: str) -> Any:  # noqa: ANN401  YAML may hold anything
    """Return the content of a YAML text, lists as tuples.

    Args:
        text: The YAML text.

    Raises:
        yaml.YAMLError: If it is malformed; read it with care to learn where.

    Example:
        >>> read_quickly("{mark: no, range: [1.0, 2], at: 12:30, source: null}")
        {'mark': 'no', 'range': (1.0, 2), 'at': '12:30', 'source': None}
    """
    return load(text, Loader=_Loader)  # noqa: S506  a safe loader with other scalars
