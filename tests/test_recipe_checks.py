"""What a careful colleague says about recipes: every check, raised where it has to be and not beside."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.knowledge.base import base
from aliquot.knowledge.store import reagent
from aliquot.recipe import parse_recipe
from aliquot.recipe import stated as stated_numbers
from aliquot.recipe.checks import CODES, REGISTRY, SERIES_CODES, review
from aliquot.recipe.checks.conditions import boiling_point
from aliquot.recipe.checks.hazards import AGENTS
from aliquot.recipe.concern import Severity
from tried_recipes import (
    BATCH,
    FLOW,
    OBSERVE,
    batch,
    flow,
    held,
    merged,
    of,
    pure,
    reviewed,
    stating,
    swapped,
)

TEN = {"flow": {"syringe": "10 mL"}}
RANGE = {"flows": ["0.05 mL/min", "0.3 mL/min"]}
# Of every code a recipe that raises it, and one next to it that does not.
RAISING = {
    "stated-amount": (stating(amounts={"solvent": "20 mmol"}), stating(amounts={"solvent": "31 mmol"})),
    "stated-concentration": (
        stating(concentrations={"InCl3": "80 mM"}),
        stating(concentrations={"InCl3": "88 mM"}),
    ),
    "stated-ratio": (stating(ratios={"PDEA/InCl3": 4.0}), stating(ratios={"PDEA/InCl3": 5.0})),
    "stated-volume": (stating(volume="12 mL"), stating(volume="11 mL")),
    "stated-time": (
        flow(checks={"residence_times": {"0.3 mL/min": "13 min"}}),
        flow(checks={"residence_times": {"0.3 mL/min": "12 min"}}),
    ),
    "stated-order": (
        flow(checks={"residence_range": {**RANGE, "times": ["12 min", "72 min"]}}),
        flow(checks={"residence_range": {**RANGE, "times": ["72 min", "12 min"]}}),
    ),
    "stated-dilution": (
        batch(observe=OBSERVE, checks={"dilution": 100}),
        batch(observe=OBSERVE, checks={"dilution": 101}),
    ),
    "stated-temperature": (stating(temperatures=["150 degC"]), stating(temperatures=["200 degC"])),
    "stated-free-acid": (stating(free_acid="1 mmol"), stating(free_acid="0 mmol")),
    "stated-product": (stating(product="160 mg"), stating(product="146 mg")),
    "stated-production": (
        flow(checks={"production": {"rate": "300 mg/h", "conversion": "100 %"}}),
        flow(checks={"production": {"rate": "231 mg/h", "conversion": "100 %"}}),
    ),
    "purity-ignored": (
        batch(reagents={"phosphine": {"purity": "90 %"}}, checks={"amounts": {"phosphine": "5 mmol"}}),
        batch(checks={"amounts": {"phosphine": "5 mmol"}}),
    ),
    "brought-along": (
        batch(reagents={"phosphine": {"is": "PDEA", "dose": "5 mL", "concentration": "1 M", "in": "TOP"}}),
        batch(reagents={"phosphine": {"is": "PDEA", "dose": "5 mL", "concentration": "1 M", "in": "ODE"}}),
    ),
    "unreported": (held(**{"for": None}), BATCH),
    "aliquots-removed": (
        held(aliquots={"volume": "1 mL", "at": ["1 min", "5 min"]}),
        held(aliquots={"volume": "0.1 mL", "at": ["1 min", "5 min"]}),
    ),
    "overdrawn": (
        held(aliquots={"volume": "6 mL", "at": ["1 min", "5 min"]}),
        held(aliquots={"volume": "5 mL", "at": ["1 min", "5 min"]}),
    ),
    "boiling": (batch(reagents={"solvent": {"is": "TOL"}}), BATCH),
    "freezing": (batch(reagents={"solvent": {"is": "OAM"}}), BATCH),
    "hazard": (BATCH, swapped(indium=pure("InOAc3", "1 mmol"), solvent=pure("ODE", "10 mL"))),
    "gas": (
        batch(reagents={"solvent": {"is": "OAM"}}),
        batch(reagents={"solvent": {"is": "TOA", "dose": "20 mmol"}}),
    ),
    "limiting": (
        BATCH,
        {
            **swapped(In=pure("InCl3", "1 mmol"), As=pure("AsNMe2", "1 mmol"), of=pure("ODE", "9 mL")),
            "material": "InAs",
        },
    ),
    "missing-element": (swapped(In=pure("InCl3", "1 mmol"), of=pure("ODE", "9 mL")), BATCH),
    "overfull": (
        batch(vessels={"flask": {"volume": "5 mL"}}),
        batch(vessels={"flask": {"volume": "25 mL"}}),
    ),
    "set-point": (held(at="150 degC"), held(at="201 degC")),
    "reductant-balance": (batch(reagents={"phosphine": {"dose": "3 mmol"}}), BATCH),
    "free-acid": (
        swapped(Cd=pure("CdO", "1 mmol"), acid=pure("OA", "1 mmol"), solvent=pure("ODE", "9 mL")),
        swapped(Cd=pure("CdO", "1 mmol"), acid=pure("OA", "2 mmol"), solvent=pure("ODE", "9 mL")),
    ),
    "hot-volume": (flow(flow={"temperatures": {"HB1": "200 degC"}}), FLOW),
    "syringe-stroke": (flow(flow={"syringe": "2.5 mL"}), flow(**TEN)),
    "spare-tubes": (flow(tube={"units": 3}), FLOW),
    "errata": (batch(errata=["E041"]), BATCH),
}


def test_nothing_escapes():
    asked = {code for check in REGISTRY for code in check.codes}

    assert {*RAISING} | {*SERIES_CODES} == {*CODES}
    assert asked == {*CODES} - {*SERIES_CODES, "errata"}
    kinds = stated_numbers._COMPARED  # noqa: SLF001  they are told nowhere else
    assert {f"stated-{kind}" for kind in kinds} == {code for code in CODES if code.startswith("stated-")}
    assert all(check.asks.endswith("?") for check in REGISTRY)
    for rule in base().cards("rules").values():
        assert rule.check is None or rule.check in CODES, rule.id


@pytest.mark.parametrize("code", RAISING)
def test_a_check_is_raised_where_it_has_to_and_not_beside(code):
    raising, silent = RAISING[code]
    found = of(reviewed(raising), code)

    assert found
    assert not of(reviewed(silent), code)
    for concern in found:
        assert concern.text
        assert concern.why
        assert concern.where.file == "tried.yaml"
        assert concern.where.line == 1
        assert concern.where.key
        kind, _, name = (concern.source or "rules:boiling-margin").partition(":")
        assert name in base().cards(kind)


def test_concerns_come_by_severity_then_by_line():
    found = reviewed(merged(RAISING["stated-amount"][0], RAISING["boiling"][0]))
    order = [list(Severity).index(concern.severity) for concern in found]

    assert order == sorted(order)
    assert {*order} == {0, 1, 2}


# --- located errors --------------------------------------------------------------------------------------


def test_a_known_error_is_named_where_it_is_found():
    """E043 is found by its check in recipes of that name, wherever they are read from."""
    written = merged(RAISING["purity-ignored"][0], {"id": "inp_wang2023", "errata": ["E041", "E043"]})
    known = base().card("errata", "E043").found_by
    if known is None:
        pytest.skip("the card does not tell its check yet")
    found = reviewed(written)

    assert [one.erratum for one in of(found, "purity-ignored")] == ["E043"]
    unfound = {one.erratum for one in of(found, "errata")}
    assert "E041" in unfound
    assert "E043" not in unfound
    assert [one.erratum for one in of(reviewed(RAISING["purity-ignored"][0]), "purity-ignored")] == [None]


def test_found_by_names_checks_that_exist():
    for erratum in base().cards("errata").values():
        assert erratum.found_by is None or erratum.found_by.check in CODES, erratum.id


# --- chemistry behind the checks -------------------------------------------------------------------------


def test_boiling_points_at_pressure():
    """Octadecene boils at 315 degC, and by the note of its card at 179 under 15 mmHg."""
    kelvin, estimated = boiling_point(reagent("ODE"), 15.0 * 133.322)

    assert estimated
    assert kelvin - 273.15 == pytest.approx(179.0, abs=35.0)  # Trouton's rule is rough for long chains
    card = reagent("PDEA")
    assert boiling_point(card, 10.0 * 133.322) == (card.boiling.to("K"), False)
    assert boiling_point(reagent("TOL"), 1e9) is None


@pytest.mark.parametrize(
    ("word", "members", "others"),
    [
        ("alcohol", ["EtOH"], ["OA", "OAM", "TOL", "TMSOA", "ODE", "TOPO"]),
        ("acid", ["OA", "MyA", "StA"], ["EtOH", "OAM", "CdOA2"]),
        ("primary amine", ["OAM", "OctA", "DDA", "HDA", "BnNH2"], ["TOA", "HNEt2", "PDEA", "EtPy"]),
        ("water", [], ["EtOH", "OA", "OAM", "TOL"]),
    ],
)
def test_classes_of_agents(word, members, others):
    (agent,) = [agent for agent in AGENTS if agent.word == word]

    assert all(agent.is_in(reagent(name)) for name in members)
    assert not any(agent.is_in(reagent(name)) for name in others)


def test_a_hydride_and_an_acid_free_hydrogen():
    found = reviewed(batch(reagents={"phosphine": pure("LiEt3BH", "2 mmol"), "solvent": pure("OA", "9 mL")}))

    assert any("oleic acid can free H2, at most 2 mmol, 48.9 mL" in one.text for one in of(found, "gas"))


def test_spare_tubes_that_are_accounted_for_are_a_note():
    (told,) = of(reviewed(flow(tube={"units": 3}, assumed={"tube.units": "one was hot"})), "spare-tubes")

    assert told.severity is Severity.NOTE


def test_an_amount_that_counts_the_purity_is_no_error():
    found = reviewed(
        batch(reagents={"phosphine": {"purity": "90 %"}}, checks={"amounts": {"phosphine": "4.5 mmol"}})
    )

    assert [one.severity for one in of(found, "stated-amount")] == [Severity.NOTE]


# --- properties ------------------------------------------------------------------------------------------

SOLVENTS = st.sampled_from(["ODE", "OAM", "TOL", "OCT", "TOP", "TOA", "OA", "SQE"])
PURITY = st.sampled_from([None, "97 %", "80-90 %", ">= 98 %", "100 %"])
RECIPES = st.builds(
    lambda solvent, purity, indium, phosphine, celsius, drawn, lasting: merged(
        held(
            at=f"{celsius} degC",
            **{"for": lasting},
            aliquots={"volume": None if drawn is None else f"{drawn} mL", "at": ["1 min", "2 min"]},
        ),
        {
            "reagents": {
                "solvent": {"is": solvent, "purity": purity},
                "indium": {"dose": None if indium is None else f"{indium} mmol"},
                "phosphine": {"dose": f"{phosphine} mL", "purity": purity},
            },
            "checks": {"amounts": {"phosphine": f"{phosphine} mmol"}},
        },
    ),
    SOLVENTS,
    PURITY,
    st.none() | st.integers(1, 20),
    st.integers(1, 20),
    st.integers(20, 350),
    st.none() | st.integers(1, 30),
    st.sampled_from([None, "10 min", "2 h"]),
)


@settings(max_examples=60, deadline=None)
@given(RECIPES)
def test_any_recipe_that_reads_is_reviewed_alike_each_time(written):
    first = reviewed(written)

    assert first == reviewed(written)
    assert {concern.code for concern in first} <= {*CODES}
    assert review(parse_recipe(json.dumps(written)))  # without the file, too


@settings(max_examples=40, deadline=None)
@given(
    SOLVENTS,
    st.integers(50, 350),
    st.floats(0.01, 5.0),
    st.none() | st.floats(0.1, 20.0),
    st.integers(1, 4),
    st.none() | st.floats(0.5, 5.0),
)
def test_any_tube_that_reads_is_reviewed_alike_each_time(solvent, celsius, rate, syringe, units, ratio):
    written = flow(
        reagents={"solvent": {"is": solvent}},
        tube={"units": units},
        flow={
            "rate": f"{rate} mL/min",
            "temperatures": {"HB1": f"{celsius} degC"},
            **({} if syringe is None else {"syringe": f"{syringe} mL"}),
        },
        workup=[{"precipitate": {"vessel": "vial", "with": "EtOH", "ratio": ratio}}],
    )
    first = reviewed(written)

    assert first == reviewed(written)
    assert {concern.code for concern in first} <= {*CODES}
    assert bool(of(first, "spare-tubes")) == (units > 1)
    short = syringe is not None and syringe * 1e-6 < volume_of_tube(written)
    assert bool(of(first, "syringe-stroke")) == short


def volume_of_tube(written):
    return parse_recipe(json.dumps(written)).tube.volume


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 40),
    SOLVENTS,
    st.sampled_from([("L", 1e-3), ("uL", 1e3), ("cm3", 1.0)]),
    st.sampled_from([("mol", 1e-3), ("umol", 1e3)]),
)
def test_units_of_doses_do_not_matter(indium, volume, solvent, of_volume, of_amount):
    plain = batch(
        reagents={"indium": {"dose": f"{indium} mmol"}, "solvent": {"is": solvent, "dose": f"{volume} mL"}}
    )
    other = batch(
        reagents={
            "indium": {"dose": f"{indium * of_amount[1]!r} {of_amount[0]}"},
            "solvent": {"is": solvent, "dose": f"{volume * of_volume[1]!r} {of_volume[0]}"},
        }
    )

    assert reviewed(plain) == reviewed(other)
