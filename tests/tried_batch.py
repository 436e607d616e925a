"""A batch recipe to try things on, with a stock, a shot and aliquots."""

BATCH = """\
format: aliquot-recipe/1
id: small
title: InP in a flask
material: InP
reagents:
  indium: {is: InCl3, dose: 1 mmol, purity: null}
  amine: {is: OAM, dose: 10 mL, purity: 80-90 %}
  phosphine: {is: PDEA, dose: 1 mL, purity: 97 %}
  solvent: {is: ODE, dose: 4 mL, purity: null}
solutions:
  stock: {of: [indium, amine]}
  shot: {of: [phosphine, solvent]}
vessels:
  flask: {type: three-neck flask, volume: 50 mL}
steps:
  - charge: {into: flask, what: [stock: 5 mL]}
  - degas: {vessel: flask, at: 120 degC, for: 1 h, pressure: null}
  - heat: {vessel: flask, to: 180 degC, rate: 10 K/min}
  - inject: {what: [shot], into: flask, at: 180 degC, duration: fast}
  - hold: {vessel: flask, at: 180 degC, for: 30 min, aliquots: {volume: 1 mL, at: [5 min, 30 min]}}
  - cool: {vessel: flask, to: 25 degC, rate: null}
"""
