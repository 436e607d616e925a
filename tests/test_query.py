"""The grammar of queries: what it reads, and what it refuses with help."""

import math
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import InputError, UnitError
from aliquot.knowledge.query import Query, Term, bounds, fold, parse, says, wavelength, words


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("flow", (Term(("flow",)),)),
        ("flow 2009", (Term(("flow",)), Term(("2009",)))),
        ('"hot injection"', (Term(("hot injection",)),)),
        ("-review", (Term(("review",), None, True),)),
        ('-"hot injection"', (Term(("hot injection",), None, True),)),
        ("target:InP", (Term(("InP",), "target"),)),
        ("TARGET:InP", (Term(("InP",), "target"),)),
        ('target:"InP/ZnS"', (Term(("InP/ZnS",), "target"),)),
        ("-outcome:negative", (Term(("negative",), "outcome", True),)),
        ("method:flow,heat-up", (Term(("flow", "heat-up"), "method"),)),
        ('method:"hot injection",flow', (Term(("hot injection", "flow"), "method"),)),
        ("e1:443..451nm", (Term(("443..451nm",), "e1"),)),
        ("temperature:<200degC", (Term(("<200degC",), "temperature"),)),
        ("4:8:1", (Term(("4:8:1",)),)),
        ("N,N-dimethylethylamine", (Term(("N,N-dimethylethylamine",)),)),
        ('"In:P ratio"', (Term(("In:P ratio",)),)),
        ("  flow \n target:InP\t", (Term(("flow",)), Term(("InP",), "target"))),
    ],
)
def test_a_query_is_read(text, terms):
    assert parse(text).terms == terms


@pytest.mark.parametrize(
    ("text", "sort", "falling"),
    [("sort:e1", "e1", False), ("flow sort:-e1", "e1", True), ("flow", None, False)],
)
def test_a_query_says_how_to_sort(text, sort, falling):
    query = parse(text)

    assert (query.sort, query.falling) == (sort, falling)


@pytest.mark.parametrize("text", ['target:"InP', "target:", "-", '""', "target:,"])
def test_half_a_query_is_refused_at_its_place(text):
    with pytest.raises(InputError) as refused:
        parse(text)
    assert refused.value.where.key == "query"
    assert refused.value.exit_code == 2


VALUE = st.text(min_size=1).map(lambda text: text.replace('"', "").strip()).filter(bool)
TRICKY = st.sampled_from(["-x", "a:b", "sort:e1", "a,b", "--", ":", "<200degC", "443..451nm", "*", "- x"])
FREE = st.builds(lambda value, out: Term((value,), None, out), VALUE | TRICKY, st.booleans())
FIELD = st.builds(
    lambda values, field, out: Term(tuple(values), field, out),
    st.lists(VALUE | TRICKY, min_size=1, max_size=3),
    st.sampled_from(["target", "method", "e1"]),
    st.booleans(),
)
SORT = st.none() | st.sampled_from(["e1", "temperature", "a b", "a,b", "a:b"])


@given(st.lists(FREE | FIELD, max_size=4), SORT, st.booleans())
def test_what_a_query_writes_it_reads_again(terms, sort, falling):
    query = Query(tuple(terms), sort, falling and sort is not None)

    assert parse(str(query)) == query


@pytest.mark.parametrize("value", ["-x", "a:b", "sort:e1", "hot injection", "a,b"])
def test_a_value_that_would_be_read_otherwise_is_quoted(value):
    assert str(Term((value,))) == f'"{value}"'
    assert str(Term(("InP",), "target", exclude=True)) == "-target:InP"


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else(text):
    with suppress(InputError):
        parse(text)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mićić", ("micic",)),
        ("Cd₃P₂", ("cd3p2",)),
        ("P(SiMe3)3", ("p(sime3)3",)),
        ("(CdTe)34", ("(cdte)34",)),
        ("(printed PDEA)", ("printed", "pdea")),
        ("[In21P20]3+ core", ("[in21p20]3+", "core")),
        ("hot-injection", ("hot", "injection")),
        ("InP-386", ("inp-386",)),
        ("P-C", ("p-c",)),
    ],
)
def test_words_of_chemistry_stay_whole(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("asked", "text", "answer"),
    [
        ("InP", "InP", True),
        ("inp", "InP", True),
        ("InP", "InP/ZnS", False),
        ("InP/*", "InP/ZnS", True),
        ("InP/*", "InP", False),
        ("InP*", "InP/ZnSe/ZnS", True),
        ("*/ZnS", "InP/ZnS", True),
        ("hot-injection", "hot injection", True),
        ("injection hot", "hot injection", False),
        ("flow", "overflow", False),
        ("P(SiMe3)3", "P(SiMe3)3 in ODE", True),
        ("[Et2Ga(N3)]*", "[Et2Ga(N3)]3", True),
        ("", "anything", False),
    ],
)
def test_a_facet_says_whole_words(asked, text, answer):
    assert says(asked, text) is answer


@pytest.mark.parametrize(
    ("asked", "unit", "low", "high"),
    [
        ("443..451nm", "nm", 443, 451),
        ("443nm..451nm", "nm", 443, 451),
        ("0.443..0.451 µm", "nm", 443, 451),
        ("449nm", "nm", 449, 449),
        ("..300K", "K", -math.inf, 300),
        ("100degC..", "K", 373.15, math.inf),
        (">=1eV", "eV", 1, math.inf),
        ("<=1eV", "eV", -math.inf, 1),
        ("2010..2020", "1", 2010, 2020),
        ("-10..10degC", "K", 263.15, 283.15),
    ],
)
def test_a_range_has_ends(asked, unit, low, high):
    found = bounds(asked, unit, "field")

    assert found == (pytest.approx(low), pytest.approx(high))


def test_below_and_above_leave_out_the_limit():
    assert bounds("<200degC", "K", "temperature")[1] < 473.15
    assert bounds(">200degC", "K", "temperature")[0] > 473.15


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ("2.7eV..2.8eV", 442.8, 459.2),
        ("2.7..2.8eV", 442.8, 459.2),
        ("2.77 eV", 447.6, 447.6),
        ("2770meV", 447.6, 447.6),
        ("<2.5eV", 495.9, math.inf),
        (">=2.5eV", 0, 495.9),
        ("..2.5eV", 495.9, math.inf),
    ],
)
def test_a_line_can_be_asked_for_by_its_photon_energy(asked, low, high):
    assert bounds(asked, "nm", "e1") == (pytest.approx(low, abs=0.05), pytest.approx(high, abs=0.05))


@pytest.mark.parametrize(
    ("asked", "unit", "field"),
    [("2eV", "nm", "bohr_radius"), ("447nm", "eV", "gap"), ("450nm..2.8eV", "nm", "e1")],
)
def test_other_lengths_and_energies_are_not_converted(asked, unit, field):
    with pytest.raises(UnitError):
        bounds(asked, unit, field)


def test_an_upside_down_range_of_energies_is_refused():
    with pytest.raises(InputError, match="low end"):
        bounds("2.8eV..2.7eV", "nm", "e1")


@pytest.mark.parametrize(
    ("text", "nm"), [("447", 447), (" 447nm ", 447), ("0.447 um", 447), ("2.77 eV", 447.6)]
)
def test_a_wavelength_is_read_however_it_is_written(text, nm):
    assert wavelength(text, "near") == pytest.approx(nm, abs=0.05)


@pytest.mark.parametrize("text", ["", "red", "5kg", "0eV", "-1eV"])
def test_what_is_no_wavelength_is_refused(text):
    with pytest.raises(UnitError):
        wavelength(text, "near")


def test_a_refused_number_is_told_as_it_was_written():
    with pytest.raises(UnitError, match="got 'temperature:<200'"):
        bounds("<200", "K", "temperature")


@pytest.mark.parametrize("asked", ["443..451", "449", "<200", "abc", "1..2kg", "<", "5kg"])
def test_a_number_without_its_unit_or_with_another_is_refused(asked):
    with pytest.raises(UnitError, match=re.escape("443..451nm")) as refused:
        bounds(asked, "nm", "e1")
    assert refused.value.where.key == "query"


@pytest.mark.parametrize("asked", ["451..443nm", ".."])
def test_a_range_that_is_none_is_refused(asked):
    with pytest.raises(InputError, match="end") as refused:
        bounds(asked, "nm", "e1")
    assert refused.value.where.key == "query"
