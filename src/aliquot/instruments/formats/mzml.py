"""Mass spectra from mzML and mzXML: arrays of numbers in base64, some compressed, in a tree of XML."""

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.mass_text import spectrum_of
from aliquot.instruments.formats.text import readable
from aliquot.instruments.mass.spectrum import MassSpectrum, Mode

LARGEST = 512 * 1024 * 1024
"""Largest file that is read [bytes]; a run of a chromatograph has some hundred MiB."""
LARGEST_ARRAY = 64 * 1024 * 1024
"""Most bytes of one array once unpacked; a spectrum of ten million points has no more."""
LARGEST_WHOLE = 1024 * 1024 * 1024
"""Most bytes of all spectra of a file once unpacked; a file may pack a thousandfold more."""

_TYPES = {"MS:1000519": "<i4", "MS:1000521": "<f4", "MS:1000522": "<i8", "MS:1000523": "<f8"}
_PACKED, _PLAIN = "MS:1000574", "MS:1000576"
_MZ, _INTENSITY = "MS:1000514", "MS:1000515"
_LEVEL, _CENTROID, _PROFILE = "MS:1000511", "MS:1000127", "MS:1000128"


@dataclass(frozen=True, slots=True)
class Scan:
    """One spectrum of a file.

    Attributes:
        label: What the file calls it.
        level: MS level, 1 for a survey.
        mode: Curve or list of peaks, None where the file does not tell.
        mz: Mass over charge [Da], in the order of the file, shape (n,).
        intensities: Intensities, shape (n,).
    """

    label: str
    level: int
    mode: Mode | None
    mz: Float[np.ndarray, " n"]
    intensities: Float[np.ndarray, " n"]


def is_mzml(path: Path) -> str | None:
    """Return ``mzML`` or ``mzXML`` for a file of that kind by its first bytes, else None."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    if b"<mzXML" in head:
        return "mzXML"
    return "mzML" if b"<mzML" in head or b"<indexedmzML" in head else None


def read_mzml(path: str | Path, scan: int | None = None) -> MassSpectrum:
    """Read one spectrum of an mzML or mzXML file.

    Args:
        path: File to read.
        scan: Number of the spectrum in the file, from 1; None takes the survey spectrum (MS level 1) with the
            most ions, and says so where there are several.

    Raises:
        FormatError: If the file is damaged, truncated or too large, unpacks to more than it tells, is
            compressed in a way of one vendor, or has no such spectrum.
        SignalError: If the spectrum is none.
    """
    path = Path(path)
    scans = read_scans(path)
    surveys = [i for i, found in enumerate(scans) if found.level == 1 and found.mz.size > 1]
    wanted = [scan - 1] if scan is not None else surveys
    if not wanted or not 0 <= wanted[0] < len(scans):
        raise FormatError(
            given=f"{len(scans)} spectra, {len(surveys)} of them of MS level 1",
            expected="a survey spectrum" if scan is None else f"a spectrum number {scan}",
            why="spectra of fragments are not assigned here",
            remedy="Name a spectrum of the file by its number, counted from 1.",
            where=Where(str(path)),
        )
    chosen = max(wanted, key=lambda i: float(scans[i].intensities.sum()))
    found = scans[chosen]
    order = np.argsort(found.mz, kind="stable")
    where = Where(str(path), key=found.label)
    spectrum = spectrum_of(found.mz[order], found.intensities[order], found.label, where)
    flags = spectrum.flags
    if len(wanted) > 1:
        flags += (f"Spectrum {chosen + 1} of {len(scans)}, of {len(wanted)} surveys that with most ions.",)
    return replace(spectrum, mode=found.mode or spectrum.mode, flags=flags)


def read_scans(path: Path) -> list[Scan]:
    """Read all spectra of an mzML or mzXML file, in the order in which they begin.

    Args:
        path: File to read.

    Raises:
        FormatError: As :func:`read_mzml` does, but for the choice of a spectrum.
    """
    _bearable(path)
    # Scans of mzXML stand within each other, and end before that which holds them.
    return [found for _, found in sorted(_scans(path), key=lambda pair: pair[0])]


def _bearable(path: Path) -> None:
    """Refuse a file that is not there or too large, before it is read."""
    with readable(path):
        size = path.stat().st_size
    if size > LARGEST:
        raise FormatError(
            given=f"{size / 1024**2:.0f} MiB",
            expected=f"at most {LARGEST // 1024**2} MiB",
            why="all spectra of a file are held in memory to find that with most ions",
            remedy="Convert the wanted spectra alone.",
            where=Where(str(path)),
        )


def _scans(path: Path) -> Iterator[tuple[int, Scan]]:
    """Yield the spectra of a file as they end, each with its place in the order in which they begin."""
    whole = 0
    for place, scan in _parsed(path):
        whole += scan.mz.nbytes + scan.intensities.nbytes
        if whole > LARGEST_WHOLE:
            raise FormatError(
                given=f"spectra of more than {LARGEST_WHOLE // 1024**2} MiB once unpacked",
                expected="fewer or shorter spectra",
                why="all spectra of a file are held in memory to find that with most ions",
                remedy="Convert the wanted spectra alone.",
                where=Where(str(path)),
            )
        yield place, scan


def _parsed(path: Path) -> Iterator[tuple[int, Scan]]:
    """Yield the spectra of a file with their places, or tell what is damaged in it."""
    places: dict[ET.Element, int] = {}
    groups: dict[str, list[ET.Element]] = {}
    centroided = False
    try:
        for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314  expat refuses bombs
            kind = _name(element)
            if event == "start":
                if kind in {"spectrum", "scan"}:
                    places[element] = len(places)
            elif kind == "referenceableParamGroup":
                groups[element.get("id", "")] = list(element)
            elif kind == "dataProcessing":
                centroided = centroided or element.get("centroided") == "1"
            elif kind == "spectrum":
                yield places[element], _of_mzml(element, groups)
                element.clear()
            elif kind == "scan" and _child(element, "peaks") is not None:
                yield places[element], _of_mzxml(element, centroided=centroided)
                element.clear()
    except (ET.ParseError, binascii.Error, zlib.error, ValueError, LookupError) as fault:
        raise FormatError(
            given="a file that breaks off or is damaged",
            expected="a whole mzML or mzXML file",
            why=f"{type(fault).__name__}: {' '.join(str(fault).split())[:100]}",
            remedy="Convert the file again, without numpress compression.",
            where=Where(str(path)),
        ) from fault


def _name(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in element if _name(child) == name), None)


def _terms(element: ET.Element, groups: dict[str, list[ET.Element]]) -> dict[str, str]:
    """Return accession and value of the terms that describe an element, its groups included."""
    told: dict[str, str] = {}
    for child in element:
        if _name(child) == "cvParam":
            told[child.get("accession", "")] = child.get("value", "")
        elif _name(child) == "referenceableParamGroupRef":
            within = groups.get(child.get("ref", ""), [])
            told |= {part.get("accession", ""): part.get("value", "") for part in within}
    return told


def _of_mzml(element: ET.Element, groups: dict[str, list[ET.Element]]) -> Scan:
    terms = _terms(element, groups)
    arrays = {}
    for part in element.iter():
        if _name(part) != "binaryDataArray":
            continue
        told = _terms(part, groups)
        meaning = next((key for key in (_MZ, _INTENSITY) if key in told), None)
        if meaning is not None:
            length = part.get("arrayLength") or element.get("defaultArrayLength")
            arrays[meaning] = _array(part, told, None if length is None else int(length))
    mode = Mode.CENTROID if _CENTROID in terms else Mode.PROFILE if _PROFILE in terms else None
    level, label = int(terms.get(_LEVEL) or 1), element.get("id", "spectrum")
    empty = np.zeros(0)
    mz, intensities = arrays.get(_MZ, empty), arrays.get(_INTENSITY, empty)
    if mz.size != intensities.size:
        told_sizes = f"{mz.size} values of m/z and {intensities.size} intensities in '{label}'"
        raise ValueError(told_sizes)
    return Scan(label, level, mode, mz, intensities)


def _unpacked(raw: bytes, told: int | None) -> bytes:
    """Return what zlib has packed, told bytes at most: a few bytes can unpack to gigabytes."""
    limit = LARGEST_ARRAY if told is None else min(max(told, 0), LARGEST_ARRAY)
    unpacker = zlib.decompressobj()
    # One byte more than is told: a limit of 0 would be none, and the surplus shows itself.
    content = unpacker.decompress(raw, limit + 1)
    if len(content) > limit or unpacker.unconsumed_tail:
        surplus = f"an array that unpacks to more than {limit} bytes"
        raise ValueError(surplus)
    if not unpacker.eof:
        broken = "a compressed array that breaks off"
        raise ValueError(broken)
    return content


def _array(element: ET.Element, told: dict[str, str], length: int | None = None) -> Float[np.ndarray, " n"]:
    """Return the numbers of a binary array of mzML."""
    kind = next((_TYPES[key] for key in _TYPES if key in told), None)
    if kind is None or not {_PACKED, _PLAIN} & set(told):
        unknown = "an array of unknown type or compression"
        raise ValueError(unknown)
    content = _child(element, "binary")
    raw = base64.b64decode("" if content is None else content.text or "")
    size = np.dtype(kind).itemsize
    if _PACKED in told and raw:
        raw = _unpacked(raw, None if length is None else length * size)
    values = np.frombuffer(raw, kind).astype(float)
    if length is not None and values.size != length:
        told_sizes = f"{values.size} values where {length} are told"
        raise ValueError(told_sizes)
    return values


def _of_mzxml(element: ET.Element, *, centroided: bool) -> Scan:
    peaks = _child(element, "peaks")
    text = "" if peaks is None else peaks.text or ""
    told = {} if peaks is None else peaks.attrib
    raw = base64.b64decode(text)
    kind = np.dtype(">f8" if told.get("precision") == "64" else ">f4")
    peaks_told = element.get("peaksCount")
    if told.get("compressionType") == "zlib" and raw:
        # A scan without peaks may hold one of zeros.
        most = None if peaks_told is None else 2 * kind.itemsize * max(int(peaks_told), 1)
        raw = _unpacked(raw, most)
    pairs = np.frombuffer(raw, kind).astype(float)
    pairs = pairs.reshape(-1, 2)
    count = len(pairs) if peaks_told is None else int(peaks_told)
    if count != len(pairs) and not (count == 0 and not pairs.any()):
        told_sizes = f"{len(pairs)} peaks where {count} are told"
        raise ValueError(told_sizes)
    mode = Mode.CENTROID if centroided or element.get("centroided") == "1" else None
    label = f"scan {element.get('num', '?')}"
    return Scan(label, int(element.get("msLevel", 1)), mode, pairs[:, 0], pairs[:, 1])
