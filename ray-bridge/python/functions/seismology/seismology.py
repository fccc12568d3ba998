"""How fast the number of earthquakes falls with magnitude, as ``dev.cats.job.seismology.GutenbergRichter`` has it."""

from __future__ import annotations

import math
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

ENOUGH = 50
"""The fewest events at or above the magnitude of completeness for which a b-value is given."""

LOG10_E = 0.4342944819032518
"""log10(e), to the nearest double."""


def b_value(batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The b-value of one network's catalogue, after Aki (1965) with Utsu's correction for binned magnitudes.

    Takes all earthquakes of one network (columns of ``Quake``) and gives one row (columns of ``BValue``), or none where
    there are no earthquakes. Magnitudes are rounded to bins of 0.1 in decimal, a tie away from zero. The magnitude of
    completeness Mc is the fullest bin, the lower one on a tie (maximum curvature, Wiemer and Wyss 2000). Over the n
    events with M >= Mc::

        b     = log10(e) / (mean M - (Mc - 0.05))
        error = 2.30 b^2 sqrt( sum (M - mean M)^2 / (n (n - 1)) )        (Shi and Bolt 1982)

    Everything is counted in integers up to the last step, so that the order of the events cannot show in the result.
    """
    networks = sorted(set(batch["network"]))
    if len(networks) > 1:
        raise ValueError(f"Invalid catalogue: expected one network, found {', '.join(networks)}")
    bins = Counter(tenths(text) for text in batch["magnitudeText"])
    mc = min(bins, key=lambda tenth: (-bins[tenth], tenth), default=0)
    complete = {tenth - mc: count for tenth, count in bins.items() if tenth >= mc}
    n = sum(complete.values())
    b, error = math.nan, math.nan
    if n >= ENOUGH:
        total = sum(d * count for d, count in complete.items())
        squares = sum(d * d * count for d, count in complete.items())
        # mean M - (Mc - 0.05) = (total / n + 1/2) / 10 = (2 total + n) / (20 n)
        b = LOG10_E * 20 * n / (2 * float(total) + n)
        # sum (M - mean)^2 = (n squares - total^2) / (100 n)
        spread = float(n * squares - total * total)
        error = 2.30 * b * b * math.sqrt(spread / (n - 1)) / (10.0 * n)
    return {
        "network": np.array(networks, dtype=object),
        "events": np.array([bins.total()] * len(networks), dtype=np.int64),
        "complete": np.array([n] * len(networks), dtype=np.int64),
        "completeness": np.array([mc / 10.0] * len(networks), dtype=np.float64),
        "bValue": np.array([b] * len(networks), dtype=np.float64),
        "standardError": np.array([error] * len(networks), dtype=np.float64),
        "week": np.array([None] * len(networks), dtype=object),
    }


def tenths(magnitude: str) -> int:
    """A magnitude as written, in tenths, a tie away from zero."""
    return int(Decimal(magnitude).quantize(Decimal("0.1"), ROUND_HALF_UP).scaleb(1))
