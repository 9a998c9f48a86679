"""Noise: whole numbers from the discrete Laplace distribution, sampled exactly by OpenDP.

Floating-point noise gives secrets away through its low bits (Mironov, "On Significance of the Least
Significant Bits for Differential Privacy", CCS 2012); OpenDP samples whole numbers without it. The
scale is the least whose privacy loss OpenDP itself proves to be within what was granted.
"""

from collections.abc import Sequence

from opendp import prelude as opendp

_MILLIONTHS = 1_000_000

opendp.enable_features("contrib")


def noisy(figures: Sequence[int], sensitivity: int, epsilon: int) -> list[int]:
    """Return figures with noise for a loss of `epsilon` millionths.

    `sensitivity` is how much one person can change all figures together.
    """
    assert figures
    measurement = _measurement(sensitivity, epsilon / _MILLIONTHS)
    released: list[int] = measurement(list(figures))
    return released


def loss_of(sensitivity: int, epsilon: int) -> float:
    """Return the loss that OpenDP proves of a release, in units of ε."""
    measurement = _measurement(sensitivity, epsilon / _MILLIONTHS)
    loss: float = measurement.map(d_in=sensitivity)
    return loss


def _measurement(sensitivity: int, epsilon: float) -> opendp.Measurement:
    domain = opendp.vector_domain(opendp.atom_domain(T=int))
    metric = opendp.l1_distance(T=int)

    def with_scale(scale: float) -> opendp.Measurement:
        return opendp.m.make_laplace(domain, metric, scale=scale)

    scale = opendp.binary_search_param(with_scale, d_in=sensitivity, d_out=epsilon)
    return with_scale(scale)
