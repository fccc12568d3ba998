"""The project's own bundles."""

from __future__ import annotations

import json
import math
import sys
import unittest

import numpy as np

from tests.bundles import FUNCTIONS

sys.path[:0] = [str(FUNCTIONS / each) for each in ("seismology", "iris", "scaling")]

import iris  # noqa: E402
import scaling  # noqa: E402
import seismology  # noqa: E402


SAMPLE = FUNCTIONS.parents[2] / "jobs/src/main/resources/data/usgs-week.geojson"

JAVA = {
    "ak": (297, 202, 1.6, 0.5175662852180346, 0.03075565048125567),
    "ci": (379, 343, 0.3, 0.5952567723988627, 0.024654255125542233),
    "hv": (46, 27, 1.8, None, None),
    "mb": (24, 17, 1.0, None, None),
    "nc": (368, 229, 0.9, 0.6894518984807256, 0.03899643355873093),
    "nm": (5, 2, 1.9, None, None),
    "nn": (251, 107, 0.7, 1.163191728752139, 0.11714264641757414),
    "pr": (62, 30, 2.9, None, None),
    "se": (1, 1, 0.5, None, None),
    "us": (168, 96, 4.4, 0.7621987250952866, 0.0604598235734719),
    "uu": (33, 27, 1.1, None, None),
    "uw": (45, 39, 0.4, None, None),
}
"""What ``GutenbergRichter`` gives for the sample, by network."""


def b_value(*magnitudes: str, network: str = "xx") -> dict[str, list]:
    batch = {
        "network": np.array([network] * len(magnitudes), dtype=object),
        "magnitudeText": np.array(magnitudes, dtype=object),
    }
    return {name: column.tolist() for name, column in seismology.b_value(batch).items()}


class SeismologyTest(unittest.TestCase):
    """The cases of ``GutenbergRichterTest``."""

    def test_a_tie_goes_away_from_zero(self) -> None:
        for written, tenths in (
            ("2", 20), ("1.70", 17), ("1.25", 13), ("1.24999999", 12), ("-0.05", -1), ("-0.04", 0), ("-0.25", -3),
            ("0.05", 1), ("2.0499999999999998", 20), ("1E-2", 0), ("-0", 0),
        ):  # fmt: skip
            self.assertEqual(seismology.tenths(written), tenths, written)

    def test_a_catalogue_made_by_hand_has_the_b_value_worked_out_by_hand(self) -> None:
        value = b_value(*["1.0"] * 25, *["1.2"] * 25)
        self.assertEqual(
            (value["network"], value["events"], value["complete"], value["completeness"], value["week"]),
            (["xx"], [50], [50], [1.0], [None]),
        )
        b = 0.4342944819032518 / 0.15
        self.assertAlmostEqual(value["bValue"][0], b, delta=1e-14)
        self.assertAlmostEqual(value["standardError"][0], 2.30 * b * b * 0.1 / 7, delta=1e-13)

    def test_one_event_less_than_enough_has_no_b_value(self) -> None:
        self.assertFalse(math.isnan(b_value(*["1.0"] * 50)["bValue"][0]))
        value = b_value(*["1.0"] * 49, *["0.9"] * 48)
        self.assertEqual((value["events"], value["complete"], value["completeness"]), ([97], [49], [1.0]))
        self.assertTrue(math.isnan(value["bValue"][0]) and math.isnan(value["standardError"][0]))

    def test_the_lower_of_two_fullest_bins_is_taken(self) -> None:
        for magnitudes in (["1.5"] * 30 + ["-0.25"] * 30, ["-0.25"] * 30 + ["1.5"] * 30):
            self.assertEqual(b_value(*magnitudes)["completeness"], [-0.3])

    def test_the_sample_has_the_numbers_of_the_java_function_to_the_last_digit(self) -> None:
        features = json.loads(SAMPLE.read_text("utf-8"), parse_float=str, parse_int=str)["features"]
        magnitudes: dict[str, list[str]] = {}
        for quake in (feature["properties"] for feature in features):
            if quake["type"] == "earthquake" and quake["mag"] is not None:
                magnitudes.setdefault(quake["net"], []).append(quake["mag"])
        found = {}
        for network in sorted(magnitudes):
            (row,) = zip(*b_value(*magnitudes[network], network=network).values())
            found[network] = tuple(None if number != number else number for number in row[1:6])
        self.assertEqual(found, JAVA)

    def test_no_earthquakes_give_no_row(self) -> None:
        self.assertEqual({len(column) for column in b_value().values()}, {0})

    def test_two_networks_are_refused(self) -> None:
        batch = {"network": np.array(["ci", "ak"], dtype=object), "magnitudeText": np.array(["1", "1"], dtype=object)}
        with self.assertRaisesRegex(ValueError, "expected one network, found ak, ci"):
            seismology.b_value(batch)


class IrisTest(unittest.TestCase):
    def test_the_second_step_reads_the_firsts_output(self) -> None:
        flowers = {
            "species": np.array(["virginica", "setosa", "setosa"], dtype=object),
            "petal_length": np.array([6.0, 1.5, 1.0]),
            "petal_width": np.array([2.5, 0.5, 0.25]),
        }
        with_area = iris.petal_area(flowers)
        self.assertEqual(with_area["petal_area"].tolist(), [15.0, 0.75, 0.25])
        self.assertEqual(
            {name: column.tolist() for name, column in iris.mean_area(with_area).items()},
            {"species": ["setosa", "virginica"], "flowers": [2, 1], "mean_area": [0.5, 15.0]},
        )

    def test_no_flowers_give_no_row(self) -> None:
        none = {
            name: np.array([], dtype)
            for name, dtype in (("species", object), ("petal_length", float), ("petal_width", float))
        }
        self.assertEqual({len(column) for column in iris.mean_area(iris.petal_area(none)).values()}, {0})


class ScalingTest(unittest.TestCase):
    def test_each_column_is_doubled(self) -> None:
        answer = scaling.doubled({"number": np.arange(3), "x0": np.array([0.5, 1.0, 1.5])})
        self.assertEqual(answer["number"].tolist(), [0, 2, 4])
        self.assertEqual(answer["x0"].tolist(), [1.0, 2.0, 3.0])
