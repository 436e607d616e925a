"""How long the liquid stays in a tube: residence-time distributions as a few nodes and weights.

Segregated averaging: each element of liquid is a small batch that leaves after its own time. That is exact
for plug flow, for first-order chemistry, and where elements do not exchange; for dots, which hardly diffuse,
it is the upper bound of the spread (docs/explanation/tube.md).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError
from aliquot.knowledge.records import Solvent
from aliquot.recipe.flow import Tube
from aliquot.units import BOLTZMANN_EV

BOLTZMANN = BOLTZMANN_EV * 1.602176634e-19
"""Boltzmann constant [J K-1]."""


class Dispersion(StrEnum):
    """How elements of liquid spread along a tube."""

    PLUG = "plug flow"
    """All leave together."""
    TAYLOR_ARIS = "Taylor-Aris"
    """Radial diffusion evens out the parabolic profile (taylor1953; aris1956)."""
    CONVECTIVE = "convective limit"
    """No radial diffusion at all: E(t) = tau^2 / (2 t^3) from tau/2 on."""
    TANKS = "tanks in series"
    """Equal stirred tanks whose residence times spread as Taylor-Aris says."""


@dataclass(frozen=True, slots=True)
class ResidenceTimes:
    """A residence-time distribution, as nodes and weights that integrate smooth functions of time.

    Attributes:
        times: Nodes [s], rising, shape (nodes,).
        weights: Shares of the liquid, summing to 1, shape (nodes,).
        dispersion: The model behind them.
        reach: tau D / R^2, how often a dot crosses the tube by diffusion during its stay [1]; None without
            a liquid to say.
        note: Validity, as a sentence.
    """

    times: Float[np.ndarray, " nodes"]
    weights: Float[np.ndarray, " nodes"]
    dispersion: Dispersion
    reach: float | None = None
    note: str = ""

    @property
    def mean(self) -> float:
        """Mean residence time [s]."""
        return float(self.weights @ self.times)

    @property
    def relative_spread(self) -> float:
        """Standard deviation over mean [1]."""
        return float(np.sqrt(self.weights @ (self.times - self.mean) ** 2)) / self.mean


def plug(tau: float) -> ResidenceTimes:
    """Return plug flow of residence time ``tau`` [s]: one node."""
    _positive("a residence time", tau, "s")
    return ResidenceTimes(np.array([tau]), np.array([1.0]), Dispersion.PLUG)


def taylor_aris(tau: float, bodenstein: float, nodes: int = 7) -> ResidenceTimes:
    """Return the residence times of axially dispersed flow.

    The time of first passage through the outlet, an inverse Gaussian with mean tau and variance
    2 tau^2 / Bo: unlike the open-open form it keeps the mean residence time V/Q exactly (levenspiel).

    Args:
        tau: Mean residence time V/Q [s].
        bodenstein: Bo = u L / D_ax [1].
        nodes: Number of nodes of the Gauss rule, which integrates polynomials of degree 2 nodes - 1.

    Raises:
        InputError: If tau or Bo is not positive.

    Example:
        >>> times = taylor_aris(2156.0, 83.0)
        >>> round(times.mean, 6), round(times.relative_spread, 4)
        (2156.0, 0.1552)
    """
    _positive("a residence time", tau, "s")
    _positive("a Bodenstein number", bodenstein, "")
    # In chi = sqrt(Bo/2) (theta - 1) / sqrt(theta) the law is a normal one times a mild factor: equal steps
    # of an analytic integrand that vanishes at both ends are exact to rounding.
    chi = np.linspace(-9.0, 9.0, 721)
    half = chi / np.sqrt(2.0 * bodenstein)
    theta = np.exp(2.0 * np.arcsinh(half))
    share = np.exp(-0.5 * chi**2) / np.sqrt(theta * (1.0 + half**2))
    times, weights = _gauss_rule(theta, share, nodes)
    return ResidenceTimes(tau * times, weights, Dispersion.TAYLOR_ARIS)


def convective(tau: float, nodes: int = 24) -> ResidenceTimes:
    """Return the residence times of a parabolic profile without diffusion, E(t) = tau^2 / (2 t^3).

    With u = (tau / 2t)^2 uniform on (0, 1). The true law has no finite variance; its nodes do.
    """
    _positive("a residence time", tau, "s")
    x, w = np.polynomial.legendre.leggauss(nodes)
    u = 0.5 * (1.0 - x)  # t = tau / (2 sqrt(u)) rises as u falls
    times, weights = 0.5 * tau / np.sqrt(u), 0.5 * w
    order = np.argsort(times)
    return ResidenceTimes(times[order], weights[order], Dispersion.CONVECTIVE)


def tanks(tau: float, count: int, nodes: int = 12) -> ResidenceTimes:
    """Return the residence times of equal stirred tanks in series: Erlang's law, spread 1/sqrt(count).

    Elements of liquid that do not exchange; a cascade whose liquid is mixed is ``reactors/cascade.py``.

    Args:
        tau: Mean residence time in all of them [s].
        count: Number of tanks.
        nodes: Number of nodes of the generalised Gauss-Laguerre rule, exact to degree 2 nodes - 1.

    Raises:
        InputError: If tau or the number of tanks is not positive.

    Example:
        >>> times = tanks(1000.0, 4)
        >>> round(times.mean, 6), round(times.relative_spread, 6)
        (1000.0, 0.5)
    """
    _positive("a residence time", tau, "s")
    _positive("a number of tanks", float(count), "")
    k = np.arange(nodes)
    side = np.sqrt(k[1:] * (k[1:] + count - 1.0))
    values, vectors = np.linalg.eigh(np.diag(2.0 * k + count) + np.diag(side, 1) + np.diag(side, -1))
    return ResidenceTimes(tau * values / count, vectors[0] ** 2, Dispersion.TANKS)


def in_tube(
    tube: Tube,
    flow: float,
    temperature: float,
    liquid: Solvent,
    *,
    particle_radius_nm: float = 2.9,
    dispersion: Dispersion | None = None,
) -> ResidenceTimes:
    """Return the residence times of dots in a tube, by the model that is valid there or the one asked for.

    Taylor-Aris needs tau D / R^2 well above 1/14.7 (the first zero of J1); it is taken from 0.5 on, with a
    note below 0.8, and the convective limit replaces it below (docs/explanation/tube.md).

    Args:
        tube: The tube.
        flow: Volume flow at the pump [m3 s-1]; the hot liquid flows faster by the tube's expansion.
        temperature: Temperature of the liquid [K].
        liquid: Its viscosity sets the diffusivity of a dot (Stokes-Einstein).
        particle_radius_nm: Hydrodynamic radius of a dot with its ligands [nm].
        dispersion: Model to use; the note then still says whether it holds.

    Raises:
        InputError: If the flow is not positive, or the liquid's viscosity unknown.
    """
    _positive("a flow", flow, "m3/s")
    tau = tube.residence_time(flow)
    radius = 0.5 * tube.bore
    speed = tube.length / tau
    diffusivity = stokes_einstein(temperature, liquid, particle_radius_nm)
    reach = tau * diffusivity / radius**2
    held = "holds" if reach >= 0.8 else "is marginal" if reach >= 0.5 else "does not hold"
    if dispersion is None:
        dispersion = Dispersion.TAYLOR_ARIS if reach >= 0.5 else Dispersion.CONVECTIVE
    axial = diffusivity + speed**2 * radius**2 / (48.0 * diffusivity)
    if dispersion is Dispersion.TAYLOR_ARIS:
        model = taylor_aris(tau, speed * tube.length / axial)
    elif dispersion is Dispersion.TANKS:
        model = tanks(tau, max(1, round(0.5 * speed * tube.length / axial)))  # variance 1/N = 2/Bo
    else:
        model = plug(tau) if dispersion is Dispersion.PLUG else convective(tau)
    note = f"Taylor-Aris {held} (tau D/R2 = {reach:.2f}); averaged by {dispersion.value}."
    return ResidenceTimes(model.times, model.weights, dispersion, reach, note)


def stokes_einstein(temperature: float, liquid: Solvent, radius_nm: float) -> float:
    """Return the diffusivity kT / (6 pi mu r) [m2 s-1] of a sphere in a liquid.

    Raises:
        InputError: If the card of the liquid has no viscosity.
    """
    if liquid.viscosity is None:
        raise InputError(
            given=f"'{liquid.id}' without a viscosity",
            expected="a liquid whose card has one",
            why="the diffusivity of a dot follows from it",
            remedy="Add the viscosity, with its source, to the card.",
        )
    viscosity = liquid.viscosity.to("Pa s")
    return float(BOLTZMANN * temperature / (6.0 * np.pi * viscosity * radius_nm * 1e-9))


def _gauss_rule(
    t: Float[np.ndarray, " fine"], w: Float[np.ndarray, " fine"], nodes: int
) -> tuple[Float[np.ndarray, " nodes"], Float[np.ndarray, " nodes"]]:
    """Return the Gauss rule of a measure given on a fine grid, by Lanczos (Golub & Welsch)."""
    w = w / w.sum()
    basis = np.zeros((nodes, t.size))
    alpha, beta = np.zeros(nodes), np.zeros(nodes)
    p = np.sqrt(w)
    for k in range(nodes):
        basis[k] = p
        q = t * p
        alpha[k] = p @ q
        q -= basis[: k + 1].T @ (basis[: k + 1] @ q)  # full reorthogonalisation, the tails are tiny
        beta[k] = np.linalg.norm(q)
        p = q / beta[k]
    values, vectors = np.linalg.eigh(np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1))
    return values, vectors[0] ** 2


def _positive(what: str, value: float, unit: str) -> None:
    if not value > 0:
        raise InputError(
            given=f"{what} of {value:.3g} {unit}".rstrip(),
            expected="a positive number",
            why="nothing flows otherwise",
            remedy="Check flow, bore and length of the tube.",
        )
