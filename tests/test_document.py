"""YAML documents: the line of every key, every fault at once, no other error than ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from aliquot.errors import AliquotError, CardError, RecipeError
from aliquot.knowledge.document import Document, Flow, Length, Schema, Temperature


class Zone(Schema):
    name: str
    length: Length


class Tube(Schema):
    bore: Length
    zones: tuple[Zone, ...]
    flow: Flow | None = None
    temperatures: dict[str, Temperature] = Field(default_factory=dict)


GOOD = """\
bore: 1 mm
zones:
  - {name: hot, length: 4 m}
  - name: cold
    length: 60 cm
"""


def read(text):
    return Document(text, "tube.yaml").read(Tube)


def test_a_good_document_is_read():
    tube = read(GOOD)

    assert [zone.length.value for zone in tube.zones] == [4.0, 0.6]
    assert tube.model_dump(mode="json")["bore"] == "1 mm"


@pytest.mark.parametrize(
    ("path", "line", "key"),
    [
        ((), 1, None),
        (("bore",), 1, "bore"),
        (("zones",), 2, "zones"),
        (("zones", 0, "length"), 3, "zones.0.length"),
        (("zones", 1), 4, "zones.1"),
        (("zones", 1, "length"), 5, "zones.1.length"),
        (("zones", 1, "colour"), 4, "zones.1"),
        (("zones", 7), 2, "zones"),
    ],
)
def test_every_key_has_its_line(path, line, key):
    where = Document(GOOD, "tube.yaml").where(path)

    assert (where.file, where.line, where.key) == ("tube.yaml", line, key)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("bore: 1 mm", "bore: 1 s", 1, r"bore: got '1 s'.*converts to m"),
        ("bore: 1 mm", "bore: 1", 1, "got 1; expected a number and a unit"),
        ("bore: 1 mm", "bore: -1 mm", 1, "expected a quantity above 0 m"),
        ("bore: 1 mm", "bore:", 1, "got None"),
        ("bore: 1 mm", "boer: 1 mm", 1, "unknown key 'boer'.*Did you mean 'bore'"),
        ("length: 60 cm", "lenght: 60 cm", 5, "zones.1.lenght.*Did you mean 'length'"),
        ("name: cold", "name: 5", 4, "zones.1.name: got 5; expected text"),
        ("  - {name: hot, length: 4 m}", "  - hot", 3, "zones.0: got 'hot'; expected a mapping"),
        ("bore: 1 mm", "bore: 1 mm\nbore: 2 mm", 2, "duplicate key"),
        ("bore: 1 mm", "bore: 1 mm\ntemperatures: {hot: -300 degC}", 2, "temperatures.hot.*above 0 K"),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(old, new, line, said):
    with pytest.raises(CardError, match=said) as caught:
        read(GOOD.replace(old, new))

    assert caught.value.where.line == line


def test_further_faults_follow_as_notes_in_the_order_of_lines():
    with pytest.raises(CardError) as caught:
        read(GOOD.replace("1 mm", "1 s").replace("60 cm", "60 K"))

    assert caught.value.where.line == 1
    (note,) = caught.value.__notes__
    assert note.startswith("also: tube.yaml, line 5, zones.1.length: got '60 K'")


def test_a_misspelt_key_is_one_fault_and_no_missing_key_besides():
    with pytest.raises(CardError, match="Did you mean 'bore'") as caught:
        read(GOOD.replace("bore", "bor"))

    assert not hasattr(caught.value, "__notes__")


def test_a_missing_key_is_told_at_its_parent():
    with pytest.raises(CardError, match=r"zones\.1: got no 'length'"):
        read(GOOD.replace("    length: 60 cm\n", ""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "text",
        "a: b: c",
        "a: *b",
        "a: 2023-99-99",
        "a: !!int x",
        "a\x00b",
        "[" * 1000,
        "a: !!bool x",
    ],
)
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(RecipeError) as caught:
        Document(text, "bad.yaml", RecipeError)

    assert caught.value.where.file == "bad.yaml"


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=40))
def test_no_text_at_random_is_a_tube_and_all_are_refused_by_us(text):
    with pytest.raises(AliquotError, match=r"^tube\.yaml"):
        read(text)


def test_files_that_can_not_be_read_are_refused(tmp_path):
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Döring".encode("latin-1"))

    with pytest.raises(CardError, match="no UTF-8 text"):
        Document.from_file(latin)
    with pytest.raises(CardError, match="No such file"):
        Document.from_file(tmp_path / "none.yaml")
    with pytest.raises(CardError, match="can be read"):
        Document.from_file(tmp_path)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    marked = tmp_path / "tube.yaml"
    marked.write_text(GOOD, encoding="utf-8-sig")

    assert Document.from_file(marked).read(Tube).bore.value == 1e-3
