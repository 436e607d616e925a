"""What every check of a recipe looks at: the recipe, its lines, its cards, and what stands together where."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aliquot.errors import CardError, Where
from aliquot.knowledge.base import base
from aliquot.knowledge.document import Document
from aliquot.knowledge.records import Reagent
from aliquot.knowledge.store import reagent
from aliquot.recipe.batch import BatchRecipe, Degas, Precipitate, Redisperse, Step
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.flow import FlowRecipe, Sample
from aliquot.recipe.ledger import Contents, Entry, ledger
from aliquot.recipe.record import Recipe

Key = tuple[str | int, ...]
"""Path of a key in the file."""

ROOM_PRESSURE = 101325.0
"""Pressure of a room [Pa]."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Reagents that stand together somewhere in a recipe."""

    place: Key
    """Where in the recipe they come together."""
    name: str
    """Vessel, solution or zone."""
    amounts: Mapping[str, float]
    """Active amount by card [mol], or flow of it [mol s-1] in a tube."""
    volume: float
    """Volume of all [m3], or flow [m3 s-1] in a tube."""
    temperature: float | None
    """Set point [K], None where nothing is heated."""
    pressure: float = ROOM_PRESSURE
    """Absolute [Pa]."""
    degassing: bool = False
    """Whether it is held under vacuum on purpose."""

    def share(self, card: Reagent) -> float:
        """Return the share of the volume that a liquid makes [1], 0 for a solid or gas."""
        if card.state != "liquid" or card.density is None or self.volume <= 0.0:
            return 0.0
        volume = self.amounts.get(card.id, 0.0) * card.molar_mass.to("g/mol") / card.density.to("g/m3")
        return min(volume / self.volume, 1.0)


@dataclass(frozen=True)
class Case:
    """A recipe under review."""

    recipe: Recipe
    document: Document | None
    """Its file, None where the lines are not known."""

    def where(self, *path: str | int) -> Where:
        """Return the place of a key."""
        told = self.document.where(path) if self.document is not None else Where(self.recipe.id)
        return Where(told.file, told.line, ".".join(str(step) for step in path))

    def dotted(self, key: str) -> Where:
        """Return the place of a dotted key, whose names may hold dots themselves."""
        return self.where(*(self._path(key) or key.split(".")))

    def _path(self, key: str) -> Key | None:
        found = None if self.document is None else _descend(self.document.tree, key.split("."))
        return None if found is None else tuple(found)

    def card(self, name: str) -> Reagent | None:
        """Return the card of a reagent, None for a product of another recipe."""
        try:
            return reagent(name)
        except CardError:
            return None

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger of a batch, empty for a tube."""
        return ledger(self.recipe) if isinstance(self.recipe, BatchRecipe) else ()

    @cached_property
    def mixtures(self) -> tuple[Mixture, ...]:
        """Everything that stands together, in the order of the recipe."""
        return tuple(self._mixtures())

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done: of a tube, its work-up."""
        if isinstance(self.recipe, BatchRecipe):
            return self.recipe.steps
        return self.recipe.workup if isinstance(self.recipe, FlowRecipe) else ()

    @property
    def washing(self) -> Iterator[tuple[Step, Reagent]]:
        """Liquids of the work-up, and the steps that use them."""
        for step in self.steps:
            if isinstance(step, Precipitate | Redisperse):
                card = self.card(step.using)
                if card is not None:
                    yield step, card

    @property
    def present(self) -> dict[str, tuple[Reagent, Key]]:
        """Cards of all that is dosed, its solvents and liquids of work-up; and the first place."""
        found: dict[str, tuple[Reagent, Key]] = {}

        def add(name: str, place: Key) -> None:
            card = self.card(name)
            if card is not None:
                found.setdefault(card.id, (card, place))

        for dose in self.recipe.doses:
            if dose.product is None:
                add(dose.reagent, ("reagents", dose.key))
        for key, name in self.recipe.undosed.items():
            add(name, ("reagents", key))
        for dose in self.recipe.doses:
            if dose.carrier is not None:
                add(dose.carrier, ("reagents", dose.key, "in"))
        for step, card in self.washing:
            add(card.id, step_path(step))
        return found

    def _mixtures(self) -> Iterator[Mixture]:
        for solution in self.recipe.solutions:
            yield Mixture(
                ("solutions", solution.name), solution.name, solution.amounts, solution.volume, None
            )
        if isinstance(self.recipe, FlowRecipe):
            for index, sample in enumerate(self.recipe.samples):
                yield from _streams(self.recipe, sample, ("samples", index))
        if isinstance(self.recipe, BatchRecipe):
            for entry in self.entries:
                yield self._held(self.recipe, entry)

    def _held(self, recipe: BatchRecipe, entry: Entry) -> Mixture:
        """Return what a vessel holds in a step."""
        step, held = entry.step, _fuller(entry)
        pressure = recipe.vessels[step.vessel].pressure or ROOM_PRESSURE
        degassing = isinstance(step, Degas)
        if isinstance(step, Degas) and step.pressure is not None:
            pressure = step.pressure
        return Mixture(
            step_path(step),
            step.vessel,
            held.amounts,
            held.volume,
            entry.after.temperature,
            pressure,
            degassing,
        )


@dataclass(frozen=True, slots=True)
class RecipeCheck:
    """A question that is put to every recipe."""

    codes: tuple[str, ...]
    """Codes of the concerns that it can raise."""
    asks: str
    """The question, in a sentence."""
    find: Callable[[Case], Iterable[Concern]]
    """Yields its concerns."""


def step_path(step: Step) -> Key:
    """Return the path of a step in the file."""
    section, index, verb = step.key.split(".")
    return section, int(index), verb


def minutes(seconds: float) -> str:
    """Write a time in minutes; in hours above three of them, in seconds below two minutes."""
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if seconds < 10800.0 else f"{seconds / 3600.0:.3g} h"


def mmol(amount: float) -> str:
    """Write an amount of substance."""
    return f"{amount * 1e3:.4g} mmol"


def number_of(rule: str, name: str, unit: str) -> float:
    """Return a number of a rule of the knowledge base [unit]."""
    value: float = base().card("rules", rule).numbers[name].to(unit)
    return value


def rule_about(code: str, card: Reagent, word: str = "") -> str:
    """Return what a concern about a reagent stands on: the rule of that check which names it, or its card.

    Args:
        code: Code of the check.
        card: The reagent.
        word: What the rule has to speak of besides.
    """
    for rule in base().cards("rules").values():
        if rule.check == code and {*card.names} & {*rule.applies} and word in rule.statement:
            return f"rules:{rule.id}"
    return f"reagents:{card.id}"


def grades(card: Reagent) -> tuple[tuple[float, str], ...]:
    """Return the purities in which a reagent is sold, lower bound [1] and text."""
    found = []
    for text in card.grades:
        match = re.search(r"(\d+(?:\.\d+)?)(?:\s*[-–]\s*\d+(?:\.\d+)?)?\s*%", text)
        if match is not None:
            found.append((float(match[1]) / 100.0, text))
    return tuple(found)


def note(code: str, text: str, why: str, where: Where, source: str | None = None) -> Concern:
    """Return a concern to know of."""
    return Concern(Severity.NOTE, code, text, why, where, source)


def warning(code: str, text: str, why: str, where: Where, source: str | None = None) -> Concern:
    """Return a concern to decide on."""
    return Concern(Severity.WARNING, code, text, why, where, source)


def _fuller(entry: Entry) -> Contents:
    """Return what a vessel holds before samples are drawn from it: those leave the shares as they are."""
    return entry.after if entry.after.volume >= entry.before.volume else entry.before


def _streams(recipe: FlowRecipe, sample: Sample, place: Key) -> Iterator[Mixture]:
    """Yield what flows through each zone of a tube."""
    amounts = {card: value / recipe.feed.volume * sample.flow for card, value in recipe.feed.amounts.items()}
    flow = sample.flow
    side = sample.side_flows or (0.0,) * len(recipe.tube.zones)
    for zone, joined, temperature in zip(recipe.tube.zones, side, sample.temperatures, strict=True):
        if zone.inlet is not None and joined > 0.0:
            inlet = recipe.solution(zone.inlet)
            flow += joined
            for card, value in inlet.amounts.items():
                amounts[card] = amounts.get(card, 0.0) + value / inlet.volume * joined
        yield Mixture(place, f"zone {zone.name}", dict(amounts), flow, temperature)


def _descend(node: object, parts: Sequence[str]) -> list[str | int] | None:
    """Return the path of dotted parts below a node; a name may take several of them."""
    if not parts:
        return []
    if isinstance(node, Mapping):
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            if name in node:
                rest = _descend(node[name], parts[count:])
                if rest is not None:
                    return [name, *rest]
    if isinstance(node, list) and parts[0].isdigit() and int(parts[0]) < len(node):
        rest = _descend(node[int(parts[0])], parts[1:])
        return None if rest is None else [int(parts[0]), *rest]
    return None
