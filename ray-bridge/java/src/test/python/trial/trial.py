"""Functions that do what they should, and functions that do not."""

import logging
import os
import time

import numpy as np


def doubled(batch, times=2):
    print("doubling", len(batch["x"]))
    logging.getLogger("trial").warning("of %s", batch["name"][0])
    return {"name": batch["name"], "y": batch["x"] * times}


def total(batch):
    return {"name": batch["name"][:1], "y": np.array([batch["x"].sum()])}


def nothing(batch):
    return {"name": np.array([], dtype=object), "y": np.array([], dtype=np.float64)}


def raises(batch):
    if batch["x"][0] < 0:
        raise ZeroDivisionError("no x below zero: " + str(batch["x"][0]))
    return doubled(batch)


def without_y(batch):
    return {"name": batch["name"]}


def of_two_lengths(batch):
    return {"name": batch["name"], "y": batch["x"][1:]}


def of_text(batch):
    return {"name": batch["name"], "y": batch["name"]}


def sleeps(batch):
    time.sleep(float(batch["x"][0]))
    return doubled(batch)


def dies(batch):
    if batch["x"][0] < 0:
        os._exit(9)
    return doubled(batch)


def weighed(batch: dict[str, np.ndarray], weights: bytes) -> dict[str, np.ndarray]:
    return {"name": batch["name"], "y": batch["x"] * len(weights)}
