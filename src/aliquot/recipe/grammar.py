"""The grammar of a recipe file: which keys it has, and what may stand under them.

Only what one key can say about itself is checked here; what keys say about each other is checked in
``consistency.py``. Every quantity is text with its unit, and ``null`` means "not reported".
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
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
from aliquot.recipe.steps import HeatingRate, What, WrittenStep
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
    return _misfit(
        "a purity such as '97 %', '80-90 %' or '>= 98 %'",
        why,
        "Copy the purity from the bottle, or write 'null' if it was not reported.",
    )


def _misfit(expected: str, why: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{why}", {"expected": expected, "why": why, "remedy": remedy})


Dose = Annotated[Quantity, In("g", "m3", "mol", above=0.0)]
"""What was weighed or measured out: a mass [g], a volume [m3] or moles [mol]."""
Amount = Annotated[Quantity, In("mol", above=0.0)]
"""Amount of substance [mol]."""
Share = Annotated[Purity | None, BeforeValidator(_purity)]
"""Purity in per cent, None if it was not reported."""
MixedVolume = Annotated[Volume | None, BeforeValidator(lambda text: None if text == "additive" else text)]
"""Volume of a mixture [m3], None where it is 'additive' or not reported."""


Zero = Annotated[Quantity, In("mol")]
"""Amount of substance that may be nothing [mol]."""


class Reagent(Schema):
    """A reagent as it was dosed."""

    is_: Annotated[str | None, Field(alias="is")] = None
    """Name or alias of its card."""
    product: str | None = None
    """Instead of 'is': the recipe that makes it, for dots or clusters made before."""
    dose: Dose | None
    """A mass [g], a volume [m3] or moles [mol]; null if it was not reported."""
    purity: Share = None
    """Null if it was not reported; it then counts as 100 %. May be left out of a product or solution."""
    concentration: Annotated[Quantity, In("mol m-3", above=0.0)] | None = None
    """Concentration of the solution that was measured out, where it was not the reagent itself."""
    in_: Annotated[str | None, Field(alias="in")] = None
    """Card of the solvent of that solution, null if it was not reported."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Reagent":
        said = self.model_fields_set
        if (self.is_ is None) == (self.product is None):
            raise _misfit(
                "either 'is' or 'product'",
                "a dose is of one thing",
                "'is' names the card of a reagent, 'product' the recipe that made it.",
            )
        if "in_" in said and self.concentration is None:
            raise _misfit(
                "'concentration' beside 'in'",
                "'in' is the solvent of a solution",
                "Add 'concentration: 0.6 M', or take 'in' away.",
            )
        if self.concentration is not None and self.dose is not None and self.dose.unit != "m3":
            raise _misfit(
                "a volume, as 'dose: 2 mL'",
                "a solution is measured out by volume",
                "Give the volume of the solution; moles follow from its concentration.",
            )
        if self.product is None and self.concentration is None and "purity" not in said:
            raise _misfit(
                "the key 'purity'",
                "no 'purity', and moles depend on it",
                "Copy it from the bottle, or write 'null' where the source does not report it.",
            )
        return self


class Solution(Schema):
    """A mixture of reagents."""

    of: What
    """Keys of the reagents in it, or of other solutions with the volume of them that is used."""
    volume: MixedVolume = None
    """Its volume [m3]; None for 'additive': that of its liquids."""
    made_in: str | None = None
    """Where it is made, such as 'glovebox'."""
    how: str | None = None
    """How it is made, in words."""


class Zone(Schema):
    """A stretch of the tube at one temperature."""

    name: str
    length: Length
    inlet: str | None = None
    """Solution that joins the stream at the beginning of the zone."""


class Tube(Schema):
    """The heated tube."""

    bore: Length
    length: Length
    coil_radius: Length | None = None
    inlet_temperature: Temperature
    expansion: Annotated[Quantity, In("1", above=-0.5)] | None = None
    """By how much the liquid grows from the pump to the hot tube; times are then those of the hot liquid."""
    units: Annotated[int, Field(ge=1)] = 1
    """How many such tubes the apparatus has; the recipe uses one."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]


class Pumping(Schema):
    """What is pumped, and what holds for every sample that does not say otherwise."""

    feed: str
    rate: Flow | None = None
    side: dict[str, Flow] = Field(default_factory=dict)
    """Flow of each solution that joins the stream."""
    syringe: Volume | None = None
    """Volume of one stroke of the pump."""
    temperatures: dict[str, Temperature] = Field(default_factory=dict)


class Sample(Schema):
    """Product that was collected at one setting."""

    name: Annotated[str, Field(min_length=1)]
    flow: Flow | None = None
    side: dict[str, Flow] = Field(default_factory=dict)
    temperatures: dict[str, Temperature] = Field(default_factory=dict)


class Dilution(Schema):
    """A dilution as it was done."""

    portion: Volume
    """What was taken."""
    into: Volume
    """What it was put into."""


class Vessel(Schema):
    """A vessel of a batch."""

    type: str
    volume: Volume | None = None
    pressure: Annotated[Quantity, In("Pa", above=0.0)] | None = None
    """Absolute pressure it is kept at, where it is not that of the room."""


class Apparatus(Schema):
    """How the apparatus of a batch heats and cools, where its steps do not tell."""

    room: Temperature | None = None
    """Temperature of the room, and of what is added."""
    heating: HeatingRate | None = None
    """Heating rate of steps that tell none."""
    recovery: Duration | None = None
    """Time constant with which the set point is reached again after a cold addition."""
    cooling: Duration | None = None
    """Time constant of cooling, in a quench or a step that tells no rate."""


class Observe(Schema):
    """How the absorbance of each sample is taken."""

    window: tuple[Nanometres, Nanometres]
    step: Annotated[Quantity, In("nm", above=0.0)]
    path: Annotated[Quantity, In("mm", above=0.0)]
    dilution: Annotated[float, Field(ge=1.0)] | Dilution
    """Volume after per volume before, or the portion and what it was put into."""
    medium: str
    noise: Annotated[float, Field(ge=0.0)] = 0.0


class StatedRange(Schema):
    """Flows and times that a text puts side by side, in its order."""

    flows: tuple[Flow, Flow]
    times: tuple[Duration, Duration]


class StatedProduction(Schema):
    """What an apparatus is said to make."""

    rate: Annotated[Quantity, In("g/s", above=0.0)]
    conversion: Annotated[Quantity, In("1", above=0.0)]


class Stated(Schema):
    """Numbers that the author states and the recipe lets us compute."""

    amounts: dict[str, Zero] = Field(default_factory=dict)
    """Moles, by key of the reagent; or, by its card, of all that the recipe brings of it."""
    concentrations: dict[str, Concentration] = Field(default_factory=dict)
    """Concentrations as dosed in the feed, or in the charged flask, by card of the reagent."""
    ratios: dict[str, float | str | tuple[float | str, ...]] = Field(default_factory=dict)
    """Molar ratios as dosed in the feed or flask, by 'card/card': 4.02, '1.2:1', or several printed ones."""
    volume: Volume | None = None
    """Volume of the feed, or of the charged flask."""
    tube_volume: Volume | None = None
    residence_times: dict[Flow, Duration] = Field(default_factory=dict)
    """Times in the whole tube, by flow."""
    residence_range: StatedRange | None = None
    """Flows and times as a text puts them side by side."""
    production: StatedProduction | None = None
    free_acid: Zero | None = None
    """Carboxylic acid left when metal oxides and acetates have taken theirs."""
    dilution: float | None = None
    """Volume after per volume before."""
    temperatures: tuple[Temperature, ...] = ()
    """Temperature of the reaction, wherever the source names it."""
    product: Annotated[Quantity, In("g", above=0.0)] | None = None
    """Mass of product if all of the limiting reagent reacts."""


class RecipeFile(Schema):
    """What every recipe file has."""

    format: Literal["aliquot-recipe/1"]
    id: str
    title: str
    material: str
    shell: str | None = None
    source: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()
    reagents: Annotated[dict[str, Reagent], Field(min_length=1)]
    observe: Observe | None = None
    assumed: dict[str, str] = Field(default_factory=dict)
    """Dotted keys whose values are ours, and why; the source does not state them."""
    checks: Stated = Stated()


class FlowFile(RecipeFile):
    """A recipe file of a tube."""

    solutions: Annotated[dict[str, Solution], Field(min_length=1)]
    tube: Tube
    flow: Pumping
    samples: Annotated[tuple[Sample, ...], Field(min_length=1)]
    workup: tuple[WrittenStep, ...] = ()


class BatchFile(RecipeFile):
    """A recipe file of a flask."""

    solutions: dict[str, Solution] = Field(default_factory=dict)
    vessels: Annotated[dict[str, Vessel], Field(min_length=1)]
    apparatus: Apparatus = Apparatus()
    steps: Annotated[tuple[WrittenStep, ...], Field(min_length=1)]


class Variant(Schema):
    """One recipe of a series."""

    id: Annotated[str, Field(min_length=1)]
    title: str
    without: tuple[str, ...] = ()
    """Reagents of the base that are left out, wherever they are used."""
    change: dict[str, Any] = Field(default_factory=dict)
    """What stands otherwise than in the base, in the layout of the base; items of a list by their number."""
    errata: tuple[str, ...] = ()


class VariationFile(Schema):
    """One recipe that varies another."""

    format: Literal["aliquot-variation/1"]
    id: str
    title: str
    base: str
    """Name of a recipe in the book, or a file beside this one."""
    source: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Reagents of the base that are left out, wherever they are used."""
    change: dict[str, Any] = Field(default_factory=dict)
    """What stands otherwise than in the base, in the layout of the base; items of a list by their number."""


class SeriesFile(Schema):
    """A series: recipes that vary one."""

    format: Literal["aliquot-series/1"]
    id: str
    title: str
    base: str
    """Name of a recipe in the book, or a file beside this one."""
    varies: str
    """What is varied, in a few words."""
    balance: tuple[str, ...] = ()
    """Reagents that only fill up the volume: their change is no second factor."""
    source: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Reagents of the base that all recipes leave out."""
    change: dict[str, Any] = Field(default_factory=dict)
    """What is otherwise than in the base in all recipes."""
    recipes: Annotated[tuple[Variant, ...], Field(min_length=1)]
