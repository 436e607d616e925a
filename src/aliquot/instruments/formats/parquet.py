"""Our Parquet: the columns of the tidy CSV, the metadata of each trace in the schema."""

from io import BytesIO
from typing import Any

import numpy as np

from aliquot.errors import FormatError, needs_extra
from aliquot.instruments.formats.contents import Contents, Trace, bounded
from aliquot.instruments.formats.header import trace_of, unpacked
from aliquot.instruments.formats.source import Source

KEY = b"aliquot"
"""Key of our metadata in the schema."""


def is_parquet(head: bytes) -> bool:
    """Tell Parquet by its first bytes."""
    return head.startswith(b"PAR1")


def read_parquet(source: Source) -> Contents:
    """Read a file that our writer has made.

    Args:
        source: The file.

    Raises:
        FormatError: If the file is damaged, or none of ours.
        InputError: If the extra that reads Parquet is missing.
    """
    with needs_extra("files", "Parquet is read with it", source.where()):
        import pyarrow as pa  # noqa: PLC0415  heavy, and seldom needed
        import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(BytesIO(source.content), page_checksum_verification=True)
        told = (file.schema_arrow.metadata or {}).get(KEY)
        if told is None:
            raise _damaged(source, "the schema does not say that Aliquot wrote it")
        bounded(file.metadata.num_rows, 1, source.where())
        table = file.read(columns=["trace", "axis_value", "value"])
        columns = [table.column(name).to_numpy() for name in ("trace", "axis_value", "value")]
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as fault:
        raise _damaged(source, f"{type(fault).__name__}: {' '.join(str(fault).split())[:100]}") from fault
    return Contents(
        "Parquet",
        source.file,
        _traces(columns, unpacked(told.decode("utf-8", "replace"), source.where()), source),
    )


def _traces(columns: list[np.ndarray], told: dict[str, Any], source: Source) -> tuple[Trace, ...]:
    """Return the traces: rows of one number each, in order."""
    which, x, y = (np.asarray(column) for column in columns)
    headers = told.get("traces")
    whole = np.issubdtype(which.dtype, np.integer) and x.dtype == y.dtype == np.float64
    if not whole or not isinstance(headers, list) or not all(isinstance(header, dict) for header in headers):
        raise _damaged(source, "its columns or its headers are not those that Aliquot writes")
    ends = np.flatnonzero(np.diff(which)) + 1
    parts = list(zip(np.split(which, ends), np.split(x, ends), np.split(y, ends), strict=True))
    if len(parts) != len(headers) or any(part[0].size == 0 for part in parts):
        raise _damaged(source, f"{len(headers)} headers for {len(parts)} traces")
    return tuple(
        trace_of(header, part[1], part[2], source.where(None, f"trace {count}"))
        for count, (header, part) in enumerate(zip(headers, parts, strict=True), 1)
    )


def _damaged(source: Source, why: str) -> FormatError:
    return FormatError(
        given="a Parquet file that can not be read",
        expected="a whole file that 'aliquot convert' has written",
        why=why,
        remedy="Convert the original again, or save the table as CSV.",
        where=source.where(),
    )
