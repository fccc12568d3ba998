"""The worker: an Arrow Flight server, alone (``python -m cats_ray.worker CONFIG``) or in a Ray actor.

The configuration is JSON: ``name``, ``host``, ``port`` (0: a free one), ``cache`` (a folder that workers of a machine
may share) and ``allow`` (CIDs of functions or of bundles that may run, or ``*``).
"""

from __future__ import annotations

import json
import os
import platform
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

from cats_ray import capture, car, stage
from cats_ray.bundle import Functions, installed_version
from cats_ray.cache import BlockCache
from cats_ray.content import Cid, DecodeError

_PACKAGES = ("numpy", "pyarrow", "ray")


@dataclass(frozen=True)
class Config:
    """How a worker is set up."""

    name: str
    host: str
    port: int
    cache: Path
    allow: list[str]

    @staticmethod
    def parse(text: str) -> Config:
        fields = json.loads(text)
        expected = {"name", "host", "port", "cache", "allow"}
        if set(fields) != expected:
            raise ValueError(f"Invalid configuration: expected {sorted(expected)}, found {sorted(fields)}")
        if not isinstance(fields["allow"], list):
            raise ValueError(f"Invalid configuration: expected a list of CIDs to allow, found {fields['allow']!r}")
        for cid in fields["allow"]:
            if cid != "*":
                Cid.parse(cid)
        return Config(fields["name"], fields["host"], fields["port"], Path(fields["cache"]).absolute(), fields["allow"])


class StageServer(flight.FlightServerBase):
    """Takes blocks and runs functions; many streams at once, each with calls of its own."""

    def __init__(self, config: Config) -> None:
        capture.install()
        self._config = config
        self._blocks = BlockCache(config.cache / "blocks")
        self._functions = Functions(self._blocks, config.cache / "bundles", config.allow)
        super().__init__(f"grpc://{config.host}:{config.port}")

    def endpoint(self) -> str:
        return f"grpc://{self._config.host}:{self.port}"

    def health(self) -> dict[str, Any]:
        packages = {package: installed_version(package) for package in _PACKAGES}
        return {
            "python": platform.python_version(),
            "packages": {package: version for package, version in packages.items() if version},
            "pid": os.getpid(),
            "actor": self._config.name,
        }

    def do_action(self, context: flight.ServerCallContext, action: flight.Action) -> Iterator[bytes]:
        body = action.body.to_pybytes() if action.body is not None else b""
        match action.type:
            case "health":
                return _answer(self.health())
            case "missing":
                return _answer({"missing": self._missing(body)})
            case "blocks":
                return _answer({"stored": self._store(body)})
        raise flight.FlightServerError(f"Invalid action {action.type!r}: expected health, missing or blocks")

    def list_actions(self, context: flight.ServerCallContext) -> list[tuple[str, str]]:
        return [
            ("health", "What this worker is"),
            ("missing", "Which of these blocks it does not have"),
            ("blocks", "Stores the blocks of a CAR"),
        ]

    def do_exchange(
        self,
        context: flight.ServerCallContext,
        descriptor: flight.FlightDescriptor,
        reader: flight.MetadataRecordBatchReader,
        writer: flight.MetadataRecordBatchWriter,
    ) -> None:
        def begin(schema: pa.Schema) -> stage.Send:
            writer.begin(schema)
            return lambda batch, metadata: writer.write_with_metadata(batch, pa.py_buffer(metadata))

        stage.serve(descriptor.command or b"", self._functions, begin, _requests(reader))

    def _missing(self, body: bytes) -> list[str]:
        try:
            cids = [Cid.parse(cid) for cid in json.loads(body)["cids"]]
        except (ValueError, KeyError, TypeError, DecodeError) as e:
            raise flight.FlightServerError(f"Invalid list of blocks: {e}") from e
        return [str(cid) for cid in self._blocks.missing(cids)]

    def _store(self, archive: bytes) -> int:
        stored = 0
        try:
            for cid, data in car.read(archive):
                self._blocks.put(cid, data)
                stored += 1
        except DecodeError as e:
            raise flight.FlightServerError(f"Cannot store blocks: {e}") from e
        return stored


def _answer(value: dict[str, Any]) -> Iterator[bytes]:
    return iter([json.dumps(value).encode()])


def _requests(reader: flight.MetadataRecordBatchReader) -> Iterator[tuple[pa.RecordBatch | None, bytes | None]]:
    for chunk in reader:
        yield chunk.data, None if chunk.app_metadata is None else chunk.app_metadata.to_pybytes()


class StageWorker:
    """The Ray actor: a server in a thread of its own, for as long as the actor lives."""

    def __init__(self, config: str) -> None:
        self._server = StageServer(Config.parse(config))
        threading.Thread(target=self._server.serve, name="flight", daemon=True).start()

    def endpoint(self) -> str:
        return self._server.endpoint()

    def health(self) -> str:
        return json.dumps(self._server.health())


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit("Usage: python -m cats_ray.worker CONFIG (JSON)")
    try:
        server = StageServer(Config.parse(arguments[0]))
    except (ValueError, DecodeError) as e:
        raise SystemExit(f"Cannot start the worker: {e}") from e
    print(f"LISTENING {server.endpoint()}", flush=True)
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
