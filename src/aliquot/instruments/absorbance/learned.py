"""A lineshape that was learned from a series of spectra, and how it is kept."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
from jaxtyping import Float
from ruamel.yaml import YAML

from aliquot.errors import CardError, Where
from aliquot.instruments.absorbance.constants import Freedom, freedom_of
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.knowledge.document import Document, Schema
from aliquot.knowledge.records import Lineshape, Material
from aliquot.knowledge.records.materials import LineshapeSpread


@dataclass(frozen=True, slots=True)
class Constant:
    """One constant of a lineshape before and after a series."""

    name: str
    """``"width"``, ``"slope"``, ``"lorentzian"``, ``"exponent"``, ``"ratio 2"``, ..."""
    unit: str
    """``"meV"``, ``"meV/nm"`` or ``"1"``."""
    before: tuple[float, float]
    """Value and standard uncertainty on the card [unit]."""
    after: tuple[float, float]
    """Value and standard uncertainty now [unit]."""

    @property
    def determined(self) -> bool:
        """Whether the series has at least halved its uncertainty."""
        return self.after[1] <= 0.5 * self.before[1]


@dataclass(frozen=True, slots=True)
class Learned:
    """A lineshape with its uncertainty, learned from spectra of one chemistry.

    Attributes:
        material: Card of the material with that lineshape, its spread and the correlation of its constants.
        constants: Each constant before and after.
        labels: Names of the spectra.
        costs: What the lineshape still costs each spectrum: standard uncertainty of its RSD [points].
        flags: Doubts, whole sentences.
    """

    material: Material
    constants: tuple[Constant, ...]
    labels: tuple[str, ...]
    costs: tuple[float, ...]
    flags: tuple[str, ...]

    @property
    def determined(self) -> tuple[str, ...]:
        """Constants that the series determined against what the card believed."""
        return tuple(constant.name for constant in self.constants if constant.determined)

    @property
    def lineshape(self) -> Lineshape:
        """The lineshape itself."""
        return lineshape_of(self.material)


class _Stored(Schema):
    """A file that holds one lineshape."""

    material: str
    """Name of the card that it belongs to."""
    lineshape: Lineshape


def with_spread(
    material: Material,
    z: Float[np.ndarray, " free"],
    covariance: Float[np.ndarray, "free free"],
    because: str,
) -> Material:
    """Return a card with the lineshape at z, its spread and correlation from a covariance of z.

    Args:
        material: Card that z refers to.
        z: Coordinates of the lineshape, shape (free,).
        covariance: Their covariance, shape (free, free).
        because: What the numbers rest on.
    """
    shape = lineshape_of(material)
    freedom = freedom_of(shape)
    sds = np.sqrt(np.diag(covariance))
    own = [float(f"{sd:.4g}") for sd in _in_own_terms(freedom, z, sds)]
    lines = (freedom.size - 5) // 2
    correlation = np.clip(covariance / np.outer(sds, sds), -1.0, 1.0)
    spread = LineshapeSpread.model_validate({
        "width": own[0],
        "width_slope": f"{1e3 * own[1]:.4g} meV/nm",
        "lorentzian": own[2],
        "strength_exponent": own[3],
        "ratios": tuple(own[4 : 4 + lines]),
        "strengths": tuple(own[4 + lines : 4 + 2 * lines]),
        "continuum": own[-1],
        "correlation": tuple(tuple(float(f"{c:.4f}") for c in row) for row in correlation),
        "because": because,
        "mark": "computed",
    })  # fmt: skip
    learned = freedom.at(z).on(shape).model_copy(update={"spread": spread, "because": because, "source": None,
                                                         "place": None, "mark": spread.mark})  # fmt: skip
    return material.model_copy(update={"lineshape": learned})


def constants_of(
    material: Material, z: Float[np.ndarray, " free"], covariance: Float[np.ndarray, "free free"]
) -> tuple[Constant, ...]:
    """Return each constant before and after, in the units that people use."""
    freedom = freedom_of(lineshape_of(material))
    origin = np.zeros(freedom.size)
    moved = np.sqrt(np.diag(covariance))
    found = []
    for k, name in enumerate(freedom.names):
        factor, unit = {0: (1e3, "meV"), 1: (1e3, "meV/nm")}.get(k, (1.0, "1"))
        told = [
            (float(factor * freedom.values(at)[k]), float(factor * freedom.gains(at)[k] * sd))
            for at, sd in ((origin, 1.0), (z, moved[k]))
        ]
        found.append(Constant(name, unit, told[0], told[1]))
    return tuple(found)


def _in_own_terms(
    freedom: Freedom, z: Float[np.ndarray, " free"], sds: Float[np.ndarray, " free"]
) -> Float[np.ndarray, " free"]:
    """Return spreads as a card gives them: relative where a constant can not be negative."""
    spread = freedom.gains(z) * sds
    return np.asarray(np.where(freedom.relative, spread / freedom.values(z), spread))


def write_lineshape(learned: Learned, path: Path) -> None:
    """Write a learned lineshape to a YAML file, from which it is read or copied to a card of one's own.

    Args:
        learned: What was learned.
        path: File to write.

    Raises:
        CardError: If the file can not be written.
    """
    content = {
        "material": learned.material.id,
        "lineshape": learned.lineshape.model_dump(mode="json", exclude_none=True),
    }
    text = StringIO()
    writer = YAML()
    writer.width = 110
    writer.default_flow_style = None
    writer.dump(content, text)
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as fault:
        raise CardError(
            given=f"the file '{path}'",
            expected="a file that can be written",
            why=str(fault.strerror),
            remedy="Choose a folder that exists and is yours.",
            where=Where(str(path)),
        ) from fault


def read_lineshape(path: Path, material: Material) -> Learned:
    """Read a lineshape that was learned before.

    Args:
        path: File of :func:`write_lineshape`.
        material: Card that it belongs to.

    Raises:
        CardError: If the file can not be read, is none, or belongs to another material.
    """
    document = Document.from_file(path, CardError)
    stored = document.read(_Stored)
    if stored.material != material.id:
        raise CardError(
            given=f"a lineshape of {stored.material}",
            expected=f"one of {material.id}",
            why="each material absorbs in its own way",
            remedy=f"Give the card of {stored.material}, or learn a lineshape of {material.id}.",
            where=document.where(["material"]),
        )
    card = material.model_copy(update={"lineshape": stored.lineshape})
    size = freedom_of(stored.lineshape).size
    constants = constants_of(card, np.zeros(size), np.eye(size))
    return Learned(card, constants, (), (), ())
