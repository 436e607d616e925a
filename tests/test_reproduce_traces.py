"""What a report shows beside the numbers: courses of flasks, sizes, and what rows tell of constants."""

from importlib import import_module

import numpy as np
import pytest

from aliquot.inference.cards import changed, values
from aliquot.inference.problem import Problem
from aliquot.inference.study import read_study
from aliquot.knowledge import store
from aliquot.knowledge.records import Observations
from aliquot.reproduce import Line, Trace
from aliquot.reproduce.closeup import Told
from aliquot.reproduce.courses import Course, courses
from aliquot.reproduce.paper import steps_of
from aliquot.reproduce.told import what_rows_tell
from aliquot.reproduce.traces import LOOKS, traces

MECH, TIWARI = store.observations("mech2023"), store.observations("tiwari2025")
SPLIT = "cdte_mech2023_split"


@pytest.fixture(scope="module")
def ode() -> Trace:
    (found,) = traces(MECH, SPLIT, ["ode"])
    return found


@pytest.fixture(scope="module")
def learnt() -> Told:
    found = what_rows_tell(store.chemistry(SPLIT))
    assert found is not None
    return found


def test_a_trace_passes_through_the_numbers_of_the_rows(ode: Trace) -> None:
    rows = courses(MECH, SPLIT, ["ode"])
    share = ode.lines[Line("share", "449")]
    at = {hour: float(np.interp(3600.0 * hour, ode.times, share)) for hour in (0.5, 1.0)}
    assert at[0.5] == pytest.approx(rows["ode-absent"].value, rel=1e-6)
    assert at[1.0] == pytest.approx(rows["ode-prominent"].value, rel=1e-6)
    size = float(np.interp(4.0 * 3600.0, ode.times, ode.lines[Line("diameter", "dots")]))
    assert size == pytest.approx(rows["ode-peak-500"].value, abs=1e-4)


def test_shares_of_a_trace_are_shares(ode: Trace) -> None:
    shares = [along for line, along in ode.lines.items() if line.quantity == "share"]
    assert {line.of for line in ode.lines if line.quantity == "share"} == {"449", "469", "X", "dots"}
    assert np.min(shares) > -1e-6
    assert np.max(np.sum(shares, axis=0)) < 1.0 + 1e-6
    assert ode.times.size >= LOOKS
    assert np.all(np.diff(ode.times) > 0.0)


def test_distributions_are_of_one_volume_at_the_times_of_the_paper(ode: Trace) -> None:
    assert [round(one.time / 3600.0, 3) for one in ode.sizes] == [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 24.0]
    for one in ode.sizes:
        assert np.trapezoid(one.density, one.diameters) == pytest.approx(1.0)


def test_what_can_not_be_followed_has_no_trace() -> None:
    assert traces(MECH, None) == ()  # no constants
    assert traces(store.observations("wang2023"), "inp_wang2023", ["200C"]) == ()  # a sample of a tube


def test_emission_follows_the_curve_of_the_material() -> None:
    (feed,) = traces(TIWARI, TIWARI.chemistry, ["feed"])
    peaks, sizes = feed.lines[Line("emission", "dots")], feed.lines[Line("diameter", "dots")]
    known = np.isfinite(peaks)
    assert known.any()
    assert not known[0]  # no dots yet
    assert np.all(
        np.diff(peaks[known][np.argsort(sizes[known])]) >= 0.0
    )  # larger dots emit further to the red


def test_rows_at_one_temperature_tell_no_activation_energy(learnt: Told) -> None:
    assert learnt.rows == learnt.bounds == 39
    names = np.array(learnt.free)
    energies = np.isin(names, ["E_c", "E_a", "E_449+449", "E_dots", "dH"])
    assert energies.sum() == 5
    for one in learnt.directions:
        held = float(np.sum(np.array(one.weights)[energies] ** 2))
        assert one.strength == 0.0 if held > 0.5 else held < 1e-9
    assert 5 <= learnt.determined <= names.size - energies.sum()


def test_strengths_are_those_of_a_finite_difference(learnt: Told) -> None:
    """Along a combination the numbers move by its strength, each counted in what it is known to."""
    card = store.chemistry(SPLIT)
    study = read_study("cdte_split").model_copy(update={"chemistry": SPLIT})
    problem = Problem.of(study)
    here = values(card, study.free)
    spreads = np.array([one.prior.sd for one in study.free])
    rows = problem.fitted
    before = problem.numbers(here).value[: len(rows)]
    counted = np.array([max(row.spread, 0.1 * abs(v)) for row, v in zip(rows, before, strict=True)])

    def moved(place: int, step: float = 2e-3) -> float:
        along = step * np.array(learnt.directions[place].weights) * spreads
        ends = [problem.numbers(here + sign * along).value[: len(rows)] for sign in (1.0, -1.0)]
        return float(np.linalg.norm((ends[0] - ends[1]) / (2.0 * step) / counted))

    for place in (0, 2, 5):
        assert moved(place) == pytest.approx(learnt.directions[place].strength, rel=0.05)
    assert moved(-1) < 1e-3


def test_values_of_a_card_come_back() -> None:
    study = read_study("cdte_split")
    card = store.chemistry(SPLIT)
    theta = values(card, study.free)
    again = changed(card, study.free, theta.tolist())
    assert values(again, study.free) == pytest.approx(theta)
    assert again.reactions["conversion"].rate.value.startswith("10.18")


def test_a_card_that_no_study_gave_has_nothing_to_tell() -> None:
    assert what_rows_tell(store.chemistry("zns_wang2023")) is None


@pytest.mark.parametrize("name", [n for n in store.names("chemistries") if store.chemistry(n).study])
def test_the_study_of_a_card_fits_it(name: str) -> None:
    card = store.chemistry(name)
    study = read_study(str(card.study))
    assert np.all(np.isfinite(values(card, study.free)))


@pytest.mark.parametrize("closely", [False, True])
def test_steps_are_known_beforehand(closely: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told as often as was said; what takes seconds is left out."""
    home = import_module("aliquot.reproduce.paper")
    monkeypatch.setattr(home, "traces", lambda *_: ())
    monkeypatch.setattr(home, "what_rows_tell", lambda _: None)
    monkeypatch.setattr(import_module("aliquot.reproduce.flasks"), "courses", _no_courses)
    for name in ("mech2023", "tiwari2025", "gazis2023"):
        lines: list[str] = []
        home.reproduce(name, closely=closely, progress=lines.append)
        assert len(lines) == steps_of(store.observations(name), closely=closely), name


def _no_courses(card: Observations, *_: object) -> dict[str, Course]:
    return {entry.id: Course(why="left out") for entry in card.observations}
