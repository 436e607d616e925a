"""Draws by NUTS: of a straight problem they are the normal law that Laplace's intervals tell."""

import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.sample import Sample, sampled
from studies import HEAD, PLACES, Toy, observed

TEXT = HEAD + observed(dict.fromkeys(PLACES[::6], 2.0))


class Straight(Toy):
    """Numbers that are straight in the constants."""

    __slots__ = ()

    def one(self, i, x):
        return x[i % 3] * 3.0 + x[(i + 1) % 3] * 0.5 + 2.0


def test_draws_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mici", reason="the extra 'sample'")
    monkeypatch.setattr("aliquot.inference.sample.WARM_UP", 5)
    evaluator = Evaluator(Straight.from_text(TEXT))
    found = fitted(evaluator)
    drawn, again = (sampled(evaluator, found, 8, seed=3) for _ in range(2))
    np.testing.assert_array_equal(drawn.draws, again.draws)
    assert drawn.draws.shape == (2, 4, 4)
    sd = np.array([one.sd for one in found.constants])
    theta = np.array([one.theta for one in found.constants])
    assert (np.abs(drawn.draws - theta) < 5.0 * sd).all()
    assert len(drawn.rows()) == 4
    assert len(drawn.as_json()["rhat"]) == 4


@pytest.mark.slow
def test_draws_are_those_of_the_posterior() -> None:
    pytest.importorskip("mici", reason="the extra 'sample'")
    evaluator = Evaluator(Straight.from_text(TEXT))
    found = fitted(evaluator)
    drawn = sampled(evaluator, found, 300)
    assert drawn.count == 300
    flat = drawn.draws.reshape(-1, 4)
    sd = np.array([one.sd for one in found.constants])
    theta = np.array([one.theta for one in found.constants])
    np.testing.assert_allclose((flat.mean(axis=0) - theta) / sd, 0.0, atol=0.35)
    np.testing.assert_allclose(flat.std(axis=0) / sd, 1.0, atol=0.25)
    assert (drawn.effective > 60).all()


def test_chains_that_differ_are_told() -> None:
    rng = np.random.default_rng(4)
    alike = Sample(("a",), rng.standard_normal((2, 500, 1)))
    apart = Sample(("a",), rng.standard_normal((2, 500, 1)) + np.array([0.0, 3.0])[:, None, None])
    assert alike.rhat[0] == pytest.approx(1.0, abs=0.01)
    assert apart.rhat[0] > 1.5
    assert 700 < alike.effective[0] <= 1400
    slow = Sample(("a",), np.cumsum(rng.standard_normal((2, 500, 1)), axis=1))
    assert slow.effective[0] < 50


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415

    evaluator = Evaluator(Straight.from_text(TEXT))
    found = fitted(evaluator)
    monkeypatch.setitem(sys.modules, "mici", None)
    with pytest.raises(InputError, match="sample extra"):
        sampled(evaluator, found, 50)
