"""Faults of a study, each told at its own key: a fault of a whole block would quote the block."""

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from aliquot.errors import UnitError
from aliquot.units import to_float

Place = tuple[str | int, ...]


def misfit(place: Place, given: object, expected: str, why: str, remedy: str) -> ValidationError:
    """Return a fault for a validator to raise, which the reader of files tells with its line.

    Args:
        place: Where it stands, from the block that is validated.
        given: What stands there.
        expected: What would be accepted.
        why: The reason, in one clause.
        remedy: What to do, a whole sentence.
    """
    told = PydanticCustomError(
        "quantity", "{expected}: {why}. {remedy}", {"expected": expected, "why": why, "remedy": remedy}
    )
    detail = InitErrorDetails(type=told, loc=place, input=given)
    return ValidationError.from_exception_data("design", [detail])


def unit_fault(fault: UnitError, given: object, place: Place = ()) -> ValidationError:
    """Return an error of a quantity as a fault at its key."""
    return misfit(place, given, fault.expected, fault.why, fault.remedy)


def quantity_text(text: object, unit: str | None, place: Place = (), *, such_as: str | None = None) -> object:
    """Return what is written under a key as it is, if it is a quantity; what is no text and no number passes.

    Args:
        text: What is written.
        unit: Unit to which it has to convert, None where any will do.
        place: Where it stands, from the block that is validated.
        such_as: Unit to propose where any will do.

    Raises:
        ValidationError: If its unit is missing, or of another dimension.

    Example:
        >>> quantity_text("3.1 nm", "nm"), quantity_text("97 %", "1")
        ('3.1 nm', '97 %')
        >>> quantity_text(3.1, "nm")
        Traceback (most recent call last):
        pydantic_core._pydantic_core.ValidationError: ... Add a unit: '3.1 nm'. ...
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        way = f"'{text:g} 1', or per cent" if unit == "1" else f"'{text:g} {unit or such_as}'"
        raise misfit(
            place,
            text,
            "a number and a unit",
            "a number without its unit has no meaning at the bench",
            f"Add a unit: {way}.",
        )
    if isinstance(text, str) and unit is not None:
        try:
            to_float(text, unit)
        except UnitError as fault:
            raise unit_fault(fault, text, place) from None
    return text
