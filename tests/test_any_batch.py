"""Random batches within the limits of a chemistry: none crashes, none loses an atom; refusals say where."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import AliquotError, RangeError, RecipeError, SimulationError, TopRungError
from aliquot.kinetics.integrate import Tolerances
from aliquot.knowledge.store import chemistry
from aliquot.recipe import parse_recipe
from aliquot.synthesis import simulate

CARD = chemistry("cdte_mech2023")
BATCH = """
format: aliquot-recipe/1
id: any
title: any batch
material: CdTe
reagents:
  cadmium: {{is: CdOA2, dose: {cd} mmol, purity: null}}
  tellurium: {{is: TOPTe, dose: {te} mL, concentration: 1 M, in: TOP}}
  phosphine: {{is: TOP, dose: {top} mmol, purity: null}}
  amine: {{is: OAM, dose: {oam} mmol, purity: null}}
  solvent: {{is: {solvent}, dose: {volume} mL, purity: null}}
vessels:
  flask: {{type: flask}}
steps:
  - charge: {{into: flask, what: [{charged}solvent]}}
  - heat: {{vessel: flask, to: {first} degC, rate: {rate} K/min}}
{steps}
"""
dose = st.floats(0.05, 5.0).map(lambda x: round(x, 3))


@st.composite
def batches(draw: st.DrawFn) -> str:
    """Cadmium and solvent are charged; the rest is charged, shot in or fed, between holds."""
    later = draw(st.lists(st.sampled_from(["tellurium", "phosphine", "amine"]), unique=True, max_size=3))
    charged = [name for name in ("cadmium", "tellurium", "phosphine", "amine") if name not in later]
    temperature, steps = draw(st.integers(50, 150)), []
    first = temperature
    for name in later:
        verb, minutes = draw(st.sampled_from(["inject", "feed"])), draw(st.integers(1, 60))
        time = "duration: fast" if verb == "inject" else f"for: {minutes} min"
        steps.append(f"  - {verb}: {{what: [{name}], into: flask, at: {temperature} degC, {time}}}")
        hours = draw(st.floats(0.05, 6.0).map(lambda x: round(x, 2)))
        steps.append(
            f"  - hold: {{vessel: flask, at: {temperature} degC, for: {hours} h, "
            f"aliquots: {{volume: {draw(st.sampled_from(['null', '0.1 mL', '1 mL']))}, "
            f"at: [{hours / 3:.4f} h, {hours} h]}}}}"
        )
        temperature = draw(st.integers(50, 150))
    steps.append(f"  - hold: {{vessel: flask, at: {temperature} degC, for: {draw(st.integers(1, 24))} h}}")
    return BATCH.format(
        cd=draw(dose),
        te=draw(dose),
        top=draw(st.floats(0.1, 25.0).map(lambda x: round(x, 2))),
        oam=draw(st.floats(0.1, 50.0).map(lambda x: round(x, 2))),
        solvent=draw(st.sampled_from(["ODE", "TOL", "OCT"])),
        volume=draw(st.floats(15.0, 40.0).map(lambda x: round(x, 2))),
        charged="".join(f"{name}, " for name in charged),
        first=first,
        rate=draw(st.floats(1.0, 60.0).map(lambda x: round(x, 1))),
        steps="\n".join(steps),
    )


@settings(max_examples=12, deadline=None)
@given(batches())
def test_random_batches_neither_crash_nor_lose_atoms(text: str) -> None:
    run = simulate(parse_recipe(text, file="any.yaml"), CARD)
    assert run.mass_error < 1e-12
    for aliquot in run.aliquots:
        concentrations = np.concatenate(
            [aliquot.population.rungs, np.array(list(aliquot.population.species.values()))]
        )
        assert np.isfinite(concentrations).all()
        assert concentrations.min() > -1e-6
        assert aliquot.conversion is None or -1e-9 <= aliquot.conversion <= 1 + 1e-9
        assert aliquot.volume > 0


STANDARD = {
    "cd": 1.2,
    "te": 1,
    "top": 20,
    "oam": 37,
    "solvent": "ODE",
    "volume": 20,
    "charged": "cadmium, tellurium, phosphine, amine, ",
    "first": 150,
    "rate": 10,
    "steps": "  - hold: {vessel: flask, at: 150 degC, for: 4 h}",
}


def refused(**options: object) -> AliquotError:
    """The error of the standard batch with other options."""
    changed = {key: options.pop(key) for key in tuple(options) if key in STANDARD}
    with pytest.raises(AliquotError) as caught:
        simulate(parse_recipe(BATCH.format(**STANDARD | changed), file="any.yaml"), CARD, **options)
    return caught.value


def test_too_few_rungs_tell_step_time_and_how_many() -> None:
    error = refused(rungs=450)
    assert isinstance(error, TopRungError)
    assert str(error.where) == "any, steps.2.hold"
    assert "450 rungs at" in error.given
    assert "s" in error.given
    assert "900" in error.remedy


def test_a_temperature_outside_the_calibration_tells_step_and_range() -> None:
    error = refused(first=200, steps="  - hold: {vessel: flask, at: 200 degC, for: 1 h}")
    assert isinstance(error, RangeError)
    assert str(error.where) == "any, steps.2.hold"
    assert "50 to 150 degC" in error.expected
    assert "--extrapolate" in error.remedy


def test_a_stiff_failure_tells_step_and_time() -> None:
    error = refused(tolerances=Tolerances(max_steps=10))
    assert isinstance(error, SimulationError)
    assert error.where.key.startswith("steps.")
    assert "10 steps" in error.given
    assert "s" in error.given
    assert "max_steps" in error.remedy


def test_negative_doses_are_refused_before_anything_runs() -> None:
    with pytest.raises(RecipeError, match=r"-1\.2 mmol"):
        parse_recipe(BATCH.format(**STANDARD | {"cd": -1.2}), file="any.yaml")


def test_a_missing_precursor_and_an_unknown_solvent_are_told() -> None:
    text = BATCH.format(**STANDARD | {"charged": "cadmium, phosphine, amine, "})
    without = "\n".join(line for line in text.splitlines() if "TOPTe" not in line)
    with pytest.raises(RecipeError) as caught:
        simulate(parse_recipe(without, file="any.yaml"), CARD)
    error = caught.value
    assert "'TOPTe', which brings Te" in error.expected
    error = refused(solvent="HEX")
    assert "ODE, OCT, TOL" in str(error)
