"""Writers: JCAMP-DX, tidy CSV, Parquet, NeXus; a file is whole, or it is not there."""

from aliquot.instruments.formats.write.write import ENDINGS, write_contents, write_signals

__all__ = ["ENDINGS", "write_contents", "write_signals"]
