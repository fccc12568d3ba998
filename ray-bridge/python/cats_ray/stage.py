"""One stream of calls: requests one after the other, each answered in its turn, failures as data."""

from __future__ import annotations

import base64
import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from cats_ray import batch as batches
from cats_ray import capture
from cats_ray.bundle import Functions
from cats_ray.failure import Failure
from cats_ray.watchdog import Watchdog

VERSION = 1
MAX_TRACEBACK = 64 << 10
IMPORT_MILLIS = 60_000
"""What the import of a function may take at least, however short its calls are."""


@dataclass(frozen=True)
class Command:
    """What a stream is opened with."""

    function: str
    step: str
    output: pa.Schema
    rowwise: bool
    timeout_millis: int

    @staticmethod
    def parse(data: bytes) -> Command:
        try:
            fields = json.loads(data)
            if fields["version"] != VERSION:
                raise Failure("protocol", f"Invalid command: expected version {VERSION}, found {fields['version']}")
            output = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(fields["output"], validate=True)))
            command = Command(fields["function"], fields["step"], output, fields["rowwise"], fields["timeoutMillis"])
        except (ValueError, KeyError, TypeError, OSError, pa.ArrowException) as e:
            raise Failure("protocol", f"Invalid command: {type(e).__name__}: {e}") from e
        kinds = (command.function, str), (command.step, str), (command.rowwise, bool), (command.timeout_millis, int)
        if not all(isinstance(value, kind) for value, kind in kinds) or command.timeout_millis < 1:
            raise Failure("protocol", f"Invalid command: {data[:1000]!r}")
        return command


_WATCHDOG = Watchdog()


class Stage:
    """A function that answers batches."""

    def __init__(self, command: Command, functions: Functions) -> None:
        self._command = command
        with _WATCHDOG.watch(max(command.timeout_millis, IMPORT_MILLIS), self._what("the import")):
            self._function = functions.load(command.function)
        if self._function.document.rowwise != command.rowwise:
            raise Failure(
                "protocol",
                f"Invalid command: rowwise is {command.rowwise}, in function {command.function} it is not",
            )
        self._empty = pa.record_batch([pa.array([], field.type) for field in command.output], schema=command.output)

    def answer(self, batch: pa.RecordBatch | None, metadata: bytes | None) -> tuple[pa.RecordBatch, bytes]:
        """The answer to one request: a batch and what goes with it."""
        answer: dict[str, Any] = {"id": ""}
        result = self._empty
        with capture.captured() as log:
            start = time.perf_counter_ns()
            try:
                answer["id"] = _id(metadata)
                if batch is None:
                    raise Failure("protocol", "Invalid request: it has no batch")
                with _WATCHDOG.watch(self._command.timeout_millis, self._what(f"batch {answer['id']}")):
                    result = self._call(batch)
                answer["nanos"] = time.perf_counter_ns() - start
            except Failure as e:
                answer["error"] = e.to_json()
            except Exception as e:  # what an answer is made of that no check foresaw
                answer["error"] = Failure("types", f"{type(e).__name__}: {e}", _traceback(e)).to_json()
            answer["log"] = log.close()
        return result, json.dumps(answer).encode()

    def _what(self, of: str) -> str:
        return f"{of} of step {self._command.step} (function {self._command.function})"

    def _call(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = batches.to_numpy(batch)
        try:
            returned = self._function(columns)
        except BaseException as e:
            raise Failure("raised", f"{type(e).__name__}: {e}", _traceback(e)) from e
        return batches.to_arrow(returned, self._command.output, batch.num_rows if self._command.rowwise else None)


def _id(metadata: bytes | None) -> str:
    try:
        found = json.loads(metadata or b"")["id"]
    except (ValueError, KeyError, TypeError) as e:
        raise Failure("protocol", f"Invalid request: expected an id in its metadata, found {metadata!r}") from e
    if not isinstance(found, str):
        raise Failure("protocol", f"Invalid request: expected text as its id, found {found!r}")
    return found


def _traceback(e: BaseException) -> str:
    """From the function's own frames on; the end of it where it is very long."""
    frames = e.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__package__") == __package__:
        frames = frames.tb_next
    text = "".join(traceback.format_exception(type(e), e, frames or e.__traceback__))
    return text if len(text) <= MAX_TRACEBACK else "(cut) …" + text[-MAX_TRACEBACK:]


Send = Callable[[pa.RecordBatch, bytes], None]


def serve(data: bytes, functions: Functions, begin: Callable[[pa.Schema], Send], requests: Any) -> None:
    """Runs a stream from its command to its last request."""
    schema = pa.schema([])
    try:
        command = Command.parse(data)
        schema = command.output
        stage = Stage(command, functions)
    except Failure as e:
        begin(schema)(_nothing(schema), json.dumps({"error": e.to_json()}).encode())
        return
    send = begin(schema)
    send(_nothing(schema), json.dumps({"ready": True}).encode())
    for batch, metadata in requests:
        send(*stage.answer(batch, metadata))


def _nothing(schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch([pa.array([], field.type) for field in schema], schema=schema)
