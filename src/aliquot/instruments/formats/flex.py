"""Folders of Bruker's flex instruments: `fid`, counts of the detector, and `acqus`, how to read them.

t_i = DELAY + i DW                                                      time of flight [ns]
ML3 s^2 + sqrt(1e12 / ML1) s + (ML2 - t) = 0,    s = sqrt(m/z)          the published calibration
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.mass_text import spectrum_of
from aliquot.instruments.formats.text import decode
from aliquot.instruments.mass.spectrum import MassSpectrum

NEEDED = ("TD", "DELAY", "DW", "ML1", "ML2", "ML3")
"""Parameters without which counts have no masses: points, first time and step [ns], three constants."""

_PARAMETER = re.compile(r"^##\$?(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)


def is_flex(path: Path) -> bool:
    """Tell whether a path is a flex folder, a folder above one, or its `fid`."""
    return path.name == "fid" or (path.is_dir() and bool(_folders(path)))


def read_flex(path: str | Path) -> MassSpectrum:
    """Read the spectrum of a flex folder.

    Args:
        path: The folder with `fid` and `acqus`, its `fid`, or a folder above with only one such within.

    Returns:
        The spectrum with the instrument's own calibration; times before the flight of mass 0 are left out.

    Raises:
        FormatError: If a file or a parameter is missing, `fid` is truncated, or the constants give no mass.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> constants = {"TD": 2000, "DELAY": 30000.0, "DW": 5.0, "ML1": 4.5e6, "ML2": 500.0, "ML3": 0.0}
        >>> with TemporaryDirectory() as folder:
        ...     write_flex(folder, np.arange(2000), constants)
        ...     read_flex(folder).mz[[0, -1]].round(1)
        array([3916.1, 7019.3])
    """
    folder = _one(Path(path))
    constants = _constants(folder / "acqus")
    count = int(constants["TD"])
    counts = _counts(folder / "fid", count, big_endian=constants.get("BYTORDA", 0.0) == 1.0)
    mz = mz_of(constants["DELAY"] + constants["DW"] * np.arange(count), constants)
    valid = np.isfinite(mz)
    if valid.sum() < 3 or not np.all(np.diff(mz[valid]) > 0.0):
        raise FormatError(
            given="constants " + ", ".join(f"{name} = {constants[name]:g}" for name in NEEDED[3:]),
            expected="constants of a calibrated time of flight",
            why="times do not become rising masses with them",
            remedy="Calibrate the spectrum in the instrument's software and copy the folder again.",
            where=Where(str(folder / "acqus")),
        )
    return spectrum_of(mz[valid], counts[valid], folder_label(folder), Where(str(folder)))


def mz_of(times: Float[np.ndarray, " n"], constants: Mapping[str, float | int]) -> Float[np.ndarray, " n"]:
    """Return m/z [Da] for times of flight [ns], NaN where no ion arrives that early, shape (n,).

    Example:
        >>> mz_of(np.array([47140.0, 100.0]), {"ML1": 4.5e6, "ML2": 500.0, "ML3": 0.0}).round(1)
        array([9788.8,    nan])
    """
    slope, late = np.sqrt(1e12 / constants["ML1"]), times - constants["ML2"]
    # Written so that nothing cancels as ML3 goes to 0, where it becomes late / slope.
    discriminant = slope**2 + 4.0 * constants["ML3"] * late
    root = 2.0 * late / (slope + np.sqrt(np.where(discriminant >= 0.0, discriminant, np.nan)))
    return np.asarray(np.where(root > 0.0, root, np.nan) ** 2)


def write_flex(folder: str | Path, counts: np.ndarray, constants: Mapping[str, float | int]) -> None:
    """Write counts as a flex folder, for tests and for programs that read nothing else.

    Args:
        folder: Folder to write, made where missing.
        counts: Counts, kept as 32-bit integers, shape (TD,).
        constants: The parameters of :data:`NEEDED`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fid").write_bytes(np.asarray(counts).astype("<i4").tobytes())
    rows = [f"##${name}= {value!r}" for name, value in {**constants, "BYTORDA": 0}.items()]
    (folder / "acqus").write_text("\n".join(["##TITLE= written by aliquot", *rows, "##END=", ""]), "ascii")


def folder_label(folder: Path) -> str:
    """Return the name of the sample: the first folder above that is not one of the instrument's own."""
    own = re.compile(r"\d+_?[A-Z]?[A-Z0-9]*|\d+S?Lin|\d+S?Ref|\d+", re.ASCII)
    return next((part for part in reversed(folder.resolve().parts) if not own.fullmatch(part)), folder.name)


def _folders(path: Path) -> list[Path]:
    """Return the folders with a `fid` or an `acqus`, this one or at most four below."""
    if (path / "fid").exists() or (path / "acqus").exists():
        return [path]
    patterns = ["*/" * depth + "fid" for depth in range(1, 5)]
    return sorted({found.parent for pattern in patterns for found in path.glob(pattern)})


def _one(path: Path) -> Path:
    folders = _folders(path.parent if path.name == "fid" else path)
    if len(folders) == 1:
        return folders[0]
    listed = ", ".join(f"'{folder}'" for folder in folders[:4])
    raise FormatError(
        given=f"a folder with {len(folders)} spectra" + (f": {listed}" if folders else ""),
        expected="one folder with 'fid' and 'acqus'",
        why="each spectrum is analysed on its own",
        remedy="Name the folder that holds 'fid'.",
        where=Where(str(path)),
    )


def _constants(path: Path) -> dict[str, float]:
    """Return all numeric parameters of `acqus`."""
    try:
        found = dict(_PARAMETER.findall(decode(path.read_bytes(), str(path))))
    except OSError:
        found = {}
    numbers = {}
    for name, text in found.items():
        try:
            numbers[name] = float(text)
        except ValueError:
            continue
    missing = [name for name in NEEDED if not np.isfinite(numbers.get(name, np.nan))]
    possible = not missing and min(numbers["TD"], numbers["DW"], numbers["ML1"]) > 0.0
    if possible:
        return numbers
    given = f"an 'acqus' without {', '.join(missing)}" if missing else "a TD, DW or ML1 that is not above 0"
    raise FormatError(
        given=given if found else "no 'acqus' that can be read",
        expected="a parameter file with " + ", ".join(NEEDED),
        why="without it the counts in 'fid' have no masses",
        remedy="Copy the whole folder of the spectrum from the instrument.",
        where=Where(str(path)),
    )


def _counts(path: Path, count: int, *, big_endian: bool) -> Float[np.ndarray, " n"]:
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if len(content) != 4 * count:
        raise FormatError(
            given=f"a 'fid' of {len(content)} bytes" if content else "no 'fid', or an empty one",
            expected=f"{4 * count} bytes, {count} counts of 32 bits, as 'acqus' says",
            why="it is truncated" if len(content) < 4 * count else "it belongs to another measurement",
            remedy="Copy the whole folder of the spectrum from the instrument.",
            where=Where(str(path)),
        )
    return np.asarray(np.frombuffer(content, ">i4" if big_endian else "<i4").astype(float))
