"""How flasks are integrated: held, handed on, ended early; what it does to shares and to labels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.inference.zones import ZoneStudy, read_zone_study
from aliquot.inference.zones.block import Found
from aliquot.inference.zones.engine import Ask, Engine
from aliquot.inference.zones.flasks import Flasks, flasks_of
from aliquot.inference.zones.held import Held
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.rules import ZONES, Zone, classified
from aliquot.inference.zones.vault import Vault
from aliquot.inference.zones.zones import looks, points
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge import store
from aliquot.reactors.profile import Profile
from zone_maps import small

HOT = {"temperature": np.array([60.0, 130.0, 140.0]), "solvent": np.array(["TOL", "ODE", "ODE"])}
"""Nothing for a day; dots that outgrow 300 rungs; dots alone in the end."""


def _read(study: ZoneStudy, flasks: Flasks, name: str = "cdte_mech2023", **numerics: float) -> Found:
    changed = study.numerics.model_copy(update=numerics)
    return Reader(store.chemistry(name), study.rules, looks(study), changed).read(flasks, lambda: None)


def _hot() -> tuple[ZoneStudy, Flasks]:
    study = read_zone_study("cdte_zones")
    return study, flasks_of(study, HOT)


def test_a_held_ladder_is_the_ladder() -> None:
    _, flasks = _hot()
    card = store.chemistry("cdte_mech2023")
    chemistry = from_card(card, store.material(card.material).unit_volume, "ODE")
    kelvin = jnp.asarray(403.15)
    held, ladder = Held.at(chemistry, kelvin), Ladder(chemistry, Profile.towards(kelvin))
    rungs = jnp.asarray(np.random.default_rng(3).random(120) / 1e4)
    y = State(jnp.asarray(flasks.starts(card)[1]), rungs, jnp.zeros(0))

    @jax.jit  # operations one by one would each be compiled
    def parts(y: State) -> list[tuple[State, State, jax.Array]]:
        rates, shift = ladder.rates(kelvin, 120), jnp.asarray(0.1)
        both = (held, ladder)
        return [(one.vf(7.0, y), one.drift(7.0, y), one.shifted(rates, y, shift).dense()) for one in both]

    for part, same in zip(*map(jax.tree.leaves, parts(y)), strict=True):
        assert np.allclose(part, same, rtol=1e-12, atol=0.0)
    assert bool(held.steady(0.0, 9.0))
    assert (held.exact, held.feed, float(held.swelling(5.0))) == (ladder.exact, None, 1.0)


def test_a_flask_that_is_handed_on_comes_to_the_same() -> None:
    study, flasks = _hot()
    whole = _read(study, flasks, rungs=600, most=600, settled=0.0)
    handed = _read(study, flasks, rungs=300, most=600, settled=0.0)
    assert handed.done.all()
    assert np.abs(handed.shares - whole.shares).max() < 3e-3
    # One whose dots stay small is never handed on: its top stays empty.
    assert handed.top[0] < 1e-6 < handed.top[2]


def test_what_is_settled_ends_early_and_keeps_its_label() -> None:
    study, flasks = _hot()
    whole = _read(study, flasks, rungs=600, most=600, settled=0.0)
    ended = _read(study, flasks, rungs=600, most=600)
    assert (classified(ended.shares, study.rules) == classified(whole.shares, study.rules)).all()
    assert ended.done.all()
    assert ZONES[classified(ended.shares, study.rules)[2, -1]] is Zone.DOTS
    assert ended.steps[2] < whole.steps[2]
    assert ended.steps[0] == whole.steps[0]
    dots = [kind.name for kind in study.rules].index("dots")
    assert np.abs(ended.shares - whole.shares).max() < 3e-2
    assert (whole.shares[2, -1, dots] >= ended.shares[2, -1, dots]).all()


def test_chunks_of_all_that_is_asked_come_back_in_their_order(monkeypatch) -> None:
    monkeypatch.setattr("aliquot.inference.zones.engine.CHUNK", 8)
    study = small()
    readers = tuple(
        Reader(store.chemistry(name), study.rules, looks(study), study.numerics)
        for name in ("cdte_mech2023", "cdte_mech2023_split")
    )
    flasks = flasks_of(study, points(study))
    parts = [flasks.some(np.arange(*ends)) for ends in ((0, 20), (20, 24))]
    for reader in readers:
        reader.prepare(flasks)
    first, second = Engine(Vault.at(None), 3).shares([Ask("one", part, readers) for part in parts])
    for i, reader in enumerate(readers):
        alone = reader.read(flasks, lambda: None)
        assert np.array_equal(np.concatenate([first.shares[i], second.shares[i]]), alone.shares)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cdte_mech2023", "cdte_mech2023_wide", "cdte_mech2023_even"])
def test_labels_are_those_of_tight_tolerances(name) -> None:
    study = read_zone_study("cdte_zones")
    flasks = flasks_of(study, points(study)).some(np.arange(200))
    tight = {"rungs": 600, "relative": 5e-5, "absolute": 1e-8, "top": 1e-5, "settled": 0.0}
    found, exact = _read(study, flasks, name), _read(study, flasks, name, **tight)
    agree = classified(found.shares, study.rules) == classified(exact.shares, study.rules)
    assert agree.mean() >= 0.995
