"""A map from beginning to end: recipes, ensemble, probabilities, planes, axes, vials of the paper, doubts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where
from aliquot.inference.zones.coordinates import Values, grid, sobol
from aliquot.inference.zones.doubts import doubts
from aliquot.inference.zones.engine import WORKERS, Engine, Shares, Told, blocks, names_of
from aliquot.inference.zones.ensemble import Believed, ensemble
from aliquot.inference.zones.flasks import Flasks, check, flasks_of
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.record import Belief, Sheet, Zones
from aliquot.inference.zones.sheets import Plan
from aliquot.inference.zones.study import ZoneStudy
from aliquot.inference.zones.turns import turns
from aliquot.inference.zones.vault import Vault
from aliquot.inference.zones.vials import described, judged
from aliquot.knowledge import store

Progress = Callable[[int], Told | None]
"""Called once with the number of steps; returns whom to tell of each."""


def zones(
    study: ZoneStudy,
    *,
    folder: Path | None = None,
    beside: Path | None = None,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> Zones:
    """Compute a map of zones.

    What is kept in the folder is not computed again: a map that was interrupted at any moment goes on, and
    equals one that was not.

    Args:
        study: Recipes, ensemble, rules, labels.
        folder: Where chunks are kept.
        beside: Folder beside which run folders of fits lie.
        workers: Chunks that are computed at a time, in threads.
        progress: Called with the number of steps before the first; returns whom to tell of each.

    Returns:
        Probabilities of all vials, sections, axes, and the vials of the paper.

    Raises:
        InputError: If the study asks for what its chemistries do not know.
        RangeError: If it leaves the temperatures of a chemistry.

    Example:
        >>> from aliquot.inference.zones import read_zone_study
        >>> from aliquot.knowledge.records import Role
        >>> found = zones(read_zone_study("cdte_zones"), folder=Path("zones"))         # doctest: +SKIP
        >>> found.counted(Role.CALIBRATION)                                            # doctest: +SKIP
        (15, 16)
    """
    believed = ensemble(study.chemistries, study.sampling.seed, beside)
    atlas = _Atlas.of(study, believed)
    vault = Vault.at(folder)
    steps = sum(blocks(atlas.readers, flasks.count) for _, flasks in atlas.asked)
    engine = Engine(atlas.readers, vault, workers, None if progress is None else progress(steps))
    found = [engine.shares(flasks, name) for name, flasks in atlas.asked]
    return atlas.record(found, vault)


def looks(study: ZoneStudy) -> Float[np.ndarray, " times"]:
    """Return when flasks are looked at [s]: at the times of the study, of its sections and of its labels."""
    times = {time.value for time in study.times}
    times |= {one.time.value for one in study.sections if one.time is not None}
    times |= {vial.at.value for vial in (study.labels.vials if study.labels is not None else ())}
    return np.array(sorted(times))


def points(study: ZoneStudy) -> Values:
    """Return the recipes of a map."""
    sampling = study.sampling
    if sampling.kind == "grid":
        return grid(study.coordinates, sampling.count)
    return sobol(study.coordinates, sampling.count, sampling.seed)


@dataclass(frozen=True, slots=True)
class _Atlas:
    """What is to be computed: recipes of the map, then planes and axes, then the vials of the paper."""

    study: ZoneStudy
    believed: tuple[Believed, ...]
    readers: tuple[Reader, ...]
    values: Values
    plans: tuple[Plan, ...]
    asked: tuple[tuple[str, Flasks], ...]

    @classmethod
    def of(cls, study: ZoneStudy, believed: tuple[Believed, ...]) -> "_Atlas":
        """Make everything ready, and refuse what can not be computed before anything is."""
        times = looks(study)
        readers = tuple(Reader(one.card, study.rules, times, study.numerics) for one in believed)
        values = points(study)
        plans = (*(Plan(study, one) for one in study.sections), *(Plan(study, one) for one in study.diagram))
        asked = [("recipes", flasks_of(study, values)), *(("sections", plan.flasks()) for plan in plans)]
        if study.labels is not None:
            asked.append(("vials of the paper", described(study.labels)))
        for _, flasks in asked:
            check(flasks, [one.card for one in believed], Where(study.id))
            for reader in readers:
                reader.prepare(flasks)
        return cls(study, believed, readers, values, plans, tuple(asked))

    def record(self, found: list[Shares], vault: Vault) -> Zones:
        """Return what came of it."""
        study, box = self.study, found[0]
        times, weights = self.readers[0].times, np.array([one.weight for one in self.believed])
        sheets = self._sheets(found, weights)
        vials = judged(study, self.asked[-1][1], found[-1].shares, weights, times)
        return Zones(
            study=study,
            values=self.values,
            hours=times / 3600.0,
            belief=Belief.of(box.shares, weights, study.rules),
            shares=box.shares,
            members=tuple(zip(names_of(self.readers), weights.tolist(), strict=True)),
            sections=tuple(sheets[: len(study.sections)]),
            lanes=tuple(sheets[len(study.sections) :]),
            vials=vials,
            turns=turns(box.shares, weights, study.rules, vials),
            lids=sum(int((one.top > study.numerics.top).sum()) for one in found),
            lost=sum(int((~one.done).sum()) for one in found),
            steps=float(box.steps.mean()),
            flags=doubts(study, [one.card for one in self.believed], found, vault),
            citations=self._citations(),
        )

    def _sheets(self, found: list[Shares], weights: Float[np.ndarray, " members"]) -> list[Sheet]:
        times, planes = self.readers[0].times, found[1 : 1 + len(self.plans)]
        return [plan.sheet(one.shares, weights, times) for plan, one in zip(self.plans, planes, strict=True)]

    def _citations(self) -> tuple[str, ...]:
        keys = [one.card.source for one in self.believed] + [self.study.base.source]
        if self.study.labels is not None:
            keys.append(store.observations(self.study.labels.card).source)
        return tuple(dict.fromkeys(key for key in keys if key))
