"""The forward map: a recipe and a chemistry in, a run out."""

import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from aliquot.kinetics.integrate import SIZES
from aliquot.kinetics.trust import DEFAULT, Tolerances
from aliquot.knowledge import records
from aliquot.knowledge.chemistries import card_for
from aliquot.reactors.advance import LONGEST, Numerics
from aliquot.reactors.batch import Limits
from aliquot.reactors.residence import Dispersion
from aliquot.recipe.batch import BatchRecipe
from aliquot.recipe.flow import FlowRecipe, flow_recipe
from aliquot.recipe.read import read_recipe
from aliquot.recipe.record import Recipe
from aliquot.synthesis import flask, flow
from aliquot.synthesis.dissolve import System, check_material
from aliquot.synthesis.run import Provenance, Run


def simulate(  # noqa: PLR0913  one call for all recipes; what is rarely asked for is a keyword
    recipe: Recipe,
    chemistry: records.Chemistry | None = None,
    *,
    rungs: int = LONGEST,
    begin: int = SIZES[0],
    tolerances: Tolerances = DEFAULT,
    dispersion: Dispersion | None = None,
    tanks: int | None = None,
    coarse: float | None = None,
    extrapolate: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Simulate a recipe: the populations of all its samples.

    Args:
        recipe: What was dosed, heated, injected, fed, pumped and sampled.
        chemistry: Calibrated constants of the reaction system; the card that fits the recipe unless given.
        rungs: Rungs up to which a ladder may grow; it starts short and is handed on as the dots grow.
        begin: Rungs to begin with. Short is fast where many recipes follow; a single one is done sooner on
            one long ladder, as each length is compiled for itself.
        tolerances: How exactly to integrate.
        dispersion: How liquid spreads along a tube; the model that is valid there unless given.
        tanks: Number of stirred tanks in series in the place of a tube, at rest; None for the tube.
        coarse: Distance of coarse rungs in n^(1/3) [1], for large dots and many runs; None for every rung.
            0.1 keeps RSDs to 0.002 points and refuses peaks too narrow for it (decision record 10).
        extrapolate: Whether set points outside the temperatures of the calibration are allowed; samples that
            reacted there then carry a flag.
        progress: Called with the name of each sample when it is done.

    Returns:
        The run, one aliquot for each sample of the recipe, and the product where a batch ends without one.

    Raises:
        RecipeError: If recipe and chemistry do not fit together, or values are missing.
        RangeError: If a set point lies outside the calibration.
        TopRungError: If a population outgrew the longest ladder.
        SimulationError: If the integration failed.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> run = simulate(read_recipe("inp_wang2023").only("200C"))
        >>> run.aliquots[0].label, run.mass_error < 1e-12
        ('200C', True)
    """
    began = time.perf_counter()
    card = chemistry if chemistry is not None else card_for(recipe.material, recipe.reagents)
    check_material(recipe, card)
    numerics = Numerics(tolerances, rungs, begin, coarse)
    low, high = (bound.value for bound in card.temperatures)
    limits = None if extrapolate else Limits(low, high, card.id)
    if isinstance(recipe, BatchRecipe):
        seeds = _Seeds(card, numerics, extrapolate=extrapolate)
        batch = flask.Batch.of(recipe, card, numerics, limits, seeds)
        found, assumptions = batch.aliquots(progress or _silent), batch.assumptions
        laws: tuple[str, ...] = flask.LAWS
        shell = None
    else:
        flowing = flow_recipe(recipe)
        shell = _shell(flowing)
        tubes = flow.Tubes(flowing, System.of(card), shell, numerics, dispersion, limits, tanks)
        found, laws, assumptions = tubes.aliquots(progress or _silent), flow.LAWS, ()
    pairs = list(found)
    cards = [card] if shell is None else [card, shell.card]
    return Run(
        provenance=Provenance.SIMULATED,
        aliquots=tuple(aliquot for aliquot, _ in pairs),
        recipe=recipe,
        chemistry=" + ".join(f"{used.id}/{used.version}" for used in cards),
        steps=sum(steps for _, steps in pairs),
        wall_s=time.perf_counter() - began,
        citations=tuple(dict.fromkeys((*recipe.sources, *(used.source for used in cards), *laws))),
        assumptions=assumptions,
        flags=tuple(f"Constants are calibrated, not measured: {used.claims_not}" for used in cards),
    )


class _Seeds:
    """Dots that other recipes make, simulated once each."""

    def __init__(self, card: records.Chemistry, numerics: Numerics, *, extrapolate: bool) -> None:
        self.card, self.numerics, self.extrapolate = card, numerics, extrapolate
        self.known: dict[str, Float[np.ndarray, " N"]] = {}

    def __call__(self, recipe: str) -> Float[np.ndarray, " N"]:
        """Return the dots of a recipe's product: concentrations of its rungs, washed of what is smaller."""
        if recipe not in self.known:
            run = simulate(
                read_recipe(recipe),
                self.card,
                rungs=self.numerics.most,
                tolerances=self.numerics.tolerances,
                extrapolate=self.extrapolate,
            )
            population = run.aliquots[-1].population
            if population is None:  # simulate() always tells it
                raise AssertionError
            self.known[recipe] = np.where(population.n >= self.card.dot_from, population.rungs, 0.0).clip(0.0)
        return self.known[recipe]


def _shell(recipe: FlowRecipe) -> System | None:
    """Return the chemistry of a shell, None where none is grown."""
    if recipe.shell is None or not any(zone.inlet for zone in recipe.tube.zones):
        return None
    return System.of(card_for(recipe.shell, recipe.reagents))


def _silent(name: str) -> None:
    """Say nothing."""
