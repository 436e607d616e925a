"""Records of the microscopy room, and what is read from files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import FormatError, InputError, SignalError, UnitError
from aliquot.instruments.microscopy.read import read_image
from aliquot.instruments.microscopy.records import Micrograph, ParticleList
from aliquot.instruments.microscopy.scale import parse_scale, tiff_scale

Image = pytest.importorskip("PIL.Image", reason="pictures are read with the extra 'images'")
tifffile = pytest.importorskip("tifffile", reason="pictures are read with the extra 'images'")


@pytest.fixture
def grey() -> np.ndarray:
    return np.random.default_rng(1).integers(1000, 50000, (40, 50)).astype(np.uint16)


@pytest.mark.parametrize(
    ("pixels", "scale"),
    [
        (np.ones((40, 40)), 0.1),
        (np.full((40, 40), np.nan), 0.1),
        (np.eye(8), 0.1),
        (np.eye(40), 0.0),
        (np.eye(40), float("nan")),
    ],
)
def test_nonsense_is_no_micrograph(pixels: np.ndarray, scale: float) -> None:
    with pytest.raises(SignalError):
        Micrograph(pixels, scale, "A")


@pytest.mark.parametrize("sizes", [[], [3.0, -1.0], [float("nan")]])
def test_nonsense_is_no_list(sizes: list[float]) -> None:
    with pytest.raises(SignalError):
        ParticleList.of_diameters(sizes, "A")


@given(st.lists(st.floats(0.5, 20.0), min_size=3, max_size=40))
def test_means_stand_in_their_order(sizes: list[float]) -> None:
    listed = ParticleList.of_diameters(sizes, "A")
    assert listed.mean <= listed.d32 * (1 + 1e-12) <= listed.volume_mean * (1 + 1e-11)
    assert listed.distribution().mean == pytest.approx(listed.mean)
    assert listed.distribution("volume").mean == pytest.approx(listed.volume_mean)


@pytest.mark.parametrize(("rsd", "ratio"), [(0.077, 1.018), (0.10, 1.030), (0.175, 1.095)])
def test_volume_over_number_mean_of_a_lognormal(rsd: float, ratio: float) -> None:
    width = np.sqrt(np.log1p(rsd**2))
    sizes = np.exp(np.random.default_rng(1).normal(np.log(3.4), width, 400_000))
    listed = ParticleList.of_diameters(sizes, "A")
    assert listed.volume_mean / listed.mean == pytest.approx(ratio, abs=2e-3)


def test_the_bootstrap_is_seeded_and_covers() -> None:
    inside = 0
    for seed in range(60):
        listed = ParticleList.of_diameters(np.random.default_rng(seed).normal(3.4, 0.27, 101), "A")
        both = listed.bootstrap(seed=seed, draws=400)
        assert both == listed.bootstrap(seed=seed, draws=400)
        assert both is not None
        inside += both[0].low < 3.4 < both[0].high
    assert 52 <= inside <= 60


def test_pictures_of_16_and_8_bits_are_read(tmp_path: Path, grey: np.ndarray) -> None:
    Image.fromarray(grey).save(tmp_path / "deep.png")
    Image.fromarray((grey // 256).astype(np.uint8)).save(tmp_path / "flat.dat", format="PNG")
    deep, flat = (read_image(tmp_path / name, "0.12 nm/px") for name in ("deep.png", "flat.dat"))
    assert isinstance(deep, Micrograph)
    assert isinstance(flat, Micrograph)  # by content, whatever it is called
    assert np.array_equal(deep.pixels, grey.astype(float))
    assert np.array_equal(flat.pixels, (grey // 256).astype(float))


def test_colours_become_luminance_with_a_flag(tmp_path: Path, grey: np.ndarray) -> None:
    one = (grey // 256).astype(np.uint8)
    Image.fromarray(np.stack([one, one, one], axis=2)).save(tmp_path / "grey.png")
    Image.fromarray(np.stack([one, one // 2, one // 3], axis=2)).save(tmp_path / "false.png")
    plain, false = (read_image(tmp_path / name, "1 nm/px") for name in ("grey.png", "false.png"))
    assert isinstance(plain, Micrograph)
    assert isinstance(false, Micrograph)
    assert np.allclose(plain.pixels, one)
    assert any("luminance" in flag for flag in plain.flags)
    assert any("false colours" in flag for flag in false.flags)
    assert not any("false colours" in flag for flag in plain.flags)


def test_a_tiff_of_imagej_brings_its_scale(tmp_path: Path, grey: np.ndarray) -> None:
    file = tmp_path / "dots.tif"
    tifffile.imwrite(file, grey, imagej=True, resolution=(1 / 0.12, 1 / 0.12), metadata={"unit": "nm"})
    read = read_image(file)
    assert isinstance(read, Micrograph)
    assert read.scale_nm_per_px == pytest.approx(0.12, rel=1e-6)
    typed = read_image(file, "0.2 nm/px")
    assert isinstance(typed, Micrograph)
    assert typed.scale_nm_per_px == 0.2
    assert any("the file says" in flag for flag in typed.flags)


def test_no_scale_is_refused_and_print_resolution_is_none(tmp_path: Path, grey: np.ndarray) -> None:
    Image.fromarray(grey).save(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "b.tif", grey, resolution=(300, 300), resolutionunit="INCH")
    for name in ("a.png", "b.tif"):
        with pytest.raises(SignalError, match="nm/px"):
            read_image(tmp_path / name)


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_broken_files_are_refused(kind: str, tmp_path: Path, grey: np.ndarray) -> None:
    file = tmp_path / f"a.{kind}"
    Image.fromarray(grey).save(file)
    content = file.read_bytes()
    for kept in (len(content) // 2, 60, 12):
        file.write_bytes(content[:kept])
        with pytest.raises(FormatError):
            read_image(file, "0.12 nm/px")


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 a jpeg", b"hello", b"a,b\n1,2\n", b"\0\1\2"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    file.write_bytes(content)
    with pytest.raises(FormatError):
        read_image(file, "0.12 nm/px")
    with pytest.raises(FormatError):
        read_image(tmp_path / "none.tif", "0.12 nm/px")


def test_a_stack_of_many_channels_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.random.default_rng(1).random((40, 40, 7)), planarconfig="contig")
    with pytest.raises((SignalError, FormatError)):
        read_image(tmp_path / "a.tif", "1 nm/px")


def test_dm_files_ask_for_a_reader(tmp_path: Path) -> None:
    for reader in ("rsciio", "ncempy"):
        if __import__("importlib.util", fromlist=["util"]).find_spec(reader) is not None:
            pytest.skip("a reader is installed")
    (tmp_path / "a.dm3").write_bytes(b"\0\0\0\x03" + bytes(100))
    with pytest.raises(InputError, match="ncempy"):
        read_image(tmp_path / "a.dm3")


@pytest.mark.parametrize(
    ("text", "scale", "sizes"),
    [
        (" ,Area,Mean,Min,Max\n1,700,1,0,2\n2,720,1,0,2\n", "0.12 nm/px", [3.5825, 3.6334]),
        ("Label\tFeret\tMinFeret\na\t30\t28\nb\t29\t29\n", "0.1 nm/px", [2.9, 2.9]),
        ("diameter (nm)\n3.4\n3.5\n", None, [3.4, 3.5]),
        ("3,4\n", None, None),
        ("3.4\n3.5\n", "1 nm/px", [3.4, 3.5]),
        ("3.4\n3.5\n", None, None),
        ("Area\n700\nnone\n", "0.1 nm/px", None),
        ("diameter (nm)\n340\n", None, None),
    ],
)
def test_lists(text: str, scale: str | None, sizes: list[float] | None, tmp_path: Path) -> None:
    file = tmp_path / "Results.csv"
    file.write_text(text, encoding="utf-8")
    if sizes is None:
        with pytest.raises((FormatError, SignalError)):
            read_image(file, scale)
        return
    read = read_image(file, scale)
    assert isinstance(read, ParticleList)
    assert read.diameters == pytest.approx(sizes, abs=1e-3)


@pytest.mark.parametrize(
    "text", ["0.12", "0 nm/px", "-1 nm/px", "0.12 s/px", "px", "20 nm = 0 px", "", "e px/nm"]
)
def test_bad_scales(text: str) -> None:
    with pytest.raises(UnitError):
        parse_scale(text)


def test_pixels_that_are_not_square_bring_no_scale() -> None:
    tags = {"XResolution": (10, 1), "YResolution": (12, 1)}
    assert tiff_scale(tags, {"unit": "nm"})[0] is None
