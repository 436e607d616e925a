"""Any file of a mass spectrum, recognised by what it holds and not by its name."""

from pathlib import Path

from aliquot.instruments.formats.flex import is_flex, read_flex
from aliquot.instruments.formats.mass_text import read_mass_text
from aliquot.instruments.formats.mzml import is_mzml, read_mzml
from aliquot.instruments.mass.spectrum import MassSpectrum


def read_mass(path: str | Path, scan: int | None = None) -> MassSpectrum:
    """Read a mass spectrum: text of m/z and intensity, mzML, mzXML, or a flex folder.

    Args:
        path: File or folder.
        scan: Number of the spectrum in an mzML or mzXML file, from 1.

    Raises:
        InputError: If the extra that reads mzML is missing.
        FormatError: If it can not be read.
        SignalError: If it is no spectrum.
    """
    path = Path(path)
    if is_flex(path):
        return read_flex(path)
    return read_mzml(path, scan) if is_mzml(path) else read_mass_text(path)
