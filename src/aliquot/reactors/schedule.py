"""The schedule of a batch: what its reactor gets, when, and how hot it is meanwhile, in plain numbers.

A recipe says what is done; a schedule is what a reactor can integrate: stretches of time, between which
something may join at once. Volumes are additive and those of room temperature, as everywhere in a recipe.

A cold shot cools the flask by mixing, with the same heat capacity per volume for all liquids: organic
solvents store about 1.5 to 1.8 MJ m-3 K-1, and few cards have the number. What is fed over a time comes cold
too, but the flask keeps its set point meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NoReturn

from aliquot.errors import RecipeError, Where
from aliquot.knowledge.store import find_reagent
from aliquot.reactors.additions import Addition, unknown_volumes
from aliquot.reactors.events import Shot, Stretch
from aliquot.recipe.batch import (
    Aliquots,
    BatchRecipe,
    Centrifuge,
    Charge,
    Collect,
    Degas,
    Feed,
    Heat,
    Hold,
    Inject,
    Precipitate,
    Quench,
    Redisperse,
    Step,
)
from aliquot.recipe.ledger import ROOM
from aliquot.recipe.wording import celsius

__all__ = ["Addition", "Schedule", "Shot", "Stretch", "schedule"]

RECOVERY = 60.0
"""Time constant with which a flask reaches its set point again where the recipe tells none [s].

Our choice, because a mantle that answers to a thermometer in a flask takes a minute or two.
"""
WARM = 333.15
"""Temperature below which degassing takes away air and nothing reacts: our choice, because the precursors
of these syntheses are stored for longer at less [K]."""
COOLING_LAGS = 5.0
"""Time constants for which cooling is followed: 99.3 % of the way [1]."""
_SAME = 1e-6  # temperatures that differ by less are one [K]
_AFTER = (Quench, Precipitate, Centrifuge, Redisperse, Collect)
_ADDING = (Charge, Inject, Feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What happens in the reactor of a batch until the reaction ends."""

    vessel: str
    """Name of the reactor in the recipe."""
    start: Addition
    """What is charged cold."""
    events: tuple[Stretch | Shot, ...]
    """What follows, in order."""
    zero: float
    """Time on the clock of the events at which the reaction's own time starts [s].

    It is the beginning of the first hold, feed or injection.
    """
    assumptions: tuple[str, ...] = ()
    """What the recipe does not tell and is decided here: sentences that begin with a key."""
    ended_by: str | None = None
    """Key of the quench, None where the recipe has none."""

    @property
    def duration(self) -> float:
        """Time from the beginning of the first event to the end of the last [s]."""
        return fsum(event.duration for event in self.events if isinstance(event, Stretch))

    @property
    def additions(self) -> tuple[Addition, ...]:
        """Everything that is put into the reactor, in order."""
        later = (event.addition if isinstance(event, Shot) else event.feed for event in self.events)
        return (self.start, *(addition for addition in later if addition is not None))


def schedule(recipe: BatchRecipe) -> Schedule:
    """Turn the steps of a batch into a schedule.

    Args:
        recipe: The recipe; :func:`aliquot.recipe.read_recipe` takes values for what it leaves null.

    Returns:
        The schedule of the vessel in which something is held, fed or injected last, until it is quenched.

    Raises:
        RecipeError: If nothing is held, fed or injected; if times, temperatures or volumes are null that the
            reaction needs, all of them named together; or if more is sampled than there is.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> hot = schedule(read_recipe("cd3p2_tiwari2025_dots:965"))
        >>> [event.key for event in hot.events]
        ['steps.4.inject', 'steps.5.hold']
        >>> print(hot.assumptions[-1])
        steps.6.quench: how fast it cools is not told; the reaction counts as stopped at once.
        >>> schedule(read_recipe("cd3p2_tiwari2025_clusters"))
        Traceback (most recent call last):
        ...
        aliquot.errors.RecipeError: cd3p2_tiwari2025_clusters: got null for steps.4.hold.for; expected ...
    """
    inside = [step for step in recipe.steps if step.vessel == recipe.reactor]
    count = next((index for index, step in enumerate(inside) if isinstance(step, _AFTER)), len(inside))
    done, rest = inside[:count], inside[count:]
    if not any(isinstance(step, Hold | Feed | Inject) for step in done):
        raise RecipeError(
            given="a batch in which nothing is held, fed or injected",
            expected="a 'hold', 'feed' or 'inject' before the reaction is quenched",
            why="a reaction needs a time and a temperature",
            remedy="Add 'hold: {vessel: flask, at: 100 degC, for: 1 h}' to its steps.",
            where=Where(recipe.id, key="steps"),
        )
    missing = dict(_missing(recipe, done))
    if missing:
        _refuse(recipe, missing)
    bench = _Bench(recipe)
    for step in done:
        bench.do(step)
    ended_by = bench.end(rest)
    return Schedule(
        vessel=recipe.reactor,
        start=bench.start,
        events=tuple(bench.events),
        zero=bench.zero or 0.0,
        assumptions=tuple(dict.fromkeys((*bench.assumptions, *_kept(bench.events)))),
        ended_by=ended_by,
    )


def _missing(recipe: BatchRecipe, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """Yield the keys that are null and needed, each with what could stand there."""
    for step in steps:
        if isinstance(step, Inject | Feed) and step.at is None:
            yield f"{step.key}.at", "200 degC"
        if isinstance(step, Hold | Feed) and step.duration is None:
            yield f"{step.key}.for", "10 min"
        if isinstance(step, _ADDING):
            for key in unknown_volumes(recipe, step.what):
                yield f"reagents.{key}.dose", "10 mL"


def _refuse(recipe: BatchRecipe, missing: dict[str, str]) -> NoReturn:
    settings = " ".join(f'--set "{key}={example}"' for key, example in missing.items())
    raise RecipeError(
        given=f"null for {', '.join(missing)}",
        expected="every time, temperature and volume of the reaction",
        why="they were not reported, and the reaction can not be followed without them",
        remedy=f"Give values of your own in the place of these: {settings}.",
        where=Where(recipe.id),
    )


def _kept(events: Sequence[Stretch | Shot]) -> Iterator[str]:
    """Yield a sentence for samples of unknown volume that should take something from what is mixed later."""
    for index, event in enumerate(events):
        if not isinstance(event, Stretch) or not event.samples or event.sample_volume is not None:
            continue
        later = events[index + 1 :]
        if event.feed or any(isinstance(other, Shot) or other.feed for other in later):
            yield f"{event.key}.aliquots.volume: not reported; the samples remove nothing."


class _Bench:
    """Does the steps of a recipe, one after the other.

    Args:
        recipe: The recipe.
    """

    def __init__(self, recipe: BatchRecipe) -> None:
        self.recipe = recipe
        self.apparatus = recipe.apparatus
        self.room = ROOM if self.apparatus.room is None else self.apparatus.room
        self.temperature = self.set_point = self.room
        self.charged: list[Charge] = []
        self.volume = 0.0
        self.events: list[Stretch | Shot] = []
        self.zero: float | None = None
        self.assumptions: list[str] = []
        if self.apparatus.room is None:
            self.assume("apparatus.room", f"not told; what is charged or added comes at {celsius(ROOM)}")

    @property
    def start(self) -> Addition:
        """All that is charged cold."""
        what = tuple(part for step in self.charged for part in step.what)
        return Addition.of(self.recipe, what, self.room)

    def assume(self, key: str, told: str) -> None:
        """Note what the recipe does not tell."""
        self.assumptions.append(f"{key}: {told}.")

    def do(self, step: Step) -> None:
        """Do a step before the quench; a gas in the flask changes nothing here."""
        match step:
            case Charge():
                self._charge(step)
            case Degas():
                self._degas(step)
            case Heat():
                self._bring(step, step.to, step.rate)
            case Hold() if step.duration is not None:
                self._bring(step, step.at)
                self._begin()
                self._keep(step, step.duration, aliquots=step.aliquots)
            case Inject() | Feed() if step.at is not None:
                self._bring(step, step.at)
                self._begin()
                self._add(step)

    def end(self, rest: Sequence[Step]) -> str | None:
        """End the reaction, and return the key of its quench."""
        for step in rest:
            if isinstance(step, Hold | Charge | Inject | Feed):
                self.assume(step.key, "comes after the reaction has ended, and is left out")
        quench = rest[0] if rest and isinstance(rest[0], Quench) else None
        if quench is None:
            return None
        if self.apparatus.cooling is None:
            self.assume(quench.key, "how fast it cools is not told; the reaction counts as stopped at once")
        else:
            self._relax(quench.key, self.room, self.apparatus.cooling)
        return quench.key

    def _begin(self) -> None:
        if self.zero is None:
            self.zero = fsum(event.duration for event in self.events if isinstance(event, Stretch))

    def _addition(self, step: Charge | Inject | Feed) -> Addition:
        addition = Addition.of(self.recipe, step.what, self.room)
        for key, name in addition.undosed.items():
            card = find_reagent(name)
            if card is not None and card.state == "liquid":
                self.assume(f"reagents.{key}.dose", "not reported; it adds nothing to the volume")
        return addition

    def _charge(self, step: Charge) -> None:
        addition = self._addition(step)
        if self.events or abs(self.temperature - self.room) > _SAME:
            self._shoot(step, addition)
            return
        self.charged.append(step)
        self.volume += addition.volume

    def _degas(self, step: Degas) -> None:
        if step.at is not None and step.at < WARM:
            return
        if step.at is None or step.duration is None:
            word = "temperature" if step.at is None else "time"
            self.assume(step.key, f"its {word} is not reported; it is left out")
            return
        self._bring(step, step.at)
        self._keep(step, step.duration)

    def _bring(self, step: Step, to: float, rate: float | None = None) -> None:
        """Bring the flask to a set point; after a shot it gets there on the way to it."""
        recovers = abs(self.temperature - self.set_point) > _SAME
        if abs(to - self.set_point) <= _SAME and (rate is None or not recovers):
            return
        up = to > self.temperature
        rate = rate or (self.apparatus.heating if up else None)
        cooling = None if up else self.apparatus.cooling
        self.set_point = to
        if recovers and (not isinstance(step, Heat) or (rate is None and cooling is None)):
            if isinstance(step, Heat):
                self.assume(step.key, "no rate is reported; the set point is reached as after an addition")
        elif rate is not None:
            gap = abs(to - self.temperature)
            self._go(Stretch(key=step.key, duration=gap / rate, start=self.temperature, target=to, rate=rate))
            self.temperature = to
        elif cooling is not None:
            self._relax(step.key, to, cooling)
        else:
            word = "heating" if up else "cooling"
            heat = f"the {word} rate is not reported"
            told = heat if isinstance(step, Heat) else f"no {word} leads to its temperature"
            self.assume(step.key, f"{told}; the set point counts as reached at once")
            self.temperature = to

    def _relax(self, key: str, to: float, lag: float) -> None:
        """Let the flask cool towards a temperature."""
        if lag > 0.0:
            span = COOLING_LAGS * lag
            self._go(Stretch(key=key, duration=span, start=self.temperature, target=to, lag=lag))
        else:
            self.temperature = to

    def _keep(
        self, step: Step, duration: float, feed: Addition | None = None, aliquots: Aliquots | None = None
    ) -> None:
        """Keep the set point for a time, or return to it."""
        samples = () if aliquots is None else tuple(sorted(aliquots.times))
        if duration <= 0.0 and not samples:
            return
        lag = 0.0
        if abs(self.temperature - self.set_point) > _SAME:
            lag = RECOVERY if self.apparatus.recovery is None else self.apparatus.recovery
            if self.apparatus.recovery is None:
                self.assume(
                    "apparatus.recovery",
                    f"not told; the set point is reached again with a time constant of {RECOVERY:g} s",
                )
        stretch = Stretch(
            key=step.key,
            duration=duration,
            start=self.temperature if lag > 0.0 else self.set_point,
            target=self.set_point,
            lag=lag,
            feed=feed,
            samples=samples,
            sample_volume=None if aliquots is None else aliquots.volume,
        )
        self._go(stretch)

    def _add(self, step: Inject | Feed) -> None:
        addition = self._addition(step)
        aliquots = step.aliquots if isinstance(step, Feed) else None
        if step.duration is not None and step.duration > 0.0:
            if addition.volume > 0.0 and abs(self.set_point - self.room) > _SAME:
                self.assume(step.key, "what is fed is cold; the flask counts as kept at its set point")
            self._keep(step, step.duration, addition, aliquots)
            return
        if step.duration is None:
            self.assume(f"{step.key}.duration", "not reported; it counts as a shot")
        self._shoot(step, addition)
        self._keep(step, 0.0, aliquots=aliquots)

    def _shoot(self, step: Step, addition: Addition) -> None:
        """Let an addition join at once."""
        self._is_wet(step)
        volume = self.volume + addition.volume
        heat = self.volume * self.temperature + addition.volume * addition.temperature
        self.temperature = heat / volume
        self.volume = volume
        self.events.append(Shot(key=step.key, addition=addition, temperature=self.temperature))

    def _go(self, stretch: Stretch) -> None:
        """Let a stretch pass."""
        self._is_wet(stretch)
        fed = 0.0 if stretch.feed is None else stretch.feed.volume
        drawn = 0.0
        for time in stretch.samples:
            drawn += stretch.sample_volume or 0.0
            there = self.volume + (fed * time / stretch.duration if stretch.duration > 0.0 else 0.0)
            if drawn > there * (1.0 + 1e-9):
                raise RecipeError(
                    given=f"samples of {drawn * 1e6:.4g} mL in all",
                    expected=f"at most the {there * 1e6:.4g} mL that are in {self.recipe.reactor}",
                    why="no more can be drawn than there is",
                    remedy="Draw less, or less often.",
                    where=Where(self.recipe.id, key=f"{stretch.key}.aliquots"),
                )
        self.volume = max(self.volume + fed - drawn, 0.0)
        self.temperature = stretch.end
        self.events.append(stretch)

    def _is_wet(self, event: Step | Stretch) -> None:
        if self.volume <= 0.0:
            raise RecipeError(
                given=f"the empty vessel '{self.recipe.reactor}'",
                expected="a liquid that is charged before",
                why="without a volume there are no concentrations",
                remedy="Charge the solvent, or give its dose with --set.",
                where=Where(self.recipe.id, key=event.key),
            )
