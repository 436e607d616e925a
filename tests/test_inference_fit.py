"""Fits: truths come back within their intervals, what is unknown is said, and an interrupted fit goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fit, fitted
from aliquot.inference.folder import RunFolder, lines
from aliquot.inference.free import bounds
from aliquot.inference.keep import folder_of, save
from aliquot.inference.laplace import laplace, stuck
from aliquot.inference.problem import Problem
from aliquot.inference.profile import profile
from aliquot.inference.record import Fit
from aliquot.inference.starts import starts
from aliquot.inference.study import read_study
from aliquot.inference.told import as_json
from aliquot.inference.validate import cross_validated
from aliquot.knowledge import records
from aliquot.knowledge.base import Base
from aliquot.knowledge.document import Document
from studies import HEAD, PLACES, TRUTH, Toy, made, observed, study

FEW = PLACES[::3]
TEXT = HEAD + observed({place: 2.0 + 0.3 * i for i, place in enumerate(FEW)})


def toy(text: str = TEXT) -> Evaluator:
    return Evaluator(Toy.from_text(text))


@pytest.fixture(scope="module")
def small() -> Fit:
    return fit(study(made(1)))


def test_a_truth_comes_back(small: Fit) -> None:
    for one, true in zip(small.constants, TRUTH, strict=True):
        assert abs(one.theta - true) < 3.0 * one.sd
    known = {one.name: one.determined for one in small.constants}
    assert known == {"log10 k": True, "log10 k_a": True, "gamma": True, "E_k": False}
    assert small.undetermined == ("E_k",)
    assert small.determined_directions == 3
    assert small.directions[-1].words == "1.00 E_k"
    assert small.constants[3].share == pytest.approx(1.0, abs=1e-6)
    assert small.counted(fitted=True)[1] == len(PLACES)
    assert 4.0 < small.misfit < 40.0  # chi-square with some 15 degrees of freedom


def test_the_card_has_constants_and_intervals(small: Fit) -> None:
    card = small.card
    rate = card.reactions["conversion"].rate
    assert rate.interval is not None
    low, value, high = (float(text.split()[0]) for text in (rate.interval[0], rate.value, rate.interval[1]))
    assert low < value < high
    assert value == pytest.approx(small.constants[0].value)
    assert card.version == 2
    assert "small" in card.calibration


def test_a_linear_problem_has_its_exact_answer() -> None:
    evaluator = toy()
    whole = evaluator.residuals(
        np.array([one.prior.mean for one in evaluator.problem.study.free]), slopes=True
    )
    found = fitted(evaluator)
    again = evaluator.residuals(np.array([one.theta for one in found.constants]), slopes=True)
    assert whole is not None
    assert again is not None
    np.testing.assert_allclose(again.slope.T @ again.value, 0.0, atol=0.05)  # the gradient vanishes
    assert found.cost < float(whole.value @ whole.value)


def test_a_constant_at_its_bound_is_listed() -> None:
    text = TEXT.replace(
        "{mean: 0.115, sd: 0.02, because", "{mean: 0.115, sd: 0.02, bounds: [0.1149, 0.1151], because"
    )
    found = fitted(toy(text))
    assert found.at_bound == ("gamma",)
    assert not found.constants[2].determined
    assert any("At a bound of its prior: gamma" in flag for flag in found.flags)
    assert "gamma" in found.undetermined


def test_several_starts_agree_or_it_is_said() -> None:
    found = fitted(toy(TEXT.replace("starts: 1", "starts: 4")))
    costs = [one.cost for one in found.starts]
    assert len(costs) == 4
    assert max(costs) - min(costs) < 0.05
    assert not found.flags
    free = study(TEXT).free
    first, second, other = (starts(free, 4, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[1], other[1])


def test_constants_at_a_bound_are_those_that_a_posterior_lists() -> None:
    free = study(TEXT).free
    low, high = bounds(free)
    theta = np.array([one.prior.mean for one in free])
    assert stuck(free, theta) == ()
    theta[1], theta[3] = low[1], high[3] - 5e-4 * (high[3] - low[3])
    assert stuck(free, theta) == ("log10 k_a", "E_k")
    numbers = toy().residuals(theta, slopes=True)
    assert numbers is not None
    assert laplace(free, theta, numbers).at_bound == stuck(free, theta)


def test_a_profile_of_a_straight_problem_is_a_parabola() -> None:
    evaluator = toy()
    found = fitted(evaluator)
    told = profile(evaluator, found, "E_k")  # nothing depends on it: its prior alone
    prior = found.constants[3]
    assert told.low == pytest.approx(prior.prior_mean - 1.96 * prior.prior_sd, rel=0.01)
    assert told.high == pytest.approx(prior.prior_mean + 1.96 * prior.prior_sd, rel=0.01)
    other = profile(evaluator, found, "gamma")
    one = found.constants[2]
    assert other.low is not None
    assert other.high is not None
    assert other.high - other.low == pytest.approx(2 * 1.96 * one.sd, rel=0.1)
    assert min(other.cost) >= found.cost - 1e-6
    with pytest.raises(InputError, match="Did you mean 'gamma'"):
        profile(evaluator, found, "gama")


def test_a_series_is_predicted_from_the_other() -> None:
    evaluator = toy()
    left = cross_validated(evaluator, fitted(evaluator))
    assert [one.series for one in left] == ["rich", "poor"]
    assert all(len(one.lines) == len(FEW) // 2 for one in left)
    assert any(abs(moved) > 0.1 for one in left for moved in one.moved)
    alone = observed({place: 2.0 for place in FEW if place[0] == "rich"})
    single = toy(HEAD + alone)
    found = fitted(single)
    with pytest.raises(InputError, match="two series or more"):
        cross_validated(single, found)


def result(evaluator: Evaluator, folder: RunFolder) -> str:
    """The result file of a fit in a folder."""
    evaluator.folder = folder
    save(fitted(evaluator), folder)
    return (folder.path / "result.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("after", [1, 9])
def test_a_fit_that_was_cut_off_goes_on(tmp_path: Path, after: int) -> None:
    asked = study(TEXT.replace("starts: 1", "starts: 3"))
    text = TEXT.replace("starts: 1", "starts: 3")
    with closing(folder_of(tmp_path / "whole", text, asked)) as folder:
        whole = result(toy(text), folder)
    evaluations = (tmp_path / "whole" / "evaluations.jsonl").read_bytes().splitlines(keepends=True)
    with closing(folder_of(tmp_path / "cut", text, asked)):
        pass
    cut = b"".join(evaluations[:after]) + evaluations[after][:-30]  # killed while it wrote a line
    (tmp_path / "cut" / "evaluations.jsonl").write_bytes(cut)
    evaluator = toy(text)
    with closing(folder_of(tmp_path / "cut", text, asked)) as folder:
        assert len(folder.answers) == after
        assert result(evaluator, folder) == whole
    assert evaluator.computed == len(evaluations) - after
    assert (tmp_path / "cut" / "evaluations.jsonl").read_bytes() == b"".join(evaluations)
    assert len(list(lines(tmp_path / "cut"))) == len(evaluations)


def test_a_folder_holds_everything_and_refuses_another_fit(tmp_path: Path) -> None:
    asked = study(TEXT)
    with closing(folder_of(tmp_path / "fit", TEXT, asked)) as folder:
        result(toy(), folder)
        with pytest.raises(InputError, match="in which a fit is at work"):
            folder_of(tmp_path / "fit", TEXT, asked)
    names = {path.name for path in (tmp_path / "fit").iterdir()}
    assert names == {"study.yaml", "basis.json", "evaluations.jsonl", "result.json", "cards"}
    own = tmp_path / "fit" / "cards"
    card = Document.from_file(own / "chemistries" / "inp_wang2023.yaml").read(records.Chemistry)
    assert Base(own).card("chemistries", "inp_wang2023") == card
    with pytest.raises(InputError, match="another study"):
        folder_of(tmp_path / "fit", TEXT + "# changed\n", asked)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds notes\.txt"):
        folder_of(tmp_path / "mine", TEXT, asked)
    (tmp_path / "fit" / "evaluations.jsonl").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(InputError, match="no evaluation"):
        folder_of(tmp_path / "fit", TEXT, asked)


KILLED = """
import sys
from contextlib import closing
from pathlib import Path
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.keep import folder_of, save
from studies import Toy, study
import time

class Slow(Toy):
    __slots__ = ()
    def numbers(self, theta, **how):
        time.sleep(0.02)
        return super().numbers(theta, **how)

text = Path(sys.argv[1]).read_text(encoding="utf-8")
with closing(folder_of(Path(sys.argv[2]), text, study(text))) as folder:
    save(fitted(Evaluator(Slow.from_text(text), folder)), folder)
"""


@pytest.mark.slow
def test_a_killed_process_is_no_loss(tmp_path: Path) -> None:
    text = TEXT.replace("starts: 1", "starts: 6")
    (tmp_path / "asked.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "run.py").write_text(KILLED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}

    def begun(name: str) -> subprocess.Popen:
        command = [
            sys.executable,
            str(tmp_path / "run.py"),
            str(tmp_path / "asked.yaml"),
            str(tmp_path / name),
        ]
        return subprocess.Popen(command, env=environment)  # noqa: S603

    assert begun("whole").wait() == 0
    rng, kills = np.random.default_rng(3), 0
    while True:
        process = begun("killed")
        kept = tmp_path / "killed" / "evaluations.jsonl"
        had = kept.stat().st_size if kept.exists() else 0
        while process.poll() is None and (not kept.exists() or kept.stat().st_size == had):
            time.sleep(0.005)
        time.sleep(float(rng.uniform(0.0, 0.3)))
        if process.poll() is not None:
            assert process.returncode == 0
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 2
    whole, killed = (
        (tmp_path / name / "result.json").read_text(encoding="utf-8") for name in ("whole", "killed")
    )
    assert whole == killed
    assert json.loads(whole)["study"] == "small"


@pytest.mark.slow
def test_truths_lie_within_their_intervals() -> None:
    rng = np.random.default_rng(50)
    long = HEAD.replace("most: 600", "most: 1200")
    inside, of, told = 0, 0, 0
    for seed in range(50):
        truth = TRUTH + 0.6 * np.array([0.3, 0.5, 0.02, 20.0]) * rng.standard_normal(4)
        found = fit(study(made(seed, truth, long)))
        known = [(one, true) for one, true in zip(found.constants, truth, strict=True) if one.determined]
        inside += sum(abs(one.theta - true) <= 1.96 * one.sd for one, true in known)
        of += len(known)
        told += "E_k" in found.undetermined
    assert told == 50
    assert of >= 100
    assert 0.90 <= inside / of <= 0.99


@pytest.mark.slow
def test_the_card_of_the_tube_is_what_its_study_gives() -> None:
    asked = read_study("inp_wang2023").model_copy(update={"starts": 1})
    found = fit(asked)
    assert found.cost == pytest.approx(5.602, abs=0.01)
    card = asked.card
    assert found.constants[0].value == pytest.approx(8.935e-3, rel=2e-3)
    assert found.constants[2].value == pytest.approx(0.1156, abs=2e-4)
    assert found.constants[7].value == pytest.approx(0.3277, abs=1e-3)
    assert card.reactions["conversion"].rate.interval == ("4.74e-3 M-1 s-1", "1.69e-2 M-1 s-1")
    low, high = found.constants[0].low, found.constants[0].high
    assert (low, high) == pytest.approx((4.74e-3, 1.69e-2), rel=5e-3)
    predicted = {one.id: one.computed for one in found.lines if not one.fitted}
    assert predicted["wang2023:diameter-0.3"] == pytest.approx(2.51, abs=0.01)
    assert predicted["wang2023:diameter-0.05"] == pytest.approx(2.83, abs=0.01)


@pytest.mark.slow
def test_one_line_of_one_recipe_determines_three_directions_of_fourteen() -> None:
    found = fit(read_study("cdte_449_alone"))
    assert 2 <= found.determined_directions <= 4
    assert len(found.constants) - len(found.undetermined) <= 2
    assert json.dumps(as_json(found))
    assert Problem.of(read_study("cdte_449_alone")).card.id == "cdte_mech2023"
