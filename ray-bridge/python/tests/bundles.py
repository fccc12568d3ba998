"""Bundles and function documents for tests, written by the rules of ``schemas/SPEC.md``."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cats_ray import cbor
from cats_ray.content import DAG_CBOR, DAG_PB, RAW, Cid, varint_bytes

PYTHON = ".".join(platform.python_version_tuple()[:2])
FUNCTIONS = Path(__file__).parent.parent / "functions"


@dataclass
class Blocks:
    """Blocks by CID, as they are made."""

    by_cid: dict[Cid, bytes] = field(default_factory=dict)

    def put(self, codec: int, data: bytes) -> Cid:
        cid = Cid.of(codec, data)
        self.by_cid[cid] = data
        return cid

    def file(self, data: bytes, chunk: int = 1 << 20) -> Cid:
        """A file, as one raw block or as a node over its chunks."""
        chunks = [data[i : i + chunk] for i in range(0, len(data), chunk)] or [b""]
        cids = [self.put(RAW, piece) for piece in chunks]
        if len(cids) == 1:
            return cids[0]
        sizes = b"".join(number(4, len(piece)) for piece in chunks)
        return self.node(number(1, 2) + number(3, len(data)) + sizes, [(cid, "") for cid in cids])

    def folder(self, entries: dict[str, bytes | Cid]) -> Cid:
        links = [
            (data if isinstance(data, Cid) else self.file(data), name)
            for name, data in sorted(entries.items(), key=lambda entry: entry[0].encode())
        ]
        return self.node(number(1, 1), links)

    def node(self, unixfs: bytes, links: list[tuple[Cid, str]]) -> Cid:
        encoded = b"".join(
            text(2, text(1, cid.to_bytes()) + text(2, name.encode()) + number(3, len(self.by_cid.get(cid, b""))))
            for cid, name in links
        )
        return self.put(DAG_PB, encoded + text(1, unixfs))

    def function(self, entrypoint: str, artifact: Cid, **params: Any) -> Cid:
        return self.document({"entrypoint": entrypoint, "artifact": artifact, "params": {"python": PYTHON, **params}})

    def document(self, fields: dict[str, Any]) -> Cid:
        whole = {"runtime": "python", "determinism": "bitwise", **fields}
        return self.put(DAG_CBOR, cbor.encode({"cats/function/1": whole}))

    def code(self, source: str, name: str = "f", **params: Any) -> Cid:
        """A function of a bundle of one module."""
        return self.function(f"code:{name}", self.folder({"code.py": source.encode()}), **params)

    def shipped(self, bundle: str, name: str) -> Cid:
        """A function of one of the project's own bundles."""
        files = {path.name: path.read_bytes() for path in (FUNCTIONS / bundle).iterdir() if path.is_file()}
        return self.function(f"{bundle}:{name}", self.folder(files), packages={"numpy": np.__version__})


def number(at: int, value: int) -> bytes:
    return varint_bytes(at << 3) + varint_bytes(value)


def text(at: int, value: bytes) -> bytes:
    return varint_bytes(at << 3 | 2) + varint_bytes(len(value)) + value
