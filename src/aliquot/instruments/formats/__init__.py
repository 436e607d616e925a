"""Files of instruments, read into signals or refused with the line that is at fault; written whole."""

from aliquot.instruments.formats.contents import Contents, Trace
from aliquot.instruments.formats.emission import read_emission
from aliquot.instruments.formats.files import read_file
from aliquot.instruments.formats.signals import signals_of
from aliquot.instruments.formats.spectra import read_spectra
from aliquot.instruments.formats.write import write_contents, write_signals

__all__ = [
    "Contents",
    "Trace",
    "read_emission",
    "read_file",
    "read_spectra",
    "signals_of",
    "write_contents",
    "write_signals",
]
