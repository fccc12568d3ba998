"""Arrow batches as numpy columns, and numpy columns as Arrow batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from cats_ray.failure import Failure

_NESTED = (list, tuple)


def to_numpy(batch: pa.RecordBatch) -> dict[str, np.ndarray]:
    """The columns by name; some arrays are views of the batch and cannot be written to.

    Numbers with nulls become floats with NaN, other columns with nulls objects with ``None``; times become
    ``datetime64`` with NaT; text, bytes, decimals, structs and lists are objects.
    """
    return {field.name: _array(column) for field, column in zip(batch.schema, batch.columns)}


def _array(column: pa.Array) -> np.ndarray:
    try:
        return column.to_numpy(zero_copy_only=False)
    except pa.ArrowNotImplementedError:  # lists of fixed bytes
        values = np.empty(len(column), dtype=object)
        values[:] = column.to_pylist()
        return values


def to_arrow(columns: Any, schema: pa.Schema, rows: int | None) -> pa.RecordBatch:
    """What a function returned, as a batch of this schema; with as many rows as said, unless that is ``None``.

    Where a column may be null, NaN is null; where it may not, NaN stays NaN and a null is refused.
    """
    if not isinstance(columns, dict):
        raise Failure("columns", f"Invalid answer: expected a dict of columns, found {_named(columns)}")
    absent = [name for name in schema.names if name not in columns]
    unknown = [str(name) for name in columns if name not in schema.names]
    if absent or unknown:
        raise Failure(
            "columns",
            "Invalid answer: "
            + "; ".join(
                what + " " + ", ".join(names)
                for what, names in (("missing columns", absent), ("unknown columns", unknown))
                if names
            ),
        )
    for name in schema.names:
        if not isinstance(columns[name], (np.ndarray, *_NESTED)) or getattr(columns[name], "ndim", 1) == 0:
            raise Failure("types", f"Invalid column {name}: expected an array, found {_named(columns[name])}")
    lengths = {name: len(columns[name]) for name in schema.names}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise Failure("lengths", f"Invalid answer: columns of different lengths ({listed})")
    found = next(iter(lengths.values()), 0)
    if rows is not None and found != rows:
        raise Failure("lengths", f"Invalid answer: expected as many rows as there were, {rows}, found {found}")
    return pa.record_batch([_column(field, columns[field.name]) for field in schema], schema=schema)


def _column(field: pa.Field, values: Any) -> pa.Array:
    if isinstance(values, np.ndarray) and values.ndim > 1:
        values = list(values)
    try:
        column = _converted(field, values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as e:
        raise Failure(
            "types", f"Invalid column {field.name}: expected {field.type}, found {_named(values)}: {e}"
        ) from e
    _require_no_nulls(field, column, field.name)
    return column


def _converted(field: pa.Field, values: Any) -> pa.Array:
    """Of Python's floats Arrow would drop the fraction without a word where integers are expected; a cast minds."""
    if pa.types.is_list(field.type):
        # Arrow does not read days from arrays within an array.
        values = [v.tolist() if isinstance(v, np.ndarray) and v.dtype in (object, "M8[D]") else v for v in values]
    if _holds(field.type, pa.types.is_integer) and not (isinstance(values, np.ndarray) and values.dtype != object):
        try:
            found = pa.array(values, from_pandas=field.nullable)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            found = None  # a mixture that only the expected type makes sense of
        if found is not None and _holds(found.type, pa.types.is_floating):
            found.cast(field.type)
    return pa.array(values, type=field.type, from_pandas=field.nullable)


def _holds(type: pa.DataType, what: Callable[[pa.DataType], bool]) -> bool:
    return what(type) or any(_holds(type.field(i).type, what) for i in range(type.num_fields))


def _require_no_nulls(field: pa.Field, column: pa.Array, path: str) -> None:
    """Arrow itself does not mind a null where its schema says that there is none."""
    if not field.nullable and column.null_count:
        raise Failure("types", f"Invalid column {path}: expected no null, found {column.null_count}")
    if pa.types.is_struct(field.type):
        present = column.drop_null() if column.null_count else column
        for child, values in zip(field.type, present.flatten()):
            _require_no_nulls(child, values, f"{path}.{child.name}")
    elif pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
        _require_no_nulls(field.type.value_field, column.flatten(), f"{path}[]")
    elif pa.types.is_map(field.type):
        _require_no_nulls(field.type.item_field, column.items, f"{path}{{}}")


def _named(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return f"a {type(value).__name__}"
