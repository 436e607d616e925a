"""The bytes of a file: read once, bounded, unpacked where they are packed by gzip."""

import zlib
from dataclasses import dataclass
from pathlib import Path

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.text import LARGEST, bearable_lines, decode, read_bytes, readable

HEAD = 64 * 1024
"""Bytes from the beginning by which formats are told apart."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file and what it holds.

    Attributes:
        path: Where it is.
        content: Its bytes, unpacked.
    """

    path: Path
    content: bytes

    @property
    def file(self) -> str:
        """Name of the file as the user gave it."""
        return str(self.path)

    @property
    def stem(self) -> str:
        """Name of the file without endings, the sample of files that name none."""
        return self.path.name.removesuffix(".gz").rpartition(".")[0] or self.path.name

    def text(self) -> str:
        """Return the content as text.

        Raises:
            FormatError: If it is binary, empty, or has more lines than any spectrum.
        """
        text = decode(self.content, self.file)
        bearable_lines(text, self.file)
        return text

    def where(self, line: int | None = None, key: str | None = None) -> Where:
        """Return a place in the file."""
        return Where(self.file, line, key)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked.

    Raises:
        FormatError: If it can not be read.
    """
    with readable(path), path.open("rb") as file:
        head = file.read(HEAD)
    return _unpacked(head, path, HEAD, whole=False) if head.startswith(_GZIP) else head


def source_of(path: Path) -> Source:
    """Return a file of bearable size, unpacked.

    Raises:
        FormatError: If it can not be read, is too large, or is packed and damaged.
    """
    content = read_bytes(path)
    return Source(
        path, _unpacked(content, path, LARGEST, whole=True) if content.startswith(_GZIP) else content
    )


def _unpacked(packed: bytes, path: Path, limit: int, *, whole: bool) -> bytes:
    """Return what gzip has packed, at most a limit: a few bytes can unpack to gigabytes."""
    content = bytearray()
    while packed.startswith(_GZIP) and len(content) <= limit:  # members may follow each other
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content += unpacker.decompress(packed, limit + 1 - len(content))
        except zlib.error as fault:
            raise _damaged(path, str(fault)) from None
        if whole and not unpacker.eof and len(content) <= limit:
            raise _damaged(path, "it breaks off")
        packed = unpacker.unused_data
    if whole and len(content) > limit:
        raise FormatError(
            given=f"a packed file that unpacks to more than {limit // 1024**2} MiB",
            expected=f"at most {limit // 1024**2} MiB",
            why="a series of spectra is a thousand times smaller",
            remedy="Unpack it and export the spectra alone.",
            where=Where(str(path)),
        )
    return bytes(content[:limit])


def _damaged(path: Path, why: str) -> FormatError:
    return FormatError(
        given="a packed file that can not be unpacked",
        expected="a whole gzip file",
        why=why,
        remedy="Copy the file from the instrument again.",
        where=Where(str(path)),
    )
