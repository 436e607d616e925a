"""Small designs that tests share: InP in a tube on a short ladder, with two knobs."""

from pathlib import Path
from textwrap import dedent

from aliquot.inference.design.belief import card_of
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.study import Design
from aliquot.knowledge.document import Document

BASE = """
format: aliquot-design/1
id: small
title: InP of 2.6 nm, most per hour
recipe: inp_wang2023
sample: 200C
chemistry: inp_wang2023
knobs:
  - {name: temperature, keys: [flow.temperatures.HB1], low: 180 degC, high: 220 degC, step: 1 K, error: 2 K,
     error_because: an example, because: an example}
  - {name: flow, keys: [flow.rate], low: 0.08 mL/min, high: 0.4 mL/min, scale: log, step: 0.001 mL/min,
     error: 1 %, error_because: an example, because: an example}
targets:
  - {quantity: diameter, value: 2.6 nm, tolerance: 0.05 nm, because: an example}
  - {quantity: RSD, below: 11 %, because: an example}
maximise: {quantity: rate}
limits:
  pump: {low: 0.05 mL/min, high: 0.3 mL/min, because: an example}
numerics: {rungs: 600, most: 600, relative: 1e-4, absolute: 1e-9}
starts: 1
seed: 7
"""


def study(text: str = BASE, **changes: object) -> Design:
    """Return a design study, with entries changed."""
    read = Document(dedent(text), "small.yaml").read(Design)
    told = {name: tuple(what) if isinstance(what, list) else what for name, what in changes.items()}
    return Design.model_validate({**read.model_dump(exclude_none=True), **told}) if told else read


def problem(asked: Design, folder: Path | None = None) -> Problem:
    """Return a design that can be computed."""
    return Problem.of(asked, card_of(asked, folder), folder)
