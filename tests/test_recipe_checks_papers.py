"""The errors of the papers that a recipe shows: line of the paper, number, what is found."""

import json

import pytest

from aliquot.knowledge.base import base
from aliquot.recipe import parse_recipe
from aliquot.recipe.checks import review_series
from aliquot.recipe.concern import Severity
from aliquot.recipe.stoichiometry import balance, free_acid
from tried_recipes import MECH, amine, of, pure, read, series, swapped


def mech(*changes):
    return read(MECH, "mech.yaml", *changes)


def test_mech2023_the_amine_counts_only_at_seventy_per_cent():
    """mech2023 l.69: 17.6 ml = 37.4 mmol; pure it would be 53.5."""
    _, found = mech()
    (amine,) = [one for one in of(found, "stated-amount") if one.where.key == "checks.amounts.amine"]

    assert amine.severity is Severity.ERROR
    assert "37.4 mmol is stated, 53.49 mmol follows" in amine.text
    assert "37.4 mmol would be 70 %, the grade '70% tech'" in amine.text
    assert amine.where.line == 24


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
flow: {feed: stock, syringe: 2.5 mL, temperatures: {HB1: 200 degC, HB2: 200 degC},
       side: {sulfur: 0.03 mL/min}}
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
    (", HB2: 200 degC}", "}"),
    (",\n       side: {sulfur: 0.03 mL/min}", ""),
    (
        "{name: shell, flow: 0.06 mL/min}",
        "{name: a, flow: 0.05 mL/min}, {name: b, flow: 0.2 mL/min}, {name: c, flow: 0.3 mL/min}",
    ),
)


def wang(*changes):
    return read(WANG, "wang.yaml", *changes)


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
    recipe, found = read(TIWARI, "tiwari.yaml")
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
    _, concerns = read(TIWARI, "tiwari.yaml")
    found = of(concerns, "unreported")
    severities = {one.where.key: (one.severity, one.where.line) for one in found}

    assert severities["steps.2.inject.duration"] == (Severity.WARNING, 15)
    assert severities["steps.1.degas.for"] == (Severity.NOTE, 14)
    (acid,) = [one for one in found if one.where.key == "reagents.acid.purity"]
    assert "5.5 mmol if pure, 4.95 mmol if '90% tech'" in acid.text


def test_tiwari2025_overgrowth_and_clusters():
    """tiwari2025 l.129, l.139: 290 ul TMSP to 6 ml of 0.50 M, 0.30 to 0.10 mmol: Cd:P 3.0 both."""
    written = swapped(
        Cd={"is": "CdOA2", "dose": "6 mL", "concentration": "0.50 M", "in": None}, P=pure("TMSP", "290 uL")
    )
    made = parse_recipe(json.dumps({**written, "material": "Cd3P2"}))
    assert made.amounts["TMSP"] * 1e3 == pytest.approx(0.999, abs=5e-4)
    assert made.amounts["CdOA2"] / made.amounts["TMSP"] == pytest.approx(3.00, abs=0.005)
    for doses in ({"CdOA2": 0.3e-3, "TMSP": 0.1e-3}, made.amounts):
        assert balance(doses, base().card("materials", "Cd3P2")).excess["Cd"] == pytest.approx(2.0, abs=0.01)
