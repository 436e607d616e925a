"""Batch recipes: a flask carries out the schedule of the recipe, and every sample is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from aliquot.knowledge import records
from aliquot.population import Population
from aliquot.reactors.additions import Addition
from aliquot.reactors.advance import Numerics
from aliquot.reactors.batch import Drawn, Flask, Limits
from aliquot.reactors.content import Content
from aliquot.reactors.schedule import Schedule, schedule
from aliquot.recipe.batch import BatchRecipe
from aliquot.synthesis.dissolve import Seeds, System, check_precursors, solvent_of
from aliquot.synthesis.flow import drift, extrapolation
from aliquot.synthesis.run import Aliquot

LAWS = ("becker1935", "hairer1996", "rang2005")
"""What every run in a flask stands on, besides its recipe and chemistry."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch recipe that is about to run."""

    recipe: BatchRecipe
    """What is charged, heated, injected, held."""
    plan: Schedule
    """The same, as stretches of time."""
    system: System
    """The chemistry, in the solvent of the recipe."""
    numerics: Numerics
    """How to integrate."""
    limits: Limits | None
    """Temperatures that are allowed at set points, None for all."""
    seeds: Seeds
    """Dots that other recipes make."""

    @classmethod
    def of(
        cls,
        recipe: BatchRecipe,
        card: records.Chemistry,
        numerics: Numerics,
        limits: Limits | None,
        seeds: Seeds,
    ) -> "Batch":
        """Make a recipe ready to run.

        Raises:
            RecipeError: If times, temperatures or amounts are missing that the reaction needs.
            CardError: If the chemistry does not know the solvent.
        """
        plan = schedule(recipe)
        additions = plan.additions
        present, volumes, undosed = (
            _together([addition.amounts for addition in additions]),
            _together([addition.volumes for addition in additions]),
            {key: name for addition in additions for key, name in addition.undosed.items()},
        )
        seeded = any(addition.products for addition in additions)
        if (
            not seeded
            or any(present.get(r, 0.0) > 0.0 for rs in card.precursors.values() for r in rs)
            or undosed
        ):
            check_precursors(recipe, card, present, undosed)
        return cls(recipe, plan, System.of(card, solvent_of(card, volumes)), numerics, limits, seeds)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the recipe does not tell and is decided here."""
        return self.plan.assumptions

    def aliquots(self, told: Callable[[str], None]) -> Iterator[tuple[Aliquot, int]]:
        """Yield each aliquot, and what is there at the end, with the steps since the one before."""
        flask = Flask(self.system.constants, self._dissolved, self.numerics, self.limits, self.recipe.id)
        done = 0
        last = None
        for drawn in flask.run(self.plan):
            if not drawn.sampled:
                last = drawn
                continue
            yield self._read(drawn, _hours(drawn.time)), flask.steps - done
            done, last = flask.steps, None
            told(_hours(drawn.time))
        if last is not None:
            final = Drawn(last.key, flask.clock, flask.content, flask.unreacted, sampled=False)
            yield self._read(final, "product"), flask.steps - done
            told("product")

    def _dissolved(self, addition: Addition) -> Content:
        return self.system.content(addition, self.seeds)

    def _read(self, drawn: Drawn, label: str) -> Aliquot:
        card = self.system.card
        # Before anything could react there is no ladder yet, and yet nothing stands on its rungs.
        content = drawn.content.on(max([card.dot_from + 1, *card.clusters.values()]))
        limiting = list(card.species).index(card.limiting)
        brought = drawn.unreacted.species[limiting]
        population = Population(
            material=card.material,
            unit_volume=self.system.unit_volume,
            rungs=content.rungs,
            species=dict(zip(card.species, content.species.tolist(), strict=True)),
            dot_from=card.dot_from,
        )
        return Aliquot(
            label=label,
            time_s=drawn.time,
            temperature=content.temperature,
            volume=content.volume,
            population=population,
            clusters={line: float(content.rungs[n - 1]) for line, n in card.clusters.items()},
            conversion=float(1.0 - content.species[limiting] / brought) if brought > 0.0 else None,
            mass_error=drift(self.system.atoms(drawn.unreacted), self.system.atoms(content)),
            flags=extrapolation(card, (content.temperature,)),
        )


def _together(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in parts:
        for name, value in part.items():
            found[name] = found.get(name, 0.0) + value
    return found


def _hours(time: float) -> str:
    """Return a time as chemists write it.

    Example:
        >>> _hours(5400.0), _hours(600.0), _hours(40.0)
        ('1.5 h', '10 min', '40 s')
    """
    if time >= 3600.0:
        return f"{time / 3600.0:g} h"
    return f"{time / 60.0:g} min" if time >= 60.0 else f"{time:g} s"
