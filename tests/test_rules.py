"""Rules and statements: what they count is counted again, what they quote stands where they say."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from scipy.integrate import quad

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Constant, Mark, RouteClass, Rule, Statement
from aliquot.units import EV_NM, split, to_float

SHARED = Path(__file__).parents[2] / "shared"
SEEDS = {"gazis2023": "000", "mech2023": "001", "wang2023": "003", "tiwari2025": "004"}
BASE = Base()
RULES: dict[str, Rule] = dict(BASE.cards("rules"))
STATEMENTS: dict[str, Statement] = dict(BASE.cards("statements"))
CHECKS = {"reductant-balance", "freezing", "boiling", "gas", "aliquots-removed", "hot-volume"}


def number(rule: str, name: str, unit: str = "1") -> float:
    return RULES[rule].numbers[name].to(unit)


def test_the_rules_that_checks_rest_on_are_there() -> None:
    assert {rule.check for rule in RULES.values()} - {None} == CHECKS
    assert len(RULES) >= 25
    assert len(STATEMENTS) >= 12


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_leads_to_its_grounds(rule: Rule) -> None:
    assert all(source in BASE.cards("sources") for source in rule.sources)
    assert all(erratum in BASE.cards("errata") for erratum in rule.errata)
    assert rule.source is None or rule.place
    if rule.mark in {Mark.COMPUTED, Mark.ESTIMATED, Mark.TEXTBOOK, Mark.READING}:
        assert rule.because
    for constant in rule.numbers.values():
        assert constant.source is None or constant.place
        for text in (constant.value, *(constant.range or ())):
            assert (
                to_float(text, split(f"{text} 1" if re.fullmatch(r"-?[\d.]+", text) else text)[1]) is not None
            )


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.errata], ids=lambda rule: rule.id)
def test_errata_behind_a_rule_are_of_a_paper_that_it_names(rule: Rule) -> None:
    told = " ".join((*rule.sources, rule.contradicted or ""))
    assert all(BASE.card("errata", erratum).source in told for erratum in rule.errata)


def test_what_a_rule_applies_to_is_known() -> None:
    known = {name.casefold() for card in BASE.cards("reagents").values() for name in card.names}
    known |= {chemistry.value for chemistry in RouteClass}
    known |= {name.casefold() for card in BASE.cards("materials").values() for name in card.names} | {
        "inp/zns"
    }
    asked = {word for rule in RULES.values() for word in rule.applies}
    unknown = {word for word in asked if word.casefold() not in known}
    assert not unknown


def test_electrons_balance() -> None:
    """InX3 + 4 P(NR2)3 -> InP + 3 [P(NR2)4]X, by atoms, halides and electrons."""
    rule = "reductant-electrons"
    phosphines, phosphonium = (
        number(rule, "aminophosphine per indium"),
        number(rule, "phosphonium per indium"),
    )
    assert phosphonium * number(rule, "electrons per phosphonium") == number(rule, "electrons per pnictogen")
    assert phosphines == 1 + phosphonium  # phosphorus
    assert 3 * phosphines == 4 * phosphonium  # amino groups
    low, high = RULES["hydride-electrons"].numbers["electrons per hydride"].between("1")
    assert RULES["hydride-electrons"].numbers["hydrides per pnictogen"].between("1") == (6 / high, 6 / low)


@pytest.mark.parametrize(("rsd", "name"), [(0.077, "7.7 %"), (0.10, "10 %"), (0.175, "17.5 %")])
def test_volume_and_number_means_of_a_log_normal_distribution(rsd: float, name: str) -> None:
    spread = math.sqrt(math.log(1 + rsd**2))

    def moment(order: int) -> float:
        def integrand(x: float) -> float:
            return math.exp(order * x - 0.5 * (x / spread) ** 2) / (spread * math.sqrt(2 * math.pi))

        return float(quad(integrand, -10 * spread, 10 * spread)[0])

    ratio = (moment(4) / moment(3)) / moment(1)
    assert number("mixed-weighting", f"ratio at {name}") == pytest.approx(ratio, abs=5e-4)


def test_differences_of_photon_energies() -> None:
    rule = "no-band-edge-stokes"
    apart = EV_NM / number(rule, "absorption", "nm") - EV_NM / number(rule, "emission", "nm")
    assert number(rule, "difference", "meV") == pytest.approx(1e3 * apart, abs=0.5)
    cluster = EV_NM / 447 - EV_NM / 455
    assert number(rule, "difference of the Cd3P2 cluster", "meV") == pytest.approx(1e3 * cluster, abs=0.05)


def test_amounts_follow_from_the_printed_doses() -> None:
    tmsp = 0.863 / 250.54  # mol per mL
    ratios = (1.5e-3 / (0.145 * tmsp), 3.0e-3 / (0.290 * tmsp), 0.30 / 0.10)
    low, high = RULES["cation-excess-cd3p2"].numbers["Cd:P dosed"].between("1")
    assert all(low - 0.005 <= ratio <= high + 0.005 for ratio in ratios)
    free = number("free-acid", "free acid after CdO in the synthesis of the dots", "mmol")
    assert free == pytest.approx(5.5 - 2 * 1.5)
    pure = "amount above which it is pure"
    batch = number("amine-threshold", "volume of the batch", "L")
    concentration = number("amine-threshold", "concentration above which it is pure", "M")
    assert number("amine-threshold", pure, "mol") / batch == pytest.approx(concentration)
    assert number("aliquot-share", "share taken in mech2023") == pytest.approx(8 * 2 / 50)
    assert number("zinc-focusing", "zinc per indium in wang2023") == pytest.approx(20 / 4)
    assert number("closed-shell-charge", "charge of Cd32P20(oleate)5") == 2 * 32 - 3 * 20 - 5
    assert number("closed-shell-charge", "charge of Cd27P15(oleate)8") == 2 * 27 - 3 * 15 - 8


def test_hot_residence_times_follow_from_the_tube() -> None:
    volume = math.pi / 4 * 0.09975**2 * 460  # mL, one spiral of wang2023
    swollen = 1 + number("hot-volume", "expansion")
    for flow in (0.3, 0.05):
        true = number("hot-volume", f"true time at {flow} mL/min", "min")
        assert true == pytest.approx(volume / flow / swollen, rel=0.005)


def test_the_table_of_gaps_is_complete() -> None:
    table = STATEMENTS["gazis2023-table-1"]
    of = {
        quantity: [f.of for f in table.figures if f.quantity == quantity]
        for quantity in ("band gap", "Bohr radius")
    }
    assert of["band gap"] == of["Bohr radius"] == "InN InP InAs InSb GaN GaP GaAs GaSb".split()  # noqa: SIM905
    assert all(f"gazis2023:{figure.reference}" in BASE.cards("references") for figure in table.figures)
    assert table.errata == ("E025", "E026")


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_is_doubted_with_its_errata(statement: Statement) -> None:
    assert statement.remark
    assert statement.source in SEEDS
    assert all(BASE.card("errata", erratum).source == statement.source for erratum in statement.errata)


def quoted() -> Iterator[object]:
    """Yield each printed number with the place at which it must be found."""
    for rule in RULES.values():
        for name, constant in rule.numbers.items():
            if constant.mark is Mark.SEED and constant.source and "l." in (constant.place or ""):
                yield pytest.param(constant.source, constant.place, constant.value, id=f"{rule.id}: {name}")
    for statement in STATEMENTS.values():
        for i, figure in enumerate(statement.figures):
            yield pytest.param(statement.source, statement.place, figure.value, id=f"{statement.id}: {i}")


@pytest.mark.parametrize(("source", "place", "text"), list(quoted()))
def test_a_printed_number_stands_where_the_card_says(source: str, place: str, text: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the texts of the papers are not here")
    (file,) = (SHARED / "seeds").glob(f"{SEEDS[source]}_*.txt")
    printed = " ".join(lines_of(file.read_text(encoding="utf-8").split("\n"), place))
    plain = re.sub(r"[~]|\\text|[$\\{}]", " ", printed).translate(str.maketrans("–−", "--"))
    for digits in re.findall(r"\d+(?:[./]\d+)?", closed(text)):
        words = {digits, digits.removesuffix(".0")}
        found = re.findall(r"\d+(?:[./]\d+)?", closed(plain))
        assert words & {*found, *(spelt(word) for word in plain.lower().split())}, (digits, printed[:200])


def lines_of(lines: list[str], place: str) -> Iterator[str]:
    """Yield the lines that a place names: 'l.94', 'l.81-83', 'l.126 and l.134', 'table 2 (l.93)'."""
    for first, last in re.findall(r"l\.(\d+)(?:-(\d+))?", place):
        yield from lines[int(first) - 1 : int(last or first)]


def closed(text: str) -> str:
    """Return a text without the spaces in 38 000."""
    return re.sub(r"(?<=\d)[ \u2009](?=000)", "", text)


def spelt(word: str) -> str:
    """Return the digits of a number that a text spells out, or nothing."""
    names = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
    return names.get(word.strip(".,"), "")


def test_every_number_of_a_rule_is_a_constant_with_a_parent() -> None:
    constants: list[Constant] = [constant for rule in RULES.values() for constant in rule.numbers.values()]
    assert len(constants) > 40
    assert all(constant.source or constant.because for constant in constants)
