"""One stretch in one vessel: what is fed arrives, particles too."""

import numpy as np
import pytest

from aliquot.reactors.advance import Numerics, advance
from aliquot.reactors.content import Content
from aliquot.reactors.profile import Profile
from ladders import chemistry


def test_dots_that_are_fed_arrive_with_all_their_atoms() -> None:
    constants = chemistry()
    dots = np.zeros(400)
    dots[199] = 0.5
    flask = Content(1e-5, 473.15, np.array([90.0, 360.0]), np.zeros(0))
    drops = Content(4e-6, 298.15, np.zeros(2), dots)
    end = advance(
        constants, flask, Profile.towards(473.15), [30.0, 60.0], feed=drops, numerics=Numerics()
    ).contents[-1]
    n = np.arange(1.0, end.rungs.size + 1.0)
    assert end.volume == pytest.approx(1.4e-5, rel=1e-12)
    indium = end.volume * (end.species[0] + n @ end.rungs)
    assert indium == pytest.approx(1e-5 * 90.0 + 4e-6 * 200 * 0.5, rel=1e-12)
    assert end.rungs[150:].sum() * end.volume == pytest.approx(4e-6 * 0.5, rel=1e-6)  # none has dissolved
