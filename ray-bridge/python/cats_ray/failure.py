"""Failures that are told to the client as data."""

from __future__ import annotations

KINDS = frozenset({"raised", "columns", "lengths", "types", "refused", "missing", "bundle", "protocol"})


class Failure(Exception):
    """Why a function cannot be loaded, or a batch not be answered.

    ``kind`` is one of ``KINDS``, by which the client decides what to do; the message is for people.
    """

    def __init__(self, kind: str, message: str, traceback: str = "") -> None:
        super().__init__(message)
        if kind not in KINDS:
            raise ValueError(f"Invalid kind of failure: {kind}")
        self.kind = kind
        self.message = message
        self.traceback = traceback

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "message": self.message, "traceback": self.traceback}
