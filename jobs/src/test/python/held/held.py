"""Calls that are under way for as long as a test wants."""

import os
import time

import numpy as np


def measured(batch, gate):
    """Returns when there is a file of this name."""
    while not os.path.exists(gate):
        time.sleep(0.02)
    return {"number": batch["number"], "bytes": np.array([len(each) for each in batch["content"]], dtype=np.int64)}
