"""Ends the process when something takes too long: Python has no way to interrupt it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

EXIT_TIMEOUT = 70
"""The exit code of a process that ended itself because a call would not end."""


class Watchdog:
    """Knows what must be done by when. One thread waits for the earliest of all deadlines.

    It needs Python's global lock for a moment: native code that never lets go of it is not noticed here.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deadlines: dict[object, tuple[float, str]] = {}
        self._wakes = 0.0
        self._started = False

    @contextlib.contextmanager
    def watch(self, millis: int, what: str) -> Iterator[None]:
        """Ends the process, and says so on stderr, unless what is inside ends within so many milliseconds."""
        key = object()
        deadline = time.monotonic() + millis / 1000
        with self._changed:
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="watchdog", daemon=True).start()
            self._deadlines[key] = (deadline, f"{what} took more than {millis} ms")
            if deadline < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._deadlines[key]

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                self._wakes, what = min(self._deadlines.values(), default=(now + 1, ""))
                if self._wakes <= now:
                    print(f"Ending worker process {os.getpid()}: {what}", file=sys.__stderr__, flush=True)
                    os._exit(EXIT_TIMEOUT)
                self._changed.wait(self._wakes - now)
