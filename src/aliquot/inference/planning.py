"""From a condition to its plan: flasks as a paper states them, batches of the book, samples of a campaign."""

from collections.abc import Sequence

import numpy as np

from aliquot.errors import InputError, RecipeError, Where, suggestion
from aliquot.inference.plan import FlaskPlan, Leg, Look, Measured, Passage, Plan, TubePlan, Variant
from aliquot.inference.stretch import Drive
from aliquot.inference.walk import Walk
from aliquot.knowledge import records, store
from aliquot.knowledge.records.observations import Condition, Seeds, Stated
from aliquot.reactors.advance import Numerics
from aliquot.reactors.profile import Profile
from aliquot.reactors.tube import Passage as Through
from aliquot.reactors.tube import Stage, stages
from aliquot.recipe import BatchRecipe, FlowRecipe, read_recipe
from aliquot.recipe.flow import Sample
from aliquot.recipe.record import Recipe
from aliquot.synthesis.dissolve import System, check_material, check_precursors, solvent_of
from aliquot.synthesis.flask import Batch
from aliquot.synthesis.flow import LIQUID
from aliquot.units import to_float

Scaled = tuple[tuple[str, float], ...]


def recipe_of(condition: Condition) -> Recipe:
    """Return the recipe of a condition, with what is given in the place of nulls.

    Raises:
        RecipeError: If there is no such recipe or key.
    """
    return read_recipe(condition.recipe, values=condition.given or None)


def plan_of(
    condition: Condition,
    card: records.Chemistry,
    times: Sequence[float],
    where: Where,
    further: Sequence[float] = (),
) -> Plan:
    """Return what a condition does.

    Args:
        condition: A recipe, one of its samples, or a flask as the paper states it.
        card: Structure of the chemistry; its constants do not matter here.
        times: Rising times at which a flask is looked at [s]; the end if there are none.
        where: Name of the condition, for errors.
        further: Times at which a flask is looked at too if it lasts so long [s].

    Raises:
        RecipeError: If recipe and chemistry do not fit together, or the recipe leaves something null.
        InputError: If a sample is unknown, a shell grows, a flask is asked for after its end, or dots were
            measured that the recipe does not take or that are smaller than any dot of the chemistry.

    Example:
        >>> condition = Condition(recipe="inp_wang2023", sample="200C")
        >>> plan = plan_of(condition, store.chemistry("inp_wang2023"), (), Where("200C"))
        >>> (plan.passages[0].stays[[0, -1], 0] / 60).round(1).tolist()                         # min
        [23.1, 72.5]
    """
    scaled = tuple(condition.scaled.items())
    seeds = None if condition.seeds is None else _measured(condition.seeds, card, where)
    if condition.stated is not None:
        every = sorted({*times, *further})
        plan: Plan = _stated(condition.stated, card, every, scaled, where)
    else:
        recipe = recipe_of(condition)
        check_material(recipe, card)
        if isinstance(recipe, FlowRecipe):
            plan = _tube(recipe, condition.sample, card, scaled, where)
        else:
            plan = _batch(recipe, card, times, further, scaled, where, seeds)
    if seeds is not None and (isinstance(plan, TubePlan) or len(plan.products) != 1):
        raise _unasked(plan, where)
    return plan


def plan_of_recipe(recipe: Recipe, card: records.Chemistry, where: Where) -> Plan:
    """Return what a recipe at hand does until its end; of a campaign, its one sample.

    Args:
        recipe: The recipe.
        card: Structure of the chemistry; its constants do not matter here.
        where: Name of the recipe, for errors.

    Raises:
        RecipeError: If recipe and chemistry do not fit together, or the recipe leaves something null.
        InputError: If a shell grows, or a campaign has several samples.

    Example:
        >>> card = store.chemistry("cd3p2_tiwari2025")
        >>> plan = plan_of_recipe(read_recipe("cd3p2_tiwari2025_dots:965"), card, Where("965"))
        >>> plan.looks[-1].time                                                                  # s
        40.0
    """
    check_material(recipe, card)
    if isinstance(recipe, FlowRecipe):
        return _tube(recipe, None, card, (), where)
    return _batch(recipe, card, (), (), (), where)


def _measured(seeds: Seeds, card: records.Chemistry, where: Where) -> Measured:
    """Return dots as a paper measured them; dots that are none by the chemistry are refused."""
    diameter = seeds.diameter.value
    smallest = float(np.cbrt(6.0 / np.pi * store.material(card.material).unit_volume * card.dot_from))
    if diameter < smallest:
        raise InputError(
            given=f"dots of {diameter:g} nm at the start",
            expected=f"at least {smallest:.2f} nm",
            why=f"by '{card.id}' a dot begins at {card.dot_from} formula units: smaller ones are washed off",
            remedy="Correct 'seeds', or choose a chemistry whose dots begin lower.",
            where=where,
        )
    return Measured(diameter, seeds.rsd.value, where)


def _unasked(plan: Plan, where: Where) -> InputError:
    count = 0 if isinstance(plan, TubePlan) else len(plan.products)
    return InputError(
        given=f"'seeds' for a run that takes the products of {count or 'no'} recipes",
        expected="a batch that takes the dots of one other recipe",
        why="measured dots stand in the place of that product",
        remedy="Leave 'seeds' out." if count == 0 else "Make one batch of them first.",
        where=where,
    )


def _batch(
    recipe: Recipe,
    card: records.Chemistry,
    times: Sequence[float],
    further: Sequence[float],
    scaled: Scaled,
    where: Where,
    seeds: Measured | None = None,
) -> FlaskPlan:
    """Return what a batch does; where dots were measured, other recipes are not followed."""
    if not isinstance(recipe, BatchRecipe):
        raise _no_batch(recipe)
    batch = Batch.of(recipe, card, Numerics(), None, _no_seeds)
    volumes: dict[str, float] = {}
    for addition in batch.plan.additions:
        for name, volume in addition.volumes.items():
            volumes[name] = volumes.get(name, 0.0) + volume
    walk = Walk(batch.system, Variant(solvent_of(card, volumes), scaled), times, further, where)
    walk.through(batch.plan)
    return walk.plan({name: seeds or _product(name, card) for name in walk.products})


def _product(name: str, card: records.Chemistry) -> FlaskPlan:
    """Return what makes the product of another recipe."""
    return _batch(read_recipe(name), card, (), (), (), Where(name))


def _no_batch(recipe: Recipe) -> RecipeError:
    return RecipeError(
        given=f"the product of '{recipe.id}', a flow recipe of several samples",
        expected="the product of a batch",
        why="one product has to be meant",
        remedy="Name a batch recipe.",
        where=Where(recipe.id),
    )


def _no_seeds(recipe: str) -> np.ndarray:
    raise AssertionError(recipe)  # a plan asks for no seeds: they are made anew with every set of constants


def _stated(
    stated: Stated, card: records.Chemistry, times: Sequence[float], scaled: Scaled, where: Where
) -> FlaskPlan:
    """Return a flask at one temperature from the beginning, which holds what the paper says."""
    known = {reagent for species in card.species.values() for reagent in species.from_}
    unknown = [name for name in stated.concentrations if name not in known]
    if unknown:
        raise InputError(
            given=f"a concentration of '{unknown[0]}'",
            expected="reagents that the chemistry knows",
            why=f"'{card.id}' follows nothing that it brings",
            remedy=suggestion(unknown[0], known),
            where=where,
        )
    if not times:
        raise InputError(
            given="a flask as stated that nothing is observed of",
            expected="an observation with a time",
            why="it has no steps that would end it",
            remedy="Give the observation 'at', such as '2 h'.",
            where=where,
        )
    system = System.of(card, stated.solvent)
    amounts = {name: to_float(text, "mol m-3", where) for name, text in stated.concentrations.items()}
    start = system.species(amounts, 1.0)
    temperature = stated.temperature.value
    drive = Drive(Profile.towards(temperature), np.asarray(0.0), np.zeros(start.size))
    looks = tuple(Look(time, 0, i, start, 0.0, temperature) for i, time in enumerate(times))
    leg = Leg(drive, np.asarray(times, float), where=where)
    return FlaskPlan(start, {}, (leg,), looks, Variant(stated.solvent, scaled))


def _tube(
    recipe: FlowRecipe, named: str | None, card: records.Chemistry, scaled: Scaled, where: Where
) -> TubePlan:
    """Return the passage of one sample of a campaign, by its name where there are several."""
    names = [sample.name for sample in recipe.samples]
    chosen = named if named is not None or len(names) > 1 else names[0]
    if chosen not in names:
        raise InputError(
            given="no sample" if chosen is None else f"the sample '{chosen}'",
            expected=f"a sample of {recipe.id}",
            why="a campaign is as many runs as it has samples",
            remedy=suggestion(chosen or "", names),
            where=where,
        )
    if recipe.shell is not None and any(zone.inlet for zone in recipe.tube.zones):
        raise InputError(
            given="a tube in which a shell grows",
            expected="dots without a shell",
            why="constants of one chemistry are fitted at a time",
            remedy="Fit the cores by their own recipe.",
            where=where,
        )
    sample = recipe.samples[names.index(chosen)]
    system = System.of(card)
    check_precursors(recipe, card, recipe.feed.concentrations, {})
    return _passages(recipe, sample, system, scaled, where)


def _passages(recipe: FlowRecipe, sample: Sample, system: System, scaled: Scaled, where: Where) -> TubePlan:
    """Follow the liquid from inlet to inlet: what joins, how warm it is, how long it stays."""
    inlet = recipe.tube.inlet_temperature
    start = system.species(recipe.feed.concentrations, 1.0)
    brought, temperature = start, inlet
    found = []
    for stage in stages(recipe.tube, sample):
        keep = 1.0 - stage.joining / stage.sample.flow
        joined = np.zeros(start.size)
        if stage.inlet is not None:
            joined = (1.0 - keep) * system.species(recipe.solution(stage.inlet).concentrations, 1.0)
        temperature = keep * temperature + (1.0 - keep) * inlet
        brought = keep * brought + joined
        piece, temperature = _passage(stage, temperature, keep, joined)
        found.append(piece)
    look = Look(sample.residence_time, len(found) - 1, 0, brought, 0.0, sample.temperatures[-1])
    return TubePlan(start, tuple(found), (look,), Variant(scaled=scaled), where)


def _passage(stage: Stage, entering: float, keep: float, joined: np.ndarray) -> tuple[Passage, float]:
    """Return a piece of tube, and the temperature [K] with which the liquid leaves it."""
    through = Through.of(stage.tube, stage.sample, store.solvent(LIQUID))
    times, weights = through.residence.times, through.residence.weights
    stays = times[:, None] * np.asarray(through.shares)
    one = len(through.walls) == 1
    rows, leaving = [], []
    for stay in stays:
        temperature, row = entering, []
        for wall, time in zip(through.walls, stay, strict=True):
            profile = Profile.towards(wall, start=temperature, lag=through.lag)
            row.append(Drive(profile, np.asarray(0.0), np.zeros(joined.size)))
            temperature = float(profile(float(time)))
        rows.append(tuple(row))
        leaving.append(temperature)
    drives = tuple(rows[:1]) if one else tuple(rows)
    return Passage(drives, stays, weights, keep, joined), float(weights @ np.asarray(leaving))
