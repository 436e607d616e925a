"""Steps of the bench in words of XDL."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aliquot.knowledge.store import find_reagent
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
    Portion,
    Precipitate,
    Purge,
    Quench,
    Redisperse,
    Step,
)
from aliquot.recipe.exchange.loss import Loss
from aliquot.recipe.exchange.prose import celsius, clean
from aliquot.recipe.ledger import ledger


@dataclass(frozen=True, slots=True)
class Line:
    """One element of a procedure."""

    step: str
    """Name of the step in the standard."""
    properties: Mapping[str, str]


Put = Callable[[Portion, str, str, float | None], Line]
"""Writes the line that puts a portion into a vessel: portion, vessel, key of the step, duration [s]."""


def milliliters(volume: float) -> str:
    """Write a volume [m3].

    Example:
        >>> milliliters(17.6e-6)
        '17.6 mL'
    """
    return f"{clean(volume * 1e6):g} mL"


def temperature(kelvin: float) -> str:
    """Write a temperature [K]."""
    return f"{celsius(kelvin):g} °C"


def duration(value: float) -> str:
    """Write a time [s].

    Example:
        >>> duration(7200.0), duration(45.0)
        ('2 h', '45 s')
    """
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if value >= size and clean(value / size) == round(value / size, 3):
            return f"{clean(value / size):g} {unit}"
    return f"{clean(value):g} s"


def identifier(name: str) -> str:
    """Return a name of letters, digits and underscores, as an XDL identifier wants it.

    Example:
        >>> identifier("octadecene in flask")
        'octadecene_in_flask'
    """
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "vessel"


def identifiers(names: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return an identifier for each of several names, no two alike.

    A name that is one already keeps it; of others that come to the same the first has it, the next get a
    number.

    Args:
        names: The names.
        taken: Identifiers that stand for something else.

    Returns:
        Identifier by name, in the order of the names.

    Example:
        >>> identifiers(["stock 1", "stock_1", "α", "β"])
        {'stock 1': 'stock_1_2', 'stock_1': 'stock_1', 'α': 'vessel', 'β': 'vessel_2'}
    """
    listed = list(dict.fromkeys(names))
    used = set(taken)
    found: dict[str, str] = {}
    for name in sorted(listed, key=lambda name: identifier(name) != name):
        plain, number = identifier(name), 2
        free = plain
        while free in used:
            free, number = f"{plain}_{number}", number + 1
        used.add(free)
        found[name] = free
    return {name: found[name] for name in listed}


class Writer:
    """Writes steps, and keeps what it needed and lost."""

    def __init__(self, recipe: BatchRecipe, put: Put, ids: Mapping[str, str], taken: Collection[str]) -> None:
        self.recipe = recipe
        self.put = put
        self.ids = ids
        self.taken = taken
        self.lossy: list[Loss] = []
        self.vials: list[str] = []
        self.solvents: list[str] = []
        self._contents = {entry.step.key: entry.before for entry in ledger(recipe)}
        self._hot: dict[str, float] = {}
        self._washed: set[str] = set()

    def lose(self, key: str, why: str) -> None:
        """Note what is lost."""
        self.lossy.append(Loss(key, why))

    def lines(self, steps: Sequence[Step], index: int) -> list[Line]:  # noqa: PLR0911  one for each verb
        """Return the elements of one step.

        Args:
            steps: All steps of its block.
            index: Which of them.
        """
        step = steps[index]
        vessel = step.vessel
        match step:
            case Charge():
                return [self.put(part, vessel, step.key, None) for part in step.what]
            case Degas():
                return self._degas(step, steps[index + 1] if index + 1 < len(steps) else None)
            case Purge():
                return self._purge(step, steps[index - 1] if index else None)
            case Heat():
                silent = "not reported: as fast as the heater goes"
                self.lose(f"{step.key}.rate", silent if step.rate is None else "no step has a heating rate")
                return self._heat(vessel, step.to)
            case Inject() | Feed():
                return self._add(step)
            case Hold():
                return self._hold(step)
            case _:
                return self._workup(step)

    def _degas(self, step: Degas, after: Step | None) -> list[Line]:
        """Return the heating of a degassing; with the purge behind it, it is an evacuation and a refill."""
        lines = self._warm(step.vessel, step.at, step.key)
        for key, name in (("for", "duration"), ("pressure", "pressure")):
            reported = "" if getattr(step, name) is not None else "not reported, and "
            self.lose(f"{step.key}.{key}", f"{reported}an evacuation has no {name}")
        if isinstance(after, Purge) and after.vessel == step.vessel:
            return lines
        self.lose(step.key, "vacuum without a gas behind it: it is refilled with any inert gas")
        return [*lines, Line("EvacuateAndRefill", {"vessel": self.ids[step.vessel]})]

    def _purge(self, step: Purge, before: Step | None) -> list[Line]:
        if not isinstance(before, Degas):
            self.lose(step.key, "filled with a gas: written as an evacuation and a refill")
        return [Line("EvacuateAndRefill", {"vessel": self.ids[step.vessel], "gas": step.gas})]

    def _heat(self, vessel: str, kelvin: float) -> list[Line]:
        self._hot[vessel] = kelvin
        content = {"vessel": self.ids[vessel], "temp": temperature(kelvin)}
        return [Line("HeatChillToTemp", {**content, "active": "true", "continue_heatchill": "true"})]

    def _warm(self, vessel: str, kelvin: float | None, key: str) -> list[Line]:
        """Return the heating that a step presumes, where it has not been told before."""
        if kelvin is None:
            self.lose(f"{key}.at", "not reported: the temperature stays as it is")
            return []
        return [] if self._hot.get(vessel) == kelvin else self._heat(vessel, kelvin)

    def _add(self, step: Inject | Feed) -> list[Line]:
        lines = self._warm(step.vessel, step.at, step.key)
        lasts = f"{step.key}.{'for' if isinstance(step, Feed) else 'duration'}"
        if step.duration is None:
            self.lose(lasts, "not reported: no time")
        elif step.duration == 0.0:
            self.lose(lasts, "a fast addition: no time, the robot adds at its own speed")
        if len(step.what) > 1:
            self.lose(f"{step.key}.what", "added together: one after the other")
        lines += [self.put(part, step.vessel, step.key, step.duration) for part in step.what]
        if isinstance(step, Feed) and step.aliquots is not None:
            self.lose(f"{step.key}.aliquots", "nothing can be drawn while something is added")
        return lines

    def _hold(self, step: Hold) -> list[Line]:
        """Return a hold, cut at its aliquots."""
        content = {"vessel": self.ids[step.vessel], "temp": temperature(step.at)}
        self._hot[step.vessel] = step.at
        lines: list[Line] = []
        now = 0.0
        for time in sorted(step.aliquots.times) if step.aliquots is not None else ():
            if time > now:
                lines.append(Line("HeatChill", {**content, "time": duration(time - now)}))
            now = time
            lines.append(self._draw(step, step.aliquots, time))
        if step.duration is None:
            self.lose(f"{step.key}.for", "not reported: temperature control starts and is not timed")
            lines.append(Line("StartHeatChill", content))
        elif step.duration > now:
            lines.append(Line("HeatChill", {**content, "time": duration(step.duration - now)}))
        return lines

    def _draw(self, step: Hold, aliquots: Aliquots | None, time: float) -> Line:
        """Return the transfer of an aliquot into its vial."""
        name = f"aliquot_{len(self.vials) + 1}"
        (vial,) = identifiers([name], {*self.taken, *self.vials}).values()
        self.vials.append(vial)
        content = {"from_vessel": self.ids[step.vessel], "to_vessel": vial}
        if aliquots is None or aliquots.volume is None:
            self.lose(f"{step.key}.aliquots.volume", f"not reported: no volume at {duration(time)}")
            return Line("Transfer", content)
        return Line("Transfer", {**content, "volume": milliliters(aliquots.volume)})

    def _workup(self, step: Step) -> list[Line]:  # noqa: PLR0911  one for each verb
        vessel = self.ids[step.vessel]
        match step:
            case Quench():
                self._hot.pop(step.vessel, None)
                self.lose(
                    f"{step.key}.how",
                    f"'{step.how}' has no word: heating stops" if step.how else "not reported",
                )
                return [Line("StopHeatChill", {"vessel": vessel})]
            case Precipitate():
                return self._precipitate(step)
            case Centrifuge():
                return self._centrifuge(step)
            case Redisperse():
                content = {"vessel": vessel, "solvent": self._solvent(step.using)}
                if step.volume is None:
                    self.lose(f"{step.key}.volume", "not reported: no volume")
                    return [Line("Dissolve", content)]
                return [Line("Dissolve", {**content, "volume": milliliters(step.volume)})]
            case Collect():
                self.lose(f"{step.key}.where", "storing has no step" if step.where else "not reported")
                return []
            case _:
                self.lose(step.key, "no step of the standard")
                return []

    def _precipitate(self, step: Precipitate) -> list[Line]:
        """Return the antisolvent, by volume while the contents of the vessel are known."""
        content = {"vessel": self.ids[step.vessel], "reagent": self._solvent(step.using)}
        before = self._contents.get(step.key)
        known = before is not None and not before.incomplete and step.vessel not in self._washed
        self._washed.add(step.vessel)
        if step.times > 1:
            self.lose(f"{step.key}.times", "repeated with a solvent in between that is not told: once")
        if step.ratio is None:
            self.lose(f"{step.key}.ratio", "not reported: no volume")
        elif before is None or not known:
            self.lose(f"{step.key}.ratio", "volumes per volume of what is not known: no volume")
        else:
            content["volume"] = milliliters(before.volume * step.ratio)
        return [Line("Precipitate", content)]

    def _centrifuge(self, step: Centrifuge) -> list[Line]:
        content = {"vessel": self.ids[step.vessel]}
        default = "not reported: left out, where the reference implementation takes"
        if step.speed is None:
            self.lose(f"{step.key}.speed", f"{default} 4000 RPM")
        else:
            content["rotation_speed"] = f"{clean(step.speed):g} RPM"
        if step.duration is None:
            self.lose(f"{step.key}.for", f"{default} 5 min")
        else:
            content["time"] = duration(step.duration)
        if step.radius is not None:
            self.lose(f"{step.key}.radius", "a centrifuge has no radius")
        self.lose(step.key, "Centrifugate is in the reference implementation, not among the standard's steps")
        return [Line("Centrifugate", content)]

    def _solvent(self, name: str) -> str:
        self.solvents.append(name)
        card = find_reagent(name)
        return name if card is None else card.name
