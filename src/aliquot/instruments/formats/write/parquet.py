"""Parquet: the columns of the tidy CSV, typed and small."""

from pathlib import Path

import numpy as np

from aliquot.errors import Where, needs_extra
from aliquot.instruments.formats.contents import Contents
from aliquot.instruments.formats.header import UNITS, header_of, packed
from aliquot.instruments.formats.parquet import KEY
from aliquot.instruments.formats.tidy import COLUMNS


def write_parquet(contents: Contents, path: Path) -> None:
    """Write traces as Parquet.

    Args:
        contents: What is written.
        path: File to write.

    Raises:
        InputError: If the extra is missing.
    """
    with needs_extra("files", "Parquet is written with it", Where(key="--to parquet")):
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

    headers = [header_of(trace) for trace in contents.traces]
    sizes = [trace.x.size for trace in contents.traces]
    which = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    columns: dict[str, object] = {}
    for name in COLUMNS:
        if name == "trace":
            columns[name] = pa.array(which, pa.int32())
        elif name in {"axis_value", "value"}:
            parts = [trace.x if name == "axis_value" else trace.y for trace in contents.traces]
            columns[name] = pa.array(np.concatenate(parts), pa.float64())
        elif name in UNITS:
            values = [header[name] for header in headers]
            columns[name] = pa.array(values, pa.float64()).take(pa.array(which - 1))
        else:
            words = pa.array([header[name] for header in headers], pa.string())
            columns[name] = words.take(pa.array(which - 1)).dictionary_encode()
    table = pa.table(columns).replace_schema_metadata({KEY: packed({"traces": headers})})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
