"""From the traces of a file to signals: every conversion is asked for, or told."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Conditions,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
)
from aliquot.instruments.formats.delimited import RANGE_NM
from aliquot.instruments.formats.quantity import absorbance
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

_PER_NM = {"nm": 1.0, "Å": 0.1, "µm": 1e3, "": 1.0}
_IN_EV = {"eV": 1.0, "meV": 1e-3, "keV": 1e3}
_KINDS = {
    SignalKind.ABSORBANCE: QuantityKind.ABSORBANCE,
    SignalKind.EMISSION: QuantityKind.EMISSION,
    SignalKind.EXCITATION: QuantityKind.EXCITATION,
}
_VERBS = {
    QuantityKind.ABSORBANCE: "aliquot analyse",
    QuantityKind.TRANSMISSION: "aliquot analyse",
    QuantityKind.EMISSION: "aliquot emission",
    QuantityKind.EXCITATION: "aliquot emission",
    QuantityKind.INTENSITY: "aliquot emission",
    QuantityKind.CORRELATION: "aliquot xrd",
}


def signals_of(
    contents: Contents,
    kind: SignalKind = SignalKind.ABSORBANCE,
    *,
    transmission: Literal["refuse", "convert"] = "refuse",
    told: Callable[[str], None] | None = None,
) -> tuple[Signal, ...]:
    """Return the traces of a file as signals of one kind.

    Falling axes are turned. Wavenumbers and energies become wavelengths for absorbance, which has no
    Jacobian, and that is told. An emission against them is refused, as it may count per nm or per eV.

    Args:
        contents: What a file holds.
        kind: What the signals have to be.
        transmission: What to do with transmission: refuse it, or convert it by A = -log10 T.
        told: Hears a sentence for each conversion.

    Returns:
        A signal for each trace, the wavelengths [nm] rising.

    Raises:
        FormatError: If a trace is something else, has gaps, or its axis is no wavelength.

    Example:
        >>> x, y = np.array([20000.0, 16000.0]), np.array([0.2, 0.1])
        >>> axis, quantity = Axis(AxisKind.WAVENUMBER, "cm-1"), Quantity(QuantityKind.ABSORBANCE, "1")
        >>> contents = Contents("JCAMP-DX", "a.jdx", (Trace("A1", axis, x, quantity, y),))
        >>> signals_of(contents, told=print)[0].wavelengths
        'A1': wavenumber / cm-1 became wavelengths in nm.
        array([500., 625.])
    """
    return tuple(
        _signal(trace, contents, kind, transmission, told or (lambda _: None)) for trace in contents.traces
    )


def _signal(
    trace: Trace,
    contents: Contents,
    kind: SignalKind,
    transmission: Literal["refuse", "convert"],
    told: Callable[[str], None],
) -> Signal:
    where = trace.where or Where(contents.file, key=trace.label)
    if trace.gaps:
        raise FormatError(
            given=f"'{trace.label[:40]}' with {trace.gaps} empty cells",
            expected="a value at each place",
            why="a gap would be taken for a straight line",
            remedy="Fill it from the instrument, or remove the trace.",
            where=where,
        )
    values = _values(trace, kind, transmission, where)
    wavelengths = _wavelengths(trace, kind, where)
    if trace.axis.kind is not AxisKind.WAVELENGTH:
        told(f"'{trace.label}': {trace.axis.told} became wavelengths in nm.")
    if trace.quantity.kind is QuantityKind.TRANSMISSION:
        told(f"'{trace.label}': transmission became absorbance.")
    order = slice(None, None, -1) if wavelengths[-1] < wavelengths[0] else slice(None)
    conditions = trace.conditions
    return Signal(
        kind,
        wavelengths[order],
        values[order],
        label=trace.label,
        time_s=conditions.time_s,
        path_mm=conditions.path_mm,
        dilution=conditions.dilution,
        medium=conditions.medium,
        temperature=conditions.temperature,
        excitation_nm=conditions.excitation_nm if kind is SignalKind.EMISSION else None,
        emission_nm=conditions.emission_nm if kind is SignalKind.EXCITATION else None,
        where=where,
    )


def _values(
    trace: Trace, kind: SignalKind, transmission: Literal["refuse", "convert"], where: Where
) -> Float[np.ndarray, " n"]:
    """Return the values in the unit of a kind, or refuse what they are."""
    found = trace.quantity.kind
    if kind is SignalKind.ABSORBANCE and found in {QuantityKind.ABSORBANCE, QuantityKind.TRANSMISSION}:
        heading = {"%": "%T", "1": "transmittance"}.get(trace.quantity.unit, trace.quantity.written)
        heading = heading if found is QuantityKind.TRANSMISSION else "Abs"
        return absorbance(trace.y, heading, transmission, where)
    if found is _KINDS[kind] or (kind is SignalKind.EMISSION and found is QuantityKind.INTENSITY):
        return trace.y
    verb = _VERBS.get(found) if trace.axis.kind is not AxisKind.MASS else "aliquot mass"
    raise FormatError(
        given=f"'{trace.label[:40]}', which is {trace.quantity.told}"
        if found is not QuantityKind.UNKNOWN
        else f"'{trace.label[:40]}', of which the file does not say what it is",
        expected=str(kind),
        why=f"{found} is no {kind}" if found is not QuantityKind.UNKNOWN else "a guess could be wrong",
        remedy=f"This is read by '{verb}'."
        if verb
        else "Convert it to CSV ('aliquot convert --to csv') and name its columns if you know better.",
        where=where,
    )


def _wavelengths(trace: Trace, kind: SignalKind, where: Where) -> Float[np.ndarray, " n"]:
    """Return the axis in nm, or refuse it."""
    axis, x = trace.axis, trace.x
    given = ""
    if axis.kind is AxisKind.WAVELENGTH and axis.unit in _PER_NM:
        factor = _PER_NM[axis.unit]
        nm = x if factor == 1.0 else x * factor
    elif (
        axis.kind in {AxisKind.WAVENUMBER, AxisKind.ENERGY}
        and kind is SignalKind.ABSORBANCE
        and np.all(x > 0.0)
    ):
        nm = 1e7 / x if axis.kind is AxisKind.WAVENUMBER else EV_NM / (x * _IN_EV.get(axis.unit, 1.0))
    else:
        nm, given = x, f"'{trace.label[:40]}' against {axis.told}"
    steps = np.diff(nm) * (-1.0 if nm[-1] < nm[0] else 1.0)
    if not given and (nm.min() < RANGE_NM[0] or nm.max() > RANGE_NM[1]):
        given = f"'{trace.label[:40]}' from {nm.min():.6g} to {nm.max():.6g} nm"
    if not given and (nm.size < 2 or np.any(steps <= 0.0)):
        place = nm[int(np.argmax(steps <= 0.0)) + 1] if nm.size > 1 else nm[0]
        given = f"'{trace.label[:40]}', of which the axis turns back or repeats at {place:g} nm"
    if not given:
        return np.asarray(nm)
    raise FormatError(
        given=given,
        expected=f"wavelengths from {RANGE_NM[0]:g} to {RANGE_NM[1]:g} nm, rising or falling throughout",
        why="nothing else has an exciton in it",
        remedy="Give the spectrum against its wavelength; 'aliquot read' tells what a file holds.",
        where=where,
    )


def traces_of(signals: tuple[Signal, ...]) -> tuple[Trace, ...]:
    """Return signals as traces, for a writer.

    Example:
        >>> signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1")
        >>> traces_of((signal,))[0].quantity.told
        'absorbance'
    """
    return tuple(
        Trace(
            signal.label,
            Axis(AxisKind.WAVELENGTH, "nm", "Wavelength (nm)"),
            signal.wavelengths,
            Quantity(_KINDS[signal.kind], "1" if signal.kind is SignalKind.ABSORBANCE else "a.u."),
            signal.values,
            Conditions(
                signal.time_s,
                signal.path_mm,
                signal.dilution,
                signal.medium,
                signal.temperature,
                signal.excitation_nm,
                signal.emission_nm,
            ),
            where=signal.where,
        )
        for signal in signals
    )
