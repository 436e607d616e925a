"""The forward map: a recipe and a chemistry in, a run out."""

import time
from collections.abc import Callable

import numpy as np

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.kinetics.chemistry import from_card
from aliquot.kinetics.integrate import DEFAULT, Tolerances
from aliquot.knowledge import records, store
from aliquot.population import Population
from aliquot.reactors.residence import Dispersion, ResidenceTimes
from aliquot.reactors.tube import Outflow, Passage, flow_through
from aliquot.recipe.flow import FlowRecipe, Sample, flow_recipe
from aliquot.recipe.record import Recipe
from aliquot.synthesis.run import Aliquot, Provenance, Run

LIQUID = "oleylamine"
"""Card of the liquid in the tube: its hot viscosity and thermal diffusivity."""

LAWS = ("becker1935", "hairer1996", "taylor1953", "aris1956")
"""What every run in a tube stands on, besides its recipe and chemistry."""


def simulate(
    recipe: Recipe,
    chemistry: records.Chemistry,
    *,
    rungs: int = 2500,
    tolerances: Tolerances = DEFAULT,
    dispersion: Dispersion | None = None,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Simulate a flow recipe: the populations of all its samples.

    Args:
        recipe: What was dosed, pumped and heated.
        chemistry: Calibrated constants of the reaction system.
        rungs: Number of rungs N; 2500 reach to 6.2 nm of InP.
        tolerances: How exactly to integrate.
        dispersion: How liquid spreads along the tube; the model that is valid there unless given.
        progress: Called with the name of each sample when it is done.

    Returns:
        The run, one aliquot for each sample of the recipe. Aliquots outside the chemistry's calibrated
        temperatures carry a flag.

    Raises:
        RecipeError: If recipe and chemistry do not fit together.
        TopRungError: If a population outgrew the ladder.
        SimulationError: If the integration failed.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> from aliquot.recipe import read_recipe, recipe_book
        >>> recipe = read_recipe(recipe_book("inp_wang2023"))
        >>> run = simulate(recipe.only("200C"), chemistry("inp_wang2023"))
        >>> run.aliquots[0].label, run.mass_error < 1e-12
        ('200C', True)
    """
    began = time.perf_counter()
    recipe = _single_feed(flow_recipe(recipe))
    feed = _feed(recipe, chemistry)
    unit_volume = store.material(chemistry.material).unit_volume
    constants = from_card(chemistry, unit_volume)
    liquid = store.solvent(LIQUID)
    aliquots, steps = [], 0
    for sample in recipe.samples:
        passage = Passage.of(recipe.tube, sample, liquid, dispersion)
        outflow = flow_through(
            constants,
            feed,
            passage,
            rungs=rungs,
            tolerances=tolerances,
            where=Where(recipe.id, key=f"sample {sample.name}"),
        )
        population = Population(
            material=chemistry.material,
            unit_volume=unit_volume,
            rungs=outflow.rungs,
            species=dict(zip(constants.precursors, outflow.species.tolist(), strict=True)),
            dot_from=chemistry.dot_from,
        )
        steps += outflow.steps
        aliquots.append(
            Aliquot(
                label=sample.name,
                time_s=sample.residence_time,
                temperature=sample.temperatures[-1],
                flow=sample.flow,
                population=population,
                conversion=float(1.0 - outflow.species[0] / feed[0]),
                mass_error=_mass_error(feed, outflow, constants.conversion.consumes),
                flags=_flags(sample, chemistry, passage.residence),
            )
        )
        if progress is not None:
            progress(sample.name)
    return Run(
        provenance=Provenance.SIMULATED,
        aliquots=tuple(aliquots),
        recipe=recipe,
        chemistry=f"{chemistry.id}/{chemistry.version}",
        steps=steps,
        wall_s=time.perf_counter() - began,
        citations=tuple(dict.fromkeys((*recipe.sources, chemistry.source, *LAWS))),
        flags=(f"Constants are calibrated, not measured: {chemistry.claims_not}",),
    )


def _single_feed(recipe: FlowRecipe) -> FlowRecipe:
    """Return a recipe into whose tube nothing joins on the way; raises RecipeError for any other."""
    joining = [zone.inlet for zone in recipe.tube.zones if zone.inlet is not None]
    if not joining:
        return recipe
    raise RecipeError(
        given=f"a tube that '{joining[0]}' joins on the way",
        expected="one feed from inlet to outlet",
        why="side feeds and shells are not simulated yet, and leaving them out would answer another question",
        remedy="Check, tabulate, scale or export it with 'aliquot recipe', or simulate its core alone.",
        where=Where(recipe.id, key="tube.zones"),
    )


def _feed(recipe: FlowRecipe, chemistry: records.Chemistry) -> np.ndarray:
    """Return the concentration of each precursor at the inlet [mol m-3]."""
    if recipe.material != chemistry.material:
        raise RecipeError(
            given=f"a recipe for {recipe.material} with the chemistry '{chemistry.id}'",
            expected=f"a recipe for {chemistry.material}",
            why="constants belong to one reaction system",
            remedy=f"Name a chemistry that makes {recipe.material}.",
            where=Where(recipe.id, key="material"),
        )
    present = recipe.feed.concentrations
    feed = []
    for species, reagent in chemistry.precursors.items():
        if reagent not in present:
            raise RecipeError(
                given="a feed of " + ", ".join(present),
                expected=f"'{reagent}', which brings {species}",
                why=f"the chemistry '{chemistry.id}' makes {chemistry.material} from it",
                remedy=suggestion(reagent, present),
                where=Where(recipe.id, key="solutions"),
            )
        feed.append(present[reagent])
    return np.asarray(feed)


def _mass_error(feed: np.ndarray, outflow: Outflow, consumes: tuple[float, ...]) -> float:
    """Return the largest relative drift of any precursor's element over all it may have gone into [1]."""
    made = float(np.arange(1.0, outflow.rungs.size + 1.0) @ outflow.rungs)
    after = outflow.species + made * np.asarray(consumes)
    return float(np.max(np.abs(after / feed - 1.0)))


def _flags(sample: Sample, chemistry: records.Chemistry, residence: ResidenceTimes) -> tuple[str, ...]:
    """Return what a careful colleague would say about a sample."""
    low, high = (bound.value for bound in chemistry.temperatures)
    flags = [residence.note] if residence.note else []
    if not all(low <= wall <= high for wall in sample.temperatures):
        wall, low, high = (kelvin - 273.15 for kelvin in (sample.temperatures[-1], low, high))
        flags.append(
            f"{wall:.0f} degC lies outside {low:.0f}-{high:.0f} degC, where '{chemistry.id}' was calibrated: "
            "an extrapolation."
        )
    return tuple(flags)
