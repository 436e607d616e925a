"""Observations: what papers print, as data that a computed run can be held against.

A paper prints numbers ("3.4 nm"), bounds ("no absorption at 0.5 h"), courses ("lower after 4 h") and orders
("the more TOP, the faster"). All of them are one thing here: a term, or one term over another, which has to
lie near a value or between bounds.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from aliquot.knowledge.document import Fraction, Nanometres, Schema, Temperature
from aliquot.knowledge.records.chemistries import Chemistry
from aliquot.knowledge.records.parents import Card, Facet, Mark, Parent


class Role(StrEnum):
    """What a published observation is used for, fixed before any fit."""

    CALIBRATION = "calibration"
    PREDICTION = "prediction"
    ARITHMETIC = "arithmetic"


class Stated(Parent):
    """What a paper says was in the flask, where that is used in the place of the doses of its recipe."""

    concentrations: dict[str, str]
    """Concentration by reagent card, with its unit; what is not named is not there."""
    temperature: Temperature
    """Temperature, constant from the beginning."""
    solvent: str | None = None
    """Reagent card of the solvent, where the chemistry depends on it."""


class Seeds(Parent):
    """Dots at the start as a paper measures them, in the place of what their own recipe would give."""

    diameter: Nanometres
    """Mean by number [nm]."""
    rsd: Fraction
    """Standard deviation of the diameter over its mean, by number [1]."""


class Condition(Schema):
    """A run that observations belong to: a recipe of the book, as it stands or with what it leaves null."""

    recipe: str
    """Recipe of the book, with its variation: 'cdte_mech2023_top:0mL'."""
    sample: str | None = None
    """Sample of a flow recipe; a batch is read at times."""
    given: dict[str, str] = Field(default_factory=dict)
    """Dotted keys of the recipe and what stands there, as with --set."""
    given_because: str | None = None
    """Grounds for what is given."""
    stated: Stated | None = None
    """Concentrations as the paper states them, where its doses contradict them."""
    seeds: Seeds | None = None
    """Dots at the start, where the recipe takes the product of another one."""
    chemistry: str | None = None
    """Chemistry of this run, where the card names none for all of them."""
    scaled: dict[str, float] = Field(default_factory=dict)
    """Dotted keys of that chemistry, and the factor on the number that stands there [1]."""
    scaled_because: str | None = None
    """Grounds for what is scaled."""
    extrapolate: bool = False
    """Whether it leaves the temperatures of the calibration."""
    series: str = "alone"
    """Series of the paper to which it belongs; whole series are held out, or left out in cross-validation."""

    @model_validator(mode="after")
    def _has_grounds(self) -> "Condition":
        for what in ("given", "scaled"):
            if getattr(self, what) and not getattr(self, f"{what}_because"):
                message = f"what is '{what}' needs '{what}_because'"
                raise ValueError(message)
        return self

    def applied_to(self, chemistry: Chemistry) -> Chemistry:
        """Return a chemistry with the numbers that this condition scales.

        Args:
            chemistry: The card; itself where nothing is scaled.

        Raises:
            ValueError: If a key leads to no number of the card.
        """
        if not self.scaled:
            return chemistry
        content = chemistry.model_dump(by_alias=True, exclude_none=True)
        for key, factor in self.scaled.items():
            _scale(content, key, factor)
        content["id"] = ", ".join([chemistry.id, *(f"{key} x {by:g}" for key, by in self.scaled.items())])
        return Chemistry.model_validate(content)


def _scale(content: dict[str, Any], key: str, factor: float) -> None:
    """Multiply the number under a dotted key, whose unit stays."""
    *parents, last = key.split(".")
    node: Any = content
    for step in (*parents, last):
        if not isinstance(node, dict) or step not in node:
            message = f"'{key}' is no key of the chemistry"
            raise ValueError(message)
        node, parent = node[step], node
    number, blank, unit = str(node).strip().partition(" ")
    parent[last] = f"{float(number) * factor:.12g}{blank}{unit}"


class Term(Schema):
    """A number that a run, a recipe or a formula gives."""

    quantity: Literal[
        # of a run, at a time or of a sample
        "share",  # of the limiting element, in: a cluster, a species, 'dots', 'others' [1]
        "diameter",  # mean of the dots, weighted [nm]
        "mean-volume diameter",  # of the dot of mean volume [nm]
        "RSD",  # of the diameter, weighted [%]
        "E1",  # first exciton as read from the computed spectrum [nm]
        "E2",  # second exciton [nm]
        "emission",  # peak of emission by a stated link to the population [nm]
        "emission width",  # full width at half maximum of that peak [nm]
        "PLQY",  # quantum yield of emission [%]
        "conversion",  # of the limiting precursor [%]
        "populations",  # number of populations of dots that a distribution shows [1]
        "time of maximum",  # of a share [h]
        "top",  # share of units on the uppermost rungs [1]
        "shell thickness",  # [nm]
        "rate",  # product per time [mg/h]
        # of a recipe, or of a formula: no chemistry is needed
        "concentration",
        "ratio",
        "volume",
        "time",
        "flow",
        "amount",
        "mass",
        "density",
        "charge",
        "energy",
        "width",
        "size",
        "count",
        "colour",
    ]
    of: str | None = None
    """What it is of: a cluster by its line, 'dots', 'others', a species, or several joined by ' + '; of what
    needs no chemistry a reagent, 'reagent/reagent', a material or a formula."""
    condition: str | None = None
    """Name of the condition; '*' for the largest value over all conditions; None where no run is needed."""
    at: str | None = None
    """Time with its unit; 'maximum' for the largest value over the course, 'end' for the last."""
    weighting: Literal["number", "volume"] = "volume"
    """Of a diameter or RSD."""
    given: dict[str, str] = Field(default_factory=dict)
    """Of what needs no chemistry: the numbers from which it follows, by name."""


class Observation(Term):
    """What a paper prints, or what follows from its doses by arithmetic.

    A term, divided by ``over`` or diminished by ``less`` where these are given, lies within ``tolerance`` of
    ``value``, or at least ``above`` and at most ``below``.

    Example:
        >>> Observation(id="4 h", quantity="share", of="449", condition="ode", at="4 h", below="0.9",
        ...             over=Term(quantity="share", of="449", condition="ode", at="maximum"), place="l.73",
        ...             tolerance_because="'decreased'", role="calibration").words
        'share of 449 at 4 h / share of 449 at maximum'
    """

    id: str
    test: str | None = None
    """Sentence of the paper that several rows spell out together; it is met when all of them are."""
    says: str | None = None
    """What the paper says, in our words, where the numbers alone do not tell."""
    over: Term | None = None
    """Term to divide by."""
    less: Term | None = None
    """Term to take off."""
    value: str | None = None
    """The number with its unit."""
    tolerance: str | None = None
    """How near a computed value has to come to count as met, with its unit."""
    above: str | None = None
    """Lower bound, with its unit."""
    below: str | None = None
    """Upper bound, with its unit."""
    tolerance_because: str
    """Why this near and not nearer, or how the bound follows from words."""
    printed: str | None = None
    """As it is printed, where an erratum says that this is wrong and ``value`` is what it has to read."""
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    """How the number is known: printed in the text (seed), read from it (reading), or computed from doses."""
    role: Annotated[Role, Field(strict=False)]
    place: str
    errata: tuple[str, ...] = ()
    reading: str | None = None
    """How an ambiguous text was read."""
    missed_because: str | None = None
    """Why the model is known not to reach it: a test turns red when it starts to."""
    beyond: str | None = None
    """Why nothing here can compute it, as with what the model takes from the paper; it then tests nothing."""

    @model_validator(mode="after")
    def _can_be_held_against(self) -> "Observation":
        near, bounds = self.value is not None, self.above is not None or self.below is not None
        faults = {
            "an observation has 'value' and 'tolerance', or 'above' and 'below', one or both": near == bounds
            or near != (self.tolerance is not None),
            "a term is divided by 'over' or diminished by 'less', not both": self.over is not None
            and self.less is not None,
            "what is 'printed' otherwise names the erratum that says so": self.printed is not None
            and not self.errata,
            "what a run is held against belongs to a condition": self.is_tested
            and any(term.condition is None for term in self.terms),
            "what is read into a text says how: 'reading'": self.mark is Mark.READING and not self.reading,
        }
        for message, found in faults.items():
            if found:
                raise ValueError(message)
        return self

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that it compares, its own first."""
        return tuple(term for term in (self, self.over, self.less) if term is not None)

    @property
    def words(self) -> str:
        """What is compared, in words."""
        told = [_words(term, self.condition) for term in self.terms]
        return (" / " if self.over is not None else " - ").join(told)

    @property
    def text(self) -> str:
        """What it has to be, as the card writes it: '2.7 nm', 'above 0.1 and below 0.9'."""
        if self.value is not None:
            return self.value
        bounds = {"above": self.above, "below": self.below}
        return " and ".join(f"{side} {bound}" for side, bound in bounds.items() if bound is not None)

    @property
    def is_tested(self) -> bool:
        """Whether a chemistry can be held against it, or be fitted to it."""
        return self.role is not Role.ARITHMETIC and self.beyond is None


def _words(term: Term, condition: str | None) -> str:
    """Return a term in words; its condition is told where it is another one."""
    of = f" of {term.of}" if term.of else ""
    by = " by number" if term.weighting == "number" else ""
    at = f" at {term.at}" if term.at else ""
    where = "" if term.condition in {condition, None} else f" in {term.condition}"
    return f"{term.quantity}{of}{by}{at}{where}"


class Observations(Card, Parent):
    """What one paper prints about its runs.

    The role of a row follows from its series: a row is a prediction if any of its runs belongs to a series
    that is held out, and calibration if none does.
    """

    source: str
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    chemistry: str | None
    """Constants from the calibration rows alone: the honest split."""
    everything: tuple[str, ...] = ()
    """Sets of constants fitted to calibration and prediction rows alike, one for each structure."""
    held_out: dict[str, str] = Field(default_factory=dict)
    """Series whose rows are predictions, each with the reason why this one."""
    conditions: dict[str, Condition] = Field(default_factory=dict)
    """Runs that the observations belong to, by name."""
    observations: tuple[Observation, ...]
    checks: tuple[Observation, ...] = ()
    """What a run has to satisfy though no paper prints it, such as an empty top of the ladder."""

    @model_validator(mode="after")
    def _is_whole(self) -> "Observations":
        faults = [*self._unknown_conditions(), *self._twice(), *self._wrong_roles()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unknown_conditions(self) -> list[str]:
        """Return a sentence for each condition that is none of this card."""
        known = {*self.conditions, "*", None}
        entries = (*self.observations, *self.checks)
        unknown = [
            (one.id, term.condition) for one in entries for term in one.terms if term.condition not in known
        ]
        series = {condition.series for condition in self.conditions.values()}
        return [
            *(
                f"'{name}' is of '{condition}', which is no condition of this card"
                for name, condition in unknown
            ),
            *(
                f"no condition is of the series '{name}' that is held out"
                for name in self.held_out
                if name not in series
            ),
        ]

    def _twice(self) -> list[str]:
        """Return a sentence for each name that stands twice."""
        names = [entry.id for entry in (*self.observations, *self.checks)]
        return [
            f"the name '{name}' stands twice" for name in sorted({n for n in names if names.count(n) > 1})
        ]

    def _wrong_roles(self) -> list[str]:
        """Return a sentence for each row whose role is not that of its series."""
        rows = [entry for entry in self.observations if entry.role is not Role.ARITHMETIC and entry.condition]
        return [
            f"'{entry.id}' is a {role}: of the series {', '.join(self.series_of(entry))}"
            for entry in rows
            if entry.role is not (role := self.role_of(entry))
        ]

    def series_of(self, entry: Observation) -> tuple[str, ...]:
        """Return the series of the runs that a row compares."""
        named = [
            self.conditions[term.condition].series
            for term in entry.terms
            if term.condition in self.conditions
        ]
        return tuple(dict.fromkeys(named))

    def role_of(self, entry: Observation) -> Role:
        """Return the role that the series of a row give it."""
        held = any(series in self.held_out for series in self.series_of(entry))
        return Role.PREDICTION if held else Role.CALIBRATION

    def tested(self, role: Role) -> tuple[Observation, ...]:
        """Return the rows of a role that a chemistry can be held against, in the order of the card."""
        return tuple(entry for entry in self.observations if entry.role is role and entry.is_tested)

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        quantities = tuple(dict.fromkeys(observation.quantity for observation in self.observations))
        recipes = tuple(dict.fromkeys(condition.recipe for condition in self.conditions.values()))
        return {"source": (self.source,), "recipe": recipes, "quantity": quantities}
