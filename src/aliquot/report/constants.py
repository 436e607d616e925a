"""The constants of a chemistry as a table: every number of its card, with interval and grounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aliquot.knowledge import store
from aliquot.knowledge.records import Chemistry, Constant, Rate
from aliquot.knowledge.records.chemistries import Law
from aliquot.report.numbers import NOTHING, printed


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """A constant of a chemistry."""

    name: str
    """What it is, with its symbol."""
    value: str
    """Value, at the reference temperature where it depends on one."""
    interval: str
    """Its 95 % interval, empty where none is known."""
    activation: str
    """Activation energy or enthalpy."""
    activation_interval: str
    """The 95 % interval of that."""
    grounds: str
    """Mark and grounds."""
    others: tuple[str, ...] = ()
    """The value on other cards, in their order; a dash where they have no such constant."""


@dataclass(frozen=True, slots=True)
class ConstantSet:
    """The constants of one chemistry, ready to print."""

    card: Chemistry
    """The card."""
    reference: str
    """Its reference temperature."""
    constants: tuple[ConstantRow, ...]
    """Its numbers."""
    others: tuple[str, ...] = ()
    """Cards whose numbers stand beside them."""

    @property
    def has_intervals(self) -> bool:
        """Whether any value has an interval."""
        return any(row.interval for row in self.constants)


def constant_set(card: Chemistry, others: tuple[str, ...] = ()) -> ConstantSet:
    """Return the constants of a chemistry, and those of other cards by name beside them.

    Raises:
        CardError: If there is no such card.
    """
    beside = [store.chemistry(name) for name in others]
    return ConstantSet(card, printed(card.reference_temperature.text), constants(card, beside), others)


def constants(card: Chemistry, others: Sequence[Chemistry] = ()) -> tuple[ConstantRow, ...]:
    """Return every constant of a chemistry with its interval, and what other cards have in its place.

    Constants that only the others have come last.

    Args:
        card: The chemistry.
        others: Further sets of constants of the same system.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> [row.name for row in constants(chemistry("inp_wang2023"))][-2:]
        ['surface energy, γ', 'solubility of the monomer, c∞']
    """
    beside = [{row.name: row for row in _rows(other)} for other in others]
    own = {row.name: row for row in _rows(card)}
    foreign = {name: row for known in beside for name, row in known.items() if name not in own}
    absent = [ConstantRow(name, NOTHING, "", NOTHING, "", row.grounds) for name, row in foreign.items()]
    return tuple(_with(row, beside) for row in (*own.values(), *absent))


def _with(row: ConstantRow, beside: Sequence[Mapping[str, ConstantRow]]) -> ConstantRow:
    """Return a row with what other cards have in its place."""
    found = (known.get(row.name) for known in beside)
    return replace(row, others=tuple(NOTHING if one is None else one.value for one in found))


def _rows(card: Chemistry) -> Iterator[ConstantRow]:
    """Yield the constants of a card, reactions first."""
    for name, reaction in card.reactions.items():
        yield _rate(f"{name}, k: {reaction.equation}", reaction.rate)
        yield from _laws(name, reaction.laws)
    yield from _attachment(card)
    yield _constant("surface energy, γ", card.surface_energy)
    for name, feature in card.features.items():
        what = "well" if feature.energy.startswith("-") else "barrier"
        yield ConstantRow(
            f"{what} of {name}, rung {feature.rung:g}",
            printed(feature.energy),
            between(feature.interval),
            NOTHING,
            "",
            _grounds(feature.mark.value, feature.because),
        )
    yield _rate("solubility of the monomer, c∞", card.solubility)
    yield from _laws("solubility", card.solubility.laws)
    yield from _agglomeration(card)


def _attachment(card: Chemistry) -> Iterator[ConstantRow]:
    part = card.attachment
    yield _rate("attachment of a monomer, k₀", part.rate)
    yield _constant("fall of that rate with radius, exponent m [1]", part.size_exponent)
    if part.diffusion is not None:
        yield _rate("diffusion to a particle, k_D", part.diffusion)
    for name, edge in part.edges.items():
        bounds = None if edge.interval is None else (f"{edge.interval[0]:g} 1", f"{edge.interval[1]:g} 1")
        yield ConstantRow(
            f"slow edge of the {name}, κ beyond rung {edge.above} [1]",
            f"{edge.factor:g}",
            between(bounds),
            NOTHING,
            "",
            _grounds(edge.mark.value, edge.because),
        )
    yield from _laws("attachment", part.gates)


def _agglomeration(card: Chemistry) -> Iterator[ConstantRow]:
    part = card.agglomeration
    if part is None:
        return
    for name, channel in part.channels.items():
        yield _rate(f"{name} join, k", channel.rate)
    yield from _laws("joining", part.laws)
    for name, factor in part.solvents.items():
        yield _constant(f"joining in {name}, φ [1]", factor)


def _laws(of: str, laws: Sequence[Law]) -> Iterator[ConstantRow]:
    """Yield the half concentrations of rate laws."""
    for law in laws:
        if law.half is not None:
            power = f", exponent {law.exponent:g}" if law.exponent != 1.0 else ""
            yield ConstantRow(
                f"{of}, K of {law.of} ({law.law}{power})",
                printed(law.half),
                between(law.interval),
                NOTHING,
                "",
                law.because or "",
            )


def _rate(name: str, rate: Rate) -> ConstantRow:
    return ConstantRow(
        name,
        printed(rate.value),
        between(rate.interval),
        printed(rate.activation),
        between(rate.activation_interval),
        _grounds(rate.mark.value, rate.because),
    )


def _constant(name: str, constant: Constant) -> ConstantRow:
    grounds = _grounds(constant.mark.value, constant.because)
    return ConstantRow(name, printed(constant.value), between(constant.range), NOTHING, "", grounds)


def _grounds(mark: str, because: str | None) -> str:
    return f"{mark}: {because}" if because else mark


def between(bounds: tuple[str, str] | None) -> str:
    """Return an interval, its unit once; empty where there is none.

    Example:
        >>> between(("97 kJ/mol", "173 kJ/mol"))
        '97 to 173 kJ/mol'
    """
    if bounds is None:
        return ""
    low, high = bounds
    same = low.partition(" ")[2] == high.partition(" ")[2]
    return f"{printed(low.partition(' ')[0] if same else low)} to {printed(high)}"
