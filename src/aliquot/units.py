"""Quantities as people write them, at the rim; plain floats of one documented system inside.

Inside Aliquot lengths of particles and light are in nm, times in s, temperatures in K, concentrations in
mol m-3, energies of single particles in eV. Amounts of substance are in mol, masses in g, volumes of vessels
in m3, lengths of apparatus in m. A field says its unit in its documentation.

Example:
    >>> to_float("0.145 mL", "m3")
    1.45e-07
    >>> to_float("200 °C", "K")
    473.15
    >>> to_float("120 kJ/mol", "eV")                # per particle
    1.2437212...
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from aliquot.errors import UnitError, Where

BOLTZMANN_EV = 8.617333262e-5
"""Boltzmann constant [eV K-1], exact by the SI of 2019."""

AVOGADRO = 6.02214076e23
"""Avogadro constant [mol-1], exact by the SI of 2019."""

EV_NM = 1239.841984
"""Photon energy times wavelength, h c / e [eV nm], from CODATA 2018."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"^\s*(?P<number>{_NUMBER})\s*(?P<unit>\S.*?)\s*$")
_TEMPERATURE = {"°C": "degC", "℃": "degC", "C": "degC", "degC": "degC", "celsius": "degC", "K": "kelvin"}


@cache
def _registry() -> Any:  # noqa: ANN401  pint ships no types
    # Imported on first use: pint costs a fifth of a second that `aliquot --help` must not pay.
    import pint  # noqa: PLC0415

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)


def split(text: str, where: Where | None = None) -> tuple[float, str]:
    """Split a written quantity into its number and its unit.

    Args:
        text: A number and a unit, such as ``"0.50 M"`` or ``"290 µL"``.
        where: Place of the text, for the error.

    Returns:
        The number and the unit as written.

    Raises:
        UnitError: If there is no number, or no unit.

    Example:
        >>> split("290 µL")
        (290.0, 'µL')
    """
    match = _QUANTITY.match(text) if isinstance(text, str) else None
    if match is None:
        raise UnitError(
            given=repr(text),
            expected="a number and a unit, such as '0.145 mL'",
            why="a number without its unit has no meaning at the bench",
            remedy="Write the quantity with its unit, between quotes if YAML would read it otherwise.",
            where=where,
        )
    return float(match["number"]), match["unit"]


def to_float(text: str, unit: str, where: Where | None = None) -> float:
    """Convert a written quantity to a float in a given unit.

    Args:
        text: A number and a unit, such as ``"250 °C"``.
        unit: The unit of the result, in pint's spelling (``"m3"`` and the like are understood).
        where: Place of the text, for the error.

    Returns:
        The value [unit].

    Raises:
        UnitError: If the text is no quantity, the unit is unknown, or the dimension is another.

    Example:
        >>> round(to_float("0.0901 M", "mol m-3"), 6)
        90.1
    """
    number, written = split(text, where)
    source, target = _pint_unit(written), _pint_unit(unit)
    if target in ("eV", "eV/nm**2"):  # energies of one particle are tabulated per mole or per area
        target = target.replace("eV", "eV/particle") if "mol" in source and "/mol" in source else target
    registry = _registry()
    import pint  # noqa: PLC0415

    try:
        return float(registry.Quantity(number, source).to(target).magnitude)
    except pint.DimensionalityError as error:
        raise UnitError(
            given=repr(text),
            expected=f"a quantity that converts to {unit}",
            why=f"'{written}' is {error.dim1 or 'of another dimension'}, '{unit}' is {error.dim2}",
            remedy="Check the unit, or the key under which it stands.",
            where=where,
        ) from None
    except (pint.UndefinedUnitError, pint.errors.DefinitionSyntaxError, AttributeError, TypeError) as error:
        raise UnitError(
            given=repr(text),
            expected=f"a unit that converts to {unit}",
            why=f"the unit '{written}' is not known",
            remedy="Use SI units or the usual ones of a chemist (mL, mmol, mg, M, min, degC, %).",
            where=where,
        ) from error


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in two views: as it was written, and as a float of a known unit.

    Example:
        >>> Quantity.parse("884.72 mg", "g").value
        0.88472
    """

    value: float
    """Value [unit]."""
    unit: str
    """Unit of the value, in the notation of the cards."""
    text: str
    """The quantity as it was written."""

    @classmethod
    def parse(cls, text: str, unit: str, where: Where | None = None) -> "Quantity":
        """Read a written quantity and convert it to a unit; raises UnitError as :func:`to_float` does."""
        return cls(to_float(text, unit, where), unit, str(text).strip())

    def to(self, unit: str) -> float:
        """Return the value in another unit of the same dimension, converted from the written text."""
        return to_float(self.text, unit)

    def __str__(self) -> str:
        """Return the quantity as it was written."""
        return self.text


def show(value: float, unit: str, digits: int = 4) -> str:
    """Write a value with its unit, to a number of significant digits.

    Example:
        >>> show(35.9486, "min")
        '35.95 min'
    """
    return f"{value:.{digits}g} {unit}"


def _pint_unit(unit: str) -> str:
    """Translate what chemists write into what pint reads."""
    unit = unit.strip()
    if unit in _TEMPERATURE:
        return _TEMPERATURE[unit]
    unit = unit.replace("µ", "u").replace("μ", "u").replace("·", " ")
    # 'mol m-3' and 'm3' to 'mol * m**-3' and 'm**3', the superscript-free notation of the cards
    unit = re.sub(r"([A-Za-z])(-?\d+)\b", r"\1**\2", unit)
    unit = re.sub(r"(?<![A-Za-z])(m|u|n)?M(?![A-Za-z])", r"(\1mol/L)", unit)
    return re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(])", " * ", unit)
