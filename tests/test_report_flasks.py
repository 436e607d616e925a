"""The page of a paper of flasks: every number, every miss, what was given, what the numbers tell."""

import re
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from aliquot.inference.identify import Direction
from aliquot.knowledge import store
from aliquot.knowledge.records import Role, Term
from aliquot.report import reproduction_page, write_page
from aliquot.report.constants import constants
from aliquot.report.flasks.panels import runs
from aliquot.report.flasks.tables import BESIDE
from aliquot.report.flasks.verdicts import REACH, place
from aliquot.report.numbers import NOTHING, sentence
from aliquot.reproduce import Fitted, Line, Reproduction, Row, Sizes, Told, Trace
from aliquot.reproduce.rows import bounds_of, row_of, unit_of
from pages import Page, assert_page_stands_on_its_own

PAPERS = ("mech2023", "tiwari2025", "gazis2023")


def _row(entry, card, everything) -> Row:
    """A row that is met, within what it asks for; nothing is simulated."""
    low, high = bounds_of(entry, unit_of(entry))
    middle = (low + high) / 2.0 if low > -inf and high < inf else (low + 1.0 if low > -inf else high - 1.0)
    computed = None if entry.beyond else middle
    row = row_of(entry, card, computed, beyond=entry.beyond)
    if entry.role is Role.ARITHMETIC:
        return row
    return replace(row, everything=tuple(Fitted(name, computed, computed is not None) for name in everything))


def _trace(card, name: str, chemistry: str) -> Trace:
    """A course that is drawn, not simulated."""
    times = np.linspace(60.0, 86400.0, 40)
    lines = {Line("share", "dots"): np.linspace(0.0, 0.4, 40)}
    late = np.linspace(0.1, 0.8, 40)
    late[:5] = np.nan  # no dots yet
    for entry in card.observations:
        for term in entry.terms:
            if entry.is_tested and term.condition == name:
                share = term.quantity in {"share", "time of maximum"}
                lines[Line.of_term(term)] = np.linspace(0.0, 0.1, 40) if share else late
    d = np.linspace(2.0, 4.0, 30)
    return Trace(name, chemistry, times, lines, (Sizes(60.0, d, np.full(30, 0.5)),))


def drawn(paper: str) -> Reproduction:
    card = store.observations(paper)
    rows = tuple(_row(entry, card, card.everything) for entry in card.observations)
    names = {entry.condition for entry in card.observations if entry.is_tested and entry.condition}
    sets = [card.chemistry or "cd3p2_tiwari2025", *card.everything]
    traces = tuple(
        _trace(card, name, chemistry) for chemistry in sets for name in card.conditions if name in names
    )
    told = None
    if card.chemistry:
        ways = (Direction(40.0, (1.0, 0.0), "1.00 a - 0.30 <b>"), Direction(0.0, (0.0, 1.0), "1.00 <b>"))
        told = Told("cdte_split", card.chemistry, ("a", "<b>"), 12, 12, ways, ())
    checks = tuple(_row(entry, card, card.everything) for entry in card.checks)
    return Reproduction(paper, None, (), rows, 7, card.chemistry, card.everything, traces, checks, told)


@pytest.fixture(scope="module", params=PAPERS)
def result(request: pytest.FixtureRequest) -> Reproduction:
    return drawn(request.param)


@pytest.fixture(scope="module")
def page(result: Reproduction) -> str:
    return reproduction_page(result)


def test_page_stands_on_its_own(page: str) -> None:
    assert_page_stands_on_its_own(page)


def test_every_number_has_a_line_with_its_place(page: str, result: Reproduction) -> None:
    names = Page(page).names
    words = " ".join(Page(page).words)
    for row in (*result.rows, *result.checks):
        assert f"number-{row.id}" in names
        assert row.source.split(", ", 1)[1].replace("degC", "°C") in words


def test_roles_are_counted_apart_and_fits_to_everything_too(page: str, result: Reproduction) -> None:
    for role, name in ((Role.CALIBRATION, "Calibration"), (Role.PREDICTION, "Predictions")):
        met, of = result.counted(role)
        assert bool(of) is bool(re.search(rf"{name}</h3>\s*<p class=\"big\">{met} of {of} met", page))
    for fit, name in enumerate(result.everything):
        met, of = result.fitted(fit)
        assert page.count("It was fitted to them: no prediction.") == len(result.everything)
        assert re.search(rf"Fit to everything: {name}</h3>\s*<p class=\"big\">{met} of {of} met", page)
        assert (f"{result.untried(role)} more are not computed" in page) is bool(result.untried(role))
    assert "Nothing: every number that was put to the test is met" in page
    untried = sum(not row.is_tried for row in result.rows)
    assert f"{untried} further numbers are not computed" in page


def test_what_was_held_out_and_given_stands_with_its_grounds(page: str, result: Reproduction) -> None:
    card = store.observations(result.paper)
    words = " ".join(" ".join(Page(page).words).split())
    for reason in card.held_out.values():
        assert sentence(reason) in words
    for name, run in card.conditions.items():
        if run.given_because:
            assert run.given_because.replace("degC", "°C") in words, name


def test_every_constant_of_every_chemistry_is_on_the_page(page: str, result: Reproduction) -> None:
    card = store.observations(result.paper)
    used = [result.constants] if result.constants else {run.chemistry for run in card.conditions.values()}
    words = " ".join(Page(page).words)
    for name in used:
        for row in constants(store.chemistry(name)):
            assert row.name.replace("->", "→") in words
            assert row.value in words


def test_what_the_numbers_tell_is_told_where_something_was_fitted(page: str, result: Reproduction) -> None:
    assert ("What the numbers tell of the constants" in page) is (result.told is not None)
    if result.told is not None:
        assert "No constant lies at a bound of its prior." in " ".join(page.split())
        stuck = reproduction_page(replace(result, told=replace(result.told, at_bound=("a",))))
        assert "At a bound of its prior lies a" in stuck


def test_equal_results_give_equal_pages_and_bare_ones_a_page_too(result: Reproduction, page: str) -> None:
    assert reproduction_page(result) == page
    bare = replace(result, traces=(), checks=(), told=None)
    assert_page_stands_on_its_own(reproduction_page(bare))


def test_a_miss_has_its_sentence_and_its_mark() -> None:
    result = drawn("mech2023")
    rows = [
        replace(row, computed=0.5, note="Because <so>.", everything=(Fitted("x", 0.5, met=False),) * 3)
        if row.id == "ode-absent"
        else row
        for row in result.rows
    ]
    page = reproduction_page(replace(result, rows=tuple(rows)))
    assert "Because &lt;so&gt;." in page
    assert page.count("0.5 !") == 3
    assert "Nothing: every number" not in page


def test_rows_without_a_sentence_stand_beside_those_with_one() -> None:
    page = reproduction_page(drawn("mech2023"))
    sentence, beside = page.index("ODE 24 h: dots are a minority (T6)"), page.index(BESIDE)
    assert sentence < page.index('id="number-ode-few-dots"') < beside < page.index('id="number-ode-rise"')


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("a", None, "share", "1", -inf, 0.03, 0.015, Role.CALIBRATION), (-REACH, 0.0, -1.0)),
        (Row("b", None, "share", "1", 0.1, inf, 0.4, Role.CALIBRATION), (0.0, REACH, 2.0)),
        (Row("c", None, "time", "h", 1.0, 4.0, 2.0, Role.CALIBRATION), (-1.0, 1.0, 0.0)),
        (Row("d", None, "difference", "nm", 0.0, inf, -0.1, Role.CALIBRATION), (0.0, REACH, -REACH)),
        (Row("e", None, "difference", "nm", -inf, 0.0, -0.1, Role.CALIBRATION), (-REACH, 0.0, -REACH)),
        (Row("g", None, "difference", "nm", -0.1, inf, 0.05, Role.CALIBRATION), (0.0, REACH, REACH)),
        (Row("h", None, "share", "1", 0.0, 0.1, 0.5, Role.CALIBRATION), (-REACH, 0.0, REACH)),
        (Row("i", None, "shift", "nm", -6.0, -4.0, -3.0, Role.CALIBRATION, -5.0), (-1.0, 1.0, REACH)),
        (Row("f", None, "share", "1", 0.1, inf, None, Role.CALIBRATION), (0.0, REACH, None)),
    ],
)
def test_a_row_is_drawn_within_its_band_where_it_is_met(row: Row, expected: tuple) -> None:
    found = place(row)
    assert (found.low, found.high) == pytest.approx(expected[:2])
    assert found.computed == (None if expected[2] is None else pytest.approx(expected[2]))
    if found.computed is not None:
        assert row.met is (found.low <= found.computed <= found.high)


def test_a_ratio_within_a_run_becomes_a_number_of_its_course() -> None:
    (ode, *_) = [run for run in runs(drawn("mech2023")) if run.name == "ode"]
    entries = {entry.id: (entry, row) for entry, row in ode.entries}
    whole = ode.asked(*entries["ode-lower"])  # no more than 0.9 of the maximum, 0.8
    assert whole is not None
    assert whole.high == pytest.approx(0.9 * 0.1)
    assert whole.time == pytest.approx(4.0 * 3600.0)
    assert ode.asked(*entries["ode-red-shift"]) is None  # a difference


def test_a_bound_in_percent_lies_on_a_course_in_shares() -> None:
    (ode, *_) = [run for run in runs(drawn("mech2023")) if run.name == "ode"]
    entry, row = next((entry, row) for entry, row in ode.entries if entry.id == "ode-absent")
    whole = ode.asked(entry, row)
    same = ode.asked(entry, replace(row, unit="%", high=100.0 * row.high))
    assert whole is not None
    assert same is not None
    assert same.high == pytest.approx(whole.high)


def test_a_course_that_begins_without_dots_has_its_maximum_where_it_is() -> None:
    (found, *_) = [run for run in runs(drawn("tiwari2025")) if run.name == "feed"]
    line = Line("diameter", "dots")
    assert np.isnan(found.main.lines[line][0])
    term = Term(quantity="diameter", of="dots", at="maximum", condition="feed")
    assert found.time(term) == found.main.times[-1]


def test_a_time_of_maximum_with_one_bound_is_drawn() -> None:
    result = drawn("mech2023")
    rows = [replace(row, low=-inf) if row.id == "ode-time-of-maximum" else row for row in result.rows]
    assert_page_stands_on_its_own(reproduction_page(replace(result, rows=tuple(rows))))


def test_when_nothing_was_put_to_the_test_the_page_says_so() -> None:
    result = drawn("gazis2023")
    rows = [replace(row, computed=None, beyond="not yet") for row in result.rows]
    page = reproduction_page(replace(result, rows=tuple(rows), traces=()))
    assert "Nothing was put to the test." in page
    assert_page_stands_on_its_own(page)


def test_constants_that_only_another_card_has_are_shown() -> None:
    split, wide = store.chemistry("cdte_mech2023_split"), store.chemistry("cdte_mech2023_wide")
    found = {row.name: row for row in constants(split, [wide])}
    foreign = [row for row in constants(wide) if row.name not in {own.name for own in constants(split)}]
    assert foreign
    for row in foreign:
        assert (found[row.name].value, found[row.name].others) == (NOTHING, (row.value,))


def test_a_page_of_flasks_is_written(tmp_path) -> None:
    path = write_page(drawn("gazis2023"), tmp_path / "pages" / "gazis2023.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
