"""Free constants: closed forms with exact slopes, and whatever has none is refused by name."""

import numpy as np
import pytest

from aliquot.errors import CardError
from aliquot.inference.cards import as_yaml, changed, interval_key, scaled, with_entries
from aliquot.inference.constants import Constants
from aliquot.inference.free import Free, Prior
from aliquot.inference.plan import Variant
from aliquot.inference.study import read_study
from aliquot.kinetics.cards import from_card
from aliquot.knowledge import records
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import chemistry, material, names

TOLUENE, OCTADECENE = Variant("TOL"), Variant("ODE")


def free(
    name: str, *keys: str, unit: str, mean: float, sd: float = 0.1, transform: str = "linear", **more
) -> Free:
    return Free(
        name=name,
        keys=keys,
        unit=unit,
        transform=transform,
        prior=Prior(mean=mean, sd=sd, because="so"),
        **more,
    )


RATE = free("log10 k", "reactions.conversion.rate.value", unit="M-1 s-1", mean=-2.0, transform="log10")
ENERGY = free("E", "reactions.conversion.rate.activation", unit="kJ/mol", mean=130.0, sd=20.0)
GAMMA = free("gamma", "surface_energy.value", unit="J m-2", mean=0.115, sd=0.02)


def leaves(card: records.Chemistry, solvent: str | None) -> np.ndarray:
    import jax  # noqa: PLC0415

    return np.array(
        [float(x) for x in jax.tree.leaves(from_card(card, material(card.material).unit_volume, solvent))]
    )


@pytest.mark.parametrize("name", ["inp_wang2023", "cdte_449_alone"])
def test_closed_forms_are_what_the_card_gives(name: str) -> None:
    study = read_study(name)
    variant = TOLUENE if "cdte" in name else Variant()
    constants = Constants.of(study.card, study.free, [variant])
    rng = np.random.default_rng(5)
    mean, sd = (np.array([getattr(one.prior, part) for one in study.free]) for part in ("mean", "sd"))
    theta = mean + 0.5 * sd * rng.standard_normal(mean.size)
    found = constants.leaves(theta, variant)
    np.testing.assert_allclose(found.value, leaves(constants.card_at(theta), variant.solvent), rtol=1e-12)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = 1e-4 * sd[i]
        up, down = (constants.leaves(theta + side * step, variant).value for side in (1, -1))
        np.testing.assert_allclose(found.slope[:, i], (up - down) / (2 * step[i]), rtol=1e-5, atol=1e-9)


def test_a_solvent_has_a_factor_of_its_own() -> None:
    card = chemistry("cdte_mech2023")
    factor = free("phi", "agglomeration.solvents.TOL.value", unit="1", mean=-2.6, transform="log10")
    constants = Constants.of(card, (factor,), [TOLUENE, OCTADECENE])
    assert constants.leaves(np.array([-2.0]), TOLUENE).slope.any()
    assert not constants.leaves(np.array([-2.0]), OCTADECENE).slope.any()


def test_keys_may_be_tied_with_a_factor() -> None:
    card = chemistry("cdte_mech2023")
    keys = ("reactions.conversion.rate.activation", "reactions.complex forms.rate.activation")
    tied = free("E", *keys, unit="kJ/mol", mean=100.0, sd=10.0, times={keys[1]: 0.5})
    found = changed(card, [tied], [100.0])
    assert found.reactions["conversion"].rate.activation == "100.0 kJ/mol"
    assert found.reactions["complex forms"].rate.activation == "50.0 kJ/mol"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (
            free("k", "reactions.conversion.rate.value", unit="M-1 s-1", mean=0.01, sd=0.003),
            "neither as it is",
        ),
        (free("k", "reactions.conversion.rate.valeu", unit="M-1 s-1", mean=0.01), "Did you mean 'value'"),
        (free("k", "reactions.conversion.laws.7.half", unit="mM", mean=0.01), "no '7'"),
        (free("t", "title", unit="1", mean=1.0), "nothing changes with it"),
        (free("k", "reactions", unit="1", mean=1.0), "no number"),
        (free("n", "dot_from", unit="1", mean=30.0), "valid integer"),
    ],
)
def test_what_can_not_be_fitted_is_refused_by_name(wrong: Free, word: str) -> None:
    with pytest.raises(CardError, match=word) as caught:
        Constants.of(chemistry("inp_wang2023"), (wrong,), [Variant()])
    assert caught.value.where.file == "inp_wang2023"


def test_what_is_structure_is_refused() -> None:
    gate = free("p", "reactions.conversion.laws.3.exponent", unit="1", mean=4.0)
    with pytest.raises(CardError, match="changes the structure"):
        Constants.of(chemistry("cdte_mech2023"), (gate,), [TOLUENE])


def test_a_condition_may_scale_a_number() -> None:
    card = chemistry("inp_wang2023")
    variant = Variant(None, (("reactions.conversion.rate.value", 0.25),))
    constants = Constants.of(card, (RATE,), [Variant(), variant])
    slower, usual = (constants.leaves(np.array([-2.0]), one) for one in (variant, Variant()))
    assert slower.value[0] - usual.value[0] == pytest.approx(np.log(0.25))
    np.testing.assert_allclose(slower.slope, usual.slope)
    with pytest.raises(CardError, match="the key 'nothing'"):
        scaled(card, [("nothing", 2.0)])


def test_intervals_find_their_place_on_the_card() -> None:
    card = chemistry("cdte_mech2023")
    assert interval_key(card, "reactions.conversion.laws.2.half") == "reactions.conversion.laws.2.interval"
    assert interval_key(card, "surface_energy.value") == "surface_energy.range"
    assert (
        interval_key(card, "attachment.edges.closed shell.factor") == "attachment.edges.closed shell.interval"
    )
    written = with_entries(card, {"surface_energy.range": ("0.05 J m-2", "0.07 J m-2")}, version=2)
    assert written.version == 2
    assert written.surface_energy.range == ("0.05 J m-2", "0.07 J m-2")


@pytest.mark.parametrize("name", names("chemistries"))
def test_a_card_survives_being_written(name: str) -> None:
    card = chemistry(name)
    assert Document(as_yaml(card), name).read(records.Chemistry) == card


def test_a_prior_lies_within_its_bounds() -> None:
    with pytest.raises(ValueError, match="does not lie within"):
        Prior(mean=1.0, sd=0.1, bounds=(2.0, 3.0), because="so")
    assert Prior(mean=1.0, sd=0.1, because="so").range == pytest.approx((0.4, 1.6))
    with pytest.raises(ValueError, match="none of its keys"):
        free("E", "a", unit="1", mean=1.0, times={"b": 0.5})


def test_the_card_tells_how_often_a_constant_is_free() -> None:
    assert Constants.of(chemistry("inp_wang2023"), (RATE, ENERGY, GAMMA), [Variant()]).reach == 1
