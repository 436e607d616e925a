"""Absorption spectra from the files of instruments, read with certainty or refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import QuantityKind
from aliquot.instruments.formats.delimited import Column, columns
from aliquot.instruments.formats.files import is_table, read_file
from aliquot.instruments.formats.headings import Meaning, meaning_of, time_of
from aliquot.instruments.formats.quantity import absorbance
from aliquot.instruments.formats.signals import signals_of
from aliquot.instruments.formats.source import Source, source_of
from aliquot.instruments.formats.text import sheet_of
from aliquot.instruments.formats.words import kind_told
from aliquot.instruments.signal import Signal, SignalKind


def read_spectra(
    path: str | Path,
    *,
    path_mm: float | None = None,
    dilution: float | None = None,
    medium: str | None = None,
    transmission: Literal["refuse", "convert"] = "refuse",
    told: Callable[[str], None] | None = None,
) -> tuple[Signal, ...]:
    """Read all absorption spectra of a file.

    Args:
        path: File of any format that :func:`aliquot.instruments.formats.files.read_file` reads. In delimited
            text comma, semicolon, tab or blanks part the cells; a decimal comma is understood where the comma
            does not. UTF-8, marked UTF-16 or Latin-1; any line ends.

    Rarely needed:
        path_mm: Optical path [mm]; None for that of the file, which only ours tell.
        dilution: Volume of the diluted liquid over that of the aliquot [1], likewise.
        medium: Key of the solvent that surrounds the dots, likewise.
        transmission: What to do with transmission: refuse it, or convert it by A = -log10 T.
        told: Hears a sentence for each conversion, such as wavenumbers into wavelengths.

    Returns:
        A signal for each column of values, in the order of the file, the wavelengths [nm] rising. The time
        [s] is that in the heading, None where it tells none.

    Raises:
        FormatError: If this is no such file, or a cell, axis or unit leaves any doubt.

    Example:
        >>> from pathlib import Path; from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "run.csv"
        ...     rows = ["Wavelength (nm),30 s,5 min", *(f"{nm},0.1,0.2" for nm in range(500, 480, -2))]
        ...     _ = file.write_text(chr(10).join(rows))
        ...     [(signal.time_s, float(signal.wavelengths[0])) for signal in read_spectra(file)]
        [(30.0, 482.0), (300.0, 482.0)]
    """
    path = Path(path)
    if not is_table(path):
        found = signals_of(read_file(path), transmission=transmission, told=told)
        return tuple(_completed(signal, path_mm, dilution, medium) for signal in found)
    source = source_of(path)
    found_columns = columns(sheet_of(source.text(), source.file))
    _refuse_emission(source, found_columns)
    return tuple(
        Signal(
            SignalKind.ABSORBANCE,
            column.wavelengths,
            absorbance(column.values, column.heading, transmission, column.where),
            label=column.label,
            time_s=time_of(column.label),
            path_mm=path_mm,
            dilution=dilution,
            medium=medium,
            where=column.where,
        )
        for column in found_columns
    )


def _completed(signal: Signal, path_mm: float | None, dilution: float | None, medium: str | None) -> Signal:
    """Return a signal with what the caller knows better than the file."""
    return replace(
        signal,
        path_mm=signal.path_mm if path_mm is None else path_mm,
        dilution=signal.dilution if dilution is None else dilution,
        medium=signal.medium if medium is None else medium,
    )


def _refuse_emission(source: Source, found: tuple[Column, ...]) -> None:
    """Refuse a file of which only the name says that it is emission: normalised it looks like absorbance."""
    silent = all(meaning_of(column.heading) is Meaning.UNKNOWN for column in found)
    if not silent or kind_told(source.stem) not in {QuantityKind.EMISSION, QuantityKind.EXCITATION}:
        return
    raise FormatError(
        given=f"a file called '{source.path.name}'",
        expected="absorption spectra",
        why="an emission is no absorbance, however high it is",
        remedy="Emission is read by 'aliquot emission'; if this is absorbance, head its columns 'Abs'.",
        where=source.where(found[0].where.line),
    )
