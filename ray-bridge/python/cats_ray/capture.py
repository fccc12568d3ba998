"""What a function prints and logs during a call, kept apart from that of calls beside it."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TextIO

MAX_BYTES = 64 << 10
"""The most bytes of text that one call may leave."""

_LEVELS = {"WARNING": "WARN", "CRITICAL": "ERROR"}


class CallLog:
    """The lines of one call, each with its level: DEBUG, INFO, WARN or ERROR.

    What is printed is INFO, to stderr WARN.
    """

    def __init__(self) -> None:
        self.lines: list[list[str]] = []
        self._open: dict[str, str] = {}
        self._bytes = 0
        self._full = False

    def add(self, level: str, text: str) -> None:
        if self._full:
            return
        data = text.encode("utf-8", "replace")
        kept = data[: max(0, MAX_BYTES - self._bytes)]
        self._bytes += len(kept) + 1  # its end counts: empty lines are lines
        self.lines.append([level, kept.decode("utf-8", "ignore")])
        if len(kept) < len(data) or self._bytes > MAX_BYTES:
            self._full = True
            self.lines.append(["WARN", f"(cut: a call keeps {MAX_BYTES} bytes of its output)"])

    def write(self, level: str, text: str) -> None:
        """Takes printed text, which comes in pieces of lines."""
        *whole, rest = (self._open.get(level, "") + text).split("\n")
        for line in whole:
            self.add(level, line)
        if len(rest) > MAX_BYTES:
            self.add(level, rest)
            rest = ""
        self._open[level] = "" if self._full else rest

    def close(self) -> list[list[str]]:
        for level, rest in self._open.items():
            if rest:
                self.add(level, rest)
        self._open.clear()
        return self.lines


_current: ContextVar[CallLog | None] = ContextVar("cats_call_log", default=None)


@contextlib.contextmanager
def captured() -> Iterator[CallLog]:
    """Until it ends, what this thread prints and logs goes to the log that it gives."""
    log = CallLog()
    token = _current.set(log)
    try:
        yield log
    finally:
        _current.reset(token)


class _Stream:
    """Stands for stdout or stderr; outside of a call it is the one that it stands for."""

    def __init__(self, stream: TextIO, level: str) -> None:
        self._stream = stream
        self._level = level

    def write(self, text: str) -> int:
        log = _current.get()
        if log is None:
            return self._stream.write(text)
        log.write(self._level, str(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log = _current.get()
        if log is None:
            return
        try:
            log.add(_LEVELS.get(record.levelname, record.levelname), self.format(record))
        except Exception:
            log.add("ERROR", traceback.format_exc())


def install() -> None:
    """Has the process's stdout, stderr, logging and warnings go through here. Done once."""
    if isinstance(sys.stdout, _Stream):
        return
    sys.stdout = _Stream(sys.stdout, "INFO")
    sys.stderr = _Stream(sys.stderr, "WARN")
    root = logging.getLogger()
    root.addHandler(_Handler())
    if root.level in (logging.NOTSET, logging.WARNING):
        root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
