"""Arrow to numpy and back."""

from __future__ import annotations

import datetime
import decimal
import math
import unittest
from typing import Any

import numpy as np
import pyarrow as pa

from cats_ray import batch
from cats_ray.failure import Failure

UTC = datetime.timezone.utc


def column(type: pa.DataType, values: Any, nullable: bool = True) -> list[Any]:
    schema = pa.schema([pa.field("c", type, nullable)])
    return batch.to_arrow({"c": values}, schema, None).column(0).to_pylist()


class BatchTest(unittest.TestCase):
    def test_columns_come_as_the_contract_says(self) -> None:
        record = pa.record_batch(
            {
                "long": pa.array([1, 2], pa.int64()),
                "longs": pa.array([1, None], pa.int64()),
                "double": pa.array([0.5, math.nan]),
                "flags": pa.array([True, None]),
                "text": pa.array(["a", None]),
                "bytes": pa.array([b"a", b"\0"]),
                "time": pa.array([1, None], pa.timestamp("ms", tz="UTC")),
                "day": pa.array([1, 2], pa.date32()),
                "money": pa.array([decimal.Decimal("1.50"), None]),
                "struct": pa.array([{"a": 1}, None]),
            }
        )
        columns = batch.to_numpy(record)
        self.assertEqual(
            {name: array.dtype.str[1:] for name, array in columns.items()},
            {"long": "i8", "longs": "f8", "double": "f8", "flags": "O", "text": "O", "bytes": "O"}
            | {"time": "M8[ms]", "day": "M8[D]", "money": "O", "struct": "O"},
        )
        self.assertTrue(math.isnan(columns["longs"][1]))
        self.assertEqual(columns["flags"].tolist(), [True, None])
        self.assertTrue(np.isnat(columns["time"][1]))
        schema = pa.schema([pa.field(f.name, f.type, f.name != "double") for f in record.schema])
        back = batch.to_arrow(columns, schema, 2).to_pydict()
        self.assertTrue(math.isnan(back.pop("double")[1]))
        expected = record.to_pydict()
        expected.pop("double")
        self.assertEqual(back, expected)

    def test_nan_is_null_where_a_column_may_be_null(self) -> None:
        values = np.array([1.0, math.nan])
        self.assertEqual(column(pa.float64(), values), [1.0, None])
        self.assertTrue(math.isnan(column(pa.float64(), values, nullable=False)[1]))
        self.assertEqual(column(pa.int64(), values), [1, None])
        self.assertEqual(column(pa.int64(), np.ma.masked_array([1, 2], mask=[False, True])), [1, None])

    def test_values_become_what_the_column_is(self) -> None:
        moment = datetime.datetime(2020, 1, 1, tzinfo=UTC)
        self.assertEqual(column(pa.timestamp("ms", tz="UTC"), np.array(["2020-01-01"], "M8[ns]")), [moment])
        self.assertEqual(column(pa.string(), np.array(["a", "é"])), ["a", "é"])
        self.assertEqual(column(pa.float64(), np.array([1, 2])), [1.0, 2.0])
        self.assertEqual(column(pa.list_(pa.float64()), [[1.0], [2.0, 3.0]]), [[1.0], [2.0, 3.0]])
        self.assertEqual(column(pa.list_(pa.float64()), [None, [1.0]]), [None, [1.0]])
        self.assertEqual(column(pa.list_(pa.int64()), np.array([[1, 2], [3, 4]])), [[1, 2], [3, 4]])
        self.assertEqual(column(pa.int64(), [1.0, 2]), [1, 2])
        self.assertEqual(column(pa.string(), np.array([], dtype=object)), [])
        self.assertEqual(column(pa.map_(pa.string(), pa.int64()), [[("a", 1)]]), [[("a", 1)]])

    def test_what_would_lose_something_is_refused(self) -> None:
        whole = pa.field("a", pa.int64(), nullable=False)
        for type, values, nullable in (
            (pa.int64(), np.array([1.5]), True),
            (pa.int64(), np.array([1.5, None], dtype=object), True),
            (pa.list_(pa.int64()), [[1.5]], True),
            (pa.struct([whole]), [{"a": 1.5}], True),
            (pa.int32(), np.array([2**40]), True),
            (pa.int64(), np.array(["1"]), True),
            (pa.string(), np.array([1]), True),
            (pa.timestamp("ms"), np.array(["2020-01-01T00:00:00.000001"], "M8[us]"), True),
            (pa.string(), np.array(["a", None], dtype=object), False),
            (pa.int64(), np.ma.masked_array([1, 2], mask=[False, True]), False),
            (pa.timestamp("ms"), np.array(["NaT"], "M8[ms]"), False),
            (pa.struct([whole]), [{"a": None}], True),
            (pa.list_(whole), [[None]], True),
            (pa.map_(pa.string(), whole), [[("a", None)]], True),
        ):
            with self.subTest(f"{type} {values}"), self.assertRaisesRegex(Failure, "Invalid column c") as caught:
                column(type, values, nullable)
            self.assertEqual(caught.exception.kind, "types")

    def test_what_a_function_hands_through_stays_the_same(self) -> None:
        nanos = pa.array([1_600_000_000_123_456_789, -5])
        arrays = [pa.array([True, False]), pa.array([1, 2**62]), pa.array([1, -2], pa.int32())]
        arrays += [pa.array([0.1, 2.0]), pa.array([0.5, 1.5], pa.float32())]
        arrays += [pa.array(["a", "水"]), pa.array([b"a\0", b""]), pa.array([b"abc", b"\0\0\0"], pa.binary(3))]
        arrays += [
            pa.array([decimal.Decimal("1.50"), decimal.Decimal("-2")], t)
            for t in (pa.decimal128(9, 2), pa.decimal256(60, 2))
        ]
        arrays += [pa.array([datetime.date(1900, 1, 1), datetime.date(2020, 1, 1)])]
        arrays += [pa.array([datetime.time(1, 2, 3), datetime.time(0)], t) for t in (pa.time32("ms"), pa.time64("us"))]
        for unit, per in (("ns", 1), ("us", 10**3), ("ms", 10**6)):
            whole = pa.array([nano.as_py() // per for nano in nanos])
            arrays += [whole.cast(pa.timestamp(unit, zone)) for zone in ("UTC", None)]
        for array in arrays:
            item = pa.field("item", array.type, nullable=False)
            lists = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), array, type=pa.list_(item))
            structs = pa.StructArray.from_arrays([array], fields=[item])
            for column in (array, lists, structs):
                for nullable in (False, True):
                    column = pa.concat_arrays([column, pa.nulls(1, column.type)]) if nullable else column
                    if nullable and pa.types.is_integer(array.type) and column.type == array.type:
                        continue  # numbers with nulls are floats: they hold 2^53 at most
                    record = pa.record_batch([column], schema=pa.schema([pa.field("c", column.type, nullable)]))
                    with self.subTest(f"{column.type} {nullable}"):
                        self.assertTrue(
                            batch.to_arrow(batch.to_numpy(record), record.schema, len(column)).equals(record)
                        )

    def test_a_null_struct_has_no_fields_to_be_null(self) -> None:
        whole = pa.struct([pa.field("a", pa.int64(), nullable=False)])
        self.assertEqual(column(whole, [{"a": 1}, None]), [{"a": 1}, None])
