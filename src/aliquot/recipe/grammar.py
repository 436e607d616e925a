"""The grammar of a recipe file: which keys it has, and what may stand under them.

Only what one key can say about itself is checked here; what keys say about each other is checked in
``consistency.py``. Every quantity is text with its unit, and ``null`` means "not reported".
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from aliquot.knowledge.document import (
    Concentration,
    Duration,
    Flow,
    In,
    Length,
    Nanometres,
    Schema,
    Temperature,
    Volume,
)
from aliquot.recipe.record import Purity
from aliquot.units import Quantity

_PERCENT = r"(\d+(?:\.\d*)?)"
_PURITY = re.compile(rf"\s*(?:{_PERCENT}\s*[-–]\s*)?(>=|≥)?\s*{_PERCENT}\s*%\s*")


def _purity(written: Any) -> Purity | None:  # noqa: ANN401  YAML may hold anything
    """Read '97 %', '80-90 %' or '>= 98 %'; None is 'not reported'."""
    if written is None or isinstance(written, Purity):
        return written
    match = _PURITY.fullmatch(written) if isinstance(written, str) else None
    if match is None or (match[1] and match[2]):
        raise _purity_fault("it is no share in per cent")
    low = round(float(match[1] or match[3]) / 100.0, 12)
    high = 1.0 if match[2] else round(float(match[3]) / 100.0, 12)
    if not 0.0 < low <= high <= 1.0:
        raise _purity_fault("a purity lies above 0 % and at or below 100 %, the lower bound first")
    return Purity(low, high, written.strip())


def _purity_fault(why: str) -> PydanticCustomError:
    parts = {
        "expected": "a purity such as '97 %', '80-90 %' or '>= 98 %'",
        "why": why,
        "remedy": "Copy the purity from the bottle, or write 'null' if it was not reported.",
    }
    return PydanticCustomError("quantity", "{why}", parts)


Dose = Annotated[Quantity, In("g", "m3", "mol", above=0.0)]
"""What was weighed or measured out: a mass [g], a volume [m3] or moles [mol]."""
Amount = Annotated[Quantity, In("mol", above=0.0)]
"""Amount of substance [mol]."""
Share = Annotated[Purity | None, BeforeValidator(_purity)]
"""Purity in per cent, None if it was not reported."""
MixedVolume = Annotated[Volume | None, BeforeValidator(lambda text: None if text == "additive" else text)]
"""Volume of a mixture [m3], None where it is 'additive' or not reported."""


class Reagent(Schema):
    """A reagent as it was dosed."""

    is_: Annotated[str, Field(alias="is")]
    """Name or alias of its card."""
    dose: Dose
    """A mass [g], a volume [m3] or moles [mol]."""
    purity: Share
    """Null if it was not reported; it then counts as 100 %."""


class Solution(Schema):
    """A mixture of reagents."""

    of: Annotated[tuple[str, ...], Field(min_length=1)]
    """Keys of the reagents in it."""
    volume: MixedVolume = None
    """Its volume [m3]; None for 'additive': that of its liquids."""


class Zone(Schema):
    """A stretch of the tube at one temperature."""

    name: str
    length: Length


class Tube(Schema):
    """The heated tube."""

    bore: Length
    length: Length
    coil_radius: Length | None = None
    inlet_temperature: Temperature
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]


class Pumping(Schema):
    """What is pumped, and what holds for every sample that does not say otherwise."""

    feed: str
    rate: Flow | None = None
    temperatures: dict[str, Temperature] = Field(default_factory=dict)


class Sample(Schema):
    """Product that was collected at one setting."""

    name: Annotated[str, Field(min_length=1)]
    flow: Flow | None = None
    temperatures: dict[str, Temperature] = Field(default_factory=dict)


class Observe(Schema):
    """How the absorbance of each sample is taken."""

    window: tuple[Nanometres, Nanometres]
    step: Annotated[Quantity, In("nm", above=0.0)]
    path: Annotated[Quantity, In("mm", above=0.0)]
    dilution: Annotated[float, Field(ge=1.0)]
    medium: str
    noise: Annotated[float, Field(ge=0.0)] = 0.0


class Stated(Schema):
    """Numbers that the author states and the recipe lets us compute."""

    amounts: dict[str, Amount] = Field(default_factory=dict)
    """Moles as dosed, by key of the reagent."""
    concentrations: dict[str, Concentration] = Field(default_factory=dict)
    """Concentrations as dosed in the feed, by card of the reagent."""
    ratios: dict[str, float] = Field(default_factory=dict)
    """Molar ratios as dosed in the feed, by 'card/card'."""
    tube_volume: Volume | None = None
    residence_times: dict[Flow, Duration] = Field(default_factory=dict)
    """Times in the whole tube, by flow."""


class RecipeFile(Schema):
    """A recipe file."""

    format: Literal["aliquot-recipe/1"]
    id: str
    title: str
    material: str
    source: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()
    reagents: Annotated[dict[str, Reagent], Field(min_length=1)]
    solutions: Annotated[dict[str, Solution], Field(min_length=1)]
    tube: Tube
    flow: Pumping
    samples: Annotated[tuple[Sample, ...], Field(min_length=1)]
    observe: Observe | None = None
    assumed: dict[str, str] = Field(default_factory=dict)
    """Dotted keys whose values are ours, and why; the source does not state them."""
    checks: Stated = Stated()
