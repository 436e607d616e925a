"""A picture stretched for display has lost its zero: the interval has to hold the truth all the same."""

from dataclasses import replace

import numpy as np

from aliquot.instruments.microscopy.analyse import measure
from aliquot.instruments.microscopy.simulate import Microscope, draw


def test_a_stretched_picture_widens_the_interval_and_says_why() -> None:
    sizes = np.random.default_rng(4).normal(3.4, 0.27, 120)
    plain, truth = draw(sizes, Microscope((720, 720)), label="A", seed=4)
    low, high = plain.pixels.min(), plain.pixels.max()
    stretched = measure(replace(plain, pixels=(plain.pixels - low) / (high - low)), seed=1)
    told = stretched.mean.value

    assert told is not None
    assert told.low <= truth.mean <= told.high
    assert stretched.mean.budget["black level"] > 0.0
    assert any("stretched for display" in flag for flag in stretched.mean.flags)


def test_a_picture_that_kept_its_zero_is_not_doubted() -> None:
    sizes = np.random.default_rng(4).normal(3.4, 0.27, 120)
    plain, _ = draw(sizes, Microscope((720, 720)), label="A", seed=4)

    assert "black level" not in measure(plain, seed=1).mean.budget
