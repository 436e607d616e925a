"""Which dots emit: their first exciton from an excitation spectrum, beside that of all that absorb."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.sizing import size_from_edge
from aliquot.instruments.emission.space import require
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge.records import Material

_FADED = 0.05  # of the maximum


@dataclass(frozen=True, slots=True)
class Excited:
    """What one excitation spectrum says."""

    signal: Signal
    """The excitation spectrum."""
    edge: Edge
    """First exciton of the dots that emit."""
    diameter: Finding
    """Their diameter by the sizing curves [nm]."""
    difference: Finding
    """That diameter less that of the dots that absorb [nm]."""

    @property
    def label(self) -> str:
        """What the column was called."""
        return self.signal.label.strip()

    @property
    def source(self) -> str:
        """File, line and heading from which the spectrum came."""
        return str(self.signal.where) if self.signal.where is not None else self.label

    @property
    def flags(self) -> tuple[str, ...]:
        """Doubts, each once."""
        return tuple(dict.fromkeys((*self.edge.flags, *self.diameter.flags, *self.difference.flags)))


def excited(signal: Signal, absorbance: Signal | None, material: Material | None) -> Excited:
    """Return what an excitation spectrum says of the dots that emit.

    Args:
        signal: Excitation spectrum.
        absorbance: Absorbance of the same liquid, None where not known.
        material: Card with sizing curves, None where not known.

    Raises:
        SignalError: If the signal is no excitation spectrum.

    Example:
        >>> nm = np.arange(400.0, 600.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> seen = Signal(SignalKind.EXCITATION, nm, line, "30 s", emission_nm=560.0)
        >>> round(excited(seen, None, None).edge.e1.value.value)
        517
    """
    edge = emitting_edge(signal)
    edge = replace(edge, flags=(*_doubts(signal), *edge.flags))
    unknown = "No material was named: a size needs its curves."
    diameter = Finding("diameter", "nm", None, flags=(unknown,))
    difference = Finding("emitting less absorbing diameter", "nm", None)
    if material is not None:
        diameter = size_from_edge(material, edge.e1)
    if material is not None and absorbance is not None:
        difference = against_absorbing(edge, find_edge(absorbance), material)
    return Excited(signal, edge, diameter, difference)


def _doubts(signal: Signal) -> tuple[str, ...]:
    """Return what is questionable about an excitation spectrum before anything is read from it."""
    flags = []
    top, last = float(np.max(signal.values)), float(np.median(signal.values[-3:]))
    if last > _FADED * top > 0.0:
        flags.append(
            f"The spectrum ends at {signal.wavelengths[-1]:.0f} nm, at {100 * last / top:.0f} % of the top. "
            "The first exciton may lie beyond: what is read may be another transition, or the lamp."
        )
    if signal.emission_nm is None:
        flags.append("The wavelength that was watched is not known, nor therefore which dots are meant.")
    return tuple(flags)


def emitting_edge(signal: Signal) -> Edge:
    """Return the first exciton of the dots that emit, from their excitation spectrum.

    An excitation spectrum of a dilute liquid is the absorption of the dots that emit where it was watched.

    Args:
        signal: Excitation spectrum that reaches beyond the first exciton to the red.

    Raises:
        SignalError: If the signal is no excitation spectrum.

    Example:
        >>> nm = np.arange(400.0, 600.0)
        >>> line = 0.4 * np.exp(-0.5 * ((1239.842 / nm - 2.40) / 0.055) ** 2)
        >>> edge = emitting_edge(Signal(SignalKind.EXCITATION, nm, line, "30 s", emission_nm=560.0))
        >>> round(edge.e1_ev, 2)
        2.4
    """
    require(signal, SignalKind.EXCITATION)
    height = float(np.max(np.abs(signal.values)))
    if height == 0.0:
        return Edge.nothing("Nothing emits: the excitation spectrum is zero throughout.")
    return find_edge(replace(signal, kind=SignalKind.ABSORBANCE, values=signal.values / height))


def against_absorbing(emitting: Edge, absorbing: Edge, material: Material) -> Finding:
    """Return by how much the dots that emit are larger than those that absorb [nm].

    Both sizes are read by the same curves, so that what these have in common drops out.

    Args:
        emitting: First exciton of the excitation spectrum.
        absorbing: First exciton of the absorbance of the same sample.
        material: Card with sizing curves.

    Example:
        >>> from aliquot.knowledge import store
        >>> none = Edge.nothing("None.")
        >>> against_absorbing(none, none, store.material("CdSe")).value is None
        True
    """
    sizes = [size_from_edge(material, edge.e1) for edge in (emitting, absorbing)]
    blank = Finding("emitting less absorbing diameter", "nm", None, definition=sizes[1].definition)
    if sizes[0].value is None or sizes[1].value is None:
        return replace(blank, flags=tuple(dict.fromkeys((*sizes[0].flags, *sizes[1].flags))))
    own = ("noise", "method", "lineshape")
    parts = {
        f"{name}: {cause}": size.budget[cause]
        for name, size in zip(("emitting", "absorbing"), sizes, strict=True)
        for cause in own
        if cause in size.budget
    }
    total = float(np.sqrt(sum(part**2 for part in parts.values())))
    return replace(
        blank,
        value=Interval.normal(sizes[0].value.value - sizes[1].value.value, total),
        budget=MappingProxyType(parts),
        evidence="first exciton of excitation against that of absorbance, by the same curves",
        sources=sizes[1].sources,
    )
