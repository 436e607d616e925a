"""Flow recipes: each sample of a campaign is one passage through the tube, piece by piece."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from aliquot.errors import Where
from aliquot.knowledge import records, store
from aliquot.population import Population
from aliquot.reactors.advance import Numerics
from aliquot.reactors.batch import Limits
from aliquot.reactors.cascade import tanks_of
from aliquot.reactors.content import Content
from aliquot.reactors.residence import Dispersion
from aliquot.reactors.shell import CoreShell, bare, waiting
from aliquot.reactors.tube import Outflow, Passage, Stage, stages
from aliquot.recipe.flow import FlowRecipe, Sample
from aliquot.synthesis.dissolve import System, check_precursors
from aliquot.synthesis.run import Aliquot

LIQUID = "oleylamine"
"""Card of the liquid in the tube: its hot viscosity and thermal diffusivity."""

LAWS = ("becker1935", "hairer1996", "taylor1953", "aris1956")
"""What every run in a tube stands on, besides its recipe and chemistry."""


@dataclass(frozen=True, slots=True)
class Tubes:
    """A flow recipe that is about to run."""

    recipe: FlowRecipe
    """What is pumped and heated."""
    core: System
    """The chemistry of the dots."""
    shell: System | None
    """The chemistry of their shell."""
    numerics: Numerics
    """How to integrate."""
    dispersion: Dispersion | None
    """How liquid spreads along the tube; the valid model unless given."""
    limits: Limits | None
    """Temperatures that are allowed, None for all."""
    tanks: int | None = None
    """Number of stirred tanks in series in the place of each piece of tube, None for the tube."""

    def aliquots(self, told: Callable[[str], None]) -> Iterator[tuple[Aliquot, int]]:
        """Yield each sample of the recipe, with the steps that it took."""
        for sample in self.recipe.samples:
            yield self._aliquot(sample)
            told(sample.name)

    def _aliquot(self, sample: Sample) -> tuple[Aliquot, int]:
        where = Where(self.recipe.id, key=f"sample {sample.name}")
        if self.limits is not None:
            for wall in sample.temperatures:
                self.limits.check(wall, where)
        first, *rest = stages(self.recipe.tube, sample)
        feed = self._feed(self.core, self.recipe.feed.concentrations)
        left, notes = self._pass(self.core, first, feed, where)
        steps, content, coated = left.steps, left.content, None
        for stage in rest:
            if self.shell is None:
                content = content.joined(self._side(stage, content.volume))
                left, more = self._pass(self.core, stage, content, where)
                content = left.content
            else:
                coated, left, more = self._coat(self.shell, stage, content, where)
                content = self._diluted(content, stage)
            steps, notes = steps + left.steps, (*notes, *more)
        return self._read(sample, feed, content, coated, notes), steps

    def _feed(self, system: System, present: Mapping[str, float]) -> Content:
        """Return a solution that is pumped, per unit of volume."""
        check_precursors(self.recipe, system.card, present, {})
        return Content(1.0, self.recipe.tube.inlet_temperature, system.species(present, 1.0), np.zeros(0))

    def _pass(
        self, system: System, stage: Stage, content: Content, where: Where
    ) -> tuple[Outflow, tuple[str, ...]]:
        if self.tanks is not None:
            cascade = tanks_of(stage.tube, stage.sample, self.tanks)
            left = cascade.through(system.constants, content, self.numerics, where=where)
            return left, (f"In {self.tanks} stirred tanks at rest, in the place of the tube.",)
        passage = self._passage(stage)
        flags = (passage.residence.note,) if passage.residence.note else ()
        return passage.through(system.constants, content, self.numerics, where=where), flags

    def _passage(self, stage: Stage) -> Passage:
        return Passage.of(stage.tube, stage.sample, store.solvent(LIQUID), self.dispersion)

    def _side(self, stage: Stage, volume: float) -> Content:
        """Return what joins a volume [m3] of the stream on entering a piece of the tube."""
        joined = self.recipe.solution(stage.inlet or "")
        share = stage.joining / (stage.sample.flow - stage.joining)
        species = self.core.species(joined.concentrations, 1.0)
        return Content(volume * share, self.recipe.tube.inlet_temperature, species, np.zeros(0))

    def _diluted(self, content: Content, stage: Stage) -> Content:
        """Return the cores' stream after what joins it; what it brings is the shell's."""
        share = stage.joining / (stage.sample.flow - stage.joining)
        inert = np.zeros(content.species.size)
        cold = Content(content.volume * share, self.recipe.tube.inlet_temperature, inert, np.zeros(0))
        return content.joined(cold)

    def _coat(
        self, shell: System, stage: Stage, content: Content, where: Where
    ) -> tuple[CoreShell, Outflow, tuple[str, ...]]:
        """Let a shell grow on the cores in a piece of the tube; the cores themselves rest."""
        diluted = self._diluted(content, stage)
        cores = self._population(self.core, diluted)
        share = stage.joining / stage.sample.flow
        side = self.recipe.solution(stage.inlet or "").concentrations
        stock = self.recipe.feed.concentrations
        mixed = {
            name: (1.0 - share) * stock.get(name, 0.0) + share * side.get(name, 0.0)
            for name in {*stock, *side}
        }
        check_precursors(self.recipe, shell.card, mixed, {})
        waits = waiting(cores)
        fed = Content(diluted.volume, diluted.temperature, shell.species(mixed, 1.0), np.zeros(0))
        passage = self._passage(stage)
        left = passage.through(shell.constants, bare(fed, waits), self.numerics, cores=waits, where=where)
        coated = CoreShell(cores, self._population(shell, left.content), left.content.coat)
        notes = (passage.residence.note,) if passage.residence.note else ()
        return (
            coated,
            left,
            (*notes, "The cores rest while their shell grows; what was left of their feed too."),
        )

    def _population(self, system: System, content: Content) -> Population:
        return Population(
            material=system.card.material,
            unit_volume=system.unit_volume,
            rungs=content.rungs,
            species=dict(zip(system.card.species, content.species.tolist(), strict=True)),
            dot_from=system.card.dot_from,
        )

    def _read(
        self,
        sample: Sample,
        feed: Content,
        content: Content,
        coated: CoreShell | None,
        notes: tuple[str, ...],
    ) -> Aliquot:
        card = self.core.card
        limiting = list(card.species).index(card.limiting)
        fed = {name: n * feed.volume for name, n in zip(card.species, feed.species, strict=True)}
        left = content.species[limiting] * content.volume
        return Aliquot(
            label=sample.name,
            time_s=sample.residence_time,
            temperature=sample.temperatures[-1],
            flow=sample.flow,
            population=self._population(self.core, content),
            clusters={line: float(content.rungs[n - 1]) for line, n in card.clusters.items()},
            shell=coated,
            conversion=float(1.0 - left / fed[card.limiting]),
            mass_error=drift(self.core.atoms(feed), self.core.atoms(content)),
            flags=(*notes, *extrapolation(card, sample.temperatures)),
        )


def drift(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the largest relative drift of any element [1]."""
    return max(abs(after[name] / moles - 1.0) for name, moles in before.items() if moles > 0.0)


def extrapolation(card: records.Chemistry, temperatures: tuple[float, ...]) -> tuple[str, ...]:
    """Return a flag where a temperature [K] lies outside those of the calibration."""
    low, high = (bound.value for bound in card.temperatures)
    outside = [wall for wall in temperatures if not low - 0.5 <= wall <= high + 0.5]
    if not outside:
        return ()
    asked, low, high = (kelvin - 273.15 for kelvin in (outside[0], low, high))
    return (
        (
            f"{asked:.0f} degC lies outside {low:.0f}-{high:.0f} degC, where '{card.id}' was calibrated: "
            "an extrapolation."
        ),
    )
