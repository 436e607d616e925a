"""What a careful colleague says about recipes: every check, the errors of the papers, the command."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.cli.app import run
from aliquot.knowledge.base import base
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import reagent
from aliquot.recipe import parse_recipe
from aliquot.recipe import stated as stated_numbers
from aliquot.recipe.checks import CODES, REGISTRY, SERIES_CODES, review, review_series
from aliquot.recipe.checks.conditions import boiling_point
from aliquot.recipe.checks.hazards import AGENTS
from aliquot.recipe.concern import Severity
from aliquot.recipe.read import RecipeError, recipe_of
from aliquot.recipe.stoichiometry import balance, free_acid

ALL = ["indium", "phosphine", "solvent"]
BATCH = {
    "format": "aliquot-recipe/1",
    "id": "tried",
    "title": "InP in a flask",
    "material": "InP",
    "reagents": {
        "indium": {"is": "InCl3", "dose": "1 mmol", "purity": "99.99 %"},
        "phosphine": {"is": "PDEA", "dose": "5 mmol", "purity": ">= 98 %"},
        "solvent": {"is": "ODE", "dose": "10 mL", "purity": "100 %"},
    },
    "vessels": {"flask": {"type": "three-neck flask"}},
    "steps": [
        {"charge": {"into": "flask", "what": ALL}},
        {"heat": {"vessel": "flask", "to": "200 degC", "rate": "5 K/min"}},
        {"hold": {"vessel": "flask", "at": "200 degC", "for": "10 min"}},
    ],
}
FLOW = {
    **{key: BATCH[key] for key in ("format", "id", "title", "material", "reagents")},
    "solutions": {"stock": {"of": ALL}},
    "tube": {
        "bore": "0.9975 mm",
        "length": "4.6 m",
        "coil_radius": "5 cm",
        "inlet_temperature": "25 degC",
        "zones": [{"name": "HB1", "length": "4.6 m"}],
    },
    "flow": {"feed": "stock", "rate": "0.3 mL/min", "temperatures": {"HB1": "100 degC"}},
    "samples": [{"name": "fast"}, {"name": "slow", "flow": "0.05 mL/min"}],
}
OBSERVE = {
    "window": ["400 nm", "900 nm"],
    "step": "1 nm",
    "path": "1 mm",
    "dilution": {"portion": "50 uL", "into": "5 mL"},
    "medium": "hexane",
}


def merged(whole, change):
    """A recipe with a change, going down where both are nested."""
    made = deepcopy(whole)
    for key, value in change.items():
        made[key] = (
            merged(made[key], value) if isinstance(value, dict) and isinstance(made.get(key), dict) else value
        )
    return made


def batch(**change):
    return merged(BATCH, change)


def flow(**change):
    return merged(FLOW, change)


def held(**hold):
    steps = deepcopy(BATCH["steps"])
    steps[2]["hold"] |= hold
    return batch(steps=steps)


def swapped(**reagents):
    """A recipe of other reagents."""
    made = deepcopy(BATCH)
    made["reagents"] = reagents
    made["steps"][0]["charge"]["what"] = list(reagents)
    return made


def pure(card, dose, **more):
    return {"is": card, "dose": dose, "purity": "100 %", **more}


def stating(**checks):
    return batch(checks=checks)


def reviewed(written):
    document = Document(json.dumps(written), "tried.yaml", RecipeError)
    return review(recipe_of(document), document)


def of(concerns, code):
    return [concern for concern in concerns if concern.code == code]


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
    assert {f"stated-{kind}" for kind in stated_numbers._COMPARED} == {
        code for code in CODES if code.startswith("stated-")
    }
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


# --- the errors of the papers: section and line, number, what is found -----------------------------------

MECH = """\
format: aliquot-recipe/1
id: mech
title: CdTe clusters
material: CdTe
reagents:
  cadmium: {is: CdOA2, dose: 2 mL, concentration: 0.6 M, in: null}
  tellurium: {is: TOPTe, dose: 1 mL, concentration: 1 M, in: TOP}
  phosphine: {is: TOP, dose: 10 mL, purity: null}
  amine: {is: OAM, dose: 17.6 mL, purity: null}
  solvent: {is: TOL, dose: 19.4 mL, purity: null}
vessels: {flask: {type: three-neck flask}}
steps:
  - charge: {into: flask, what: [cadmium, tellurium, phosphine, amine, solvent]}
  - degas: {vessel: flask, at: 25 degC, for: 30 min, pressure: 0.5 torr}
  - heat: {vessel: flask, to: 100 degC, rate: null}
  - hold:
      vessel: flask
      at: 100 degC
      for: 24 h
      aliquots: {volume: 2 mL, at: [0.5 h, 1 h, 1.5 h, 2 h, 4 h, 8 h, 23 h, 24 h]}
observe: {window: [350 nm, 700 nm], step: 1 nm, path: 10 mm, dilution: {portion: 50 uL, into: 5 mL}, medium: toluene}
checks:
  amounts: {cadmium: 1.2 mmol, phosphine: 21.2 mmol, amine: 37.4 mmol}
  concentrations: {TOPTe: 20 mM, CdOA2: 24 mM}
  ratios: {CdOA2/TOPTe: "1.2:1"}
  volume: 50 mL
  dilution: 100
"""


def mech(*changes):
    text = MECH
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    document = Document(text, "mech.yaml", RecipeError)
    recipe = recipe_of(document)
    return recipe, review(recipe, document)


def test_mech2023_the_amine_counts_only_at_seventy_per_cent():
    """mech2023 l.69: 17.6 ml = 37.4 mmol; pure it would be 53.5."""
    _, found = mech()
    (amine,) = [one for one in of(found, "stated-amount") if one.where.key == "checks.amounts.amine"]

    assert amine.severity is Severity.ERROR
    assert "37.4 mmol is stated, 53.49 mmol follows" in amine.text
    assert "37.4 mmol would be 70 %, the grade '70% tech'" in amine.text
    assert amine.where.line == 23


@pytest.mark.parametrize(("stated", "share"), [("21.2 mmol", "95 %"), ("21.7 mmol", "97 %, the grade '97%'")])
def test_mech2023_two_densities_of_one_phosphine(stated, share):
    """mech2023 l.62, 69 print 21.2 mmol for 10 ml of TOP, l.85 prints 21.7; pure it would be 22.4."""
    _, found = mech(("21.2 mmol", stated))
    (phosphine,) = [one for one in of(found, "stated-amount") if one.where.key == "checks.amounts.phosphine"]

    assert f"{stated} is stated, 22.42 mmol follows" in phosphine.text
    assert phosphine.text.endswith(f"{stated} would be {share}")


def test_mech2023_volume_concentrations_and_ratio_agree():
    """mech2023 l.69: 2 + 1 + 10 + 17.6 + 19.4 = 50.0 ml, 20 mM Te, 1.2:1."""
    recipe, found = mech()

    assert [one.where.key for one in found if one.severity is Severity.ERROR] == [
        "checks.amounts.amine",
        "checks.amounts.phosphine",
        "checks.dilution",
    ]
    assert {check.what: round(check.computed, 2) for check in recipe.checks if check.agrees} == {
        "amount of cadmium": 1.2,
        "concentration of TOPTe": 20.0,
        "concentration of CdOA2": 24.0,
        "ratio CdOA2/TOPTe": 1.2,
        "volume": 50.0,
    }


def test_mech2023_dilution_and_aliquots():
    """mech2023 l.69: 50 ul into 5 ml is 1:101; eight aliquots of 2 ml are 32 % of 50 ml."""
    _, found = mech()
    (dilution,), (aliquots,) = of(found, "stated-dilution"), of(found, "aliquots-removed")

    assert "100 is stated, 101 follows" in dilution.text
    assert "take 16 mL of 50 mL in flask, 32 %" in aliquots.text
    assert aliquots.where.line == 20
    assert aliquots.source == "rules:aliquot-share"


def test_mech2023_without_phosphine_is_not_without():
    """mech2023 l.85: 'without additional TOP'; the 1 M stock of TOPTe brings about 1.2 mmol."""
    _, found = mech(
        ("  phosphine: {is: TOP, dose: 10 mL, purity: null}\n", ""),
        (", phosphine,", ","),
        (" phosphine: 21.2 mmol,", " TOP: 0 mmol,"),
        ("19.4 mL", "29.4 mL"),
    )
    (brought,) = of(found, "brought-along")

    assert "about 1.242 mmol of free TOP" in brought.text
    assert any("amount of TOP: 0 mmol is stated, 1.242 mmol follows" in one.text for one in found)


def test_mech2023_toluene_at_100_and_at_150():
    """mech2023 l.85 and l.109: 11 K below the boiling point is no concern, 40 K above is."""
    _, cool = mech()
    _, hot = mech(("100 degC", "150 degC"))

    assert [one.severity for one in of(cool, "boiling")] == [Severity.NOTE]  # pumped off at 0.5 torr
    assert "at about -46 °C at 0.5 torr (estimated)" in of(cool, "boiling")[0].text
    (boils,) = [one for one in of(hot, "boiling") if one.severity is Severity.WARNING]
    assert "toluene makes 39 % of the volume and boils at 110.6 °C; flask is set to 150 °C" in boils.text
    assert boils.where.line == 15


def test_a_flask_under_pressure_may_be_hotter():
    _, found = mech(("100 degC", "150 degC"), ("three-neck flask", "autoclave, pressure: 10 bar"))

    assert not [one for one in of(found, "boiling") if one.severity is Severity.WARNING]


def test_mech2023_a_misprinted_ratio():
    """mech2023 l.107 prints 4:8:1 for 4.8:1; 8 ml of the stock are 16 % of the volume."""
    recipe, found = mech(
        ("dose: 2 mL", "dose: 8 mL"),
        ("19.4 mL", "13.4 mL"),
        ("cadmium: 1.2 mmol", "cadmium: 4.8 mmol"),
        ("CdOA2: 24 mM", "CdOA2: 96 mM"),
        ('"1.2:1"', '["4.8:1", "4:8:1"]'),
    )
    (ratio,) = of(found, "stated-ratio")

    assert ratio.where.key == "checks.ratios.CdOA2/TOPTe.1"
    assert "4.8 follows from the recipe; '4:8:1' is no ratio of two" in ratio.text
    stock = next(dose for dose in recipe.doses if dose.key == "cadmium")
    assert stock.volume / sum(dose.volume for dose in recipe.doses) == pytest.approx(0.16, abs=1e-6)


SERIES = """\
format: aliquot-series/1
id: tried
title: tried
base: mech.yaml
varies: {varies}
balance: [solvent]
recipes:
"""


def series(tmp_path, varies, *recipes):
    (tmp_path / "mech.yaml").write_text(MECH)
    file = tmp_path / "tried.yaml"
    lines = [f"  - {{id: '{name}', title: t, change: {change}}}\n" for name, change in recipes]
    file.write_text(SERIES.format(varies=varies) + "".join(lines))
    return file


def amine(dose):
    return f"{{reagents: {{amine: {{dose: {dose}}}}}, checks: {{amounts: {{amine: {dose}}}}}}}"


def test_mech2023_a_series_that_misses_its_base(tmp_path):
    """mech2023 l.94: 50, 25.1, 12.6 and 6 mmol of amine; the standard is 37.4, or 53.5 if pure."""
    doses = ("6 mmol", "12.6 mmol", "25.1 mmol", "50 mmol")
    file = series(tmp_path, "amount of amine", *((dose[:2], amine(dose)) for dose in doses))
    (missing,) = review_series(file)

    assert (missing.code, missing.severity, missing.where.line) == (
        "series-without-base",
        Severity.WARNING,
        5,
    )
    assert "53.49 mmol (stated as 37.4 mmol)" in missing.text
    assert "OAM, 6 mmol / OAM, 12.6 mmol / OAM, 25.1 mmol / OAM, 50 mmol" in missing.text
    standard = series(tmp_path, "amount of amine", ("a", amine("6 mmol")), ("b", amine("37.4 mmol")))
    assert review_series(standard) == ()


def test_mech2023_temperature_is_confounded_with_the_solvent(tmp_path):
    """mech2023 l.109: 150 degC in octadecene, 50 and 100 in toluene."""
    hot = "steps: {{2: {{heat: {{to: {0}}}}}, 3: {{hold: {{at: {0}}}}}}}"
    cold, warm = (hot.format(f"{celsius} degC") for celsius in (50, 150))
    solvent = ", reagents: {solvent: {is: ODE}}"
    file = series(
        tmp_path, "temperature", ("50C", f"{{{cold}}}"), ("100C", "{}"), ("150C", f"{{{warm}{solvent}}}")
    )
    (confounded,) = review_series(file)

    assert (confounded.code, confounded.where.line) == ("confounded", 10)
    assert "'150C' changes 2 things at once: solvent: ODE instead of TOL; temperature" in confounded.text
    alike = series(tmp_path, "temperature", ("50C", f"{{{cold}}}"), ("100C", "{}"), ("150C", f"{{{warm}}}"))
    assert review_series(alike) == ()


WANG = """\
format: aliquot-recipe/1
id: wang
title: InP in a tube
material: InP
shell: ZnS
reagents:
  indium: {is: InCl3, dose: 884.72 mg, purity: 99.999 %}
  amine for indium: {is: OAM, dose: 20 mL, purity: 80-90 %}
  zinc: {is: ZnCl2, dose: 2.7257 g, purity: ">= 98 %"}
  amine for zinc: {is: OAM, dose: 20 mL, purity: 80-90 %}
  phosphine: {is: PDEA, dose: 4.4 mL, purity: 97 %}
  thiol: {is: DDT, dose: 10 mL, purity: 100 %}
solutions:
  stock: {of: [indium, amine for indium, zinc, amine for zinc, phosphine]}
  sulfur: {of: [thiol]}
tube:
  bore: 0.9975 mm
  length: 9.2 m
  coil_radius: null
  inlet_temperature: 25 degC
  zones: [{name: HB1, length: 4.6 m}, {name: HB2, length: 4.6 m, inlet: sulfur}]
flow: {feed: stock, syringe: 2.5 mL, temperatures: {HB1: 200 degC, HB2: 200 degC}, side: {sulfur: 0.03 mL/min}}
samples: [{name: shell, flow: 0.06 mL/min}]
workup:
  - precipitate: {vessel: vial, with: EtOH, ratio: 3}
checks:
  amounts: {indium: 4 mmol, zinc: 20 mmol, phosphine: 16 mmol}
"""
ONE_TUBE = (
    ("shell: ZnS\n", ""),
    ("  thiol: {is: DDT, dose: 10 mL, purity: 100 %}\n", ""),
    ("  sulfur: {of: [thiol]}\n", ""),
    ("9.2 m\n", "4.6 m\n  units: 3\n"),
    (", {name: HB2, length: 4.6 m, inlet: sulfur}", ""),
    (", HB2: 200 degC}, side: {sulfur: 0.03 mL/min}", "}"),
    (
        "{name: shell, flow: 0.06 mL/min}",
        "{name: a, flow: 0.05 mL/min}, {name: b, flow: 0.2 mL/min}, {name: c, flow: 0.3 mL/min}",
    ),
)


def wang(*changes):
    text = WANG
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    document = Document(text, "wang.yaml", RecipeError)
    recipe = recipe_of(document)
    return recipe, review(recipe, document)


def test_wang2023_doses_and_stock():
    """wang2023 section 2.2: 4 and 20 mmol; In 90.1, P 360, Zn 450 mM; amine 97 to 109 mmol; 13.1 mg/mL."""
    recipe, _ = wang(*ONE_TUBE)
    dosed = {dose.key: dose.dosed * 1e3 for dose in recipe.doses}
    amines = [dose for dose in recipe.doses if dose.reagent == "OAM"]
    grades = [sum(dose.dosed * share for dose in amines) * 1e3 for share in (0.8, 0.9)]

    assert dosed["indium"] == pytest.approx(4.0001, abs=1e-4)
    assert dosed["zinc"] == pytest.approx(19.9999, abs=1e-4)
    assert [round(recipe.feed.dosed_concentrations[card]) for card in ("InCl3", "PDEA", "ZnCl2")] == [
        90,
        362,
        450,
    ]
    assert grades == [pytest.approx(97.3, abs=0.1), pytest.approx(109.4, abs=0.1)]
    made = balance({"InCl3": 4e-3, "PDEA": 16e-3}, base().card("materials", "InP"))
    assert made.limits == ("In", "electrons")  # 4 P per In is exactly what InX3 + 4 P(NR2)3 takes
    assert made.mass / 44.4 * 1e3 == pytest.approx(13.1, abs=0.05)


def test_wang2023_purity_and_electrons():
    """wang2023 section 2.2: 4.4 mL PDEA = 16 mmol; 16.06 pure, 15.58 at the bottle's 97 %."""
    _, found = wang(*ONE_TUBE)
    (purity,), (electrons,) = of(found, "purity-ignored"), of(found, "reductant-balance")

    assert "16.06 mmol; at the bottle's 97 % 15.58 mmol are active, 2.6 % less" in purity.text
    assert "enough for 3.895 mmol of the 4 mmol" in electrons.text
    assert electrons.source == "rules:reductant-electrons"


def test_wang2023_tube():
    """wang2023 section 3, l.85: syringe of 2.5 mL, three units of one spiral; times of l.56."""
    recipe, found = wang(*ONE_TUBE)
    (stroke,), (spare,), (hot,) = (
        of(found, code) for code in ("syringe-stroke", "spare-tubes", "hot-volume")
    )

    assert recipe.tube.volume * 1e6 == pytest.approx(3.595, abs=5e-4)
    assert [round(sample.residence_time / 60.0, 1) for sample in recipe.samples] == [71.9, 18.0, 12.0]
    assert "2.5 mL is 0.70 of the tube's 3.595 mL: it refills every 8.33 min to 50 min" in stroke.text
    assert "3 such tubes" in spare.text
    assert "10.78 mL" in spare.text
    assert hot.text.endswith("12 min is about 10.4 min, 71.9 min is about 62.5 min")


def test_wang2023_order_and_production():
    """wang2023 l.56: 0.05-0.3 mL/min 'results in' 12 to 72 min; l.122: 107 mg/h at 73.6 %."""
    put = "  residence_range: {flows: [0.05 mL/min, 0.3 mL/min], times: [12 min, 72 min]}\n"
    made = "  production: {rate: 107 mg/h, conversion: 73.6 %}\n"
    pure_phosphine = ("dose: 4.4 mL, purity: 97 %", "dose: 4.4 mL, purity: 100 %")
    _, found = wang(*ONE_TUBE, pure_phosphine, ("checks:\n", f"checks:\n{put}{made}"))
    (order,), (production,) = of(found, "stated-order"), of(found, "stated-production")

    assert "fit only in the other order: 71.9 min and 11.98 min follow" in order.text
    assert "107 mg/h is stated, 116" in production.text
    assert "needs 0.184 mL/min" in production.text or "needs 0.185 mL/min" in production.text


def test_wang2023_shell():
    """wang2023 l.58: 0.06 + 0.03 mL/min: 59.9 and 39.9 min, S:Zn 4.6, S:In 23."""
    recipe, _ = wang()
    (sample,) = recipe.samples
    sulfur = recipe.solution("sulfur").dosed_concentrations["DDT"] * sample.side_flows[1]
    per_zinc, per_indium = (
        sulfur / (recipe.feed.dosed_concentrations[card] * sample.flow) for card in ("ZnCl2", "InCl3")
    )

    assert [round(time / 60.0, 1) for time in sample.residence_times] == [59.9, 39.9]
    assert per_zinc == pytest.approx(4.6, abs=0.05)
    assert per_indium == pytest.approx(23.0, abs=0.5)


def test_wang2023_gases():
    """wang2023 l.54: gas bubbles on mixing; three diethylamine for each phosphine at most."""
    _, found = wang(*ONE_TUBE)
    mixing, *quenching = of(found, "gas")

    assert mixing.where.key == "solutions.stock"
    assert "with oleylamine can free HNEt2, at most 46.74 mmol" in mixing.text
    assert mixing.source == "rules:aminophosphine-bubbles"
    assert {one.where.key for one in quenching} == {"workup.0.precipitate"}
    assert any("PH3 from what has not reacted" in one.text for one in quenching)


TIWARI = """\
format: aliquot-recipe/1
id: tiwari
title: Cd3P2
material: Cd3P2
reagents:
  oxide: {is: CdO, dose: 1.5 mmol, purity: null}
  acid: {is: OA, dose: 5.5 mmol, purity: null}
  flask: {is: ODE, dose: 20 mL, purity: null}
  phosphorus: {is: TMSP, dose: 0.145 mL, purity: null}
  shot: {is: ODE, dose: 2.5 mL, purity: null}
vessels: {flask: {type: three-neck flask}}
steps:
  - charge: {into: flask, what: [oxide, acid, flask]}
  - degas: {vessel: flask, at: 110 degC, for: null, pressure: null}
  - inject: {what: [phosphorus, shot], into: flask, at: 215 degC, duration: null}
  - hold: {vessel: flask, at: 215 degC, for: 40 s}
  - precipitate: {vessel: flask, with: EtOH, ratio: null}
"""


def test_tiwari2025_dots():
    """tiwari2025 l.133: 0.145 ml TMSP, Cd:P 3.00, 2.5 mmol free acid, 99.7 mg at most."""
    document = Document(TIWARI, "tiwari.yaml", RecipeError)
    recipe = recipe_of(document)
    found = review(recipe, document)
    (limiting,), (freezing,) = of(found, "limiting"), of(found, "freezing")

    assert recipe.amounts["TMSP"] * 1e3 == pytest.approx(0.4995, abs=5e-5)
    assert recipe.amounts["CdO"] / recipe.amounts["TMSP"] == pytest.approx(3.00, abs=0.005)
    assert free_acid(recipe) * 1e3 == pytest.approx(2.5)
    assert recipe.amounts["OA"] / recipe.amounts["CdO"] == pytest.approx(3.67, abs=0.005)
    assert (
        "limited by P: 0.2497 mmol Cd3P2, 99.69 mg at full yield; the doses bring 2 times the Cd"
        in limiting.text
    )
    assert "melts at 24 °C: 0.145 mL of it" in freezing.text
    assert freezing.source == "rules:tmsp-freezes"
    gases = {one.where.key: one for one in of(found, "gas")}
    assert "ethanol can free PH3" in gases["steps.4.precipitate"].text
    assert gases["steps.4.precipitate"].source == "rules:protic-quench"
    assert "oleic acid can free PH3" in gases["steps.2.inject"].text


def test_tiwari2025_what_is_not_reported():
    """tiwari2025 l.133: rate of injection and time of degassing are missing; only the first decides."""
    document = Document(TIWARI, "tiwari.yaml", RecipeError)
    found = of(review(recipe_of(document), document), "unreported")
    severities = {one.where.key: (one.severity, one.where.line) for one in found}

    assert severities["steps.2.inject.duration"] == (Severity.WARNING, 15)
    assert severities["steps.1.degas.for"] == (Severity.NOTE, 14)
    (acid,) = [one for one in found if one.where.key == "reagents.acid.purity"]
    assert "5.5 mmol if pure, 4.95 mmol if '90% tech'" in acid.text


def test_tiwari2025_overgrowth_and_clusters():
    """tiwari2025 l.129, l.139: 290 ul TMSP to 6 ml of 0.50 M, 0.30 to 0.10 mmol: Cd:P 3.0 both."""
    made = recipe_of(
        Document(
            json.dumps(
                merged(
                    swapped(
                        Cd={"is": "CdOA2", "dose": "6 mL", "concentration": "0.50 M", "in": None},
                        P=pure("TMSP", "290 uL"),
                    ),
                    {"material": "Cd3P2"},
                )
            ),
            "t",
            RecipeError,
        )
    )
    assert made.amounts["TMSP"] * 1e3 == pytest.approx(0.999, abs=5e-4)
    assert made.amounts["CdOA2"] / made.amounts["TMSP"] == pytest.approx(3.00, abs=0.005)
    for doses in ({"CdOA2": 0.3e-3, "TMSP": 0.1e-3}, made.amounts):
        assert balance(doses, base().card("materials", "Cd3P2")).excess["Cd"] == pytest.approx(2.0, abs=0.01)


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
    """Water by Clausius-Clapeyron would do; octadecene: 315 degC, on its card 179 under 15 mmHg."""
    kelvin, estimated = boiling_point(reagent("ODE"), 15.0 * 133.322)

    assert estimated
    assert kelvin - 273.15 == pytest.approx(179.0, abs=35.0)  # Trouton's rule is rough for long chains
    card = reagent("PDEA")
    assert boiling_point(card, 10.0 * 133.322) == (card.boiling.to("K"), False)


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


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mech.yaml"
    path.write_text(MECH)
    return path


def test_the_command_prints_tables_and_lines(file, capsys):
    assert run(["recipe", "check", str(file)]) == 0
    told = capsys.readouterr().out

    assert "53.49" in told
    assert "Concerns: errors" in told
    assert "aliquots-removed" in told
    assert "reagents.amine.purity" in told


def test_the_command_keeps_to_its_contract(file, capsys):
    assert run(["recipe", "check", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert answer["schema"] == "recipe-check/1"
    assert {*answer} == {
        "aliquot",
        "schema",
        "recipes",
        "amounts",
        "findings",
        "checks",
        "unreported",
    }
    (amine,) = [row for row in answer["amounts"] if row["key"] == "amine"]
    assert amine["dosed_mmol"] == pytest.approx(53.49, abs=0.01)
    assert amine["concentration_mol_m3"] == pytest.approx(1069.8, abs=0.5)
    errors = [one for one in answer["findings"] if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["stated-amount", "stated-amount", "stated-dilution"]
    assert errors[0]["where"] == "mech.yaml, line 23, checks.amounts.amine"
    assert "reagents.amine.purity" in answer["unreported"]
    assert [check["agrees"] for check in answer["checks"]].count(False) == 3


def test_the_command_can_be_told_what_to_tell(file, capsys):
    assert run(["recipe", "check", str(file), "--severity", "warning", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert {one["severity"] for one in answer["findings"]} == {"error", "warning"}


def test_strict_refuses_errors_and_nothing_else(file, tmp_path, capsys):
    assert run(["recipe", "check", str(file), "--strict"]) == 2
    told = capsys.readouterr()
    assert "Concerns: errors" in told.out
    assert "stated-amount" in told.err
    assert run(["recipe", "check", str(file), "--strict", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["kind"] == "RecipeError"
    assert len(answer["error"]["notes"]) == 2

    sound = tmp_path / "sound.yaml"
    sound.write_text(json.dumps(BATCH))
    assert run(["recipe", "check", str(sound), "--strict"]) == 0


def test_a_series_is_checked_recipe_by_recipe_and_as_a_whole(tmp_path, capsys):
    file = series(tmp_path, "amount of amine", ("6", amine("6 mmol")), ("50", amine("50 mmol")))
    assert run(["recipe", "check", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert [one["id"] for one in answer["recipes"]] == ["tried:6", "tried:50"]
    assert [one["code"] for one in answer["findings"] if one["recipe"] is None] == ["series-without-base"]
    assert {row["recipe"] for row in answer["amounts"]} == {"tried:6", "tried:50"}
    assert run(["recipe", "check", f"{file}:6"]) == 0
    assert "The series as a whole" not in capsys.readouterr().out


def test_a_recipe_that_can_not_be_read_is_refused(tmp_path, capsys):
    file = tmp_path / "broken.yaml"
    file.write_text(MECH.replace("17.6 mL", "17.6 furlongs"))

    assert run(["recipe", "check", str(file), "--json"]) == 2
    assert "line 9" in json.loads(capsys.readouterr().out)["error"]["message"]
