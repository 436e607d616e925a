"""What a design says of runs that its constants have not seen: longer, shorter, of other doses."""

import numpy as np
import pytest

from aliquot.inference.design.data import Data
from aliquot.inference.design.point import Made
from aliquot.inference.design.study import read_design
from aliquot.inference.planning import plan_of_recipe
from designs import problem, study

SMALL = problem(study())


@pytest.mark.parametrize(
    ("flow", "dose", "words"),
    [
        ("0.02 mL/min", "4.4 mL", "A reaction of 180 min lies beyond the data"),
        ("0.4 mL/min", "4.4 mL", "took 12 to 71.9 min"),
        ("0.1 mL/min", "6 mL", "P 462 mM, of which the constants know 351 mM alone"),
        ("0.1 mL/min", "2.2 mL", "In 94.8 mM, of which the constants know 90.1 mM alone"),
        ("0.1 mL/min", "4.42 mL", None),
    ],
)
def test_times_and_doses_beyond_the_data_are_told(flow, dose, words):
    one = SMALL
    recipe = one.base.recipe({"flow.rate": flow, "reagents.phosphine.dose": dose})
    made = Made(recipe, plan_of_recipe(recipe, one.card, one.where), (), ())
    told = Data.of(one.card).beyond(made, one.card)
    assert bool(told) is (words is not None)
    assert words is None or any(words in sentence for sentence in told)


def test_short_times_of_a_flask_belong_to_the_course_that_was_fitted():
    text = read_design("cdte_design")
    flask = problem(text)
    data = Data.of(flask.card)
    hours = [place for place in (1.0, 48.0) if data.beyond(flask.made(at_time(text, place)), flask.card)]
    assert hours == [48.0]


def at_time(text, hours):
    """Return where the knobs of the book's flask stand for a time, at doses that the paper has."""
    temperature, time, phosphine = text.knobs
    return np.array([temperature.place(80.0), time.place(hours), phosphine.place(10.0)])
