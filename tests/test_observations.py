"""The published observations: whole, typed, roles by series; the thresholds of the CdTe paper unchanged."""

from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError

from aliquot.errors import CardError
from aliquot.instruments.absorbance.sizing import diameter
from aliquot.knowledge import store
from aliquot.knowledge.document import Document
from aliquot.knowledge.records import Mark, Observation, Observations, Role, Term
from aliquot.recipe import FlowRecipe, read_recipe
from aliquot.reproduce.rows import bounds_of, unit_of
from aliquot.units import EV_NM, Quantity, to_float
from cdte_courses import FLASKS, HOURS, INF, TELLURIUM, Course, Need, extra, thresholds

PAPERS = ("gazis2023", "mech2023", "tiwari2025", "wang2023")
CARDS = [store.observations(name) for name in PAPERS]
ROWS = [(card, row) for card in CARDS for row in (*card.observations, *card.checks)]
MECH = store.observations("mech2023")
DIMENSIONS = {
    "share": "1",
    "top": "1",
    "populations": "1",
    "diameter": "nm",
    "mean-volume diameter": "nm",
    "shell thickness": "nm",
    "size": "nm",
    "E1": "nm",
    "E2": "nm",
    "emission": "nm",
    "emission width": "nm",
    "RSD": "1",
    "conversion": "1",
    "PLQY": "1",
    "time of maximum": "s",
    "time": "s",
    "rate": "kg/s",
    "flow": "m3/s",
    "concentration": "mol m-3",
    "ratio": "1",
    "charge": "1",
    "count": "1",
    "colour": "1",
    "volume": "m3",
    "amount": "mol",
    "mass": "kg",
    "density": "kg/m3",
    "energy": "eV",
    "width": "eV",
}


def test_every_paper_of_the_ground_has_its_card():
    assert store.names("observations") == PAPERS


@pytest.mark.parametrize("card", CARDS, ids=PAPERS)
def test_every_row_has_numbers_of_its_dimension_grounds_and_known_errata(card):
    for row in (*card.observations, *card.checks):
        unit = "1" if row.over else DIMENSIONS[row.quantity]
        for text in (row.value, row.tolerance, row.above, row.below):
            if text is not None:
                Quantity.parse(text, unit)
        low, high = bounds_of(row, unit_of(row))

        assert low < high, row.id
        assert row.tolerance_because
        assert row.place
        assert not row.is_tested or all(term.condition for term in row.terms), row.id
        assert all(store.erratum(key).source == card.source for key in row.errata), row.id
        assert all(term.at in {None, "maximum", "end"} or to_float(term.at, "s") >= 0.0 for term in row.terms)


@pytest.mark.parametrize("card", CARDS, ids=PAPERS)
def test_every_condition_is_a_recipe_of_the_book_that_can_be_read(card):
    assert card.source == card.id
    for name, condition in card.conditions.items():
        recipe = read_recipe(condition.recipe, dict(condition.given))
        assert (condition.sample is not None) == isinstance(recipe, FlowRecipe) or not any(
            term.condition == name and row.is_tested for row in card.observations for term in row.terms
        )
        if condition.sample is not None:
            assert recipe.sample(condition.sample).name == condition.sample
        chemistry = condition.chemistry or card.chemistry or next(iter(card.everything))
        assert condition.applied_to(store.chemistry(chemistry)).material == recipe.material


@pytest.mark.parametrize("card", CARDS, ids=PAPERS)
def test_every_condition_has_its_row(card):
    named = {term.condition for row in (*card.observations, *card.checks) for term in row.terms}
    assert set(card.conditions) <= named


# Roles


def test_roles_are_those_of_the_series():
    for card in CARDS:
        for row in card.observations:
            if row.role is not Role.ARITHMETIC and row.condition is not None:
                assert row.role is card.role_of(row), row.id


def test_whole_series_are_held_out():
    assert set(MECH.held_out) == {"TOP", "temperature"}
    assert set(store.observations("wang2023").held_out) == {"flow", "shell"}
    overgrowths = {
        name for name in store.observations("tiwari2025").held_out if name.startswith("overgrowth")
    }
    assert overgrowths == {"overgrowth of 965", "overgrowth of 1102"}


def test_samples_of_the_tube_have_the_roles_that_they_had_before_any_fit():
    rows = [row for row in store.observations("wang2023").observations if row.is_tested and row.value]
    roles = {role: {row.condition for row in rows if row.role is role} for role in Role}

    assert roles[Role.CALIBRATION] == {"180C", "250C", "200C-0.2"}
    assert roles[Role.PREDICTION] == {"200C-0.3", "200C-0.05", "core-shell"}


def test_predictions_are_at_least_half_of_what_a_chemistry_is_held_against():
    counted = Counter(row.role for card in CARDS for row in card.observations if row.is_tested)
    assert counted[Role.PREDICTION] >= counted[Role.CALIBRATION] > 50


def test_chemistries_that_saw_everything_are_told_from_the_honest_split():
    for card in CARDS:
        assert card.chemistry not in card.everything
        for name in (*card.everything, *([card.chemistry] if card.chemistry else [])):
            assert store.chemistry(name).source == card.source


def wrong(**change):
    """A row of a run, with something that can not be."""
    row = {
        "id": "row",
        "quantity": "diameter",
        "condition": "run",
        "value": "2.7 nm",
        "tolerance": "0.1 nm",
        "tolerance_because": "rounding",
        "role": "calibration",
        "place": "l.1",
    }
    return {key: value for key, value in {**row, **change}.items() if value is not None}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tolerance": None}, "'value' and 'tolerance', or 'above' and 'below'"),
        ({"above": "2 nm"}, "'value' and 'tolerance', or 'above' and 'below'"),
        ({"value": None, "tolerance": None}, "'value' and 'tolerance', or 'above' and 'below'"),
        ({"printed": "2.9 nm"}, "names the erratum"),
        ({"mark": "reading"}, "says how: 'reading'"),
        ({"condition": None}, "belongs to a condition"),
        (
            {"over": Term(quantity="diameter", condition="run"), "less": Term(quantity="diameter")},
            "not both",
        ),
    ],
)
def test_a_row_that_nothing_can_be_held_against_is_refused(change, reason):
    Observation(**wrong())
    with pytest.raises(ValidationError, match=reason):
        Observation(**wrong(**change))


CARD = """
id: some
source: wang2023
chemistry: null
held_out: {flow: to see}
conditions:
  run: {recipe: inp_wang2023, sample: 180C, series: flow}
observations:
  - {id: one, condition: run, quantity: diameter, value: 2.7 nm, tolerance: 0.1 nm, tolerance_because: so,
     role: prediction, place: l.1}
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("role: prediction", "role: calibration", "'one' is a prediction: of the series flow"),
        ("condition: run", "condition: walk", "'walk', which is no condition"),
        ("{flow: to see}", "{time: to see}", "no condition is of the series 'time'"),
        ("series: flow}", "series: flow, given: {flow.rate: 1 mL/min}}", "needs 'given_because'"),
        ("series: flow}", "series: flow, scaled: {x: 2}}", "needs 'scaled_because'"),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(old, new, reason):
    assert Document(CARD, "some.yaml").read(Observations).tested(Role.PREDICTION)
    with pytest.raises(CardError, match=reason):
        Document(CARD.replace(old, new), "some.yaml").read(Observations)


def test_names_are_not_given_twice():
    row = CARD[CARD.index("  - {id") :]
    with pytest.raises(CardError, match="'one' stands twice"):
        Document(CARD + row, "some.yaml").read(Observations)


def test_scaling_a_chemistry_changes_that_number_alone():
    condition = store.observations("gazis2023").conditions["inp-slow"]
    before = store.chemistry("inp_wang2023")
    after = condition.applied_to(before)
    number = after.reactions["conversion"].rate.value.partition(" ")[0]

    assert float(number) == pytest.approx(0.25 * 8.935e-3)
    assert after.attachment == before.attachment
    assert after.id != before.id
    wrong = condition.model_copy(update={"scaled": {"reactions.melting.rate.value": 2.0}})
    with pytest.raises(ValueError, match="no key of the chemistry"):
        wrong.applied_to(before)


# wang2023: what was there before stays


def test_tolerances_of_wavelengths_are_those_of_diameters_on_the_curve():
    law = store.material("InP").curve("wang2023-sphere").law
    expected = {Role.CALIBRATION: 0.1, Role.PREDICTION: 0.2}

    def at(d):
        return EV_NM / (law.gap + law.a * d**-law.b)

    rows = [
        row for row in store.observations("wang2023").observations if row.quantity == "E1" and row.is_tested
    ]
    assert len(rows) == 5
    for row in rows:
        nm, step = to_float(row.value, "nm"), expected[row.role]
        d = ((EV_NM / nm - law.gap) / law.a) ** (-1 / law.b)
        assert to_float(row.tolerance, "nm") == pytest.approx((at(d + step) - at(d - step)) / 2, abs=1.0), (
            row.id
        )


def test_a_reading_is_told():
    assert all(row.reading for _, row in ROWS if row.mark is Mark.READING)


# mech2023: the 28 sentences are those that were fixed in tests/cdte_courses.py before any fit

CARDS_OF = {"cadmium": "CdOA2", "amine": "OAM", "phosphine": "TOP"}
SERIES = {"449": "small", "469": "double", "dots": "dots", "X": "complex", "others": "others"}


def test_flasks_are_stated_as_they_were():
    for name, flask in FLASKS.items():
        stated = MECH.conditions[name].stated
        assert stated is not None
        found = {card: to_float(text, "mol m-3") for card, text in stated.concentrations.items()}
        wanted = {card: getattr(flask, part) for part, card in CARDS_OF.items() if getattr(flask, part)}

        assert found == pytest.approx({"TOPTe": TELLURIUM, **wanted}), name
        assert stated.temperature.value - 273.15 == pytest.approx(flask.celsius)
        assert stated.solvent == flask.solvent


def drawn(rng):
    """Courses of sixteen flasks that no chemistry made."""
    shape = len(HOURS)
    names = ("small", "double", "dots", "complex", "others", "top")
    return {
        name: Course(
            **{part: rng.uniform(0.0, 1.0, shape) ** 3 for part in names},
            diameter=rng.uniform(2.0, 4.0, shape),
            drift=np.zeros(shape),
            lowest=np.zeros(shape),
        )
        for name in FLASKS
    }


def series_of(course, term):
    """The course of what a term is of."""
    if term.quantity == "mean-volume diameter":
        return course.diameter
    if term.quantity == "top":
        return course.top
    return sum(getattr(course, SERIES[part]) for part in term.of.split(" + "))


def number(courses, term):
    """What a course says of a term."""
    if term.condition == "*":
        return max(number(courses, term.model_copy(update={"condition": name})) for name in courses)
    found = series_of(courses[term.condition], term)
    if term.quantity == "time of maximum":
        return HOURS[int(found.argmax())]
    return float(found.max()) if term.at == "maximum" else float(found[HOURS.index(to_float(term.at, "h"))])


def need(courses, row):
    """A row as the number that has to lie between two bounds, as it is written in tests/cdte_courses.py."""
    first, *others = (number(courses, term) for term in row.terms)
    value = first if not others else first / max(others[0], 1e-12) if row.over else first - others[0]
    unit = {"time of maximum": "h", "mean-volume diameter": "nm"}.get(row.quantity, "1")
    return Need(value, *bounds_of(row, unit))


def by_test(courses, rows):
    found = {}
    for row in rows:
        if row.test:
            found.setdefault(row.test, []).append(need(courses, row))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_28_sentences_ask_for_the_same_numbers_within_the_same_bounds(seed):
    courses = drawn(np.random.default_rng(seed))
    for wanted, rows in ((thresholds(courses), MECH.observations), (extra(courses), MECH.checks)):
        found = by_test(courses, rows)
        assert list(found) == [name for name in found if name in wanted]
        assert set(found) == set(wanted)
        for name, needs in wanted.items():
            if name.startswith("X5"):  # the largest of three, there; three rows, here
                assert max(one.value for one in found[name]) == pytest.approx(needs[0].value)
                continue
            same = zip(sorted(found[name]), sorted(needs), strict=True)
            for ours, theirs in same:
                assert ours.value == pytest.approx(theirs.value, rel=1e-9), name
                assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high)), name


def test_there_are_28_sentences_and_ten_of_them_are_predicted():
    roles = {}
    for row in MECH.observations:
        if row.test:
            roles.setdefault(row.test, set()).add(row.role)

    assert len(roles) == 28
    assert Counter(next(iter(found)) for found in roles.values()) == {
        Role.CALIBRATION: 18,
        Role.PREDICTION: 10,
    }
    assert all(len(found) == 1 for found in roles.values())
    assert all("any constant was fitted" in row.tolerance_because for row in MECH.observations if row.test)


def test_bounds_of_rows_that_are_no_threshold_come_from_words_or_wavelengths():
    curve = store.material("CdTe").curve("yu2003")
    lines = {"ode-peak-500": 500.0, "cd48-peak-525": 525.0, "t150-peak-530": 530.0, "t150-peak-550": 550.0}
    for row in MECH.observations:
        if row.id in lines:
            assert to_float(row.value, "nm") == pytest.approx(diameter(curve, lines[row.id]), abs=0.005)
        elif row.is_tested and not row.test:
            low, high = bounds_of(row, unit_of(row))
            assert {low, high} <= {-INF, 0.0, 1.0, INF}, row.id


def test_a_cluster_is_no_dot_of_the_curve():
    with pytest.raises(Exception, match="is known for"):
        diameter(store.material("CdTe").curve("yu2003"), 449.0)


# tiwari2025


def test_overgrowths_differ_in_their_dots_alone():
    card = store.observations("tiwari2025")
    given = {
        tuple(sorted(card.conditions[f"overgrowth-{nm}"].given.items())) for nm in (965, 1010, 1102, 1145)
    }
    assert len(given) == 1


def test_tolerances_of_emission_are_what_the_curve_leaves_open():
    """49 meV, the largest residual of its fit."""
    for row in store.observations("tiwari2025").observations:
        if row.quantity == "emission" and row.is_tested and "49 meV" in row.tolerance_because:
            nm = to_float(row.value, "nm")
            half = 0.5 if "half" in row.tolerance_because else 1.0
            assert to_float(row.tolerance, "nm") == pytest.approx(half * 0.049 * nm**2 / EV_NM, rel=0.05), (
                row.id
            )


def test_the_words_of_a_row_tell_what_is_compared():
    rows = {row.id: row for row in MECH.observations}
    assert rows["oam6-mixture"].words == "share of 449 at 4 h / share of 449 + X at 4 h"
    assert rows["oam6-mixture"].text == "above 0.1 and below 0.9"
    assert rows["ode-red-shift"].words == "diameter of dots at 24 h - diameter of dots at 2 h"
    assert not rows["ode-E1-449"].is_tested
