"""Any file of an instrument, recognised by what it holds and not by its name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import Contents
from aliquot.instruments.formats.flex import is_flex
from aliquot.instruments.formats.jasco import is_jasco, read_jasco
from aliquot.instruments.formats.jcamp.labels import is_jcamp
from aliquot.instruments.formats.jcamp.read import read_jcamp
from aliquot.instruments.formats.labram import is_labram, read_labram
from aliquot.instruments.formats.mass_contents import read_flex_contents, read_mzml_contents
from aliquot.instruments.formats.mgf import is_mgf, read_mgf
from aliquot.instruments.formats.nexus import is_hdf5, read_nexus
from aliquot.instruments.formats.ocean import is_ocean, read_ocean
from aliquot.instruments.formats.parquet import is_parquet, read_parquet
from aliquot.instruments.formats.pdf import is_pdf, read_pdf
from aliquot.instruments.formats.perkin import is_perkin, read_perkin
from aliquot.instruments.formats.plain import read_plain
from aliquot.instruments.formats.problems import problems_of
from aliquot.instruments.formats.source import Source, head_of, source_of
from aliquot.instruments.formats.spc import is_spc, read_spc
from aliquot.instruments.formats.spcm import is_spcm, read_spcm
from aliquot.instruments.formats.strangers import refused, stranger_of
from aliquot.instruments.formats.table import NO_TABLE
from aliquot.instruments.formats.tidy import is_tidy, read_tidy


@dataclass(frozen=True, slots=True)
class Form:
    """A format: how it is recognised by the first bytes of a file, and read."""

    name: str
    """What it is called."""
    sniff: Callable[[bytes], bool]
    """Whether the first bytes are of it."""
    read: Callable[[Source], Contents]
    """Reads a whole file of it."""


FORMS = (
    Form("Parquet", is_parquet, read_parquet),
    Form("NeXus", is_hdf5, read_nexus),
    Form("PerkinElmer .sp", is_perkin, read_perkin),
    Form("Galactic SPC", is_spc, read_spc),
    Form("JCAMP-DX", is_jcamp, read_jcamp),
    Form("JASCO", is_jasco, read_jasco),
    Form("Ocean Optics", is_ocean, read_ocean),
    Form("Becker & Hickl SPCM", is_spcm, read_spcm),
    Form("Horiba LabRAM", is_labram, read_labram),
    Form("pair distribution function", is_pdf, read_pdf),
    Form("MGF", is_mgf, read_mgf),
    Form("tidy CSV", is_tidy, read_tidy),
)
"""Formats that say what they are, the surest first. mzML, mzXML, flex folders and delimited text follow."""


def is_table(path: Path) -> bool:
    """Tell a file that is of no format that says what it is: delimited text, if it is anything.

    Args:
        path: The file.

    Raises:
        FormatError: If it can not be read, or is recognised as something that is not read.
    """
    if is_flex(path):
        return False
    head = head_of(path)
    if _is_mzml(head) or any(form.sniff(head) for form in FORMS):
        return False
    stranger = stranger_of(head)
    if stranger is not None:
        raise refused(Source(path, head), *stranger)
    return True


def read_file(path: str | Path) -> Contents:
    """Read any file of an instrument: what it holds, as it is written, and what is odd about it.

    Args:
        path: The file, packed by gzip or not, or a flex folder.

    Returns:
        Traces, metadata and problems. Nothing is converted.

    Raises:
        FormatError: If its content is of no format that is read, damaged, or beyond all bounds.
        InputError: If the extra that reads it is missing.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "a.dat"
        ...     rows = ["Wavelength (nm),30 s", *(f"{nm},0.1" for nm in range(500, 480, -2))]
        ...     _ = file.write_text(chr(10).join(rows))
        ...     contents = read_file(file)
        >>> contents.format, contents.traces[0].label, contents.traces[0].x[0]
        ('delimited text', '30 s', np.float64(500.0))
    """
    # What overflows becomes infinite, and a trace refuses that.
    with np.errstate(all="ignore"):
        contents = _read(Path(path))
        return replace(contents, problems=(*contents.problems, *problems_of(contents.traces)))


def _read(path: Path) -> Contents:
    if is_flex(path):
        return read_flex_contents(path)
    head = head_of(path)
    if _is_mzml(head):
        return read_mzml_contents(path)
    form = next((form for form in FORMS if form.sniff(head)), None)
    source = source_of(path)
    if form is not None:
        return form.read(source)
    stranger = stranger_of(head)
    if stranger is not None:
        raise refused(source, *stranger)
    try:
        return read_plain(source)
    except FormatError as fault:
        if fault.expected != NO_TABLE:
            raise  # a table with a fault in one cell, or no text at all
        raise _unknown(path, fault) from None


def _is_mzml(head: bytes) -> bool:
    return any(mark in head[:4096] for mark in (b"<mzML", b"<mzXML", b"<indexedmzML"))


def _unknown(path: Path, fault: FormatError) -> FormatError:
    """Return the error of a text without a table, with all that was looked for."""
    names = ", ".join(form.name for form in FORMS)
    return FormatError(
        given=fault.given,
        expected=f"{names}, mzML, mzXML, flex or a table of numbers",
        why=fault.why,
        remedy="Export the spectra as CSV with a heading over each column.",
        where=Where(str(path), fault.where.line),
    )
