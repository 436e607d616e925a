"""Design studies: the file that says which recipe may be changed how far, and what shall come of it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from aliquot.errors import suggestion
from aliquot.inference import shelf
from aliquot.inference.design.knobs import Knob
from aliquot.inference.design.misfit import misfit, quantity_text
from aliquot.inference.study import Numerics
from aliquot.knowledge.document import Document, Flow, In, Schema
from aliquot.knowledge.records.observations import Term
from aliquot.units import Quantity, to_float

FORMAT = "aliquot-design/1"

UNITS = {
    "share": "1",
    "diameter": "nm",
    "mean-volume diameter": "nm",
    "RSD": "%",
    "E1": "nm",
    "conversion": "%",
    "rate": "mg/h",
    "time": "h",
    "amount": "mmol",
}
"""Quantities that can be aimed at, each with the unit of its number."""
BOUND_SCALE = 0.1
"""Share of a bound beyond which a miss counts as much as one tolerance of a value [1]: our choice, because
papers that print '3.1 nm, below 10 %' read widths to about one point in ten."""


class Aim(Term):
    """A number that a recipe gives: read at the end of the reaction, or of the recipe itself."""

    @field_validator("quantity", mode="before")
    @classmethod
    def _can_be_aimed_at(cls, quantity: object) -> object:
        if quantity not in UNITS:
            raise misfit(
                (),
                quantity,
                "a quantity of the product or of the recipe",
                "nothing else can be aimed at",
                suggestion(str(quantity), UNITS),
            )
        return quantity

    @model_validator(mode="after")
    def _is_read_at_the_end(self) -> "Aim":
        faults = {
            "a design is of one recipe: 'condition' has no meaning here": self.condition is not None,
            "a product is read when the reaction ends: make its time a knob instead of 'at'": self.at
            not in {None, "end"},
            f"'{self.quantity}' needs 'of'": self.quantity in {"share", "amount"} and self.of is None,
        }
        for message, found in faults.items():
            if found:
                raise ValueError(message)
        return self

    @property
    def unit(self) -> str:
        """Unit of its number."""
        return UNITS[self.quantity]

    @property
    def words(self) -> str:
        """What it is, in words."""
        by = " by number" if self.weighting == "number" else ""
        return f"{self.quantity}{f' of {self.of}' if self.of else ''}{by}"


class Target(Aim):
    """What has to be met: a value within a tolerance, or bounds.

    Example:
        >>> width = Target(quantity="RSD", below="10 %", because="an example")
        >>> width.bounds, width.spread, width.text
        ((None, 10.0), 1.0, 'below 10 %')
    """

    id: str | None = None
    """Its name, where its quantity is not enough of one."""
    value: str | None = None
    """What it has to be, with its unit."""
    tolerance: str | None = None
    """How near to that counts as met, with its unit."""
    above: str | None = None
    """What it has to reach at least, with its unit."""
    below: str | None = None
    """What it may be at most, with its unit."""
    scale: str | None = None
    """How far beyond a bound counts as much as one tolerance of a value; a tenth of it unless given."""
    because: str
    """Grounds for wanting it."""

    @field_validator("value", "tolerance", "above", "below", "scale", mode="before")
    @classmethod
    def _has_its_unit(cls, text: object, told: Any) -> object:  # noqa: ANN401  a protocol that nothing can be checked against
        return quantity_text(text, UNITS.get(told.data.get("quantity", "")))

    @model_validator(mode="after")
    def _is_a_target(self) -> "Target":
        near, between = self.value is not None, self.above is not None or self.below is not None
        low, high = self.bounds
        wide = self.spread > 0.0
        faults = {
            "a target has 'value' and 'tolerance', or 'above' or 'below'": near == between
            or near != (self.tolerance is not None),
            "a bound of 0 needs 'scale': how far beyond counts as much as one tolerance": not wide,
            "nothing lies between its bounds": low is not None and high is not None and not low < high,
        }
        for message, found in faults.items():
            if found:
                raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """Its name in tables."""
        return self.id or self.words

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lower and upper end of what meets it [its unit], None where there is none."""
        if self.value is not None:
            value, half = to_float(self.value, self.unit), to_float(self.tolerance or "0", self.unit)
            return value - half, value + half
        low, high = (None if end is None else to_float(end, self.unit) for end in (self.above, self.below))
        return low, high

    @property
    def spread(self) -> float:
        """How far beyond its bounds counts as one [its unit]."""
        if self.scale is not None:
            return to_float(self.scale, self.unit)
        low, high = self.bounds
        if self.value is not None and low is not None and high is not None:
            return 0.5 * (high - low)
        return BOUND_SCALE * max(abs(end) for end in (low, high, 0.0) if end is not None)

    @property
    def text(self) -> str:
        """What it has to be, as it is written."""
        if self.value is not None:
            return f"{self.value} ± {self.tolerance}"
        ends = {"above": self.above, "below": self.below}
        return " and ".join(f"{side} {end}" for side, end in ends.items() if end is not None)

    def is_met(self, found: float) -> bool:
        """Tell whether a number [its unit] meets it."""
        low, high = self.bounds
        return bool((low is None or found >= low) and (high is None or found <= high))

    def miss(self, found: float) -> float:
        """Return how far a number [its unit] lies outside, over :attr:`spread` [1]; 0 where it is met."""
        low, high = self.bounds
        short = 0.0 if low is None else low - found
        over = 0.0 if high is None else found - high
        return max(short, over, 0.0) / self.spread


class Pump(Schema):
    """What a pump can do."""

    low: Flow
    """Least flow that it holds [m3 s-1]."""
    high: Flow
    """Largest flow [m3 s-1]."""
    because: str
    """Where that is known from."""


class Limits(Schema):
    """Hard limits beside those that recipe and chemistry bring: boiling points, vessels, temperatures."""

    pump: Pump | None = None
    """Flows of the feed and of each side stream."""
    pressure: Annotated[Quantity, In("Pa", above=0.0)] | None = None
    """Absolute pressure in the tube, for what boils there; that of the room unless given [Pa]."""
    pressure_because: str | None = None
    """What holds that pressure."""
    extrapolate: bool = False
    """Whether the temperatures of the calibration may be left."""

    @model_validator(mode="after")
    def _has_grounds(self) -> "Limits":
        if self.pressure is not None and not self.pressure_because:
            message = "a 'pressure' needs 'pressure_because': what holds it"
            raise ValueError(message)
        if self.pump is not None and not self.pump.low.value < self.pump.high.value:
            message = "nothing lies between the flows of the pump"
            raise ValueError(message)
        return self


class Belief(Schema):
    """Where the spread of what is predicted comes from: constants are not known exactly."""

    study: str | None = None
    """Fit study whose data and priors give Laplace's law about the constants of the card."""
    fit: str | None = None
    """Run folder of a fit, whose constants are used, with its covariance."""
    cards: tuple[str, ...] = ()
    """Other chemistries that describe the same system, each counted once beside the one designed with."""
    draws: int = Field(default=64, ge=8)
    """Sets of constants that are drawn."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Belief":
        if sum([self.study is not None, self.fit is not None, bool(self.cards)]) != 1:
            message = "the spread comes from one of 'study', 'fit' and 'cards'"
            raise ValueError(message)
        return self


class Front(Schema):
    """A trade-off: the best objective where one target is moved."""

    target: str
    """Name of a target that has a value."""
    values: tuple[str, ...] = Field(min_length=2)
    """What it is moved to, each with its unit."""

    @field_validator("values", mode="before")
    @classmethod
    def _have_units(cls, values: object) -> object:
        for i, text in enumerate(values if isinstance(values, list | tuple) else ()):
            quantity_text(text, None, (i,), such_as="nm")
        return values


class Design(Schema):
    """What shall come of which recipe.

    Example:
        >>> study = read_design("inp_design")
        >>> [knob.name for knob in study.knobs], study.sense, study.objective.quantity
        (['temperature', 'flow', 'aminophosphine'], 'maximise', 'rate')
    """

    format: Literal["aliquot-design/1"]
    """What kind of file it is."""
    id: str
    """Its name."""
    title: str
    """What it is for, in a few words."""
    recipe: str
    """Recipe of the book, or a file beside the study, that is changed."""
    sample: str | None = None
    """Sample of a flow recipe from which it starts."""
    given: dict[str, str] = Field(default_factory=dict)
    """Dotted keys of the recipe and what stands there, for what it leaves null and no knob turns."""
    given_because: str | None = None
    """Grounds for what is given."""
    chemistry: str
    """Card of the chemistry that predicts."""
    options: tuple[str, ...] = ()
    """Switches of that card."""
    knobs: tuple[Knob, ...] = Field(min_length=1)
    """What may be turned."""
    targets: tuple[Target, ...] = ()
    """What has to be met."""
    maximise: Aim | None = None
    """What shall be as large as it can."""
    minimise: Aim | None = None
    """What shall be as small as it can."""
    keep: float = Field(default=0.02, ge=0.0, le=0.9)
    """Share of each tolerance that a search keeps free [1]: for rounding, or for errors of settings."""
    limits: Limits = Limits()
    """Hard limits beside those that recipe and chemistry bring."""
    spread: Belief | None = None
    """Where the spread of what is predicted comes from; none is told unless given."""
    front: Front | None = None
    """A trade-off that is asked for."""
    numerics: Numerics = Numerics()
    """How it is computed."""
    starts: int = Field(default=4, ge=1)
    """Points from which a search starts: the best, far apart, of sixteen times as many that are looked at."""
    most: int = Field(default=40, ge=5)
    """Evaluations with slopes after which a search is given up."""
    seed: int = 2023
    """Seed of the starts and of the draws."""

    @model_validator(mode="after")
    def _is_whole(self) -> "Design":
        faults = (
            []
            if (self.maximise is None) != (self.minimise is None)
            else ["a design has one of 'maximise' and 'minimise'"]
        )
        for what, names in (
            ("knob", [knob.name for knob in self.knobs]),
            ("target", [target.name for target in self.targets]),
            ("key", [*self.given, *(key for knob in self.knobs for key in knob.keys)]),
        ):
            faults += [
                f"the {what} '{one}' stands twice" for one in dict.fromkeys(names) if names.count(one) > 1
            ]
        if self.given and not self.given_because:
            faults.append("what is 'given' needs 'given_because'")
        if faults:
            raise ValueError("; ".join(faults))
        self._check_front()
        return self

    def _check_front(self) -> None:
        if self.front is None:
            return
        units = {one.name: one.unit for one in self.targets if one.value is not None}
        if self.front.target not in units:
            raise misfit(
                ("front", "target"),
                self.front.target,
                "a target with a value",
                "a trade-off moves one",
                suggestion(self.front.target, units) if units else "Leave 'front' out.",
            )
        for i, text in enumerate(self.front.values):
            quantity_text(text, units[self.front.target], ("front", "values", i))

    @property
    def objective(self) -> Aim:
        """What shall be as large, or as small, as it can."""
        aim = self.maximise or self.minimise
        if aim is None:
            raise AssertionError  # the schema asks for one
        return aim

    @property
    def sense(self) -> Literal["maximise", "minimise"]:
        """Which of the two."""
        return "minimise" if self.maximise is None else "maximise"

    def moved(self, target: str, value: str) -> "Design":
        """Return the same design with another value of a target."""
        targets = tuple(
            one.model_copy(update={"value": value}) if one.name == target else one for one in self.targets
        )
        return self.model_copy(update={"targets": targets})


def design_names() -> tuple[str, ...]:
    """Return the names of the design studies in the book, sorted.

    Example:
        >>> "inp_design" in design_names()
        True
    """
    return shelf.names(FORMAT)


def design_document(name: str | Path) -> Document:
    """Return the document of a design study, by a name of the book or a path; InputError if there is none."""
    return shelf.document(name, FORMAT, "design")


def read_design(name: str | Path) -> Design:
    """Read a design study.

    Args:
        name: A name of the book, or a path.

    Raises:
        InputError: If there is no such file, or it is malformed; every fault is told with its line.
    """
    return design_document(name).read(Design)
