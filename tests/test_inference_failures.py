"""What can not be computed: searches back off, begin elsewhere or are given up, and say why."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import InputError, SimulationError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.keep import folder_of, save
from aliquot.inference.starts import starts
from aliquot.inference.summary import summary
from aliquot.inference.told import as_json
from studies import HEAD, PLACES, Toy, observed, study

FEW = PLACES[::3]
TEXT = HEAD + observed({place: 2.0 + 0.3 * i for i, place in enumerate(FEW)})
MARGINS = ("starts: 1", "starts: 8\nsolver: margins")


class Broken(Toy):
    """A problem that can be computed on one side of its prior mean only, or nowhere."""

    __slots__ = ()
    limit = 0.5

    def numbers(self, theta, *, slopes: bool = False, told=None) -> Dual:
        del told
        if (over := self.units(theta)[0]) > self.limit:
            raise SimulationError(
                given=f"{over:.1f}", expected="less", why="it is a test", remedy="None.", where=Where("rich")
            )
        return super().numbers(theta, slopes=slopes)


class Beyond(Broken):
    """A problem that can not be computed at its prior means either."""

    __slots__ = ()
    limit = -0.1


class Nowhere(Broken):
    """A problem that can not be computed at all."""

    __slots__ = ()
    limit = -99.0


class Undefined(Toy):
    """A problem of which one number is none."""

    __slots__ = ()

    def numbers(self, theta, *, slopes: bool = False, told=None) -> Dual:
        del told
        found = super().numbers(theta, slopes=slopes)
        return Dual(np.where(np.arange(found.value.size) == 1, np.nan, found.value), found.slope)


class Steep(Toy):
    """A problem with finite numbers everywhere, of which slopes are lost off its prior means."""

    __slots__ = ()

    def numbers(self, theta, *, slopes: bool = False, told=None) -> Dual:
        del told
        found = super().numbers(theta, slopes=slopes)
        if slopes and abs(self.units(theta)[0]) > 0.02:
            found.slope[:, 1] = np.inf
        return found


def test_a_search_backs_off_from_what_can_not_be_computed() -> None:
    found = fitted(Evaluator(Broken.from_text(TEXT.replace("starts: 1", "starts: 3"))))
    assert np.isfinite(found.cost)
    assert found.constants[0].theta <= -2.05 + 0.5 * 0.3 + 1e-9


@pytest.mark.parametrize("solver", [("starts: 1", "starts: 8"), MARGINS])
def test_starts_that_can_not_be_computed_are_moved_and_counted(solver: tuple[str, str]) -> None:
    found = fitted(Evaluator(Broken.from_text(TEXT.replace(*solver))))
    begin = starts(study(TEXT).free, 8, seed=1)
    out = [i for i, one in enumerate(begin) if (one[0] + 2.05) / 0.3 > 0.5]
    assert 0 < len(out) < 8
    assert [i for i, one in enumerate(found.starts) if one.fault is not None] == out
    assert not any(one.died for one in found.starts)
    (flag,) = (one for one in found.flags if "nearer to the prior means" in one)
    assert flag.startswith(f"{len(out)} of 8 starts began")
    assert f"{len(out)} × in 'rich': " in flag
    assert "(it is a test)" in flag


@pytest.mark.parametrize("solver", [("starts: 1", "starts: 8"), MARGINS])
def test_starts_that_die_are_counted_with_their_reason(solver: tuple[str, str]) -> None:
    found = fitted(Evaluator(Beyond.from_text(TEXT.replace(*solver))))
    dead = [one for one in found.starts if one.died]
    assert 0 < len(dead) < 8
    assert np.isfinite(found.cost)
    (flag,) = (one for one in found.flags if "gave nothing" in one)
    assert flag.startswith(f"{len(dead)} of 8 starts gave nothing: {len(dead)} × in 'rich': ")
    told = [one["fault"] for one in as_json(found)["starts"] if one["cost"] is None]
    assert len(told) == len(dead)
    assert all(one.startswith("rich: got ") for one in told)


@pytest.mark.parametrize("solver", [("starts: 1", "starts: 3"), ("starts: 1", "starts: 3\nsolver: margins")])
def test_a_study_of_which_all_starts_die_says_which_condition_failed_and_why(solver: tuple[str, str]) -> None:
    with pytest.raises(SimulationError, match=r"small: got 3 starts; .*3 × in 'rich': .* \(it is a test\)"):
        fitted(Evaluator(Nowhere.from_text(TEXT.replace(*solver))))
    row = study(TEXT).observations.own[1].id
    with pytest.raises(SimulationError, match=rf"3 × for 'study:{row}', of 'rich': .*not finite"):
        fitted(Evaluator(Undefined.from_text(TEXT.replace(*solver))))


@pytest.mark.parametrize("solver", [("starts: 1", "starts: 1"), ("starts: 1", "starts: 1\nsolver: margins")])
def test_a_search_backs_off_from_slopes_that_are_not_finite(solver: tuple[str, str]) -> None:
    problem = Steep.from_text(TEXT.replace(*solver))
    evaluator = Evaluator(problem)
    begin = np.array([one.prior.mean for one in problem.study.free])
    fault = evaluator.numbers(begin + 0.1, slopes=True)
    assert isinstance(fault, SimulationError)
    assert "a slope by log10 k_a of inf" in str(fault)
    assert str(fault.where) == str(problem.fitted[0].where)
    known = evaluator.computed
    found = fitted(evaluator)
    assert evaluator.computed > known + 2
    assert abs(found.constants[0].theta - begin[0]) <= 0.02 * 0.3 + 1e-9
    whole = Evaluator(problem).residuals(begin)
    assert whole is not None
    assert found.cost < float(whole.value @ whole.value)


def test_of_a_number_that_is_none_the_search_says_which() -> None:
    problem = Undefined.from_text(TEXT)
    fault = Evaluator(problem).numbers(np.array([one.prior.mean for one in problem.study.free]), slopes=True)
    assert isinstance(fault, SimulationError)
    assert fault.given == "nan"
    assert str(fault.where) == str(problem.fitted[1].where)


@pytest.mark.parametrize("solver", [("starts: 1", "starts: 1"), MARGINS])
def test_a_search_that_is_given_up_is_doubted_whatever_it_says(solver: tuple[str, str]) -> None:
    evaluator = Evaluator(Toy.from_text(TEXT.replace(*solver)))
    arrived = fitted(evaluator)
    assert all(one.arrived for one in arrived.starts)
    assert not any("before it arrived" in flag for flag in arrived.flags)
    theta = np.array([one.theta for one in arrived.constants])
    ended = tuple(replace(one, arrived=False, message="So it ended.") for one in arrived.starts)
    assert any("before it arrived" in flag for flag in summary(evaluator, theta, ended).flags)


def test_a_search_of_two_evaluations_has_not_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aliquot.inference.map.MOST", 2)
    found = fitted(Evaluator(Toy.from_text(TEXT)))
    assert [one.arrived for one in found.starts] == [False]
    assert any("before it arrived" in flag for flag in found.flags)


class Unread(Broken):
    """A problem of which an observation can not be read on one side of its prior mean."""

    __slots__ = ()

    def numbers(self, theta, *, slopes: bool = False, told=None) -> Dual:
        try:
            return super().numbers(theta, slopes=slopes, told=told)
        except SimulationError as fault:
            parts = {name: getattr(fault, name) for name in ("given", "expected", "why", "remedy")}
            raise InputError(**parts, where=self.rows[0].where) from None


@pytest.mark.parametrize(
    ("kind", "place"), [(Broken, "in 'rich'"), (Unread, "for 'study:rich conversion 1', of")]
)
def test_failures_are_remembered_too(tmp_path: Path, kind: type[Broken], place: str) -> None:
    text = TEXT.replace("starts: 1", "starts: 8")
    asked = study(text)
    first, second = (Evaluator(kind.from_text(text)) for _ in range(2))
    written: list[str] = []
    for evaluator in (first, second):
        with closing(folder_of(tmp_path / "fit", text, asked)) as folder:
            evaluator.folder = folder
            save(fitted(evaluator), folder)
        written.append((tmp_path / "fit" / "result.json").read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert second.computed == 0
    assert place in written[0]
