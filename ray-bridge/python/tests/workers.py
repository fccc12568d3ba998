"""A real worker process for a test, and a client to it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

from cats_ray import car
from cats_ray.content import Cid
from tests.bundles import Blocks

ROOT = Path(__file__).parent.parent
ATTEMPTS = 20


class Worker:
    """``python -m cats_ray.worker`` with a cache of its own; ended with its ``with``."""

    def __init__(self, allow: list[str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.cache = Path(self._folder.name)
        config = {"name": "test", "host": "127.0.0.1", "port": 0, "cache": str(self.cache), "allow": allow or ["*"]}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cats_ray.worker", json.dumps(config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line.startswith("LISTENING "):
            raise AssertionError(line + self.process.stderr.read())
        self.uri = line.removeprefix("LISTENING ").strip()
        self.client = flight.connect(self.uri)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()
        self.process.kill()
        self.process.communicate()
        self._folder.cleanup()

    def action(self, name: str, body: bytes = b"") -> dict[str, Any]:
        (result,) = self.client.do_action(flight.Action(name, body))
        return json.loads(result.body.to_pybytes())

    def store(self, blocks: Blocks) -> None:
        self.action("blocks", car.write(blocks.by_cid.items()))

    def open(self, function: Cid, output: pa.Schema, input: pa.Schema, **command: Any) -> Exchange:
        fields = {
            "version": 1,
            "function": str(function),
            "step": "test",
            "output": base64.b64encode(output.serialize().to_pybytes()).decode(),
            "rowwise": False,
            "timeoutMillis": 60000,
            **command,
        }
        return Exchange(self.client, json.dumps(fields).encode(), input)


class Exchange:
    """One stream of calls."""

    def __init__(self, client: flight.FlightClient, command: bytes, input: pa.Schema) -> None:
        # This client forgets what the server said where the server ends the stream while it writes its schema.
        for attempt in range(ATTEMPTS):
            self._writer, self._reader = client.do_exchange(flight.FlightDescriptor.for_command(command))
            try:
                self._writer.begin(input)
                self.first = self._receive()[1]
                return
            except (OSError, StopIteration):
                if attempt == ATTEMPTS - 1:
                    raise

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._writer.close()
        except pa.ArrowException:
            pass

    def call(self, batch: pa.RecordBatch, id: str = "00") -> tuple[pa.RecordBatch, dict[str, Any]]:
        self.send(batch, json.dumps({"id": id, "lot": "bafy/0+1"}).encode())
        return self._receive()

    def send(self, batch: pa.RecordBatch, metadata: bytes) -> None:
        self._writer.write_with_metadata(batch, pa.py_buffer(metadata))

    def _receive(self) -> tuple[pa.RecordBatch, dict[str, Any]]:
        chunk = self._reader.read_chunk()
        return chunk.data, json.loads(chunk.app_metadata.to_pybytes())

    receive = _receive
