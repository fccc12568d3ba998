"""Blocks on disk, one file each, named by CID."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cats_ray.content import Cid, DecodeError


class BlockCache:
    """A folder of blocks that several processes may use at once.

    A block is hashed when it is written and again when it is read, and its file appears whole or not at all. What is
    broken on disk counts as missing, so that the client sends it again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, cid: Cid, data: bytes) -> None:
        cid.verify(data)
        write_whole(self._folder / str(cid), data)

    def get(self, cid: Cid) -> bytes:
        """Its bytes. ``KeyError`` where it is not there, ``DecodeError`` where it was tampered with."""
        try:
            data = (self._folder / str(cid)).read_bytes()
        except FileNotFoundError:
            raise KeyError(cid) from None
        return cid.verify(data)

    def missing(self, cids: list[Cid]) -> list[Cid]:
        return [cid for cid in cids if not self._holds(cid)]

    def _holds(self, cid: Cid) -> bool:
        try:
            self.get(cid)
            return True
        except (KeyError, DecodeError):
            return False


def write_whole(file: Path, data: bytes) -> None:
    """Writes a file that appears with all of its bytes, in place of one that was there."""
    handle, part = tempfile.mkstemp(prefix=".part-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.replace(part, file)
    except BaseException:
        os.unlink(part)
        raise
