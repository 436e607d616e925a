"""Limiting reagents, electrons and acid, against numbers counted by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import InputError
from aliquot.knowledge.formula import composition
from aliquot.knowledge.store import material
from aliquot.recipe import read_recipe
from aliquot.recipe.stoichiometry import ELECTRONS, balance, free_acid

some = st.floats(1e-6, 1.0)


def test_four_aminophosphines_make_one_formula_unit():  # InX3 + 4 P(NR2)3 -> InP + 3 [P(NR2)4]X, E009
    made = balance({"InCl3": 1.0, "PDEA": 4.0}, material("InP"))

    assert made.product == pytest.approx(1.0)
    assert made.limits == ("In", ELECTRONS)
    assert made.electrons_needed == 6.0
    assert made.excess["P"] == pytest.approx(4.0)


def test_silylphosphine_needs_no_reductant():
    made = balance({"InCl3": 1.0, "TMSP": 0.9}, material("InP"))

    assert (made.product, made.limits, made.electrons_needed) == (0.9, ("P",), 0.0)


def test_aminoarsine_alone_makes_as_much_as_its_reductant_allows():  # E012
    alone = balance({"InCl3": 1.0, "AsNMe2": 1.0}, material("InAs"))
    helped = balance({"InCl3": 1.0, "AsNMe2": 1.0, "DMEAAlH3": 1.0}, material("InAs"))

    assert alone.product == 0.0
    assert alone.limits == (ELECTRONS,)
    assert helped.product == pytest.approx(1.0)


def test_cadmium_phosphide_takes_three_to_two():  # tiwari2025 l.135: 1.5 mmol CdO, 0.145 mL TMSP
    made = balance(read_recipe("cd3p2_tiwari2025_dots:1145").amounts, material("Cd3P2"))

    assert made.limits == ("P",)
    assert made.mass * 1e3 == pytest.approx(99.7, abs=0.05)
    assert made.excess["Cd"] == pytest.approx(2.0, abs=0.01)


def test_free_acid_is_what_the_oxide_leaves():
    assert free_acid(read_recipe("cd3p2_tiwari2025_dots:1145")) * 1e3 == pytest.approx(2.5)


def test_a_telluride_brings_its_own_electrons():
    made = balance({"CdOA2": 1.2, "TOPTe": 1.0}, material("CdTe"))

    assert (made.product, made.limits, made.electrons_needed) == (1.0, ("Te",), 0.0)


def test_what_lacks_an_element_makes_nothing():
    made = balance({"InCl3": 1.0}, material("InP"))

    assert made.product == 0.0
    assert made.mass == 0.0


@settings(max_examples=100, deadline=None, derandomize=True)
@given(indium=some, phosphine=some, factor=st.floats(0.01, 100.0))
def test_the_balance_is_linear_and_never_uses_more_than_there_is(indium, phosphine, factor):
    doses = {"InCl3": indium, "PDEA": phosphine}
    one = balance(doses, material("InP"))
    more = balance({card: factor * amount for card, amount in doses.items()}, material("InP"))

    assert more.product == pytest.approx(factor * one.product, rel=1e-9)
    assert one.product <= indium * (1 + 1e-12)
    assert one.product * 4.0 <= phosphine * (1 + 1e-12)
    assert min(one.excess.values()) == pytest.approx(1.0)


def test_formulas_are_counted_and_refused():
    assert composition("In37P20") == {"In": 37, "P": 20}
    assert composition("CHC3") == {"C": 4, "H": 1}
    for bad in ("", "(CdTe)34", "cd3P2", "Cd 3"):
        with pytest.raises(InputError, match="expected a formula"):
            composition(bad)
