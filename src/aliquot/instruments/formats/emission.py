"""Emission and excitation spectra from the files of fluorimeters."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aliquot.errors import FormatError, InputError, Where
from aliquot.instruments.formats.contents import Contents, QuantityKind, Trace
from aliquot.instruments.formats.delimited import Column, columns
from aliquot.instruments.formats.files import is_table, read_file
from aliquot.instruments.formats.headings import Meaning, meaning_of, time_of
from aliquot.instruments.formats.signals import signals_of
from aliquot.instruments.formats.source import source_of
from aliquot.instruments.formats.text import sheet_of
from aliquot.instruments.formats.words import kind_told
from aliquot.instruments.signal import Signal, SignalKind

_ABSORBS = re.compile(r"^\W*Y Mode\s+(?:Abs|%T)", re.MULTILINE)
_SIGNALS = {
    QuantityKind.ABSORBANCE: SignalKind.ABSORBANCE,
    QuantityKind.EMISSION: SignalKind.EMISSION,
    QuantityKind.EXCITATION: SignalKind.EXCITATION,
}


def read_emission(
    path: str | Path,
    excitation_nm: float | None = None,
    kind: SignalKind | None = None,
    told: Callable[[str], None] | None = None,
) -> tuple[Signal, ...]:
    """Read all emission or excitation spectra of a file.

    Args:
        path: File of any format that :func:`aliquot.instruments.formats.files.read_file` reads; of delimited
            text a column of wavelengths and a column of intensities for each aliquot.
        excitation_nm: Wavelength that excited the emission [nm]; None for that of the file. Spectra of
            excitation have none.
        kind: Emission or excitation; None for what the file says, where it is silent its name, and emission
            where neither says anything.
        told: Hears a sentence for each thing that was assumed.

    Returns:
        A signal for each column, in the order of the file, the wavelengths [nm] rising.

    Raises:
        FormatError: If this is no such file, says that it holds absorbance, or a cell leaves any doubt.
        InputError: If the kind is absorbance.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "run 9 FL emission.csv"
        ...     rows = ["Wavelength (nm),30 s", *(f"{nm},{nm / 7:.1f}" for nm in range(500, 520))]
        ...     _ = file.write_text(chr(10).join(rows))
        ...     [(str(signal.kind), signal.time_s) for signal in read_emission(file, excitation_nm=400.0)]
        [('emission', 30.0)]
    """
    path = Path(path)
    if kind is SignalKind.ABSORBANCE:
        raise InputError(
            given="the kind 'absorbance'",
            expected="emission or excitation",
            why="absorbance is read by read_spectra, which knows transmission from it",
            remedy="Leave the kind out, or call read_spectra ('aliquot analyse').",
            where=Where(str(path)),
        )
    if not is_table(path):
        return _of_contents(read_file(path), path, excitation_nm, kind, told or (lambda _: None))
    source = source_of(path)
    text = source.text()
    found = columns(sheet_of(text, source.file))
    if kind is None and _ABSORBS.search(text):  # the log of a Cary below the data
        raise _no_emission(found[0])
    return tuple(_signal(column, path, excitation_nm, kind) for column in found)


def _of_contents(
    contents: Contents,
    path: Path,
    excitation_nm: float | None,
    kind: SignalKind | None,
    told: Callable[[str], None],
) -> tuple[Signal, ...]:
    """Return the traces of a file that says what it holds; a bare intensity is what kind or name say."""
    signals: list[Signal] = []
    for trace in contents.traces:
        found = _SIGNALS.get(trace.quantity.kind)
        if found is None and trace.quantity.kind is QuantityKind.INTENSITY:
            named = _SIGNALS.get(kind_told(path.stem) or QuantityKind.EMISSION, SignalKind.EMISSION)
            found = kind or (named if named is SignalKind.EXCITATION else SignalKind.EMISSION)
            told(f"'{trace.label}': intensity was taken for {found}.")
            trace = _renamed(trace, found)  # noqa: PLW2901
        wanted = kind or (found if found is SignalKind.EXCITATION else SignalKind.EMISSION)
        signals += signals_of(replace(contents, traces=(trace,)), wanted, told=told)
    return tuple(
        signal
        if excitation_nm is None or signal.kind is SignalKind.EXCITATION
        else replace(signal, excitation_nm=excitation_nm)
        for signal in signals
    )


def _renamed(trace: Trace, kind: SignalKind) -> Trace:
    quantity = QuantityKind.EXCITATION if kind is SignalKind.EXCITATION else QuantityKind.EMISSION
    return replace(trace, quantity=replace(trace.quantity, kind=quantity))


def _signal(column: Column, path: Path, excitation_nm: float | None, kind: SignalKind | None) -> Signal:
    told = kind_told(f"{column.heading} {column.label}") or (None if kind else kind_told(path.stem))
    if told is QuantityKind.ABSORBANCE or meaning_of(column.heading) in {Meaning.PERCENT, Meaning.SHARE}:
        raise _no_emission(column)
    found = kind or _SIGNALS.get(told or QuantityKind.EMISSION, SignalKind.EMISSION)
    return Signal(
        found,
        column.wavelengths,
        column.values,
        label=column.label,
        time_s=time_of(column.label),
        excitation_nm=excitation_nm if found is SignalKind.EMISSION else None,
        where=column.where,
    )


def _no_emission(column: Column) -> FormatError:
    return FormatError(
        given=f"'{column.label}' in a file that says it holds absorbance or transmission",
        expected="intensities of emission or excitation",
        why="absorbance is no emission",
        remedy="Absorption spectra are read by 'aliquot analyse'; else say kind=... (--kind emission).",
        where=Where(column.where.file, column.where.line, column.where.key),
    )
