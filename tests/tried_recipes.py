"""Recipes to try checks on."""

import json
from copy import deepcopy

from aliquot.errors import RecipeError
from aliquot.knowledge.document import Document
from aliquot.recipe.checks import review
from aliquot.recipe.read import recipe_of

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
observe: {window: [350 nm, 700 nm], step: 1 nm, path: 1 cm,
          dilution: {portion: 50 uL, into: 5 mL}, medium: toluene}
checks:
  amounts: {cadmium: 1.2 mmol, phosphine: 21.2 mmol, amine: 37.4 mmol}
  concentrations: {TOPTe: 20 mM, CdOA2: 24 mM}
  ratios: {CdOA2/TOPTe: "1.2:1"}
  volume: 50 mL
  dilution: 100
"""

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


def read(text, name, *changes):
    """A recipe and its concerns, after changes of its text."""
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    document = Document(text, name, RecipeError)
    recipe = recipe_of(document)
    return recipe, review(recipe, document)
