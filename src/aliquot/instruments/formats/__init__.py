"""Files of instruments, read into signals or refused with the line that is at fault."""

from aliquot.instruments.formats.delimited import read_spectra

__all__ = ["read_spectra"]
