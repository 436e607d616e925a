"""Debye patterns of InP spheres: time and agreement with an exact sum over all pairs, and the way back.

Peer in the same run, where it is installed: DebyeCalculator, which needs PyTorch.
"""

import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from aliquot.instruments.diffraction.debye import intensity, pairs
from aliquot.instruments.diffraction.factors import form_factor
from aliquot.instruments.diffraction.fit import fit_spheres
from aliquot.instruments.diffraction.pattern import CU_KA1_NM, Pattern, to_q
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.scherrer import scherrer
from aliquot.instruments.diffraction.structure import Cell, Particle, crystal, sphere

SIZES = (2.0, 2.7, 3.4, 5.0, 7.0)
ALLOWED = 0.2
"""Pattern of a sphere of 5 nm [s]."""


def exact(particle: Particle, q: np.ndarray) -> np.ndarray:
    """Return the intensity per atom by a sum over all pairs, without heat."""
    f = np.stack([form_factor(element, q) for element in particle.species])[particle.indices]
    total = (f**2).sum(axis=0)
    for i in range(1, particle.atoms):
        r = np.linalg.norm(particle.positions[:i] - particle.positions[i], axis=1)
        total += 2.0 * f[i] * (f[:i] * np.sinc(np.outer(r, q) / np.pi)).sum(axis=0)
    return np.asarray(total / particle.atoms)


def main() -> None:
    """Time patterns, compare them, and fit noisy ones."""
    inp, angles = crystal("InP-zinc-blende"), np.linspace(20.0, 60.0, 801)
    print(f"{'d / nm':>7} {'atoms':>6} {'time / s':>9} {'correlation':>12}", end=" ")
    print(f"{'fit / nm':>9} {'Scherrer 0.9 / d':>24}")
    for diameter in SIZES:
        print(_row(inp, diameter, angles))
    print(f"a pattern of 5 nm is allowed {ALLOWED} s")
    if find_spec("debyecalculator") is None:
        print("DebyeCalculator: skipped, not installed (it needs PyTorch, half a gigabyte)")
        return
    print(f"DebyeCalculator: correlation {_peer(inp.edge, to_q(angles, CU_KA1_NM)):.6f} at 3.4 nm")


def _row(inp: Cell, diameter: float, angles: np.ndarray) -> str:
    """Return what one size gives: time, agreement, the fit of its noisy pattern, Scherrer's sizes."""
    q, noise, instrument = to_q(angles, CU_KA1_NM), np.random.default_rng(7), Diffractometer()
    particle = sphere(inp, diameter)
    began = time.perf_counter()
    found = intensity(pairs(particle), q, 0.0)
    took = time.perf_counter() - began
    alike = "not run"  # of larger ones the exact sum takes minutes
    if diameter < 3.0:
        alike = f"{np.corrcoef(found, exact(particle, q))[0, 1]:.10f}"
    clean = instrument.blurred(found * instrument.polarisation(angles), float(angles[1] - angles[0]))
    counts = noise.poisson(5000.0 * clean / clean.max() + 1500.0).astype(float)
    pattern = Pattern(angles, counts, CU_KA1_NM, f"{diameter} nm")
    fit = fit_spheres(pattern, inp)
    widths = {w.name: w.size_nm / particle.diameter for w in scherrer(pattern, inp, fit.diameter)}
    ratios = " / ".join(f"{widths.get(name, float('nan')):.2f}" for name in ("111", "220", "311"))
    sizes = f"{particle.diameter:7.3f} {particle.atoms:6d} {took:9.3f} {alike:>12}"
    return f"{sizes} {fit.diameter:9.3f} {ratios:>24}"


def _peer(edge_nm: float, q: np.ndarray) -> float:
    """Return the correlation with DebyeCalculator on the same atoms."""
    from debyecalculator import DebyeCalculator  # type: ignore[import-not-found]  # noqa: PLC0415  a peer

    particle = sphere(crystal("InP-zinc-blende"), 3.4)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "inp.xyz"
        rows = [
            f"{particle.species[k]} {x:.6f} {y:.6f} {z:.6f}"
            for k, (x, y, z) in zip(particle.indices, 10.0 * particle.positions, strict=True)
        ]
        file.write_text("\n".join([str(particle.atoms), f"a = {edge_nm}", *rows]) + "\n", encoding="utf-8")
        calculator = DebyeCalculator(qmin=q[0] / 10.0, qmax=q[-1] / 10.0, qstep=0.01, biso=0.0)
        theirs_q, theirs = calculator.iq(str(file))
    ours = intensity(pairs(particle), 10.0 * np.asarray(theirs_q, float), 0.0)
    return float(np.corrcoef(ours, np.asarray(theirs, float))[0, 1])


if __name__ == "__main__":
    main()
