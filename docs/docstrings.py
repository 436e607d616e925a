"""Our docstrings in the words that the documentation's reader of docstrings knows."""

import re
from typing import Any

import griffe

_SECTIONS = {"Example:": "Examples:", "Rarely needed:": "Other parameters:"}
_ROLE = re.compile(r":(?:func|class|meth|data|mod):`~?([^`]*)`")


class Docstrings(griffe.Extension):
    """Translate section titles and roles, and keep [In][P] from being read as a link."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:  # noqa: ANN401
        """Rewrite the docstring of an object before anybody parses it."""
        if obj.docstring is not None:
            lines = obj.docstring.value.split("\n")
            obj.docstring.value = "\n".join(_translated(line) for line in lines)


def _translated(line: str) -> str:
    if line.strip() in _SECTIONS:
        return line.replace(line.strip(), _SECTIONS[line.strip()])
    line = _ROLE.sub(r"`\1`", line)
    return line if line.startswith("  ") else line.replace("][", "]\\[")
