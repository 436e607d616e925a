"""Sizes from synthetic micrographs: bias, spread and time, beside areas above a threshold.

1024 x 1024 pixels of 0.12 nm, 250 dots of 3.4 nm, RSD 8 %, half of them touching or none.
"""

import time
from importlib.util import find_spec

import numpy as np

from aliquot.instruments.microscopy.analyse import measure
from aliquot.instruments.microscopy.detect import detect
from aliquot.instruments.microscopy.records import Micrograph, ParticleList
from aliquot.instruments.microscopy.simulate import Microscope, draw

NOISE = {"low": 1600.0, "medium": 100.0, "high": 4.0}
LAYERS = {"apart": (2.0, 0.0), "touching": (0.0, 0.5)}


def picture(electrons: float, layer: str) -> tuple[Micrograph, ParticleList]:
    """Return a micrograph and the dots on it."""
    gap, gathered = LAYERS[layer]
    sizes = np.random.default_rng(7).normal(3.4, 0.272, 250)
    microscope = Microscope(electrons_per_px=electrons, gap_nm=gap, gathered=gathered)
    return draw(sizes, microscope, label=layer, seed=3)


def row(noise: str, layer: str) -> str:
    """Return a line: the fit, and the areas above Otsu's threshold that it starts from."""
    seen, truth = picture(NOISE[noise], layer)
    started = time.perf_counter()
    found = measure(seen)
    took = time.perf_counter() - started
    areas = 2.0 * detect(seen).places[:, 2] * seen.scale_nm_per_px
    cut = f"{areas.mean() / truth.mean - 1.0:+8.1%}" if areas.size else "       –"
    if found.mean.value is None or found.rsd.value is None:
        return f"{noise:8}{layer:10}{found.n:5}        not told        {cut}{took:8.1f} s   {found.flags[-1]}"
    bias = found.mean.value.value / truth.mean - 1.0
    spread = found.rsd.value.value - truth.sd / truth.mean
    return f"{noise:8}{layer:10}{found.n:5}{bias:+10.2%}{100 * spread:+10.2f} pt{cut}{took:8.1f} s"


def main() -> None:
    if find_spec("skimage") is None:
        print("skipped: the extra 'images' is not installed")
        return
    print("noise   layer        n      mean       RSD     Otsu areas   time")
    for layer in LAYERS:
        for noise in NOISE:
            print(row(noise, layer))
    for peer in ("particlespy", "cellpose"):
        if find_spec(peer) is None:
            print(f"{peer}: skipped, not installed")


if __name__ == "__main__":
    main()
