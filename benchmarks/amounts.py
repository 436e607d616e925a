"""How well amounts and edges come back, and how fast: volume fraction against the detour by extinction."""

import csv
from pathlib import Path

import numpy as np

from aliquot.instruments.absorbance.amounts import amount_of
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.sizing import sizes_by_law, wavelength
from aliquot.instruments.absorbance.theory import TwoBand
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge import store
from aliquot.units import EV_NM
from benchmarks.timing import load, seconds

TABLE = Path(__file__).parents[2] / "shared" / "data" / "inp_cdse_synthesis_tables" / "CdSe_Raw.csv"
SEEDS = range(100)
INP = store.material("InP")
TRUE = 2.01e-3
MEASURED = (
    ("CdSe", "yu2003"),
    ("CdTe", "yu2003"),
    ("CdS", "yu2003"),
    ("ZnSe", "toufanian2021-saxs"),
    ("InP", "wang2023-sphere"),
    ("PbS", "moreels2009"),
)


def spectrum(seed: int) -> tuple[Signal, float]:
    """A spectrum whose mu_i, index, path and background are off as their budgets say; and its fraction."""
    rng = np.random.default_rng(seed)
    nm = np.arange(400.0, 900.0)
    energy = EV_NM / nm
    shape = np.exp(-0.5 * ((energy - 2.36) / 0.06) ** 2) + 2.0 * np.clip(energy - 2.40, 0.0, None) ** 1.3
    mu = intrinsic_absorption(INP, 413.0, 1.385 + 0.007 * rng.standard_normal())
    mu *= 1.0 + 0.12 * rng.standard_normal()
    path = 0.1 / 20.0 * (1.0 + 0.03 * rng.standard_normal())
    dots = mu * TRUE * path / np.log(10.0) * shape / np.interp(413.0, nm, shape)
    scatter = rng.uniform(0.0, 0.03) * (400.0 / nm) ** rng.uniform(2.5, 4.0)
    seen = dots + scatter + rng.uniform(-0.01, 0.02) + 5e-4 * rng.standard_normal(nm.size)
    return Signal(SignalKind.ABSORBANCE, nm, seen, "A1", path_mm=1.0, dilution=20.0, medium="hexane"), TRUE


def amounts() -> None:
    found = [amount_of(spectrum(seed)[0], INP).fraction for seed in SEEDS]
    values = np.array([finding.value.value for finding in found if finding.value is not None])
    held = [f.value.low <= TRUE <= f.value.high for f in found if f.value is not None]
    bias, spread = np.mean(values) / TRUE - 1.0, np.std(values) / TRUE
    print(f"volume fraction of {len(values)} spectra: bias {bias:+.1%}, sd {spread:.1%}")
    print(f"95 % intervals that hold the truth: {np.mean(held):.0%}")


def detour() -> None:
    """What eps(E1) would make of one absorbance of CdSe, by its two published laws, and InP by two curves."""
    size = 2.63
    yu = 5857.0 * size**2.65
    jasieniak = (155507.0 + 6.67054e13 * np.exp(-EV_NM / 520.0 / 0.10551)) * 0.060 / 0.075
    print(f"CdSe at 520 nm: two published extinctions differ by a factor of {jasieniak / yu:.2f}")
    laws = {curve.id: curve.law for curve in (*INP.sizing, *INP.refused) if curve.law is not None}
    nm = np.array([518.0])
    sphere, other = (
        float(sizes_by_law(laws[name], nm)[0]) for name in ("wang2023-sphere", "almeida2023-volume")
    )
    print(
        f"InP at 518 nm: spheres of {sphere:.2f} and {other:.2f} nm, a factor of {(sphere / other) ** 3:.1f}"
    )
    print("in volume; the detour is refused")


def theory() -> None:
    print("two-band model against measured curves, deviation in diameter (wall 4 eV; infinite):")
    for name, curve in MEASURED:
        card = store.material(name)
        measured = card.curve(curve)
        low, high = (bound.value for bound in measured.range)
        sizes = np.linspace(max(low, 2.0), high, 25)
        constants = (card.gap.to("eV"), card.electron_mass.to("1"), card.hole_mass.to("1"))
        told = []
        for wall in (4.0, np.inf):
            model = TwoBand(*constants, card.permittivity_static.to("1"), wall)
            miss = [model.diameter(EV_NM / w, 1.2, 30.0) for w in wavelength(measured, sizes)] / sizes - 1.0
            told.append(f"{miss.min():+.0%} to {miss.max():+.0%}")
        print(f"  {name:5s} {curve:20s} {'; '.join(told)}")


def floor() -> None:
    if not TABLE.is_file():
        print("CdSe against TEM: the published table is not beside this checkout")
        return
    with TABLE.open(encoding="latin-1", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Diameter from"].strip() == "TEM"]
    pairs = [(float(r["Absorbance max (nm)"]), float(r["Diameter_nm"])) for r in rows
             if r["Absorbance max (nm)"].strip() not in {"", "None"}]  # fmt: skip
    nm, tem = np.array(pairs).T
    apart = np.abs(sizes_by_law(store.material("CdSe").curve("yu2003").law, nm) - tem)
    print(f"CdSe against TEM, {len(pairs)} rows: mean absolute error {apart.mean():.3f} nm, 90 % within "
          f"{np.quantile(apart, 0.9):.2f} nm")  # fmt: skip


def times() -> None:
    signal, _ = spectrum(0)
    mask = examine(signal).mask
    for name, call in (
        ("examine", lambda: examine(signal)),
        ("find_edge, mask given", lambda: find_edge(signal, mask)),
        ("amount_of", lambda: amount_of(signal, INP)),
    ):
        print(f"{name}: {1e3 * seconds(call):.1f} ms ({load()})")


def main() -> None:
    amounts()
    detour()
    theory()
    floor()
    times()


if __name__ == "__main__":
    main()
