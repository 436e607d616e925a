"""A map from beginning to end: recipes, ensemble, probabilities, planes, axes, vials of the paper, doubts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where
from aliquot.inference.zones.coordinates import Values, grid, sobol
from aliquot.inference.zones.doubts import doubts
from aliquot.inference.zones.engine import WORKERS, Ask, Engine, Shares, Told
from aliquot.inference.zones.ensemble import Believed, check_material, ensemble, unseeing
from aliquot.inference.zones.flasks import check, flasks_of
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.record import Belief, Vial, Zones
from aliquot.inference.zones.sheets import Plan
from aliquot.inference.zones.study import ZoneStudy
from aliquot.inference.zones.turns import turns
from aliquot.inference.zones.vault import Vault
from aliquot.inference.zones.vials import Jury, described, judged
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
    atlas = _Atlas.of(study, beside)
    vault = Vault.at(folder)
    steps = sum(ask.blocks for ask in atlas.asked)
    engine = Engine(vault, workers, None if progress is None else progress(steps))
    return atlas.record(engine.shares(atlas.asked), vault)


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
    """What is to be computed: recipes, planes and axes, vials of the paper; these by blind constants, too."""

    study: ZoneStudy
    believed: tuple[Believed, ...]
    blind: tuple[Believed, ...]
    values: Values
    plans: tuple[Plan, ...]
    asked: tuple[Ask, ...]

    @classmethod
    def of(cls, study: ZoneStudy, beside: Path | None) -> "_Atlas":
        """Make everything ready, and refuse what can not be computed before anything is."""
        believed = ensemble(study.chemistries, study.sampling.seed, beside)
        blind = unseeing(study, beside)
        check_material((*believed, *blind))
        times, values = looks(study), points(study)
        readers, others = (
            tuple(Reader(one.card, study.rules, times, study.numerics) for one in many)
            for many in (believed, blind)
        )
        plans = (*(Plan(study, one) for one in study.sections), *(Plan(study, one) for one in study.diagram))
        asked = [Ask("recipes", flasks_of(study, values), readers)]
        asked += [Ask("sections", plan.flasks(), readers) for plan in plans]
        if study.labels is not None:
            vials = described(study.labels)
            asked += [Ask("vials of the paper", vials, many) for many in (readers, others) if many]
        for ask in asked:
            check(ask.flasks, [reader.card for reader in ask.readers], Where(study.id))
            for reader in ask.readers:
                reader.prepare(ask.flasks)
        return cls(study, believed, blind, values, plans, tuple(asked))

    def record(self, found: list[Shares], vault: Vault) -> Zones:
        """Return what came of it."""
        study, box, times = self.study, found[0], looks(self.study)
        weights, others = (np.array([one.weight for one in many]) for many in (self.believed, self.blind))
        sheets = [
            plan.sheet(one.shares, weights, times)
            for plan, one in zip(self.plans, found[1 : 1 + len(self.plans)], strict=True)
        ]
        vials = self._vials(found[1 + len(self.plans) :], (weights, others), times)
        return Zones(
            study=study,
            values=self.values,
            hours=times / 3600.0,
            belief=Belief.of(box.shares, weights, study.rules),
            shares=box.shares,
            members=_named(self.believed),
            blind=_named(self.blind),
            sections=tuple(sheets[: len(study.sections)]),
            lanes=tuple(sheets[len(study.sections) :]),
            vials=vials,
            turns=turns(box.shares, weights, study.rules, vials, others),
            lids=sum(int((one.top > study.numerics.top).sum()) for one in found),
            lost=sum(int((~one.done).sum()) for one in found),
            steps=float(box.steps.mean()),
            flags=doubts(study, [one.card for one in self.believed], found, vault),
            citations=self._citations(),
        )

    def _vials(
        self, found: list[Shares], weights: tuple[np.ndarray, np.ndarray], times: Float[np.ndarray, " times"]
    ) -> tuple[Vial, ...]:
        """Return the vials of the paper, judged by the ensemble and by blind constants."""
        if not found:
            return ()
        juries = [Jury(one.shares, belief) for one, belief in zip(found, weights, strict=False)]
        flasks = self.asked[1 + len(self.plans)].flasks
        return judged(self.study, flasks, times, juries[0], juries[1] if self.blind else None)

    def _citations(self) -> tuple[str, ...]:
        keys = [one.card.source for one in (*self.believed, *self.blind)] + [self.study.base.source]
        if self.study.labels is not None:
            keys.append(store.observations(self.study.labels.card).source)
        return tuple(dict.fromkeys(key for key in keys if key))


def _named(believed: tuple[Believed, ...]) -> tuple[tuple[str, float], ...]:
    """Return name, version and weight of each set of constants."""
    return tuple((f"{one.card.id}/{one.card.version}", one.weight) for one in believed)
