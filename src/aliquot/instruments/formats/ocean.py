"""Ocean Optics: OOIBase32, SpectraSuite and OceanView, a header, a line of arrows, two columns."""

import re

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import Axis, AxisKind, Contents, Quantity, QuantityKind, Trace
from aliquot.instruments.formats.named import named_of
from aliquot.instruments.formats.pairs import pairs_of
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import quantity_of

_BEGIN = re.compile(r"^>+\s*Begin\b.*$", re.MULTILINE | re.IGNORECASE)
_END = re.compile(r"^>+\s*End\b.*$", re.MULTILINE | re.IGNORECASE)
# How OOIBase32 calls its files; their text says nothing of the mode.
_ENDINGS = {
    "scope": Quantity(QuantityKind.INTENSITY, "counts"),
    "absorbance": Quantity(QuantityKind.ABSORBANCE, "1"),
    "transmission": Quantity(QuantityKind.TRANSMISSION, "%"),
}


def is_ocean(head: bytes) -> bool:
    """Tell such a file by its line of arrows."""
    return re.search(rb"^>+\s*Begin\b", head, re.MULTILINE | re.IGNORECASE) is not None


def read_ocean(source: Source) -> Contents:
    """Read a spectrum of Ocean Optics' software.

    Args:
        source: The file.

    Raises:
        FormatError: If no pairs of numbers follow the line of arrows, or their number contradicts the header.
    """
    text = source.text()
    begin = _BEGIN.search(text)
    if begin is None:
        raise FormatError(
            given="a header without '>>>>>Begin Spectral Data<<<<<'",
            expected="the data behind such a line",
            why="nothing else marks where they begin",
            remedy="Save the spectrum again.",
            where=source.where(1),
        )
    end = _END.search(text, begin.end())
    told = named_of(text[: begin.start()].splitlines())
    first = text.count("\n", 0, begin.end()) + 1
    lines = text[begin.end() : end.start() if end else len(text)].splitlines()
    x, y = pairs_of(lines, source.where(first))
    problems = [] if end else ["The line that ends the data is missing: the file may be truncated."]
    pixels = next((value for name, value in told.items() if name.startswith("Number of Pixels")), "")
    if pixels.isdigit() and int(pixels) != x.size:
        problems.append(f"The header tells {pixels} pixels; {x.size} stand in the file.")
    quantity, doubt = _quantity(source, told)
    trace = Trace(source.stem, Axis(AxisKind.WAVELENGTH, "nm"), x, quantity, y, where=source.where(first))
    name = "OOIBase32" if text.startswith("OOIBase32") else "SpectraSuite"
    return Contents(f"Ocean Optics {name}", source.file, (trace,), told, (*problems, *doubt))


def _quantity(source: Source, told: dict[str, str]) -> tuple[Quantity, tuple[str, ...]]:
    """Return what the values are, and where that comes from if it is not the text."""
    for name in ("XAxis mode", "Y Axis", "Processing", "Mode", "Spectrum type"):
        found = quantity_of(told.get(name, ""))
        if found.kind is not QuantityKind.UNKNOWN:
            return found, ()
    ending = source.path.name.removesuffix(".gz").rpartition(".")[2].casefold()
    known = next(
        (quantity for word, quantity in _ENDINGS.items() if len(ending) > 4 and word.startswith(ending)), None
    )
    if known is None:
        return Quantity(QuantityKind.UNKNOWN), ()
    return known, (f"Only the ending .{ending} of the name says that these are {known.told}.",)
