"""Rate laws: their values, their way through zero, and their dimensions on the cards."""

import re
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pint
import pytest

from aliquot.errors import UnitError
from aliquot.kinetics.cards import _unit_of_order, from_card
from aliquot.kinetics.laws import FACTORS, Excess, Gate, Inhibition, Order, Reaction, Saturation
from aliquot.knowledge import records, store
from aliquot.units import BOLTZMANN_EV
from ladders import law

UNITS = pint.UnitRegistry()
PREFIXES = {"": "", "m": "milli", "u": "micro", "n": "nano"}
K = 2.0
WRITTEN = {
    "order": (Order(0, 1.5), lambda s: s**1.5),
    "saturation": (Saturation(0, jnp.asarray(K)), lambda s: s / (K + s)),
    "gate": (Gate(0, jnp.asarray(K), 2.5), lambda s: s**2.5 / (K**2.5 + s**2.5)),
    "inhibition": (Inhibition(0, jnp.asarray(K), 3.0), lambda s: 1.0 / (1.0 + (s / K) ** 3)),
    "excess": (Excess(0, jnp.asarray(K), 2.0), lambda s: 1.0 + (s / K) ** 2),
}


def test_every_factor_is_written_out_here() -> None:
    assert {name: type(factor) for name, (factor, _) in WRITTEN.items()} == FACTORS


@pytest.mark.parametrize("name", WRITTEN)
def test_a_factor_is_its_formula_with_its_slope(name: str) -> None:
    factor, formula = WRITTEN[name]
    for s in (0.1, 1.0, 7.0, 500.0):
        assert float(factor(jnp.asarray(s))) == pytest.approx(formula(s), rel=1e-13)
        step = 1e-5 * s
        difference = (formula(s + step) - formula(s - step)) / (2 * step)
        assert float(jax.grad(factor)(jnp.asarray(s))) == pytest.approx(difference, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_factor_is_finite_with_its_slope_where_an_integrator_may_stand(name: str) -> None:
    factor, _ = WRITTEN[name]
    for s in (-1e-9, -1e-300, 0.0, 1e-300):
        assert np.isfinite(float(factor(jnp.asarray(s))))
        assert np.isfinite(float(jax.grad(factor)(jnp.asarray(s))))


@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.5, 4.0])
def test_a_gate_and_its_inhibition_are_one(exponent: float) -> None:
    s, half = jnp.asarray(0.7), jnp.asarray(K)
    assert float(Gate(0, half, exponent)(s) + Inhibition(0, half, exponent)(s)) == pytest.approx(1.0)


def test_an_arrhenius_law_has_its_slope_in_one_over_t() -> None:
    k, t = law(2.0, 1.1), 450.0
    slope = float(jax.grad(lambda x: jnp.log(k(1.0 / x)))(jnp.asarray(1.0 / t)))
    assert slope == pytest.approx(-1.1 / BOLTZMANN_EV, rel=1e-12)


def test_a_reaction_s_slopes_are_its_derivatives_even_at_zero() -> None:
    factors = (Order(0), Order(0, 2.0), Saturation(1, jnp.asarray(3.0)), Inhibition(2, jnp.asarray(3.0)))
    reaction = Reaction(law(2.0), factors, (-1.0, -1.0, 1.0))
    for x in map(jnp.array, ([0.5, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 4.0, 5.0])):
        exact = jax.grad(lambda x: reaction.speed(jnp.asarray(2.0), x))(x)
        np.testing.assert_allclose(reaction.slopes(jnp.asarray(2.0), x), exact, rtol=1e-13)


CARDS = {name: store.chemistry(name) for name in store.names("chemistries")}
REACTIONS = [(name, part) for name, card in CARDS.items() for part in card.reactions]


@pytest.mark.parametrize(("name", "part"), REACTIONS)
def test_a_rate_law_has_the_dimension_of_a_speed(name: str, part: str) -> None:
    """Rate constant times powers of concentrations, with the units as the card writes them, by pint."""
    reaction = CARDS[name].reactions[part]
    speed = UNITS.Quantity(*parted(reaction.rate.value))
    for factor in reaction.laws:
        if factor.law == "order":
            speed = speed * UNITS.Quantity(1.0, "mol/m^3") ** Fraction(factor.exponent).limit_denominator(100)
        else:
            assert UNITS.Quantity(*parted(factor.half)).check("[substance]/[length]^3")
    assert speed.check("[substance]/[length]^3/[time]")
    made = from_card(CARDS[name], 0.05, solvent(CARDS[name]))
    k = float(np.exp(made.reactions[list(CARDS[name].reactions).index(part)].rate.log_k))
    assert k == pytest.approx(speed.to("mol/m^3/s").magnitude, rel=1e-9)


@pytest.mark.parametrize("name", CARDS)
def test_every_other_constant_has_its_dimension(name: str) -> None:
    card = CARDS[name]
    assert UNITS.Quantity(*parted(card.attachment.rate.value)).check("[length]^3/[substance]/[time]")
    assert UNITS.Quantity(*parted(card.solubility.value)).check("[substance]/[length]^3")
    for feature in card.features.values():
        energy = UNITS.Quantity(*parted(feature.energy))
        assert energy.check("[energy]") or energy.check("[energy]/[substance]")
    for channel in card.agglomeration.channels.values() if card.agglomeration else ():
        rate = UNITS.Quantity(*parted(channel.rate.value))
        assert rate.check("[]" if channel.kernel == "encounter" else "[length]^3/[substance]/[time]")


def parted(text: str) -> tuple[float, str]:
    """A number and its unit as pint reads it: ``M-1 s-1`` becomes ``molar**-1 * s**-1``."""
    number, _, unit = text.partition(" ")
    powers = re.sub(r"([A-Za-z]+)(-?[\d.]+)", r"\1**\2", "" if unit == "1" else unit)
    molar = re.sub(r"\b([mun]?)M\b", lambda m: PREFIXES[m[1]] + "molar", powers)
    return float(number), molar.replace(" ", " * ")


def solvent(card: records.Chemistry) -> str | None:
    return next(iter(card.agglomeration.solvents), None) if card.agglomeration else None


TOLD = {"because": "a test", "mark": "estimated"}
WRONG = {
    "reaction": ({"reactions": {"conversion": {"rate": {"value": "3 m s-1"}}}}, "3 m s-1"),
    "order": ({"reactions": {"conversion": {"rate": {"value": "3 s-1"}}}}, "3 s-1"),
    "activation": ({"reactions": {"conversion": {"rate": {"activation": "3 kJ s-1"}}}}, "3 kJ s-1"),
    "attachment": ({"attachment": {"rate": {"value": "3 s-1"}}}, "3 s-1"),
    "diffusion": (
        {"attachment": {"diffusion": {"value": "3 m2 s-1", "activation": "0 eV", **TOLD}}},
        "3 m2 s-1",
    ),
    "solubility": ({"solubility": {"value": "3 g"}}, "3 g"),
    "half": ({"solubility": {"laws": [{"law": "excess", "of": "Te", "half": "3 nm"}]}}, "3 nm"),
    "surface": ({"surface_energy": {"value": "3 J m-3"}}, "3 J m-3"),
    "softening": ({"surface_energy": {"softening": "3 J m-2"}}, "3 J m-2"),
    "feature": ({"features": {"449": {"energy": "3 K"}}}, "3 K"),
    "channel": ({"agglomeration": {"channels": {"449 + 449": {"rate": {"value": "3 s-1"}}}}}, "3 s-1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_dimension_is_refused_by_what_is_written(name: str) -> None:
    change, written = WRONG[name]
    card = changed(CARDS["cdte_mech2023"], change)
    with pytest.raises(UnitError) as caught:
        from_card(card, 0.07, "ODE")
    assert written in str(caught.value)


def changed(card: records.Chemistry, change: dict) -> records.Chemistry:
    """The card with other texts."""
    option = {"change": change, **TOLD}
    content = card.model_dump(by_alias=True, exclude_none=True)
    content["options"] = {"wrong": option}
    return type(card).model_validate(content).chosen("wrong")


@pytest.mark.parametrize("order", [0.0, 1.0, 1.5, 2.0, 3.0])
def test_the_unit_of_a_rate_constant_makes_a_speed_of_any_order(order: float) -> None:
    unit = UNITS.Quantity(*parted("1 " + _unit_of_order(order)))
    power = Fraction(order).limit_denominator(100)
    assert (unit * UNITS.Quantity(1.0, "mol/m^3") ** power).check("[substance]/[length]^3/[time]")
