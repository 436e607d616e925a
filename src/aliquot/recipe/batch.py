"""Batch recipes: what is done, step by step, with flasks and syringes.

Verbs are those of the bench. A number that was not reported is None, and is then listed as unreported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aliquot.recipe.arithmetic import Pour, portion, solution
from aliquot.recipe.record import Dose, Recipe, Solution


@dataclass(frozen=True, slots=True)
class Portion:
    """What is moved from one place to another."""

    name: str
    """Key of a dose, or name of a solution."""
    volume: float | None = None
    """How much of a solution, None for all of it [m3]."""


@dataclass(frozen=True, slots=True)
class Aliquots:
    """Samples drawn while a step lasts."""

    times: tuple[float, ...]
    """Times from the beginning of the step [s]."""
    volume: float | None
    """Volume of each [m3]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that is done."""

    key: str
    """Dotted key in the file, such as ``"steps.3.heat"``."""
    vessel: str
    """Where it is done."""

    @property
    def verb(self) -> str:
        """The word under which it is written."""
        return self.key.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Step):
    """Put in, cold."""

    what: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Degas(Step):
    """Hold under vacuum."""

    at: float | None
    """Temperature [K]."""
    duration: float | None
    """[s]."""
    pressure: float | None
    """[Pa]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge(Step):
    """Fill with a gas."""

    gas: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat(Step):
    """Bring to a temperature, up or down."""

    to: float
    """Set point [K]."""
    rate: float | None
    """[K s-1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject(Step):
    """Add in one shot to what is hot."""

    what: tuple[Portion, ...]
    at: float | None
    """Temperature of the vessel [K]."""
    duration: float | None
    """0 for as fast as a syringe goes [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Step):
    """Add slowly and steadily."""

    what: tuple[Portion, ...]
    at: float | None
    """Temperature of the vessel [K]."""
    duration: float | None
    """[s]."""
    aliquots: Aliquots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Step):
    """Keep at a temperature."""

    at: float
    """[K]."""
    duration: float | None
    """[s]."""
    aliquots: Aliquots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quench(Step):
    """Stop the reaction."""

    how: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precipitate(Step):
    """Make the product fall out."""

    using: str
    """Card of the antisolvent."""
    ratio: float | None
    """Volumes of antisolvent per volume of product [1]."""
    times: int = 1
    """How often, each time redispersed in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centrifuge(Step):
    """Spin down."""

    speed: float | None
    """Turns per minute [rpm]."""
    radius: float | None
    """Radius of the rotor [m]."""
    duration: float | None
    """[s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redisperse(Step):
    """Take up in a solvent."""

    using: str
    """Card of the solvent."""
    volume: float | None
    """[m3]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Step):
    """Store the product."""

    where: str | None
    """Place and atmosphere, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """A vessel."""

    name: str
    """Name in the recipe."""
    type: str
    """'three-neck flask', 'syringe', 'vial', ..."""
    volume: float | None = None
    """Nominal volume, None if it was not reported [m3]."""
    pressure: float | None = None
    """Absolute pressure it is kept at, None for that of the room [Pa]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apparatus:
    """How the apparatus heats and cools, None where it is not told."""

    room: float | None = None
    """Temperature of the room, and of what is added [K]."""
    heating: float | None = None
    """Heating rate where a step tells none [K s-1]."""
    recovery: float | None = None
    """Time constant with which the set point is reached again after a cold addition [s]."""
    cooling: float | None = None
    """Time constant with which it cools down to the room or a lower set point [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecipe(Recipe):
    """A synthesis in a flask."""

    vessels: Mapping[str, Vessel] = field(default_factory=dict)
    """Vessels by name."""
    steps: tuple[Step, ...]
    """What is done, in order."""
    apparatus: Apparatus = Apparatus()
    """How the apparatus heats and cools."""

    @property
    def reactor(self) -> str:
        """The vessel in which the reaction takes place: where something is held or fed last."""
        reacting = [step.vessel for step in self.steps if isinstance(step, Hold | Feed | Inject)]
        return reacting[-1] if reacting else self.steps[-1].vessel

    @property
    def mixture(self) -> Solution:
        """All that the reactor gets, in one pot."""
        steps = [step for step in self.steps if step.vessel == self.reactor]
        return solution(self.reactor, [self.poured(getattr(step, "what", ())) for step in steps])

    def poured(self, what: Iterable[Portion]) -> Pour:
        """Return what a step moves."""
        doses = {dose.key: dose for dose in self.doses}
        solutions = {mixed.name: mixed for mixed in self.solutions}
        parts: list[Dose | Pour] = []
        for part in what:
            if part.name in solutions:
                parts.append(portion(solutions[part.name], part.volume))
            elif part.name in doses:
                parts.append(doses[part.name])
            else:
                parts.append(Pour((), 0.0, (part.name,)))
        mixed = solution("poured", parts)
        return Pour(mixed.doses, mixed.volume, mixed.undosed)

    @property
    def hottest(self) -> float | None:
        """Highest temperature at which something is injected, fed or held; None if none is told [K]."""
        hot = [step.at for step in self.steps if isinstance(step, Hold | Feed | Inject)]
        return max((at for at in hot if at is not None), default=None)
