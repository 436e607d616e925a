"""Located errors: what each would spoil if the printed form were believed."""

import re
from collections import Counter
from pathlib import Path

import pytest

from aliquot.knowledge.base import KINDS, Base
from aliquot.knowledge.records import Erratum

BASE = Base()
ERRATA: dict[str, Erratum] = dict(BASE.cards("errata"))
TARGETS = [(erratum.id, *target.split(":", 1)) for erratum in ERRATA.values() for target in erratum.touches]
FILE = Path(__file__).parents[1] / "src/aliquot/knowledge/cards/errata/seeds.yaml"


def test_all_67_say_what_they_touch_even_where_it_is_nothing():
    text = FILE.read_text(encoding="utf-8")

    assert len(ERRATA) == 67
    assert text.count("\n    touches: [") == 67


def test_severities_are_those_of_the_ground():
    counts = Counter(erratum.severity for erratum in ERRATA.values())

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
