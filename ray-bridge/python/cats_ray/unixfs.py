"""Folders and files as blocks (dag-pb and raw), as ``dev.cats.content.UnixFs`` writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from cats_ray.content import DAG_PB, RAW, Cid, DecodeError, varint

Blocks = Callable[[Cid], bytes]
"""Gives the bytes of a block, hashed and compared."""

MAX_DEPTH = 64
"""The most levels of folders, and of nodes in a file."""


class Type(IntEnum):
    """What a UnixFS node is."""

    RAW = 0
    DIRECTORY = 1
    FILE = 2
    METADATA = 3
    SYMLINK = 4
    SHARDED_DIRECTORY = 5


@dataclass(frozen=True)
class Link:
    """From a node to a part of its file, or to an entry of its folder."""

    cid: Cid
    name: str


@dataclass(frozen=True)
class Node:
    """A dag-pb block that is UnixFS."""

    type: Type
    data: bytes
    size: int | None
    parts: list[int]
    links: list[Link]


def files(folder: Cid, blocks: Blocks) -> dict[str, bytes]:
    """The files of a folder and those below it, by relative path with ``/`` in between.

    Names that could lead out of the folder, symbolic links and sharded folders are refused.
    """
    return dict(_files(folder, blocks, "", 0))


def _files(folder: Cid, blocks: Blocks, prefix: str, depth: int) -> Iterator[tuple[str, bytes]]:
    if depth > MAX_DEPTH:
        raise DecodeError(f"Cannot read {folder}: it is more than {MAX_DEPTH} folders deep")
    seen = set()
    for link in decode(folder, blocks(folder)).links:
        path = prefix + _safe(folder, link.name)
        if link.name in seen:
            raise DecodeError(f"Cannot read {folder}: it has two entries named {link.name!r}")
        seen.add(link.name)
        if link.cid.codec == DAG_PB:
            kind = decode(link.cid, blocks(link.cid)).type
            if kind is Type.DIRECTORY:
                yield from _files(link.cid, blocks, path + "/", depth + 1)
                continue
            if kind not in (Type.FILE, Type.RAW):
                raise DecodeError(f"Cannot read {path!r} of a bundle: a {kind.name.lower()} is refused")
        yield path, content(link.cid, blocks)


def _safe(folder: Cid, name: str) -> str:
    if name in ("", ".", "..") or any(c in name for c in "/\\\0"):
        raise DecodeError(f"Cannot read {folder}: the name {name!r} is unsafe")
    return name


def content(file: Cid, blocks: Blocks, depth: int = 0) -> bytes:
    """The bytes of a file; every part is checked against what the nodes say of it."""
    if depth > MAX_DEPTH:
        raise DecodeError(f"Cannot read {file}: it is more than {MAX_DEPTH} levels below its file")
    data = blocks(file)
    if file.codec == RAW:
        return data
    node = decode(file, data)
    if node.type not in (Type.FILE, Type.RAW):
        raise DecodeError(f"Cannot read {file}: expected a file, found {node.type.name.lower()}")
    if len(node.parts) != len(node.links):
        raise DecodeError(f"Cannot read {file}: expected the sizes of {len(node.links)} parts, found {len(node.parts)}")
    pieces = [node.data]
    for link, size in zip(node.links, node.parts):
        piece = content(link.cid, blocks, depth + 1)
        _require_size(link.cid, size, len(piece))
        pieces.append(piece)
    whole = b"".join(pieces)
    if node.size is not None:
        _require_size(file, node.size, len(whole))
    return whole


def _require_size(cid: Cid, expected: int, found: int) -> None:
    if expected != found:
        raise DecodeError(f"Cannot read {cid}: expected {expected} bytes of file, found {found}")


def decode(cid: Cid, data: bytes) -> Node:
    """Reads a dag-pb block as UnixFS."""
    if cid.codec != DAG_PB:
        raise DecodeError(f"Cannot read {cid}: expected a UnixFS node (dag-pb), found codec 0x{cid.codec:02x}")
    links: list[Link] = []
    payload: bytes | None = None
    for field, value in _fields(data):
        if payload is not None or not isinstance(value, bytes) or field not in (1, 2):
            raise DecodeError(f"Invalid dag-pb {cid}: field {field} where none may be")
        if field == 2:
            links.append(_link(cid, value))
        else:
            payload = value
    if payload is None:
        raise DecodeError(f"Cannot read {cid}: it is dag-pb, but not UnixFS")
    return _node(cid, payload, links)


def _link(cid: Cid, data: bytes) -> Link:
    fields = _fields(data)
    numbers = [number for number, _ in fields]
    values = dict(fields)
    target, name = values.get(1), values.get(2, b"")
    if numbers != sorted(set(numbers)) or not isinstance(target, bytes) or not isinstance(name, bytes):
        raise DecodeError(f"Invalid dag-pb {cid}: a link that is malformed")
    try:
        return Link(Cid.from_bytes(target), name.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise DecodeError(f"Invalid name in {cid}: expected UTF-8, found 0x{name.hex()}") from e


def _node(cid: Cid, payload: bytes, links: list[Link]) -> Node:
    kind, data, size = None, b"", None
    parts: list[int] = []
    for field, value in _fields(payload):
        match field, value:
            case 1, int() if value in list(Type):
                kind = Type(value)
            case 2, bytes():
                data = value
            case 3, int():
                size = value
            case 4, int():
                parts.append(value)
            case (5 | 6 | 7, int()) | (8, bytes()):
                pass  # hash type and fan-out of sharded folders, mode, time of change
            case _:
                raise DecodeError(f"Invalid UnixFS node {cid}: field {field}")
    if kind is None:
        raise DecodeError(f"Invalid UnixFS node {cid}: it has no type")
    return Node(kind, data, size, parts, links)


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """The fields of a protobuf message that has varints and bytes only."""
    fields: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        argument, at = varint(data, at)
        if wire == 0:
            fields.append((number, argument))
        elif wire == 2:
            if argument > len(data) - at:
                raise DecodeError(f"Invalid protobuf: expected {argument} bytes, found {len(data) - at}")
            fields.append((number, data[at : at + argument]))
            at += argument
        else:
            raise DecodeError(f"Invalid protobuf: wire type {wire}")
    return fields
