"""Files that are recognised and not read here, each with the reason and a way out."""

import re

from aliquot.errors import FormatError
from aliquot.instruments.formats.source import Source

_MAGICS = (
    (b"\x89PNG", "a PNG picture", "Micrographs are measured by 'aliquot tem'."),
    (b"\xff\xd8\xff", "a JPEG picture", "Micrographs are measured by 'aliquot tem'."),
    (b"II*\0", "a TIFF picture", "Micrographs are measured by 'aliquot tem'."),
    (b"MM\0*", "a TIFF picture", "Micrographs are measured by 'aliquot tem'."),
    (b"GIF8", "a GIF picture", "Give the numbers, not their picture."),
    (b"%PDF", "a PDF", "Give the numbers; export them from the instrument's software."),
    (b"PK\x03\x04", "a packed folder (zip, xlsx, ods, docx)", "Unpack it, or save the sheet as CSV."),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Office file of the old kind",
        "Save it as CSV.",
    ),
    (b"SQLite format 3\0", "a database", "Export the spectra as CSV."),
    (b"\x0a\x0a\xfe\xfe", "an OPUS file of Bruker", "Export it in OPUS as JCAMP-DX or data point table."),
    (b"Varian", "a binary file of Varian", "Export it as CSV."),
    (b"7z\xbc\xaf\x27\x1c", "a packed folder (7z)", "Unpack it."),
    (b"WDF1", "a WDF file of Renishaw", "Export it as text or SPC."),
    (b"Andor Technology Multi-Channel File", "a SIF file of Andor", "Export it as ASCII."),
)
_TEXTS = (
    (r"(?:#[^\n]*\n|\s)*data_\S*\s", "_cell_length", "a crystal structure (CIF)",
     "It is given to 'aliquot xrd --structure'."),
    (r"\d+[ \t]*\r?\n[^\n]*\r?\n\s*[A-Z][a-z]?\s+-?\d", "", "the atoms of a structure (XYZ)",
     "Its spectrum has to be computed first."),
    (r"<(?:!DOCTYPE html|html)", "", "a web page", "Save the file itself, not the page that shows it."),
    (r"<\?xml[^>]*>\s*<xrdMeasurements", "", "an X-ray pattern (XRDML)", "It is read by 'aliquot xrd'."),
    (r"[{\[]", '"', "JSON", "Give the file from the instrument."),
    (r"<", ">", "XML of a kind that is not read", "Export the spectrum as text or JCAMP-DX."),
)  # fmt: skip
"""Beginnings of texts, words that have to follow, what they are, and what to do."""


def stranger_of(head: bytes) -> tuple[str, str] | None:
    """Return what a file is and what to do with it, None where its first bytes are not known.

    Example:
        >>> stranger_of(b"%PDF-1.7")
        ('a PDF', "Give the numbers; export them from the instrument's software.")
    """
    for magic, name, remedy in _MAGICS:
        if head.startswith(magic):
            return name, remedy
    text = head[:8192].decode("latin-1").lstrip("\xef\xbb\xbf \t\r\n")
    for pattern, needed, name, remedy in _TEXTS:
        if re.match(pattern, text) and needed in text:
            return name, remedy
    return None


def refused(source: Source, name: str, remedy: str) -> FormatError:
    """Return the error for a file that is recognised and not read."""
    return FormatError(
        given=f"{name}, which is not text with spectra and no format of them that is read",
        expected="a file of an instrument, or of Aliquot",
        why="it holds no spectrum, or hides it",
        remedy=remedy,
        where=source.where(1),
    )
