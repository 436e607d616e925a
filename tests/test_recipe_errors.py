"""Bad recipes: every fault names file, line and key, and says what to do."""

from contextlib import suppress

import pytest

from aliquot.errors import RecipeError
from aliquot.recipe import parse_recipe, read_recipe, recipe_book

GOOD = recipe_book("inp_wang2023").read_text(encoding="utf-8")

BAD = {
    # what was changed: (old, new, a piece of the line that is to blame, key, what the message says)
    "format of another program": (
        "format: aliquot-recipe/1",
        "format: qd-recipe/1",
        "format: qd",
        "format",
        "expected 'aliquot-recipe/1'",
    ),
    "unknown key": (
        "dose: 4.4 mL, purity",
        "dose: 4.4 mL, purty",
        "purty",
        "reagents.phosphine.purty",
        "Did you mean 'purity'",
    ),
    "unknown key of the file": ("errata:", "eratta:", "eratta:", "eratta", "Did you mean 'errata'"),
    "unknown key spelt like a field": (
        "{is: PDEA",
        "{is_: PDEA",
        "is_: PDEA",
        "reagents.phosphine.is_",
        "'is'",
    ),
    "no dose": (
        "is: PDEA, dose: 4.4 mL,",
        "is: PDEA,",
        "is: PDEA",
        "reagents.phosphine",
        "got no 'dose'; expected the key 'dose'",
    ),
    "no purity": (
        "dose: 4.4 mL, purity: 97 %",
        "dose: 4.4 mL",
        "dose: 4.4 mL",
        "reagents.phosphine",
        "expected the key 'purity': no 'purity', and moles depend on it",
    ),
    "dose without a unit": (
        "dose: 4.4 mL",
        "dose: 4.4",
        "dose: 4.4",
        "reagents.phosphine.dose",
        "without its unit",
    ),
    "dose of time": (
        "dose: 4.4 mL",
        "dose: 4.4 min",
        "dose: 4.4 min",
        "reagents.phosphine.dose",
        r"converts to g or m3 or mol: 'min' is \[time\]",
    ),
    "dose of nothing": ("dose: 4.4 mL", "dose: 0 mL", "dose: 0 mL", "reagents.phosphine.dose", "above 0 m3"),
    "negative dose": ("dose: 884.72 mg", "dose: -1 mg", "dose: -1", "reagents.indium.dose", "above 0 g"),
    "purity above all": (
        "4.4 mL, purity: 97 %",
        "4.4 mL, purity: 970 %",
        "970",
        "reagents.phosphine.purity",
        "100 %",
    ),
    "purity in words": (
        "purity: 99.999 %",
        "purity: pure",
        "pure}",
        "reagents.indium.purity",
        "such as '97 %'",
    ),
    "purity the wrong way round": (
        "20 mL, purity: 80-90 %",
        "20 mL, purity: 90-80 %",
        "90-80",
        None,
        "lower bound",
    ),
    "unknown card": ("{is: PDEA", "{is: PDAE", "PDAE", "reagents.phosphine.is", "Did you mean 'PDEA'"),
    "volume of what has no density": (
        "is: InCl3, dose: 884.72 mg",
        "is: InCl3, dose: 1 mL",
        "dose: 1 mL",
        "reagents.indium.dose",
        "no density",
    ),
    "unknown material": ("material: InP", "material: InPh", "InPh", "material", "Did you mean 'InP'"),
    "unknown source": ("[wang2023]", "[wang2032]", "wang2032", "source.0", "Did you mean 'wang2023'"),
    "unknown erratum": ("[E040,", "[E940,", "E940", "errata.0", "Did you mean 'E"),
    "solution of an unknown reagent": (
        "amine for zinc, phosphine]",
        "amine for zinc, phosfine, phosphine]",
        "phosfine",
        "solutions.stock.of.4",
        "Did you mean 'phosphine'",
    ),
    "reagent in no solution": (
        "amine for zinc, phosphine]",
        "amine for zinc]",
        "is: PDEA",
        "reagents.phosphine",
        "in no solution",
    ),
    "reagent poured twice": (
        "amine for zinc, phosphine]",
        "amine for zinc, phosphine, phosphine]",
        "phosphine, phosphine",
        "solutions.stock.of.4",
        "in 2 places",
    ),
    "volume of a solution in grams": (
        "volume: additive",
        "volume: 44.4 g",
        "44.4 g",
        "solutions.stock.volume",
        "converts to m3",
    ),
    "unknown feed": ("feed: stock", "feed: stok", "feed: stok", "flow.feed", "Did you mean 'stock'"),
    "bore of nothing": ("bore: 0.9975 mm", "bore: 0 mm", "bore: 0", "tube.bore", "above 0 m"),
    "bore in mL": ("bore: 0.9975 mm", "bore: 0.9975 mL", "bore:", "tube.bore", "converts to m"),
    "zones that do not add up": (
        "  length: 4.6 m",
        "  length: 4.7 m",
        "  length: 4.7",
        "tube.length",
        "4.6 m together",
    ),
    "zone twice": (
        "    - {name: HB1, length: 4.6 m}",
        "    - {name: HB1, length: 4 m}\n    - {name: HB1, length: 0.6 m}",
        "0.6 m}",
        "tube.zones.1.name",
        "'HB1' for the second time",
    ),
    "no inlet temperature": (
        "  inlet_temperature: 25 degC\n",
        "",
        "tube: #",
        "tube",
        "got no 'inlet_temperature'",
    ),
    "negative flow": ("flow: 0.2 mL/min", "flow: -0.2 mL/min", "-0.2", "samples.5.flow", "above 0 m3 s-1"),
    "flow that is a volume": ("rate: 0.1 mL/min", "rate: 0.1 mL", "rate:", "flow.rate", "converts to m3 s-1"),
    "no flow": ("  rate: 0.1 mL/min", "  rate: null", "name: 180C", "samples.0", "'180C' without a flow"),
    "colder than nothing": (
        "{HB1: 180 degC}",
        "{HB1: -280 degC}",
        "-280",
        "samples.0.temperatures.HB1",
        "above 0 K",
    ),
    "temperature without unit": (
        "{HB1: 180 degC}",
        "{HB1: 180}",
        "HB1: 180}",
        "samples.0.temperatures.HB1",
        "got 180",
    ),
    "unknown zone": (
        "{HB1: 180 degC}",
        "{HB2: 180 degC}",
        "HB2",
        "samples.0.temperatures.HB2",
        "Did you mean 'HB1'",
    ),
    "sample without a temperature": (
        "  temperatures: {HB1: 200 degC}\n",
        "",
        "{name: 200C}",
        "samples.1",
        "without a temperature of zone 'HB1'",
    ),
    "two samples of one name": (
        "name: 200C-0.3",
        "name: 200C-0.2",
        "0.3 mL/min}",
        "samples.6.name",
        "second time",
    ),
    "sample name that YAML reads as a number": (
        "name: 225C",
        "name: 225",
        "name: 225",
        "samples.2.name",
        "quotes",
    ),
    "window the wrong way round": (
        "[400 nm, 900 nm]",
        "[900 nm, 400 nm]",
        "window",
        "observe.window",
        "the shorter",
    ),
    "window of one end": ("[400 nm, 900 nm]", "[400 nm]", "window", "observe.window", None),
    "unknown medium": ("medium: hexane", "medium: hexan", "hexan", "observe.medium", "Did you mean 'hexane'"),
    "dilution below one": (
        "dilution: 20",
        "dilution: 0.5",
        "dilution: 0.5",
        "observe.dilution",
        "greater than or equal",
    ),
    "assumption about nothing": (
        "  observe.noise: usual",
        "  observe.nose: usual",
        "observe.nose",
        "assumed.observe.nose",
        "nothing stands under that key",
    ),
    "check of an unknown reagent": (
        "{indium: 4 mmol",
        "{indum: 4 mmol",
        "indum",
        "checks.amounts.indum",
        "'indium'",
    ),
    "check of what is not fed": (
        "{InCl3: 90.1 mM}",
        "{DDT: 90.1 mM}",
        "DDT",
        "checks.concentrations.DDT",
        "feed",
    ),
    "check of no ratio": (
        "{PDEA/InCl3: 4.02}",
        "{PDEA: 4.02}",
        "PDEA: 4",
        "checks.ratios.PDEA",
        "two reagents",
    ),
    "check of a time that is a flow": (
        "0.3 mL/min: 12 min",
        "0.3 mL/min: 12 mL/min",
        "12 mL",
        "checks.residence_times.0.3 mL/min",
        "converts to s",
    ),
    "key given twice": ("  length: 4.6 m", "  length: 4.6 m\n  length: 4.6 m", None, None, "duplicate key"),
    "colon without a space": ("title: InP", "title:InP", None, None, "expected well-formed YAML"),
}


@pytest.mark.parametrize(("old", "new", "blamed", "key", "said"), BAD.values(), ids=BAD)
def test_a_bad_recipe_is_told_with_its_place_and_remedy(old, new, blamed, key, said):
    assert old in GOOD
    text = GOOD.replace(old, new)

    with pytest.raises(RecipeError, match=said) as caught:
        parse_recipe(text, file="mine.yaml")

    error = caught.value
    assert error.where.file == "mine.yaml"
    assert error.where.line is not None
    if blamed is not None:
        assert blamed in text.splitlines()[error.where.line - 1]
    if key is not None:
        assert error.where.key == key
    assert error.remedy.endswith((".", "?"))


def test_all_faults_are_told_at_once():
    text = GOOD.replace("{is: PDEA", "{is: PDAE").replace("feed: stock", "feed: stok")

    with pytest.raises(RecipeError, match="PDAE") as caught:
        parse_recipe(text)

    assert any("stok" in note for note in caught.value.__notes__)


def test_solids_alone_have_no_volume():
    text = """\
format: aliquot-recipe/1
id: dry
title: Two salts
material: InP
reagents:
  indium: {is: InCl3, dose: 4 mmol, purity: null}
solutions:
  stock: {of: [indium]}
tube: {bore: 1 mm, length: 1 m, inlet_temperature: 25 degC, zones: [{name: hot, length: 1 m}]}
flow: {feed: stock, rate: 1 mL/min, temperatures: {hot: 200 degC}}
samples: [{name: only}]
"""
    with pytest.raises(RecipeError, match=r"line 8, solutions\.stock: .* of solids alone"):
        parse_recipe(text)
    assert parse_recipe(text.replace("[indium]}", "[indium], volume: 40 mL}")).feed.volume == pytest.approx(
        4e-5
    )


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(RecipeError, match=r"nowhere\.yaml.*Check the name"):
        read_recipe(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("number", range(len(GOOD.splitlines())))
def test_a_recipe_with_a_line_torn_out_is_read_or_refused_by_us(number):
    lines = GOOD.splitlines()
    del lines[number]

    with suppress(RecipeError):
        parse_recipe("\n".join(lines))
