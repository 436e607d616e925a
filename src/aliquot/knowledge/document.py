"""YAML documents: read with the line of every key, validated against a schema, every fault at once.

Cards and recipes are such documents. A fault says what was given, what was expected, why, and what to do,
and names file, line and key; further faults of the same document follow as notes of the error.
"""

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import deepcopy
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from aliquot.errors import AliquotError, CardError, UnitError, Where, suggestion
from aliquot.units import Quantity, show, which

Model = TypeVar("Model", bound="Schema")

# Besides its own errors, the YAML reader lets through what Python raises on '!!int x', '2023-99-99'
# or endless nesting.
_UNREADABLE = (YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Schema(BaseModel):
    """Base of all document parts: frozen, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )


class In:
    """Annotation: a written quantity, read as a float in this unit.

    Args:
        units: The unit; or one for each dimension that is allowed, of which the text decides.
        above: Lower bound of the value, itself excluded [that unit].
        least: Lower bound of the value, itself included [that unit].

    Example:
        >>> class Tube(Schema):
        ...     length: Annotated[Quantity, In("m")]
        >>> Tube(length="4.6 m").length.value
        4.6
    """

    def __init__(self, *units: str, above: float | None = None, least: float | None = None) -> None:
        self.units = units
        self.above = above
        self.least = least

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Validate text into a Quantity and write it back as it was written."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def _read(self, text: Any) -> Quantity:  # noqa: ANN401
        if isinstance(text, Quantity):
            text = text.text
        try:
            quantity = which(text, self.units)
        except UnitError as error:
            raise quantity_fault(error) from None
        low = self.above is not None and quantity.value <= self.above
        if low or (self.least is not None and quantity.value < self.least):
            bound = f"above {show(self.above, quantity.unit)}" if self.above is not None else "of 0 or more"
            parts = {
                "expected": f"a quantity {bound}",
                "why": "nothing at the bench can be smaller",
                "remedy": "Check the number and its sign; write 'null' where the key allows 'not reported'.",
            }
            raise PydanticCustomError("quantity", "{why}", parts)
        return quantity


def quantity_fault(error: AliquotError) -> PydanticCustomError:
    """Return an error of ours in the form in which a schema reports it with its line."""
    return PydanticCustomError(
        "quantity", "{why}", {"expected": error.expected, "why": error.why, "remedy": error.remedy}
    )


Length = Annotated[Quantity, In("m", above=0.0)]
"""Length of apparatus [m]."""
Nanometres = Annotated[Quantity, In("nm")]
"""Size of a particle or wavelength of light [nm]."""
Volume = Annotated[Quantity, In("m3", above=0.0)]
"""Volume of liquid [m3]."""
Flow = Annotated[Quantity, In("m3 s-1", above=0.0)]
"""Volume flow [m3 s-1]."""
Duration = Annotated[Quantity, In("s", least=0.0)]
"""Time [s]."""
Temperature = Annotated[Quantity, In("K", above=0.0)]
"""Absolute temperature [K]."""
Concentration = Annotated[Quantity, In("mol m-3", least=0.0)]
"""Concentration [mol m-3]."""
Fraction = Annotated[Quantity, In("1")]
"""Share, written in per cent or as '1' [1]."""


class Document:
    """A YAML text with the place of every key.

    Args:
        text: The YAML text.
        file: Name for messages.
        error: The class of error to raise.

    Raises:
        AliquotError: Of the class given, if the text is no YAML mapping.
    """

    def __init__(self, text: str, file: str, error: type[AliquotError] = CardError) -> None:
        self.text = text
        self.file = file
        self.error = error
        try:
            reader = YAML(typ="rt")
            reader.preserve_quotes = True
            self.tree: Any = reader.load(text)
            self._content = plain(self.tree)
        except _UNREADABLE as fault:
            raise self._malformed(fault) from None
        if not isinstance(self.tree, Mapping):
            raise error(
                given="a document that is not a mapping of keys to values",
                expected="a YAML mapping",
                why="every part has a name",
                remedy="Begin with 'id: ...'.",
                where=Where(file, 1),
            )

    @classmethod
    def from_file(cls, path: Path, error: type[AliquotError] = CardError) -> "Document":
        """Read a file.

        Raises:
            AliquotError: Of the class given, if the file can not be read as UTF-8 text.
        """
        try:
            return cls(path.read_text(encoding="utf-8-sig"), path.name, error)
        except (OSError, UnicodeDecodeError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else "it is no UTF-8 text"
            raise error(
                given=f"the file '{path}'",
                expected="a YAML file that can be read",
                why=str(reason or fault),
                remedy="Check the name, the folder and that the file is text.",
                where=Where(str(path)),
            ) from None

    def edit(self, change: Callable[[Any], None]) -> None:
        """Change the tree of the document; comments stay where they are.

        Args:
            change: Called with the tree, which it alters in place.
        """
        unshare(self.tree)
        change(self.tree)
        self._content = plain(self.tree)

    def dump(self) -> str:
        """Return the document as YAML text, with its comments.

        Example:
            >>> Document("id: small # and dear", "note").dump().strip()
            'id: small # and dear'
        """
        yaml = YAML(typ="rt")
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.width = 4096  # lines are broken where the author broke them
        yaml.representer.ignore_aliases = lambda _: True
        yaml.representer.add_representer(type(None), _write_null)
        text = StringIO()
        yaml.dump(self.tree, text)
        return text.getvalue()

    def where(self, path: Sequence[str | int]) -> Where:
        """Return file, line and dotted key of a place in the document."""
        line, node, found = 1, self.tree, []
        for step in path:
            lookup: Any = getattr(node, "lc", None)
            place = int(step) if isinstance(node, list) and str(step).isdecimal() else step
            try:
                line = (lookup.key(place)[0] if isinstance(node, Mapping) else lookup.item(place)[0]) + 1
                node = node[place]
            except (AttributeError, KeyError, IndexError, TypeError):
                continue  # a missing key is told at its parent; names of union members are no keys
            found.append(str(step))
        return Where(self.file, line, ".".join(found) or None)

    def read(self, schema: type[Model]) -> Model:
        """Validate the document against a schema.

        Args:
            schema: The class of the whole document.

        Returns:
            The validated, frozen object.

        Raises:
            AliquotError: Of the document's class, for the first fault; further faults are its notes.
        """
        try:
            return schema.model_validate(self._content)
        except ValidationError as invalid:
            details = _without_echoes(invalid.errors(include_url=False))
            faults = [self._fault(detail, schema) for detail in details]
        raise together(faults)

    def _malformed(self, fault: Exception) -> AliquotError:
        """Translate what the YAML reader raised into an error of ours."""
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        line = None if mark is None else mark.line + 1
        reason = getattr(fault, "problem", None) or getattr(fault, "context", None) or str(fault)
        return self.error(
            given=_line_of(self.text, line),
            expected="well-formed YAML",
            why=" ".join(str(reason).split()) or "it can not be parsed",
            remedy="Check indentation, colons and quotes on this line and the one above.",
            where=Where(self.file, line),
        )

    def _fault(self, detail: ErrorDetails, schema: type[Schema]) -> AliquotError:
        """Translate one fault of the validator into an error of ours."""
        path = detail["loc"]
        where = self.where(path)
        key = str(path[-1]) if path else ""
        context = detail.get("ctx", {})
        match detail["type"]:
            case "extra_forbidden":
                known = _keys_at(schema, path[:-1])
                return self.error(
                    given=f"the unknown key '{key}'",
                    expected="a key of the schema",
                    why="a misspelt key would be silently lost",
                    remedy=suggestion(key, known),
                    where=where,
                )
            case "missing":
                return self.error(
                    given=f"no '{key}'",
                    expected=f"the key '{key}'",
                    why="nothing may be assumed in its place",
                    remedy=f"Add '{key}: ...' here, or 'null' where the key allows 'not reported'.",
                    where=where,
                )
            case "quantity":
                return self.error(
                    given=repr(detail["input"])[:80],
                    expected=context["expected"],
                    why=context["why"],
                    remedy=context["remedy"],
                    where=where,
                )
            case _:
                return self.error(
                    given=repr(detail["input"])[:80],
                    expected=_expected(detail),
                    why="the schema of this key asks for it",
                    remedy="Compare with a card or recipe of the book.",
                    where=where,
                )


def together(faults: Sequence[AliquotError]) -> AliquotError:
    """Return the first of several faults of a document, the others as its notes, in the order of lines.

    Example:
        >>> late, early = (CardError(given="'x'", expected="'y'", why="so it is", remedy="Mend it.",
        ...                          where=Where("card", line)) for line in (9, 2))
        >>> first = together([late, early])
        >>> first.where.line, len(first.__notes__)
        (2, 1)
    """
    first, *others = sorted(faults, key=lambda fault: fault.where.line or 0)
    for other in others:
        first.add_note(f"also: {other}")
    return first


def unshare(node: Any, seen: set[int] | None = None) -> None:  # noqa: ANN401  YAML nodes
    """Give every place of a tree its own node: through a YAML anchor one change would be made twice."""
    seen = set() if seen is None else seen
    for key, child in list(node.items() if isinstance(node, Mapping) else enumerate(node)):
        if isinstance(child, MutableMapping | MutableSequence):
            if id(child) in seen:
                node[key] = child = deepcopy(child)  # noqa: PLW2901
            seen.add(id(child))
            unshare(child, seen)


def _write_null(representer: Any, _: None) -> Any:  # noqa: ANN401  the YAML writer's own
    """Write 'null' in full: an empty place looks like a slip."""
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def plain(node: Any) -> Any:  # noqa: ANN401
    """Strip the YAML reader's own containers and scalars down to Python's."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return tuple(plain(value) for value in node)
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node


def _without_echoes(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Drop the missing keys that stand there misspelt: one slip is one fault."""
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]

    def is_echo(detail: ErrorDetails) -> bool:
        if detail["type"] != "missing":
            return False
        *parent, key = detail["loc"]
        siblings = [str(path[-1]) for path in unknown if list(path[:-1]) == parent]
        return bool(get_close_matches(str(key), siblings))

    return [detail for detail in details if not is_echo(detail)]


def _expected(detail: ErrorDetails) -> str:
    """Say in plain words what the validator would have accepted."""
    kinds = {
        "model_type": "a mapping of keys to values",
        "dict_type": "a mapping of keys to values",
        "tuple_type": "a list, such as [first, second]",
        "string_type": "text, between quotes if YAML reads it as something else",
    }
    message = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return kinds.get(detail["type"], message)


def _keys_at(schema: type[Schema], path: Sequence[str | int]) -> list[str]:
    """Return the keys that the schema allows at a place."""
    models: list[type[Schema]] = [schema]
    for step in path:
        if isinstance(step, int):
            continue
        inner = [
            found
            for model in models
            if step in model.model_fields
            for found in _models_in(model.model_fields[step].annotation)
        ]
        models = inner or models
    return sorted({field.alias or key for model in models for key, field in model.model_fields.items()})


def _models_in(annotation: Any) -> list[type[Schema]]:  # noqa: ANN401
    """Return the schema classes anywhere in a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Schema):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _line_of(text: str, line: int | None) -> str:
    """Quote a line of a text."""
    lines = text.splitlines()
    return repr(lines[line - 1].strip()) if line and line <= len(lines) else "a text"
