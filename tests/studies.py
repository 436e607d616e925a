"""Small studies with known truths, for the tests of inference."""

from dataclasses import fields, replace
from functools import cache

import numpy as np

from aliquot.errors import InputError
from aliquot.inference.dual import Dual, joined
from aliquot.inference.problem import Found, Problem
from aliquot.inference.study import Study
from aliquot.knowledge.document import Document

HEAD = """
format: aliquot-study/1
id: small
title: InP in two flasks
chemistry: inp_wang2023
free:
  - {name: log10 k, keys: [reactions.conversion.rate.value], unit: M-1 s-1, transform: log10,
     prior: {mean: -2.05, sd: 0.3, because: a test}}
  - {name: log10 k_a, keys: [attachment.rate.value], unit: M-1 s-1, transform: log10,
     prior: {mean: 3.15, sd: 0.5, because: a test}}
  - {name: gamma, keys: [surface_energy.value], unit: J m-2, prior: {mean: 0.115, sd: 0.02, because: a test}}
  - {name: E_k, keys: [reactions.conversion.rate.activation], unit: kJ/mol,
     prior: {mean: 130, sd: 20, because: a test}}
conditions:
  rich: {recipe: inp_wang2023, series: rich, stated: {concentrations: {InCl3: 90 mM, PDEA: 360 mM},
         temperature: 200 degC, because: a test, mark: estimated}}
  poor: {recipe: inp_wang2023, series: poor, stated: {concentrations: {InCl3: 45 mM, PDEA: 360 mM},
         temperature: 200 degC, because: a test, mark: estimated}}
numerics: {rungs: 600, most: 600}
starts: 1
seed: 1
"""
"""Two flasks at the reference temperature, at which an activation energy changes nothing."""

TRUTH = np.array([-2.05, 3.15, 0.115, 130.0])
MINUTES = (1, 3, 10)
NOISE = {"conversion": 1.0, "diameter": 0.01, "RSD": 0.2}
"""Standard deviations, in %, nm and %."""
UNITS = {"conversion": "%", "diameter": "nm", "RSD": "%"}


def entry(name: str, condition: str, quantity: str, at: str, bounds: str, more: str = "") -> str:
    """One observation, as a line of YAML."""
    return (
        f'    - {{id: "{name}", condition: {condition}, quantity: {quantity}, at: {at}, {bounds}, {more}'
        "tolerance_because: a test, role: calibration, place: here, mark: computed}\n"
    )


def observed(values: dict[tuple[str, str, int], float]) -> str:
    """Observations of the study, from values by condition, quantity and minute."""
    lines = ["observations:\n  own:\n"]
    for (condition, quantity, minute), value in values.items():
        unit, sd = UNITS[quantity], NOISE[quantity]
        bounds = f"value: {value:.6f} {unit}, tolerance: {2 * sd} {unit}"
        lines.append(entry(f"{condition} {quantity} {minute}", condition, quantity, f"{minute} min", bounds))
    return "".join(lines)


PLACES = [(c, q, m) for c in ("rich", "poor") for q in UNITS for m in MINUTES]


def study(text: str) -> Study:
    """Read a study from text."""
    return Document(text, "small.yaml", InputError).read(Study)


def made(seed: int | None, truth: np.ndarray = TRUTH, head: str = HEAD) -> str:
    """The text of a study whose observations were computed with known constants, with noise unless None."""
    blank = Problem.of(study(head + observed(dict.fromkeys(PLACES, 1.0))))
    values = blank.numbers(truth).value
    sd = np.array([NOISE[quantity] for _, quantity, _ in PLACES])
    if seed is not None:
        values = values + sd * np.random.default_rng(seed).standard_normal(values.size)
    return head + observed(dict(zip(PLACES, values.tolist(), strict=True)))


class Toy(Problem):
    """A problem whose numbers follow from constants by a formula: a search needs no ladder to be tested."""

    __slots__ = ()

    @classmethod
    @cache
    def from_text(cls, text: str) -> "Toy":
        """Make a study ready, as its base does."""
        ready = Problem.of(study(text))
        return cls(**{field.name: getattr(ready, field.name) for field in fields(ready)})

    def numbers(self, theta, *, slopes: bool = False, told=None) -> Dual:
        """Each number is a gentle function of one constant and the next."""
        del told
        x = [Dual(np.array(value), np.eye(theta.size)[i]) for i, value in enumerate(self.units(theta))]
        found = [self.one(i, x) for i in range(len(self.fitted))]
        whole = joined(found)
        scale = np.array([free.prior.sd for free in self.study.free])
        return Dual(whole.value, whole.slope / scale if slopes else whole.slope[:, :0])

    def every(self, theta, *, slopes: bool = True) -> dict[str, Found]:
        """All rows, those among them that are held out by cross-validation."""
        rows = tuple(replace(row, fitted=True) for row in self.rows)
        found = replace(self, rows=rows).numbers(theta, slopes=slopes)
        return {row.id: Found(found[i]) for i, row in enumerate(self.rows)}

    def units(self, theta) -> np.ndarray:
        """Constants in units of their priors, from their means."""
        mean = np.array([free.prior.mean for free in self.study.free])
        sd = np.array([free.prior.sd for free in self.study.free])
        return (theta - mean) / sd

    def one(self, i: int, x: list[Dual]) -> Dual:
        """The number of a row."""
        a, b = x[i % 3], x[(i + 1) % 3]
        return a * 2.0 + b * (0.5 + 0.1 * i) + a * b * 0.05 + 2.0
