"""What dates took where several workers can't be told apart: their shares of the wall clock.

How many dates of each kind finished in a stretch of time is known. The costs of the two kinds are the least-squares
solution over such stretches, and each stretch's time is dealt out to its dates by them.
"""

from collections.abc import Sequence

STRETCH = 8
"""Completions per worker in one stretch."""

_HALF_LIFE = 8.0  # stretches
_UNKNOWN_WORKERS = 8


def shares(gaps: Sequence[float], heavy: Sequence[bool], workers: int) -> list[float]:
    """Seconds of the wall clock for each date, from the gaps before its end and what kind it is."""
    size = STRETCH * (workers if workers > 1 else _UNKNOWN_WORKERS)
    starts = range(0, len(gaps), size) if len(gaps) >= size else [0]
    stretches = [(heavy[at : at + size], sum(gaps[at : at + size])) for at in starts]
    rows = [(float(sum(kinds)), float(len(kinds) - sum(kinds)), seconds) for kinds, seconds in stretches]
    with_work, without = _least_squares(rows)
    found: list[float] = []
    for kinds, seconds in stretches:
        due = [with_work if kind else without for kind in kinds]
        total = sum(due)
        found += [seconds * one / total if total > 0 else seconds / len(kinds) for one in due]
    return found


def _least_squares(rows: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """Non-negative a, b that best explain heavy·a + light·b = seconds, recent stretches weighing more."""
    weights = [0.5 ** ((len(rows) - 1 - i) / _HALF_LIFE) for i in range(len(rows))]
    hh = sum(w * h * h for w, (h, _, _) in zip(weights, rows, strict=True))
    ll = sum(w * n * n for w, (_, n, _) in zip(weights, rows, strict=True))
    hl = sum(w * h * n for w, (h, n, _) in zip(weights, rows, strict=True))
    hs = sum(w * h * s for w, (h, _, s) in zip(weights, rows, strict=True))
    ls = sum(w * n * s for w, (_, n, s) in zip(weights, rows, strict=True))
    determinant = hh * ll - hl * hl
    if determinant > 1e-6 * hh * ll:
        a, b = (hs * ll - ls * hl) / determinant, (ls * hh - hs * hl) / determinant
    else:
        a = b = (hs + ls) / (hh + 2 * hl + ll) if hh + ll else 0.0
    if b < 0:
        return (hs / hh if hh else 0.0), 0.0
    if a < 0:
        return 0.0, (ls / ll if ll else 0.0)
    return a, b
