"""The broad bands of dots at high mass: one or two log-normal bands, their shares and their mean masses.

y(m) = sum_k A_k LN(m; mu_k, s_k) + b + c m

How many is told by the Bayesian information criterion on blocks of the spectrum that are independent.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.finding import Interval
from aliquot.instruments.mass.spectrum import MassSpectrum

POINTS = 600
"""Points to which a spectrum is gathered for the fit; a band is a hundred of them wide."""

_PER_BAND = 3
_LEAST_AREA = 0.02
_SEPARATE = 0.25
_WIDTHS = (0.02, 0.8)


@dataclass(frozen=True, slots=True)
class Band:
    """One band of dots."""

    mean: Interval
    """Mean mass by number of the ions that were counted [Da]."""
    sd: float
    """Standard deviation of the mass [Da]."""
    share: Interval
    """Share of the ions of all bands [1]."""
    mu: float
    """Mean of the logarithm of the mass in Da [1]."""
    s: float
    """Standard deviation of that logarithm [1]."""

    def density(self, mz: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the density of its ions over mass [Da-1], shape (n,)."""
        return _lognormal(mz, self.mu, self.s)

    def quantile(self, probability: float) -> float:
        """Return the mass [Da] below which a share ``probability`` [1] of its ions lies."""
        from scipy.special import ndtri  # noqa: PLC0415

        return float(np.exp(self.mu + self.s * ndtri(probability)))


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands of a spectrum and what the fit leaves."""

    bands: tuple[Band, ...]
    """By rising mass."""
    mz: Float[np.ndarray, " n"]
    """Axis of the fit [Da], shape (n,)."""
    seen: Float[np.ndarray, " n"]
    """The spectrum, gathered to that axis, shape (n,)."""
    fitted: Float[np.ndarray, " n"]
    """Bands and ground, shape (n,)."""
    parts: tuple[Float[np.ndarray, " n"], ...]
    """Each band alone, shape (n,)."""
    bic_gain: float
    """By how much two bands are better than one by the criterion [1]; above 10 is strong."""
    flags: tuple[str, ...] = ()
    """Doubts, whole sentences."""


def bands(spectrum: MassSpectrum, most: int = 2, seed: int = 1, draws: int = 200) -> Bands:
    """Fit one or two bands of dots to a spectrum at high mass.

    Args:
        spectrum: The region of the bands, ground on both sides included.
        most: Largest number of bands, 1 or 2.
        seed: Seed of the bootstrap.
        draws: Spectra that are drawn for the intervals, from blocks of what the fit leaves.

    Raises:
        SignalError: If nothing stands out of the noise.

    Example:
        >>> mz = np.linspace(8e3, 2e5, 4000)
        >>> rng = np.random.default_rng(1)
        >>> counts = 20.0 + 3e6 * _lognormal(mz, 10.5, 0.25) + rng.normal(0.0, 2.0, mz.size)
        >>> found = bands(MassSpectrum(mz, counts, "A")).bands
        >>> len(found), round(found[0].mean.value / 1e3, 1)
        (1, 37.4)
    """
    mz, seen = _gathered(spectrum)
    scale = float(seen.max())
    y = seen / scale
    fits = [_best(mz, y, count) for count in range(1, most + 1)]
    chosen, gain = fits[0], 0.0
    if most > 1:
        independent = mz.size / _correlation(y - _model(mz, fits[1]))
        cost = [
            independent * np.log(max(float(np.mean((y - _model(mz, fit)) ** 2)), 1e-12))
            + fit.size * np.log(independent)
            for fit in fits
        ]
        gain = float(cost[0] - cost[1])
        chosen = fits[1] if gain > 10.0 and _apart(fits[1]) else fits[0]
    rest = y - _model(mz, chosen)
    noise = max(float(np.std(rest)), 1e-12)
    _refuse_nothing(spectrum, mz, chosen, noise)
    drawn = _bootstrap(mz, chosen, rest, seed, draws)
    found = tuple(_band(chosen, drawn, i) for i in range((chosen.size - 2) // _PER_BAND))
    return Bands(
        found,
        mz,
        seen,
        scale * _model(mz, chosen),
        tuple(scale * np.exp(part[0]) * _shape(mz, part) for part in _parts(chosen)),
        gain,
        _flags(mz, found),
    )


def _gathered(spectrum: MassSpectrum) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return means over even steps of mass."""
    count = min(POINTS, spectrum.mz.size // 2)
    edges = np.linspace(spectrum.mz[0], spectrum.mz[-1], count + 1)
    place = np.clip(np.searchsorted(edges, spectrum.mz, side="right") - 1, 0, count - 1)
    number = np.bincount(place, minlength=count)
    total = np.bincount(place, spectrum.intensities, minlength=count)
    full = number > 0
    middle = 0.5 * (edges[1:] + edges[:-1])
    return middle[full], np.asarray(total[full] / number[full])


def _lognormal(mz: Float[np.ndarray, " n"], mu: float, s: float) -> Float[np.ndarray, " n"]:
    return np.asarray(np.exp(-0.5 * ((np.log(mz) - mu) / s) ** 2) / (mz * s * np.sqrt(2.0 * np.pi)))


def _parts(p: Float[np.ndarray, " p"]) -> Float[np.ndarray, "bands 3"]:
    """Return log area, mu and log s of each band."""
    return np.asarray(p[:-2].reshape(-1, _PER_BAND))


def _shape(mz: Float[np.ndarray, " n"], part: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " n"]:
    return _lognormal(mz, float(part[1]), float(np.exp(part[2])))


def _model(mz: Float[np.ndarray, " n"], p: Float[np.ndarray, " p"]) -> Float[np.ndarray, " n"]:
    """Return bands and ground for log areas, mu, log s, and the ground at both ends."""
    along = (mz - mz[0]) / (mz[-1] - mz[0])
    ground = p[-2] * (1.0 - along) + p[-1] * along
    return np.asarray(ground + sum(np.exp(part[0]) * _shape(mz, part) for part in _parts(p)))


def _best(mz: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], count: int) -> Float[np.ndarray, " p"]:
    """Return the best fit of so many bands, from several starts."""
    from scipy.optimize import least_squares  # noqa: PLC0415

    low, high = np.log(mz[0]), np.log(mz[-1])
    fits = []
    for start in _starts(mz, y, count):
        ends = [float(np.quantile(y[:20], 0.3)), float(np.quantile(y[-20:], 0.3))]
        first = np.concatenate([*start, ends])
        lower = [-5.0, low, np.log(_WIDTHS[0])] * count + [-0.2, -0.2]
        upper = [25.0, high, np.log(_WIDTHS[1])] * count + [1.0, 1.0]
        first = np.clip(first, np.array(lower) + 1e-6, np.array(upper) - 1e-6)
        fits.append(least_squares(lambda p: _model(mz, p) - y, first, bounds=(lower, upper), max_nfev=200))
    chosen = np.asarray(min(fits, key=lambda fit: fit.cost).x)
    parts = _parts(chosen)
    return np.concatenate([parts[np.argsort(parts[:, 1])].ravel(), chosen[-2:]])


def _starts(
    mz: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], count: int
) -> list[list[Float[np.ndarray, " 3"]]]:
    """Return starts: the highest point, and for two bands others above and below it."""
    smooth = np.convolve(y, np.ones(9) / 9.0, mode="same")
    top = float(np.log(mz[int(np.argmax(smooth[5:-5])) + 5]))
    height = float(smooth.max())

    def part(mu: float, s: float, share: float) -> Float[np.ndarray, " 3"]:
        area = share * height * np.exp(mu) * s * np.sqrt(2.0 * np.pi)
        return np.array([np.log(area), mu, np.log(s)])

    if count == 1:
        return [[part(top, s, 1.0)] for s in (0.08, 0.25)]
    others = [mu for mu in top + np.array([-1.2, -0.6, 0.6, 1.2]) if np.log(mz[0]) < mu < np.log(mz[-1])]
    return [[part(top, 0.15, 1.0), part(float(mu), 0.2, 0.3)] for mu in others] or [
        [part(top, 0.15, 0.7), part(top, 0.4, 0.3)]
    ]


def _apart(p: Float[np.ndarray, " p"]) -> bool:
    """Tell whether two bands are two: neither is a sliver, and their centres lie apart."""
    parts = _parts(p)
    areas = np.exp(parts[:, 0])
    separate = abs(parts[1, 1] - parts[0, 1]) > _SEPARATE
    return bool(areas.min() > _LEAST_AREA * areas.sum() and separate)


def _correlation(rest: Float[np.ndarray, " n"]) -> float:
    """Return over how many points what the fit leaves is correlated [1], at least 1."""
    centred = rest - rest.mean()
    lag = float(centred[1:] @ centred[:-1]) / max(float(centred @ centred), 1e-300)
    lag = float(np.clip(lag, 0.0, 0.97))
    return (1.0 + lag) / (1.0 - lag)


def _refuse_nothing(
    spectrum: MassSpectrum, mz: Float[np.ndarray, " n"], p: Float[np.ndarray, " p"], noise: float
) -> None:
    highest = max(float(np.exp(part[0]) * _shape(mz, part).max()) for part in _parts(p))
    if highest > 3.0 * noise:
        return
    raise SignalError(
        given=f"'{spectrum.label}', with a highest band of {highest / noise:.1f} times what is left",
        expected="a band of at least three times what the fit leaves",
        why="noise has a best fit too",
        remedy="Sum more shots, or narrow the region to the band (--from, --to).",
        where=spectrum.where,
    )


def _bootstrap(
    mz: Float[np.ndarray, " n"],
    p: Float[np.ndarray, " p"],
    rest: Float[np.ndarray, " n"],
    seed: int,
    draws: int,
) -> Float[np.ndarray, "draws p"]:
    """Return fits to spectra drawn from the fit and blocks of what it leaves, a step of Newton away."""
    rng = np.random.default_rng(seed)
    steps = 1e-5 * np.maximum(np.abs(p), 1.0)

    def column(i: int) -> Float[np.ndarray, " n"]:
        moved = steps * (np.arange(p.size) == i)
        return np.asarray((_model(mz, p + moved) - _model(mz, p - moved)) / (2.0 * steps[i]))

    jacobian = np.column_stack([column(i) for i in range(p.size)])
    block = max(1, min(int(3.0 * _correlation(rest)), rest.size // 4))
    starts = rng.integers(0, rest.size - block + 1, (draws, rest.size // block + 1))
    taken = (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, : rest.size]
    signs = np.repeat(rng.choice([-1.0, 1.0], starts.shape), block, axis=1)[:, : rest.size]
    freedom = np.sqrt(rest.size / max(rest.size - p.size, 1))
    moved = np.linalg.lstsq(jacobian, (freedom * signs * rest[taken]).T, rcond=None)[0]
    return np.asarray(p + moved.T)


def _band(p: Float[np.ndarray, " p"], drawn: Float[np.ndarray, "draws p"], i: int) -> Band:
    def summary(q: Float[np.ndarray, " p"]) -> tuple[float, float]:
        parts = _parts(q)
        areas = np.exp(parts[:, 0])
        mean = np.exp(parts[i, 1] + 0.5 * np.exp(2.0 * parts[i, 2]))
        return float(mean), float(areas[i] / areas.sum())

    mean, share = summary(p)
    means, shares = np.array([summary(q) for q in drawn]).T
    mu, s = float(_parts(p)[i, 1]), float(np.exp(_parts(p)[i, 2]))

    def interval(value: float, values: Float[np.ndarray, " draws"]) -> Interval:
        low, high = np.quantile(values, [0.025, 0.975])
        return Interval(value, min(value, float(low)), max(value, float(high)))

    return Band(interval(mean, means), mean * float(np.sqrt(np.expm1(s**2))), interval(share, shares), mu, s)


def _flags(mz: Float[np.ndarray, " n"], found: tuple[Band, ...]) -> tuple[str, ...]:
    flags = ["Shares are those of the ions that were counted: heavy ions are detected less well."]
    flags += [
        f"The band at {band.mean.value / 1e3:.3g} kDa is cut off by the axis; its mean is extrapolated."
        for band in found
        if band.quantile(0.02) < mz[0] or band.quantile(0.98) > mz[-1]
    ]
    return tuple(flags)
