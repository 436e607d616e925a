"""What follows from what a recipe doses."""

from aliquot.knowledge import store
from aliquot.recipe import BatchRecipe, FlowRecipe
from aliquot.recipe.batch import Feed, Hold
from aliquot.recipe.stoichiometry import balance, free_acid
from aliquot.reproduce.arithmetic.asked import Answer, Asked


def concentration(asked: Asked) -> Answer:
    """Return the concentration of a reagent in the mixture, as dosed."""
    return asked.recipe.mixture.dosed_concentrations[store.reagent(asked.of).id], "mol m-3"


def ratio(asked: Asked) -> Answer:
    """Return the molar ratio of two reagents, 'a/b': as dosed, or what is active."""
    above, below = (store.reagent(name.strip()).id for name in asked.of.split("/"))
    mixed = asked.recipe.mixture
    active = _active(asked)
    return (mixed.active_ratio(above, below) if active else mixed.ratio(above, below)), "1"


def amount(asked: Asked) -> Answer:
    """Return the amount of a reagent as dosed, what is active, or 'all' with the solvents of stocks.

    'free acid' is what oxides leave of it.
    """
    if asked.of == "free acid":
        return free_acid(asked.recipe), "mol"
    wanted, active = store.reagent(asked.of).id, _active(asked)
    if asked.term.given.get("counted") == "all":
        return asked.recipe.mixture.amounts.get(wanted, 0.0), "mol"
    doses = [dose for dose in asked.recipe.mixture.doses if dose.reagent == wanted]
    if not doses:
        raise asked.unasked(f"'{asked.recipe.id}' doses none of it")
    return sum(dose.active if active else dose.dosed for dose in doses), "mol"


def product(asked: Asked) -> Answer:
    """Return the mass of material if all of what limits it reacts."""
    return balance(asked.recipe.mixture.amounts, store.material(asked.of)).mass, "g"


def volume(asked: Asked) -> Answer:
    """Return the volume of the tube, or of all that a flask gets."""
    recipe = asked.recipe
    return (recipe.tube.volume if isinstance(recipe, FlowRecipe) else recipe.mixture.volume), "m3"


def drawn(asked: Asked) -> Answer:
    """Return the share of a batch that its aliquots take away: number times volume over all of it."""
    recipe = asked.recipe
    if not isinstance(recipe, BatchRecipe):
        raise asked.unasked("aliquots are drawn from a batch")
    taken = [step.aliquots for step in recipe.steps if isinstance(step, Hold | Feed) and step.aliquots]
    return sum((one.volume or 0.0) * len(one.times) for one in taken) / recipe.mixture.volume, "1"


def most_growth(asked: Asked) -> Answer:
    """Return the factor by which dots grow in diameter if all that limits lands on them.

    d/d0 = (1 + m/m0)^(1/3), with the mass m0 of dots at the start and m of material from the feed.
    """
    recipe = asked.recipe
    material = store.material(recipe.material)
    seeds = sum(dose.dosed for dose in recipe.mixture.doses if dose.product is not None)
    if seeds <= 0.0:
        raise asked.unasked(f"'{recipe.id}' starts without dots")
    return float((1.0 + balance(recipe.mixture.amounts, material).product / seeds) ** (1.0 / 3.0)), "1"


def _active(asked: Asked) -> bool:
    return asked.term.given.get("counted") == "active"
