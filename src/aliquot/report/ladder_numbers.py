"""What the figures of the ladder show, in numbers: the flux through its steps, and where the material is."""

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, suggestion
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Chemistry as Constants
from aliquot.kinetics.laws import product
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Chemistry
from aliquot.knowledge.store import material
from aliquot.population import Population
from aliquot.synthesis.run import Aliquot, Run


@dataclass(frozen=True, slots=True)
class Flux:
    """Net climb through each step of a ladder, beside what the classical sum says."""

    n: Float[np.ndarray, " steps"]
    """Rung from which a step leads [1], shape (steps,)."""
    net: Float[np.ndarray, " steps"]
    """J_n [mol m-3 s-1], shape (steps,)."""
    steady: float
    """The rate if all steps were passed equally often at this supersaturation [mol m-3 s-1]."""
    supersaturation: float
    """S [1]."""


def flux(card: Chemistry, aliquot: Aliquot, top: int) -> Flux:
    """Return the flux through the steps below a rung, and the classical steady rate of nucleation.

    The steady rate is 1 / sum_n 1/(a_n c_1 c_n^eq) with c_n^eq = c_1 S^(n-1) exp(-g_n), for a top that lets
    nothing back (becker1935).

    Args:
        card: The chemistry.
        aliquot: A simulated sample; where it has no temperature, the reference of the card counts.
        top: Rung below which steps are looked at [formula units].

    Returns:
        The flux.

    Raises:
        InputError: If the sample has no population.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> from aliquot.population import Population
        >>> species = {"In": 0.0, "P": 0.0, "P(V)": 0.0}
        >>> dissolved = Population("InP", 0.0503, np.full(40, 1e-6), species)
        >>> found = flux(chemistry("inp_wang2023"), Aliquot("held", 0.0, 473.15, population=dissolved), 30)
        >>> found.n.size, bool(found.net[0] < 0 < found.steady)
        (29, True)
    """
    population = population_of(aliquot)
    kelvin = card.reference_temperature.value if aliquot.temperature is None else aliquot.temperature
    constants, temperature = constants_of(card), jnp.asarray(kelvin)
    c = population.rungs
    x = jnp.asarray([*(population.species[name] for name in card.species), c[0]])
    n = np.arange(1.0, float(top))
    a = np.asarray(constants.attachment(jnp.asarray(n), temperature) * product(constants.attachment.gates, x))
    c_inf = float(constants.solubility.rate(temperature) * product(constants.solubility.factors, x))
    b = a * c_inf * np.exp(np.asarray(constants.landscape.climb(jnp.asarray(n), temperature)))
    g = np.asarray(constants.landscape.energy(jnp.asarray(n), temperature))
    net = a * c[0] * c[: top - 1] - b * c[1:top]
    supersaturation = float(c[0] / c_inf)
    equilibrium = c[0] * np.exp((n - 1.0) * np.log(supersaturation) - g)
    return Flux(n, net, float(1.0 / np.sum(1.0 / (a * c[0] * equilibrium))), supersaturation)


def forms(aliquot: Aliquot, card: Chemistry) -> dict[str, float]:
    """Return the share of the limiting element in each form [1]; the forms add up to all of it.

    Args:
        aliquot: A simulated sample.
        card: Its chemistry.

    Returns:
        Shares by name: the precursor, other species that hold the element, what is dissolved or smaller than
        a dot, each cluster, dots.

    Raises:
        InputError: If the sample has no population.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> rungs = np.zeros(40)
        >>> rungs[[0, 34]] = 1.0, 0.1
        >>> made = Population("InP", 0.0503, rungs, {"In": 0.5, "P": 9.0, "P(V)": 0.0})
        >>> found = forms(Aliquot("A", 0.0, None, population=made), chemistry("inp_wang2023"))
        >>> {name: round(share, 2) for name, share in found.items()}
        {'precursor': 0.1, 'dissolved and small particles': 0.2, 'dots': 0.7}
    """
    shares, element = shares_of(aliquot, card), element_of(card)
    total, population = _total(aliquot, card), population_of(aliquot)
    found = {
        ("precursor" if name == card.limiting else f"in {name}"): population.species[name]
        * species.holds[element]
        / total
        for name, species in card.species.items()
        if element in species.holds
    }
    clusters = {f"cluster {name} nm": float(shares[rung - 1]) for name, rung in card.clusters.items()}
    dots = float(shares[card.dot_from - 1 :].sum())
    small = float(shares.sum()) - dots - sum(clusters.values())
    return {**found, "dissolved and small particles": small, **clusters, "dots": dots}


def shares_of(aliquot: Aliquot, card: Chemistry) -> Float[np.ndarray, " N"]:
    """Return the share of the limiting element on each rung [1], shape (N,)."""
    population = population_of(aliquot)
    return np.asarray(population.n * population.rungs * _per_unit(card) / _total(aliquot, card))


def _total(aliquot: Aliquot, card: Chemistry) -> float:
    """Return the concentration of the limiting element in all forms [mol m-3]."""
    population, element = population_of(aliquot), element_of(card)
    held = sum(population.species[name] * s.holds.get(element, 0) for name, s in card.species.items())
    return held + _per_unit(card) * population.units


def _per_unit(card: Chemistry) -> int:
    """Return the atoms of the limiting element in one formula unit [1]."""
    return composition(card.material).get(element_of(card), 1)


def element_of(card: Chemistry) -> str:
    """Return the element that the limiting species brings."""
    return next(iter(card.species[card.limiting].holds), card.limiting)


def chosen_of(run: Run, samples: Sequence[str] | None) -> list[Aliquot]:
    """Return samples by their labels."""
    known = {aliquot.label: aliquot for aliquot in run.aliquots}
    for label in samples or ():
        if label not in known:
            raise InputError(
                given=f"the sample '{label}'",
                expected="a sample of the run: " + ", ".join(known),
                why="only what was sampled can be drawn",
                remedy=suggestion(label, known),
            )
    chosen = [known[label] for label in (samples if samples is not None else known)]
    for aliquot in chosen:
        population_of(aliquot)
    return chosen


def population_of(aliquot: Aliquot) -> Population:
    """Return what a sample contains."""
    if aliquot.population is None:
        raise InputError(
            given=f"the sample '{aliquot.label}' without a population",
            expected="a simulated sample",
            why="the figures show what stands on the rungs",
            remedy="Take it from aliquot.simulate(...).",
        )
    return aliquot.population


def constants_of(card: Chemistry) -> Constants:
    """Return the constants of a card, for any solvent: only agglomeration depends on it."""
    solvents = card.agglomeration.solvents if card.agglomeration else {}
    return from_card(card, material(card.material).unit_volume, next(iter(solvents), None))
