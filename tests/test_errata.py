"""Located errors: what each would spoil if the printed form were believed."""

import re
from collections import Counter
from pathlib import Path

import pytest

from aliquot.knowledge.base import KINDS, Base
from aliquot.knowledge.records import Erratum
from aliquot.units import EV_NM

SHARED = Path(__file__).parents[2] / "shared"
SEEDS = {"gazis2023": "000", "mech2023": "001", "wang2023": "003", "tiwari2025": "004"}
BASE = Base()
ERRATA: dict[str, Erratum] = dict(BASE.cards("errata"))
TARGETS = [(erratum.id, *target.split(":", 1)) for erratum in ERRATA.values() for target in erratum.touches]
FOLDER = Path(__file__).parents[1] / "src/aliquot/knowledge/cards/errata"
FOUNDING = [f"E{number:03d}" for number in range(1, 68)]
FOUND = ["E068", "E069", "E070", "E071", "E072"]


@pytest.mark.parametrize(("file", "names"), [("seeds", FOUNDING), ("transcription", FOUND)])
def test_all_say_what_they_touch_even_where_it_is_nothing(file, names):
    text = (FOLDER / f"{file}.yaml").read_text(encoding="utf-8")

    assert re.findall(r"- id: (E\d+)", text) == names
    assert text.count("\n    touches: [") == len(names)


def test_the_67_of_the_founding_list_come_first_and_then_those_found():
    assert list(ERRATA) == [*FOUNDING, *FOUND]


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_later_is_printed_where_it_says(name):
    erratum = ERRATA[name]
    texts = sorted((SHARED / "seeds").glob(f"{SEEDS[erratum.source]}_*.txt"))
    if not texts:
        pytest.skip("the shared folder is not beside this checkout")
    line = (
        texts[0].read_text(encoding="utf-8").splitlines()[int(re.search(r"l\.(\d+)", erratum.place)[1]) - 1]
    )
    plain = line.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉–", "0123456789-")).replace("*", "")

    for word in re.findall(r"\w+BH3|\d+(?= nm)|\d+-\d+|(?<=, )\d+", erratum.printed):
        assert word in plain
    assert erratum.because


def test_widths_in_nanometres_are_computed_at_the_wavelength_that_is_told():
    """E038: a width in wavelength is E^2 / hc times it, in energy."""
    told = ERRATA["E038"].correction
    widths = {nm: [round(1e3 * EV_NM * width / nm**2) for width in (170, 215)] for nm in (560, 600)}
    narrow = [round(width * 560**2 / EV_NM / 1e3) for width in (170, 215)]

    assert f"{widths[560][0]}-{widths[560][1]} meV at 560 nm" in told
    assert f"{widths[600][0]}-{widths[600][1]} meV at 600 nm" in told
    assert f"{narrow[0]}-{narrow[1]} nm at 560 nm" in told


def test_the_flow_of_the_stated_rate_is_computed_for_either_limit():
    """E044: 107 mg/h of InP at 73.6 %, of the indium or a quarter of the active phosphine in 44.4 mL."""
    rate = 107 / 145.79 / 0.736 / 60  # mmol per min
    stock = 884.72 / 221.177, 4.4e3 * 0.903 * 0.97 / 247.361 / 4  # mmol
    flows = [rate / (amount / 44.4) for amount in stock]
    told = " ".join(ERRATA["E044"].correction.split())

    assert f"needs {flows[0]:.4f} mL/min" in told
    assert f"it is {flows[1]:.3f} mL/min" in told
    assert [f"{73.6 * flow / 0.2:.1f} %" in told for flow in flows] == [True, True]


def test_severities_are_those_of_the_ground():
    counts = Counter(ERRATA[name].severity for name in FOUNDING)

    assert counts == {"low": 19, "medium": 30, "high": 18}


@pytest.mark.parametrize(("erratum", "kind", "name"), TARGETS)
def test_what_an_error_touches_is_there(erratum, kind, name):
    assert kind in {*KINDS, "recipes"}, erratum
    if kind != "recipes":
        assert name in BASE.cards(kind), erratum


def test_no_error_touches_a_thing_twice():
    assert max(Counter(TARGETS).values()) == 1


@pytest.mark.parametrize("kind", ["rules", "statements"])
def test_a_rule_or_statement_that_names_an_error_is_touched_by_it(kind):
    for card in BASE.cards(kind).values():
        assert {erratum.id for erratum in BASE.errata_of(kind, card.id)} >= set(card.errata), card.id


def test_observations_that_name_an_error_are_touched_by_it():
    for card in BASE.cards("observations").values():
        named = {key for row in card.observations for key in row.errata}
        assert {erratum.id for erratum in BASE.errata_of("observations", card.id)} >= named


@pytest.mark.parametrize("kind", ["reagents", "clusters", "routes"])
def test_a_card_whose_text_names_an_error_is_touched_by_it(kind):
    """'As in E008' compares with an error that is elsewhere."""
    for card in BASE.cards(kind).values():
        named = set(re.findall(r"(?<!as in )\bE0\d\d\b", str(card)))
        assert {erratum.id for erratum in BASE.errata_of(kind, card.id)} >= named, card.id
