"""What a worker is measured beside: a function without a bridge, and a bridge without a function.

``python -m cats_ray.bench echo`` sends each batch of a stream of Arrow Flight back as it came. ``python -m
cats_ray.bench loop FOLDER MODULE:FUNCTION ROWS COLUMNS WARM_UP SECONDS`` calls a function over and over with one
batch: ``number`` from 0 on, and columns ``x0`` and on; its answer is JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

import numpy as np
import pyarrow.flight as flight


class EchoServer(flight.FlightServerBase):
    """Answers what it is asked."""

    def do_exchange(
        self,
        context: flight.ServerCallContext,
        descriptor: flight.FlightDescriptor,
        reader: flight.MetadataRecordBatchReader,
        writer: flight.MetadataRecordBatchWriter,
    ) -> None:
        writer.begin(reader.schema)
        for chunk in reader:
            writer.write_with_metadata(chunk.data, chunk.app_metadata)


def echo() -> None:
    server = EchoServer("grpc://127.0.0.1:0")
    print(f"LISTENING grpc://127.0.0.1:{server.port}", flush=True)
    server.serve()


def batch(rows: int, columns: int) -> dict[str, np.ndarray]:
    numbers = np.arange(rows, dtype=np.int64)
    return {"number": numbers, **{f"x{i}": numbers * 0.5 + i for i in range(columns)}}


def loop(folder: str, entrypoint: str, rows: int, columns: int, warm_up: float, seconds: float) -> None:
    sys.path.insert(0, folder)
    module, name = entrypoint.split(":")
    function = getattr(importlib.import_module(module), name)
    same = batch(rows, columns)
    _calls(function, same, warm_up)
    began = time.perf_counter_ns()
    nanos = _calls(function, same, seconds)
    took = time.perf_counter_ns() - began
    p50, p99 = np.percentile(nanos, [50, 99])
    print(json.dumps({"rate": rows * len(nanos) / (took / 1e9), "p50": p50 / 1e6, "p99": p99 / 1e6}))


def _calls(function, same: dict[str, np.ndarray], seconds: float) -> list[int]:
    nanos = []
    end = time.perf_counter_ns() + int(seconds * 1e9)
    while True:
        start = time.perf_counter_ns()
        if start >= end and nanos:
            return nanos
        function(same)
        nanos.append(time.perf_counter_ns() - start)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["echo"]:
            echo()
        case ["loop", folder, entrypoint, rows, columns, warm_up, seconds]:
            loop(folder, entrypoint, int(rows), int(columns), float(warm_up), float(seconds))
        case _:
            raise SystemExit("Usage: python -m cats_ray.bench echo | loop FOLDER MODULE:FUNCTION ROWS COLUMNS WARM_UP SECONDS")


if __name__ == "__main__":
    main(sys.argv[1:])
