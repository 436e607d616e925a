"""Isotopes of the elements that clusters, their ligands and salts are made of.

Masses are those of the evaluation of 2012 (ame2012), shares those of IUPAC's table of 2009 (berglund2011),
both as usual in handbooks; every element's shares sum to 100 %. The mean mass of cadmium is 112.4116 by its
isotopes, while its standard atomic weight is 112.414: tables of the two are not revised together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int

ELECTRON = 5.48579909e-4
"""Mass of the electron [Da], CODATA 2018."""
SOURCES = ("berglund2011", "ame2012")
"""Keys of the bibliography on which the table rests."""

_TABLE = """
H 1.007825:99.9885 2.014102:0.0115
Li 6.015123:7.59 7.016003:92.41
B 10.012937:19.9 11.009305:80.1
C 12.000000:98.93 13.003355:1.07
N 14.003074:99.636 15.000109:0.364
O 15.994915:99.757 16.999132:0.038 17.999160:0.205
F 18.998403:100
Na 22.989769:100
Mg 23.985042:78.99 24.985837:10 25.982593:11.01
Al 26.981539:100
Si 27.976927:92.223 28.976495:4.685 29.973770:3.092
P 30.973762:100
S 31.972071:94.99 32.971459:0.75 33.967867:4.25 35.967081:0.01
Cl 34.968853:75.76 36.965903:24.24
K 38.963706:93.2581 39.963998:0.0117 40.961825:6.7302
Mn 54.938044:100
Fe 53.939609:5.845 55.934936:91.754 56.935393:2.119 57.933274:0.282
Co 58.933194:100
Ni 57.935342:68.0769 59.930786:26.2231 60.931056:1.1399 61.928345:3.6345 63.927967:0.9256
Cu 62.929598:69.15 64.927791:30.85
Zn 63.929143:49.17 65.926035:27.73 66.927129:4.04 67.924846:18.45 69.925322:0.61
Ga 68.925575:60.108 70.924704:39.892
Ge 69.924250:20.57 71.922076:27.45 72.923459:7.75 73.921178:36.5 75.921403:7.73
As 74.921596:100
Se 73.922476:0.89 75.919214:9.37 76.919914:7.63 77.917309:23.77 79.916523:49.61 81.916700:8.73
Br 78.918338:50.69 80.916290:49.31
Ag 106.905092:51.839 108.904755:48.161
Cd 105.906461:1.25 107.904184:0.89 109.903007:12.49 110.904183:12.8 111.902763:24.13 112.904408:12.22
  113.903365:28.73 115.904763:7.49
In 112.904063:4.29 114.903879:95.71
Sn 111.904824:0.97 113.902784:0.66 114.903345:0.34 115.901743:14.54 116.902954:7.68 117.901607:24.22
  118.903312:8.59 119.902203:32.58 121.903442:4.63 123.905278:5.79
Sb 120.903812:57.21 122.904212:42.79
Te 119.904062:0.09 121.903041:2.55 122.904271:0.89 123.902821:4.74 124.904431:7.07 125.903311:18.84
  127.904462:31.74 129.906223:34.08
I 126.904473:100
Cs 132.905452:100
Hg 195.965832:0.15 197.966769:9.97 198.968281:16.87 199.968327:23.1 200.970304:13.18 201.970644:29.86
  203.973494:6.87
Tl 202.972345:29.52 204.974428:70.48
Pb 203.973045:1.4 205.974467:24.1 206.975898:22.1 207.976654:52.4
Bi 208.980401:100
"""


@dataclass(frozen=True)
class Isotopes:
    """The natural isotopes of an element.

    Example:
        >>> round(ISOTOPES["Cd"].average, 4), round(ISOTOPES["Cd"].sd, 3)
        (112.4116, 1.853)
    """

    masses: Float[np.ndarray, " isotopes"]
    """Mass of each isotope [Da], rising."""
    shares: Float[np.ndarray, " isotopes"]
    """Share of each isotope in number of atoms [1], their sum is 1."""

    @cached_property
    def numbers(self) -> Int[np.ndarray, " isotopes"]:
        """Mass number of each isotope."""
        return np.asarray(np.rint(self.masses).astype(np.int64))

    @cached_property
    def average(self) -> float:
        """Mean mass of an atom [Da]."""
        return float(self.masses @ self.shares)

    @cached_property
    def sd(self) -> float:
        """Standard deviation of the mass of an atom [Da]."""
        return float(np.sqrt(self.shares @ (self.masses - self.average) ** 2))

    @cached_property
    def commonest(self) -> float:
        """Mass of the most abundant isotope [Da]."""
        return float(self.masses[np.argmax(self.shares)])


def _read(table: str) -> dict[str, Isotopes]:
    found = {}
    for line in table.strip().replace("\n  ", " ").splitlines():
        symbol, *pairs = line.split()
        values = np.array([[float(part) for part in pair.split(":")] for pair in pairs])
        found[symbol] = Isotopes(values[:, 0].copy(), values[:, 1] / values[:, 1].sum())
    return found


ISOTOPES: Mapping[str, Isotopes] = MappingProxyType(_read(_TABLE))
"""Isotopes by symbol of the element."""
