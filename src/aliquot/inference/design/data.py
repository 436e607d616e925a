"""What the constants have seen: times and compositions of the runs they were fitted to or held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aliquot.errors import AliquotError, Where
from aliquot.inference.design.point import Made
from aliquot.inference.design.study import Design
from aliquot.inference.plan import Plan, TubePlan
from aliquot.inference.planning import plan_of
from aliquot.inference.study import Study, read_study
from aliquot.knowledge import records, store
from aliquot.knowledge.records.observations import Condition, Observation
from aliquot.units import to_float

_ROUNDING = 0.01  # of a number: doses are not measured more exactly
_STATED = 0.1  # of an end of a range: papers state 1.0 M where their doses give 1.07
_LONG = 4.0 * 3600.0  # s: from here on a time is told in hours
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Data:
    """Runs that a chemistry was fitted to, or held against.

    Attributes:
        papers: Where they come from.
        times: Shortest and longest reaction that was looked at [s].
        brought: Least and most of each species that was brought [mol m-3].

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> found = Data.of(chemistry("inp_wang2023"))
        >>> [round(time / 60.0) for time in found.times], [round(one, 1) for one in found.brought["In"]]
        ([12, 72], [90.1, 90.1])
    """

    papers: tuple[str, ...]
    times: Range
    brought: dict[str, Range]

    @classmethod
    def of(cls, card: records.Chemistry, fit: Study | None = None) -> "Data | None":
        """Return the runs behind a chemistry, None where no card tells of any that can be planned.

        Args:
            card: The chemistry.
            fit: The study that fitted its constants; that which the card names unless given.
        """
        study = fit if fit is not None else None if card.study is None else read_study(card.study)
        papers = _papers(card) if study is None else study.observations.cards
        runs = [run for name in papers for run in _of_paper(name, card)]
        if study is not None:
            runs += _plans(study.conditions, study.observations.own, card, study.id)
        if not runs:
            return None
        ends = [run.looks[-1] for run in runs]
        brought = np.array([end.brought for end in ends])
        return cls(
            papers if papers or study is None else (study.id,),
            (min(end.time for end in ends), max(end.time for end in ends)),
            {
                name: (float(one.min()), float(one.max()))
                for name, one in zip(card.species, brought.T, strict=True)
            },
        )

    def beyond(self, made: Made, card: records.Chemistry) -> tuple[str, ...]:
        """Return in what a recipe leaves these runs, a sentence each.

        Args:
            made: The recipe.
            card: The chemistry that predicts.
        """
        end, of = made.plan.looks[-1], " and ".join(self.papers)
        found = []
        low, high = self.times
        # the first hours of a flask belong to its later ones; a tube shows its end alone
        short = isinstance(made.plan, TubePlan) and end.time < low * (1.0 - _ROUNDING)
        if short or end.time > high * (1.0 + _ROUNDING):
            found.append(
                f"A reaction of {_time(end.time)} lies beyond the data: the runs of {of}, which the "
                f"constants were fitted to or held against, took {_time(low, high)}."
            )
        told = [
            one
            for name, amount in zip(card.species, end.brought, strict=True)
            if (one := _outside(name, float(amount), self.brought[name]))
        ]
        if told:
            found.append(
                f"The composition lies beyond the data of {of}: {'; '.join(told)}. "
                "How rates follow it there is the law of the card alone."
            )
        return tuple(found)


def beyond_data(study: Design, card: records.Chemistry, made: Made, folder: Path | None) -> tuple[str, ...]:
    """Return in what a recipe leaves the runs that its constants have seen, a sentence each.

    Args:
        study: The design.
        card: The chemistry that predicts.
        made: The recipe.
        folder: Run folder of the fit whose constants are used, None where those of the card are.
    """
    fit = None if folder is None else read_study(folder / "study.yaml")
    data = Data.of(card, fit)
    if data is None:
        return (f"No card tells which runs the constants of {card.id} have seen: {study.id} may leave them.",)
    return data.beyond(made, card)


def _papers(card: records.Chemistry) -> tuple[str, ...]:
    """Return the papers whose observations a chemistry without a study was fitted to or held against."""
    sheets = (store.observations(name) for name in store.names("observations"))
    return tuple(sheet.id for sheet in sheets if card.id in {sheet.chemistry, *sheet.everything})


def _of_paper(name: str, card: records.Chemistry) -> Iterator[Plan]:
    sheet = store.observations(name)
    entries = tuple(entry for entry in sheet.observations if entry.is_tested)
    yield from _plans(sheet.conditions, entries, card, name)


def _plans(
    conditions: dict[str, Condition], entries: tuple[Observation, ...], card: records.Chemistry, of: str
) -> Iterator[Plan]:
    """Yield what was done in each condition that is told of, until it was last looked at."""
    times: dict[str, set[float]] = {}
    for term in (term for entry in entries for term in entry.terms):
        if term.condition in conditions:
            times.setdefault(term.condition, set()).update(_seconds(term.at))
    for name, looked_at in times.items():
        try:
            yield plan_of(conditions[name], card, sorted(looked_at), Where(of, key=name))
        except AliquotError:
            continue  # a run that this chemistry can not describe, such as one of a shell


def _seconds(at: str | None) -> tuple[float, ...]:
    return () if at in {None, "maximum", "end"} else (to_float(str(at), "s"),)


def _outside(name: str, amount: float, known: Range) -> str | None:
    """Return in words where a concentration lies outside what is known [mol m-3], None inside."""
    low, high = known
    alone = high <= low * (1.0 + _ROUNDING)
    room = _ROUNDING if alone else _STATED
    if low * (1.0 - room) <= amount <= high * (1.0 + room):
        return None
    told = f"{low:.3g} mM alone" if alone else f"{low:.3g} to {high:.3g} mM"
    return f"{name} {amount:.3g} mM, of which the constants know {told}"


def _time(*seconds: float) -> str:
    """Return a time, or a range of times, in one unit.

    Example:
        >>> _time(7200.0, 86400.0), _time(9000.0), _time(60.0, 60.0)
        ('2 to 24 h', '150 min', '1 min')
    """
    hour, unit = (3600.0, "h") if max(seconds) >= _LONG else (60.0, "min")
    return " to ".join(dict.fromkeys(f"{one / hour:.3g}" for one in seconds)) + f" {unit}"
