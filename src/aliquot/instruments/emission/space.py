"""Emission per wavelength and per energy, counted as photons or as power: four spectra of one light.

A detector behind a grating reads intensity per wavelength. Per energy the same light is

    I(E) = I(lambda) lambda^2 / hc,   var I(E) = var I(lambda) (lambda^2 / hc)^2

because a step of one nanometre is a larger step of energy in the blue. The maximum moves with it, so that a
peak has to be told with its space. Absorbance is no density: it has the same value in either space.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError, Where
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM


class Space(StrEnum):
    """Along which axis an intensity is a density."""

    WAVELENGTH = "wavelength"
    """Per nanometre, as instruments read it."""
    ENERGY = "energy"
    """Per electronvolt, where lines of dots are told apart and compared."""


class Counted(StrEnum):
    """What an intensity counts."""

    PHOTONS = "photons"
    """Counts, as photomultipliers and corrected spectra of fluorimeters have them."""
    POWER = "power"
    """Radiant power, as instruments calibrated against a lamp in watts have it."""


@dataclass(frozen=True, slots=True)
class EnergySpectrum:
    """An emission per energy.

    Attributes:
        energies: Photon energies [eV], rising, shape (n,).
        values: Intensity per energy [a.u. eV-1], shape (n,).
        variances: Variance of the values [a.u.2 eV-2], shape (n,).
    """

    energies: Float[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]
    variances: Float[np.ndarray, " n"]


def jacobian(wavelengths: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return lambda^2 / hc, by which an intensity per nm becomes one per eV [nm eV-1], shape (n,)."""
    return np.asarray(wavelengths**2 / EV_NM)


def per_energy(signal: Signal, variances: Float[np.ndarray, " n"] | None = None) -> EnergySpectrum:
    """Return an emission per energy, its variance with the square of the Jacobian.

    Args:
        signal: Emission against wavelength.
        variances: Variance of its values [a.u.2], zero where not given, shape (n,).

    Raises:
        SignalError: If the signal is no emission: absorbance has no Jacobian.

    Source:
        Change of variables of a density; the square in the variance as in LumiSpy, issues 96 and 98.

    Example:
        >>> nm = np.arange(450.0, 800.0)
        >>> band = np.exp(-4.0 * np.log(2.0) * ((nm - 607.0) / 90.0) ** 2)
        >>> spectrum = per_energy(Signal(SignalKind.EMISSION, nm, band, "dots"))
        >>> round(EV_NM / float(spectrum.energies[spectrum.values.argmax()]))    # no longer at 607
        612
    """
    require(signal, SignalKind.EMISSION)
    factor = jacobian(signal.wavelengths)
    squares = np.zeros_like(factor) if variances is None else variances * factor**2
    return EnergySpectrum(
        np.asarray(EV_NM / signal.wavelengths[::-1]),
        np.asarray((signal.values * factor)[::-1]),
        np.asarray(squares[::-1]),
    )


def photons(
    wavelengths: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], counted: Counted
) -> Float[np.ndarray, " n"]:
    """Return an intensity as photons, in units of its own at 550 nm, shape (n,).

    Example:
        >>> photons(np.array([550.0, 1100.0]), np.array([1.0, 1.0]), Counted.POWER)
        array([1., 2.])
    """
    return values if counted is Counted.PHOTONS else np.asarray(values * wavelengths / 550.0)


def power(
    wavelengths: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], counted: Counted
) -> Float[np.ndarray, " n"]:
    """Return an intensity as radiant power, in units of its own at 550 nm, shape (n,).

    Example:
        >>> power(np.array([550.0, 1100.0]), np.array([1.0, 1.0]), Counted.PHOTONS)
        array([1. , 0.5])
    """
    return values if counted is Counted.POWER else np.asarray(values * 550.0 / wavelengths)


def require(signal: Signal, kind: SignalKind) -> None:
    """Refuse a signal of another kind.

    Raises:
        SignalError: If it is one.
    """
    if signal.kind is not kind:
        raise SignalError(
            given=f"'{signal.label}', which is {signal.kind}",
            expected=f"a spectrum of {kind}",
            why="each kind is read in its own way, and absorbance is no density that a Jacobian could turn",
            remedy=f"Give the {kind} spectrum, or say what this one is (--kind).",
            where=signal.where or Where(signal.label),
        )
