"""Schedules of batches: nothing lost, temperatures as computed by hand, nulls named and never filled in."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import RecipeError
from aliquot.reactors.schedule import Schedule, Shot, Stretch, schedule
from aliquot.recipe import BatchRecipe, parse_recipe, read_recipe, recipe_names
from aliquot.recipe.batch import Aliquots, Apparatus, Charge, Feed, Heat, Hold, Inject, Portion, Quench
from aliquot.recipe.record import Dose
from tried_batch import BATCH

ML = 1e-6
ZERO_C = 273.15
BATCHES = [name for name in recipe_names() if isinstance(read_recipe(name), BatchRecipe)]
GAPS = {  # what the papers leave out of each, and nothing else of the book
    "cd3p2_tiwari2025_clusters": {"steps.4.hold.for"},
    "cd3p2_tiwari2025_conversion": {
        "reagents.octadecene in flask.dose",
        "steps.2.feed.for",
        "reagents.octadecene.dose",
    },
} | {f"cd3p2_tiwari2025_overgrowth:{size}": {"steps.3.feed.for"} for size in ("965", "1010", "1102", "1145")}
VALUES = {"for": "20 min", "dose": "6 mL"}


def batch(old: str = "", new: str = "", apparatus: str = "{}") -> BatchRecipe:
    assert old in BATCH
    text = BATCH.replace(old, new, 1) if old else BATCH
    return parse_recipe(text.replace("steps:", f"apparatus: {apparatus}\nsteps:"))


def brought(made: Schedule, recipe: BatchRecipe) -> dict[str, float]:
    """Add up what all additions bring, by card and with products as their material [mol]."""
    total: dict[str, float] = {}
    for addition in made.additions:
        products = dict.fromkeys([recipe.material], sum(addition.products.values()))
        for part in (addition.amounts, addition.carried, products if addition.products else {}):
            for card, amount in part.items():
                total[card] = total.get(card, 0.0) + amount
    return total


@pytest.mark.parametrize("name", BATCHES)
def test_every_batch_of_the_book_has_a_schedule_or_says_what_it_lacks(name):
    recipe = read_recipe(name)
    if name in GAPS:
        with pytest.raises(RecipeError) as told:
            schedule(recipe)
        assert told.value.given == "null for " + ", ".join(sorted(GAPS[name], key=told.value.given.index))
        assert all(f'--set "{key}=' in told.value.remedy for key in GAPS[name])
        recipe = read_recipe(name, values={key: VALUES[key.rpartition(".")[2]] for key in GAPS[name]})
    made = schedule(recipe)

    assert brought(made, recipe) == pytest.approx(recipe.mixture.amounts)
    assert sum(addition.volume for addition in made.additions) == pytest.approx(recipe.mixture.volume)
    lacking = {key for addition in made.additions for key in addition.undosed}
    assert lacking == set(recipe.mixture.undosed)
    hottest = max(event.target for event in made.events if isinstance(event, Stretch))
    assert hottest == pytest.approx(recipe.hottest)


def test_the_examples_of_the_remedy_are_accepted():
    with pytest.raises(RecipeError) as told:
        schedule(read_recipe("cd3p2_tiwari2025_conversion"))
    shown = [part.partition('"')[0] for part in told.value.remedy.split('--set "')[1:]]

    recipe = read_recipe("cd3p2_tiwari2025_conversion", values=dict(part.split("=") for part in shown))
    assert schedule(recipe).duration == pytest.approx(600.0)


def test_free_ligand_and_what_the_stock_brings_are_kept_apart():
    start = schedule(read_recipe("cdte_mech2023_ode")).start

    assert start.amounts["TOP"] == pytest.approx(22.4e-3, rel=5e-3)
    assert start.carried == {"TOP": pytest.approx(1.24e-3, rel=5e-3)}
    assert start.amounts["TOPTe"] == pytest.approx(1e-3)
    assert start.volumes["ODE"] == pytest.approx(19.4 * ML)
    assert start.volumes["TOP"] == pytest.approx(11 * ML)  # the stock counts to its solvent
    assert sum(start.volumes.values()) == pytest.approx(48 * ML)  # the solvent of the oleate is not told
    assert start.volume == pytest.approx(50 * ML)
    bare = schedule(read_recipe("cdte_mech2023_top:0mL")).start
    assert "TOP" not in bare.amounts
    assert bare.carried["TOP"] > 0.0


def test_seeds_are_products_and_undosed_reagents_are_told():
    made = schedule(read_recipe("cd3p2_tiwari2025_overgrowth:965", values={"steps.3.feed.for": "6 min"}))

    # 20 mg of Cd3P2 at 399.18 g/mol
    assert made.start.products == {"cd3p2_tiwari2025_dots:965": pytest.approx(20e-3 / 399.18, rel=1e-3)}
    assert "Cd3P2" not in made.start.amounts
    assert made.start.undosed == {"free acid": "OA"}
    assert "reagents.free acid.dose: not reported; it adds nothing to the volume." in made.assumptions
    (fed,) = made.events
    assert fed.feed.volume == pytest.approx(12.29 * ML)
    assert fed.feed.amounts["CdOA2"] == pytest.approx(3e-3)


def test_a_hot_injection_cools_the_flask_as_computed_by_hand():
    made = schedule(read_recipe("cd3p2_tiwari2025_dots:965"))
    shot, hold = made.events

    # 5.5 mmol of oleic acid, 282.47 g/mol and 0.887 g/mL, on 20 mL of octadecene; 2.645 mL at 25 degC
    flask = 20.0 + made.start.volumes["OA"] / ML
    assert made.start.volumes["OA"] / ML == pytest.approx(5.5e-3 * 282.47 / 0.887, rel=1e-3)
    mixed = (flask * 215.0 + 2.645 * 25.0) / (flask + 2.645)
    assert mixed == pytest.approx(194.4, abs=0.05)
    assert isinstance(shot, Shot)
    assert shot.temperature - ZERO_C == pytest.approx(mixed)
    assert hold.start == shot.temperature
    assert hold.lag == 60.0
    assert hold.temperature(40.0) - ZERO_C == pytest.approx(215.0 - (215.0 - mixed) * exp(-40 / 60))
    assert made.zero == 0.0
    assert made.ended_by == "steps.6.quench"
    assert [sentence.partition(":")[0] for sentence in made.assumptions] == [
        "apparatus.room",
        "steps.1.degas",
        "steps.3.heat",
        "steps.4.inject.duration",
        "apparatus.recovery",
        "steps.6.quench",
    ]


def test_what_the_apparatus_tells_needs_no_assumption():
    told = {"room": "20 degC", "heating": "10 K/min", "recovery": "30 s", "cooling": "20 s"}
    values = {f"apparatus.{key}": value for key, value in told.items()}
    recipe = read_recipe(
        "cd3p2_tiwari2025_dots:965",
        values={**values, "steps.1.degas.for": "30 min", "steps.4.inject.duration": "fast"},
    )
    made = schedule(recipe)
    up, degas, ramp, _, hold, cooling = made.events

    assert made.assumptions == ()
    assert (up.key, up.duration, up.end) == ("steps.1.degas", pytest.approx(540.0), pytest.approx(383.15))
    assert (degas.duration, degas.start, degas.end) == (1800.0, degas.target, degas.target)
    assert ramp.duration == pytest.approx(630.0)
    assert ramp.temperature(315.0) == pytest.approx(383.15 + 52.5)
    assert made.zero == pytest.approx(540.0 + 1800.0 + 630.0)
    assert hold.lag == 30.0
    assert cooling.duration == 100.0
    assert cooling.start == hold.end
    assert cooling.end == pytest.approx(293.15 + (hold.end - 293.15) * exp(-5.0))


def test_steps_of_a_batch_in_order():
    made = schedule(batch())

    assert [event.key for event in made.events] == [
        "steps.1.degas",
        "steps.2.heat",
        "steps.3.inject",
        "steps.4.hold",
    ]
    assert made.zero == pytest.approx(3600.0 + 360.0)
    hold = made.events[-1]
    assert hold.samples == (300.0, 1800.0)
    assert hold.sample_volume == pytest.approx(ML)
    assert made.ended_by is None
    assert "steps.5.cool: the cooling rate is not reported; the set point counts as reached at once." in (
        made.assumptions
    )


def test_a_hold_right_after_a_shot_at_another_temperature_is_reached_from_the_mixture():
    made = schedule(batch("hold: {vessel: flask, at: 180 degC", "hold: {vessel: flask, at: 165 degC"))
    shot, hold = made.events[-2:]

    assert hold.start == shot.temperature
    assert hold.target == pytest.approx(165 + ZERO_C)
    assert hold.lag == 60.0


def test_a_heat_without_a_rate_after_a_shot_does_not_undo_it():
    heat = "  - heat: {vessel: flask, to: 190 degC, rate: null}\n  - hold: {vessel: flask, at: 190 degC"
    made = schedule(batch("  - hold: {vessel: flask, at: 180 degC", heat))
    shot, hold = made.events[-2:]

    assert hold.start == shot.temperature < hold.target == pytest.approx(190 + ZERO_C)
    assert any(sentence.startswith("steps.4.heat: no rate") for sentence in made.assumptions)


def test_a_heat_with_a_rate_after_a_shot_is_a_ramp_from_the_mixture():
    heat = "  - heat: {vessel: flask, to: 180 degC, rate: 5 K/min}\n  - hold: {vessel: flask, at: 180 degC"
    made = schedule(batch("  - hold: {vessel: flask, at: 180 degC", heat))
    shot, ramp, hold = made.events[-3:]

    assert shot.temperature - ZERO_C == pytest.approx((5 * 180 + 5 * 25) / 10)
    assert (ramp.start, ramp.key) == (shot.temperature, "steps.4.heat")
    assert ramp.duration == pytest.approx(77.5 / 5 * 60)
    assert hold.lag == 0.0
    assert hold.start == hold.end == pytest.approx(453.15)


def test_a_slow_injection_is_a_feed():
    made = schedule(batch("duration: fast", "duration: 2 min"))
    fed = made.events[2]

    assert isinstance(fed, Stretch)
    assert fed.duration == 120.0
    assert fed.feed.volume == pytest.approx(5 * ML)
    assert fed.start == fed.end == pytest.approx(453.15)


def test_what_is_charged_hot_is_a_shot():
    inject = "  - inject: {what: [shot], into: flask, at: 180 degC, duration: fast}"
    made = schedule(batch(inject, "  - charge: {into: flask, what: [shot]}"))
    shot = made.events[2]

    assert isinstance(shot, Shot)
    assert shot.key == "steps.3.charge"
    assert shot.temperature - ZERO_C == pytest.approx((5 * 180 + 5 * 25) / 10)
    assert made.zero == pytest.approx(3960.0)  # a charge starts no reaction, the hold does


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("at: 180 degC, duration: fast", "at: null, duration: fast", "steps.3.inject.at"),
        ("for: 30 min", "for: null", "steps.4.hold.for"),
        ("solvent: {is: ODE, dose: 4 mL", "solvent: {is: ODE, dose: null", "reagents.solvent.dose"),
    ],
)
def test_what_is_null_and_needed_is_named(old, new, key):
    with pytest.raises(RecipeError, match="Give values of your own") as told:
        schedule(batch(old, new))
    assert told.value.given == f"null for {key}"


def test_a_stated_volume_stands_for_the_dose_of_its_solvent():
    text = BATCH.replace("dose: 4 mL", "dose: null").replace("solvent]}", "solvent], volume: 5 mL}")
    made = schedule(parse_recipe(text))

    assert made.additions[1].volume == pytest.approx(5 * ML)
    assert made.additions[1].undosed == {"solvent": "ODE"}


def test_a_batch_in_which_nothing_reacts_is_refused():
    head = BATCH.partition("  - inject")[0].replace("  shot: {of: [phosphine, solvent]}\n", "")
    head = head.replace("stock: {of: [indium, amine]}", "stock: {of: [indium, amine, phosphine, solvent]}")
    with pytest.raises(RecipeError, match="nothing is held, fed or injected"):
        schedule(parse_recipe(head))


def test_more_than_there_is_can_not_be_drawn():
    with pytest.raises(RecipeError, match=r"steps\.4\.hold\.aliquots: got samples of 12 mL in all; .*10 mL"):
        schedule(batch("volume: 1 mL", "volume: 6 mL"))


def test_an_empty_flask_is_refused():
    text = BATCH.replace("  - charge: {into: flask, what: [stock: 5 mL]}\n", "")
    text = text.replace("what: [shot]", "what: [shot, stock: 5 mL]")
    with pytest.raises(RecipeError, match="got the empty vessel 'flask'"):
        schedule(parse_recipe(text))


def test_samples_of_unknown_volume_matter_where_something_joins_later():
    silent = batch("volume: 1 mL", "volume: null")
    assert not any("remove nothing" in sentence for sentence in schedule(silent).assumptions)

    values = {"steps.2.feed.for": "10 min", "reagents.octadecene.dose": "6 mL"}
    fed = read_recipe(
        "cd3p2_tiwari2025_conversion", values={**values, "reagents.octadecene in flask.dose": "6 mL"}
    )
    assert "steps.2.feed.aliquots.volume: not reported; the samples remove nothing." in (
        schedule(fed).assumptions
    )


def test_what_comes_after_the_quench_is_left_out_and_told():
    text = BATCH.replace("  - cool", "  - quench: {vessel: flask, how: null}\n  - cool")
    text += "  - hold: {vessel: flask, at: 60 degC, for: 1 h}\n"
    made = schedule(parse_recipe(text))

    assert made.ended_by == "steps.5.quench"
    assert made.events[-1].key == "steps.4.hold"
    assert "steps.7.hold: comes after the reaction has ended, and is left out." in made.assumptions


def test_a_syringe_is_not_the_reactor():
    text = BATCH.replace("  flask: {type", "  syringe: {type: syringe}\n  flask: {type")
    text = text.replace("  - inject", "  - charge: {into: syringe, what: [stock: 1 mL]}\n  - inject")
    made = schedule(parse_recipe(text))

    assert made.vessel == "flask"
    assert [addition.volume / ML for addition in made.additions] == pytest.approx([5.0, 5.0])


TEMPERATURES = st.floats(300.0, 600.0)
TIMES = st.floats(0.0, 5000.0)
RATES = st.none() | st.floats(1e-3, 2.0)
LAGS = st.none() | st.floats(0.0, 300.0)


@st.composite
def sequences(draw: st.DrawFn) -> BatchRecipe:
    """Return a batch of random steps: every addition has a dose of its own."""
    doses = [Dose("solvent", "ODE", 0.03, None, 10 * ML, "10 mL")]
    steps: list = [Charge(key="steps.0.charge", vessel="flask", what=(Portion("solvent"),))]
    verbs = draw(st.lists(st.sampled_from(["heat", "hold", "inject", "feed"]), max_size=8))
    for index, verb in enumerate(verbs, 1):
        key, at = f"steps.{index}.{verb}", draw(TEMPERATURES)
        if verb == "heat":
            steps.append(Heat(key=key, vessel="flask", to=at, rate=draw(RATES)))
            continue
        span = draw(TIMES)
        drawn = Aliquots((0.0, span), draw(st.none() | st.floats(0.0, 0.4 * ML)))
        if verb == "hold":
            steps.append(Hold(key=key, vessel="flask", at=at, duration=span, aliquots=drawn))
            continue
        volume = draw(st.floats(0.0, 20.0)) * ML
        doses.append(Dose(key, "TOP", volume * 2000.0, None, volume, "some"))
        kind, more = (Inject, {}) if verb == "inject" else (Feed, {"aliquots": drawn})
        steps.append(kind(key=key, vessel="flask", what=(Portion(key),), at=at, duration=span, **more))
    last = f"steps.{len(steps)}"
    steps.append(Hold(key=f"{last}.hold", vessel="flask", at=draw(TEMPERATURES), duration=draw(TIMES)))
    if draw(st.booleans()):
        steps.append(Quench(key="steps.99.quench", vessel="flask", how=None))
    apparatus = Apparatus(room=298.15, heating=draw(RATES), recovery=draw(LAGS), cooling=draw(LAGS))
    return BatchRecipe(
        id="random",
        title="random",
        material="CdTe",
        doses=tuple(doses),
        solutions=(),
        steps=tuple(steps),
        apparatus=apparatus,
    )


@settings(max_examples=150, deadline=None)
@given(recipe=sequences())
def test_any_sequence_keeps_time_volume_and_temperature(recipe):
    made = schedule(recipe)
    stretches = [event for event in made.events if isinstance(event, Stretch)]
    settings_of = [getattr(step, "to", getattr(step, "at", None)) for step in recipe.steps]
    hottest = max(298.15, *(at for at in settings_of if at is not None))

    spans = {step.key: step.duration for step in recipe.steps if isinstance(step, Hold | Inject | Feed)}
    for key, span in spans.items():
        if span > 0.0:
            assert [event.duration for event in stretches if event.key == key][-1] == span
    ways = sum(event.duration for event in stretches if event.duration != spans.get(event.key))
    assert made.duration == pytest.approx(sum(spans.values()) + ways)
    assert 0.0 <= made.zero <= made.duration
    assert brought(made, recipe) == pytest.approx(recipe.mixture.amounts)

    # only a set point that counts as reached at once may part an event from the one before
    at_once = any("at once" in sentence for sentence in made.assumptions)
    followed = not at_once and recipe.apparatus.cooling and recipe.apparatus.recovery
    volume, temperature = made.start.volume, 298.15
    for event in made.events:
        if isinstance(event, Shot):
            joined = event.addition.volume
            mixed = (volume * temperature + joined * 298.15) / (volume + joined)
            assert 298.15 - 1e-9 <= event.temperature <= hottest + 1e-9
            assert event.temperature == pytest.approx(mixed) or not followed
            volume, temperature = volume + joined, event.temperature
            continue
        times = [event.duration * part / 7 for part in range(8)]
        assert all(298.15 - 1e-9 <= event.temperature(t) <= hottest + 1e-9 for t in times)
        if followed:
            assert event.temperature(0.0) == pytest.approx(temperature, abs=2e-6)
        if event.rate is not None:
            assert event.end == pytest.approx(event.target)
        volume += event.feed.volume if event.feed else 0.0
        volume -= len(event.samples) * (event.sample_volume or 0.0)
        assert volume > 0.0
        temperature = event.end
