"""Archives of blocks: CAR version 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cats_ray import cbor
from cats_ray.content import MAX_BLOCK, Cid, DecodeError, varint, varint_bytes

_CID_SIZE = 36


def read(archive: bytes) -> Iterator[tuple[Cid, bytes]]:
    """The blocks of an archive, in order, each hashed before it is handed on."""
    size, at = varint(archive, 0)
    header = cbor.decode(archive[at : at + size])
    if not isinstance(header, dict) or header.get("version") != 1 or "roots" not in header:
        raise DecodeError("Invalid CAR: expected version 1 and its roots")
    at += size
    while at < len(archive):
        size, at = varint(archive, at)
        if not _CID_SIZE <= size <= _CID_SIZE + MAX_BLOCK:
            raise DecodeError(f"Invalid CAR: expected a block of at most {MAX_BLOCK} bytes, found {size}")
        section = archive[at : at + size]
        if len(section) < size:
            raise DecodeError(f"Invalid CAR: expected {size} bytes of a block, found {len(section)}")
        cid = Cid.from_bytes(section[:_CID_SIZE])
        yield cid, cid.verify(section[_CID_SIZE:])
        at += size


def write(blocks: Iterable[tuple[Cid, bytes]]) -> bytes:
    """An archive of these blocks, the last as its root."""
    sections = bytearray()
    root = None
    for cid, data in blocks:
        sections += varint_bytes(_CID_SIZE + len(data)) + cid.to_bytes() + data
        root = cid
    header = cbor.encode({"roots": [] if root is None else [root], "version": 1})
    return varint_bytes(len(header)) + header + bytes(sections)
