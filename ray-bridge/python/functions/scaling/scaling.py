"""What there is to measure the way to and fro: as little as a function can do."""

from __future__ import annotations

import numpy as np


def doubled(batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same columns with twice their values."""
    return {name: column * 2 for name, column in batch.items()}
