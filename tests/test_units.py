"""Quantities: conversion, spelling, and a good error for every other text."""

import math
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aliquot.errors import UnitError, Where
from aliquot.units import AVOGADRO, BOLTZMANN_EV, EV_NM, Quantity, show, split, to_float, which

steady = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("884.72 mg", "g", 0.88472),
        ("4.4 mL", "m3", 4.4e-6),
        ("290 µL", "m3", 2.9e-7),
        ("290 uL", "m3", 2.9e-7),
        ("0.50 M", "mol m-3", 500.0),
        ("1 M", "mol m-3", 1000.0),
        ("90.1 mM", "mol m-3", 90.1),
        ("0.1 mL/min", "m3 s-1", 1e-7 / 60),
        ("0.1 mL min-1", "m3 s-1", 1e-7 / 60),
        ("0.9975 mm", "m", 0.9975e-3),
        ("12 min", "s", 720.0),
        ("200 °C", "K", 473.15),
        ("200 degC", "K", 473.15),
        ("200 C", "K", 473.15),
        ("-40 degC", "K", 233.15),
        ("473.15 K", "K", 473.15),
        ("5 degC/min", "K/s", 5 / 60),
        ("5 °C/min", "K/min", 5.0),
        ("4.81 g/cm3", "g/m3", 4.81e6),
        ("4.81 g/cm^3", "g/nm^3", 4.81e-21),
        ("4.81 g cm**-3", "g/m3", 4.81e6),
        ("2600 J/kg/K", "J kg-1 K-1", 2600.0),
        ("2 J/(mol K)", "J mol-1 K-1", 2.0),
        ("0.6 mPa s", "Pa s", 6e-4),
        ("0.6 mPa·s", "Pa s", 6e-4),
        ("100 1/s", "s-1", 100.0),
        ("2 m3 mol-1 s-1", "L/mol/s", 2000.0),
        ("0.703e5 cm-1", "nm-1", 0.00703),
        ("40 meV", "eV", 0.04),
        ("0.703e5 cm⁻¹", "nm-1", 0.00703),
        ("4.81 g cm−3", "g/m³", 4.81e6),
        ("−40 °C", "K", 233.15),
        ("97 %", "1", 0.97),
        ("4.02", "1", 4.02),
        ("1 mol/mol", "1", 1.0),
    ],
)
def test_what_chemists_write_is_read(text, unit, value):
    assert to_float(text, unit) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("text", ["120 kJ/mol", "120 kJ mol-1", "120 kJ·mol^-1", "120000 J/mol"])
def test_energies_per_mole_and_per_particle_convert_into_each_other(text):
    per_particle = 120e3 / (AVOGADRO * 1.602176634e-19)

    assert to_float(text, "eV") == pytest.approx(per_particle, rel=1e-9)
    assert to_float(f"{per_particle!r} eV", "kJ/mol") == pytest.approx(120.0, rel=1e-9)


def test_constants_agree_with_each_other():
    gas_constant = BOLTZMANN_EV * 1.602176634e-19 * AVOGADRO

    assert gas_constant == pytest.approx(8.314462618, rel=1e-9)
    assert pytest.approx(6.62607015e-34 * 299792458e9 / 1.602176634e-19, rel=1e-9) == EV_NM


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12", "without its unit"),
        ("1e3", "without its unit"),
        ("", "no number"),
        ("mL", "no number"),
        ("five mL", "no number"),
        ("nan m", "no number"),
        ("1e999 m", "beyond"),
        ("5 flurlongs", "not known"),
        ("5 (m", "not known"),
        ("5 m)", "not known"),
        ("5 m/", "not known"),
        ("5 / m", "not known"),
        ("5 9**9**9", "not known"),
        ("5 m.__class__", "not known"),
        ("20 degF", "not known"),
        ("3 dBm", "not known"),
        ("5 s", r"'s' is \[time\], 'm' is \[length\]"),
        ("5 %", "plain number"),
        ("5 m2", r"\[length\] \*\* 2"),
    ],
)
def test_what_is_no_length_is_refused_with_the_reason(text, reason):
    with pytest.raises(UnitError, match=reason) as caught:
        to_float(text, "m", Where("inp.yaml", 7, "tube.length"))

    assert str(caught.value).startswith(f"inp.yaml, line 7, tube.length: got {text!r}; expected")


@pytest.mark.parametrize("value", [3, 2.5, None, True, ["5 m"], {"m": 5}])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(UnitError, match="expected a number and a unit"):
        to_float(value, "m")


@steady
@given(st.text(max_size=30))
@example("1 " + "m" * 25)
@example("1 yottaquectometer")
@example("٣ m")
@example("1 \x00")
def test_any_text_is_a_number_or_a_unit_error(text):
    with suppress(UnitError):
        assert math.isfinite(to_float(text, "m"))


@steady
@given(st.text(alphabet="mLKsgCµ°%/*^() -.0123456789e", max_size=12))
def test_any_unit_is_known_or_a_unit_error(unit):
    with suppress(UnitError):
        assert math.isfinite(to_float(f"1 {unit}", "m3"))


@steady
@given(st.floats(min_value=1e-12, max_value=1e12))
def test_a_number_survives_the_way_there_and_back(number):
    litres = to_float(f"{number!r} mL", "L")

    assert to_float(f"{litres!r} L", "mL") == pytest.approx(number, rel=1e-13)


def test_a_quantity_keeps_its_text():
    quantity = Quantity.parse(" 884.72 mg ", "g")

    assert str(quantity) == "884.72 mg"
    assert quantity.to("kg") == pytest.approx(884.72e-6)


def test_a_dose_is_told_apart_by_its_dimension():
    units = ("g", "m3", "mol")

    assert [which(text, units).unit for text in ("2.7 g", "4.4 mL", "4 mmol")] == ["g", "m3", "mol"]
    with pytest.raises(UnitError, match=r"converts to g or m3 or mol: 's' is \[time\]\."):
        which("3 s", units)
    with pytest.raises(UnitError, match="'foo' is not known"):
        which("3 foo", units)


def test_text_is_split_and_shown():
    assert split("0.50 M") == (0.5, "M")
    assert show(35.9486, "min") == "35.95 min"


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from aliquot.units import to_float

THREADS, UNITS = 8, ("J", "kJ", "MJ", "cal", "kcal", "Wh", "erg", "hartree")
sys.setswitchinterval(1e-6)
ready = Barrier(THREADS)

def convert(first):
    ready.wait()
    return [to_float(f"3 {UNITS[(first + i) % len(UNITS)]}/mol", "eV") for i in range(len(UNITS))]

with ThreadPoolExecutor(THREADS) as crew:
    found = list(crew.map(convert, range(THREADS)))
for first, values in enumerate(found):
    assert values == found[0][first:] + found[0][:first]
print(found[0][0])
"""
"""Threads that need pint for the first time, all at once, in an interpreter that has not loaded it yet."""


def test_threads_that_ask_for_units_at_once_agree() -> None:
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=False)  # noqa: S603
    assert not done.stderr
    assert float(done.stdout) == pytest.approx(3.0 / (AVOGADRO * 1.602176634e-19), rel=1e-12)
