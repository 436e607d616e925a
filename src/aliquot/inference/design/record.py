"""What a design says: settings, what they give and how sure, what binds, what asking for else would cost."""

from dataclasses import dataclass
from typing import Literal

from aliquot.finding import Interval


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a knob stands."""

    name: str
    """Its name."""
    keys: tuple[str, ...]
    """Keys of the recipe that take it."""
    value: float
    """[unit]."""
    low: float
    """Lowest setting [unit]."""
    high: float
    """Highest setting [unit]."""
    unit: str
    """Unit of value, ends and error."""
    error: float | None
    """How far it usually is from its setting, one standard deviation [unit]."""

    @property
    def at_end(self) -> Literal["low", "high"] | None:
        """Which end of its range it stands at, None between them."""
        near = 1e-6 * (self.high - self.low)
        if self.value <= self.low + near:
            return "low"
        return "high" if self.value >= self.high - near else None


@dataclass(frozen=True, slots=True)
class Reached:
    """A number that was aimed at, and what came of it."""

    name: str
    """Target, or objective."""
    text: str
    """What it has to be; 'maximise' or 'minimise' of the objective."""
    unit: str
    """Unit of its numbers."""
    searched: float
    """What the search computed [unit]."""
    simulated: float
    """What the written recipe gives when it is simulated anew [unit]."""
    met: bool | None
    """Whether that meets it, None of the objective."""
    miss: float
    """By how much it does not, over its tolerance [1]."""
    spread: Interval | None
    """Median and 95 % interval over what is believed of the constants [unit]."""
    chance: float | None
    """Share of the draws that meet it [1], None of the objective or without draws."""
    by_knob: tuple[float | None, ...]
    """Change by one standard error of each knob [unit], None where no error is told."""

    @property
    def by_settings(self) -> float | None:
        """Standard deviation from errors of all knobs together, taken as independent [unit]."""
        told = [one for one in self.by_knob if one is not None]
        return sum(one * one for one in told) ** 0.5 if told else None


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that is touched."""

    words: str
    """What is limited."""
    value: float
    """What the recipe has [unit]."""
    end: float
    """What it may have [unit]."""
    unit: str
    """Unit of both."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A knob at an end or a limit where targets are missed, and whether going on would help."""

    knob: str
    """Its name."""
    way: Literal["lower", "higher"]
    """Where it can not go on to."""
    help: Literal["enough", "some", "none"]
    """What going on would do, by a straight line and alone: meet the targets within twice its range, come
    nearer to them, or not even that."""
    to: float | None
    """About where it would have to stand [unit], None unless that is enough."""
    unit: str
    """Unit of that."""
    by: tuple[str, ...]
    """What stands in its way."""

    @property
    def told(self) -> str:
        """What going on would do, a sentence without its end.

        Example:
            >>> Blocked("flow", "lower", "none", None, "mL/min", ("its low end, 0.01 mL/min",)).told
            'flow is stopped by its low end, 0.01 mL/min: going lower is no help'
        """
        stopped = f"{self.knob} is stopped by {' and '.join(self.by)}"
        if self.to is not None:
            return f"{stopped}: by a straight line and alone it would have to go to about {_said(self)}"
        if self.help == "some":
            return f"{stopped}: going {self.way} would help, but not enough within twice its range"
        return f"{stopped}: going {self.way} is no help"


@dataclass(frozen=True, slots=True)
class Failed:
    """Recipes that could not be computed: what is best was chosen among the others."""

    count: int
    """How many, each place once."""
    why: str
    """Reasons with their counts."""
    at: tuple[tuple[str, float, float, str], ...]
    """Where in the box they lie: each knob with the lowest and highest of its settings, and their unit."""
    outgrown: int
    """Those whose dots outgrew the longest ladder."""
    most: int
    """Length of that ladder [formula units]."""

    @property
    def told(self) -> str:
        """All of it in whole sentences."""
        at = ", ".join(
            f"{name} {' to '.join(dict.fromkeys((f'{low:.4g}', f'{high:.4g}')))} {unit}"
            for name, low, high, unit in self.at
        )
        return f"{self.recipes} could not be computed: {self.why}. Knobs there: {at}.{self.remedy}"

    @property
    def recipes(self) -> str:
        """How many, in words."""
        return "1 recipe" if self.count == 1 else f"{self.count} recipes"

    @property
    def remedy(self) -> str:
        """What would let more be computed, with a blank before it; nothing where no ladder was too short."""
        if not self.outgrown:
            return ""
        return f" Dots outgrow the ladder there: allow longer ones, 'numerics: {{most: {2 * self.most}}}'."


@dataclass(frozen=True, slots=True)
class Compromise:
    """The best recipe where a target is moved."""

    value: float
    """The target [its unit]."""
    feasible: bool
    """Whether all targets are met there."""
    settings: tuple[float, ...]
    """Settings of the knobs [their units], as searched: not rounded to what can be dialled."""
    objective: float
    """[unit]."""
    targets: tuple[float, ...]
    """What is reached of each target [its unit]."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the spread comes from."""

    source: str
    """In words."""
    draws: int
    """Sets of constants that were drawn."""
    failed: int
    """Those with which nothing could be computed; they count as missing every target."""
    chance: float
    """Share of the draws that meet all targets together [1]."""


@dataclass(frozen=True, slots=True)
class Designed:
    """A design.

    Attributes:
        study: Name of the study.
        title: What was asked for.
        base: Recipe that was changed.
        chemistry: Card and version of the chemistry that predicts.
        feasible: Whether the written recipe meets every target when it is simulated.
        settings: Where the knobs stand.
        objective: What was to be large, or small.
        targets: What had to be met.
        violation: Root of the summed squares of all misses over their tolerances [1], 0 where all are met.
        bounds: Limits that are touched.
        blocked: Knobs at an end or a limit where a target is missed, and whether going on would help.
        failed: Recipes that could not be computed, None where all could.
        drawn: What the spread comes from, None without.
        front: The trade-off that was asked for.
        front_target: Target that is moved along it, None without.
        recipe: Text of the recipe's file.
        searches: How each search ended.
        looked_at: Recipes that were computed in all.
        with_slopes: Those with slopes.
        citations: Keys of the bibliography.
        flags: Doubts, whole sentences.
    """

    study: str
    title: str
    base: str
    chemistry: str
    feasible: bool
    settings: tuple[Setting, ...]
    objective: Reached
    targets: tuple[Reached, ...]
    violation: float
    bounds: tuple[Bound, ...]
    blocked: tuple[Blocked, ...]
    failed: Failed | None
    drawn: Drawn | None
    front: tuple[Compromise, ...]
    front_target: str | None
    recipe: str
    searches: tuple[str, ...]
    looked_at: int
    with_slopes: int
    citations: tuple[str, ...]
    flags: tuple[str, ...]


def _said(one: Blocked) -> str:
    return f"{one.to:.4g} {one.unit}"
