"""The tree of errors: four parts, a place, exit codes, suggestions."""

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot import errors
from aliquot.errors import (
    AliquotError,
    InputError,
    RecipeError,
    SimulationError,
    TopRungError,
    Where,
    suggestion,
)

PARTS = {"given": "'5 s'", "expected": "a volume", "why": "seconds are time", "remedy": "Write a volume."}
TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AliquotError)]


@pytest.mark.parametrize("kind", TREE)
def test_every_error_tells_its_four_parts_and_its_place(kind):
    error = kind(**PARTS, where=Where("inp.yaml", 12, "tube.bore"))

    assert str(error) == (
        "inp.yaml, line 12, tube.bore: got '5 s'; expected a volume: seconds are time. Write a volume."
    )


@pytest.mark.parametrize("kind", TREE)
def test_every_error_stands_in_the_drawing_of_the_tree(kind):
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("missing", sorted(PARTS))
def test_no_part_can_be_left_out(missing):
    with pytest.raises(TypeError, match=missing):
        RecipeError(**{part: text for part, text in PARTS.items() if part != missing})


def test_without_a_place_the_fault_comes_first():
    assert str(RecipeError(**PARTS)).startswith("got '5 s'")


def test_an_error_can_be_told_at_another_place():
    moved = RecipeError(**PARTS).at(Where("other.yaml", 3))

    assert type(moved) is RecipeError
    assert str(moved).startswith("other.yaml, line 3: got")


def test_exit_codes_tell_bad_input_from_failed_numerics():
    assert InputError.exit_code == RecipeError.exit_code == 2
    assert SimulationError.exit_code == 1
    assert TopRungError.exit_code == 2  # the user can ask for more rungs


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where(), ""),
        (Where("inp.yaml"), "inp.yaml"),
        (Where("inp.yaml", 3), "inp.yaml, line 3"),
        (Where(key="tube.bore"), "tube.bore"),
    ],
)
def test_a_place_says_what_is_known_of_it(where, text):
    assert str(where) == text


def test_a_near_word_is_suggested_and_a_far_one_gets_the_list():
    assert suggestion("purty", ["dose", "purity"]) == "Did you mean 'purity'?"
    assert suggestion("zebra", ["dose", "purity"]) == "Known here: 'dose', 'purity'."


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=6))
def test_a_suggestion_is_always_a_sentence(word, known):
    assert suggestion(word, known)[-1] in "?."
