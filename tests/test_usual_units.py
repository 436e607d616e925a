"""The usual units of recipes convert without pint, and exactly as with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot import units

# Ours against pint: the private halves are what is compared.
# ruff: noqa: SLF001


@settings(max_examples=300, deadline=None, derandomize=True)
@given(pair=st.sampled_from(sorted(units._USUAL)), number=st.floats(1e-6, 1e6))
def test_a_usual_unit_converts_as_pint_does(pair, number):
    written, unit = pair
    slow = units._convert(number, units._unit(written), units._unit(unit))

    assert units.to_float(f"{number!r} {written}", unit) == pytest.approx(slow, rel=1e-14)


@pytest.mark.parametrize("unit", sorted(units._PLAIN))
def test_a_plain_unit_is_known_to_pint(unit):
    assert units._unit(unit) is not None


def test_of_several_dimensions_the_right_one_is_found():
    read = [units.which(text, ("g", "m3", "mol")) for text in ("2 mL", "5 mg", "1 mmol", "3 lb")]

    assert [quantity.unit for quantity in read] == ["m3", "g", "mol", "g"]
