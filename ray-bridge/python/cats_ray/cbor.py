"""Strict dag-cbor: there is one encoding of a value, and every other one is refused."""

from __future__ import annotations

import math
import struct
from typing import Any

from cats_ray.content import Cid, DecodeError

MAX_DEPTH = 256
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}
_SMALLEST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}


def decode(data: bytes) -> Any:
    """The value that these bytes encode; links are ``Cid``."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise DecodeError(f"Invalid dag-cbor: {len(data) - end} bytes follow the value")
    return value


def encode(value: Any) -> bytes:
    """The bytes of a value of maps, lists, text, bytes, integers, floats, booleans, ``None`` and ``Cid``."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case list():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            entries = sorted((len(key.encode()), key.encode(), item) for key, item in value.items())
            return _head(5, len(entries)) + b"".join(encode(k.decode()) + encode(v) for _, k, v in entries)
        case Cid():
            return b"\xd8\x2a" + encode(b"\0" + value.to_bytes())
    raise TypeError(f"Cannot encode a {type(value).__name__} as dag-cbor")


def _head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes((major << 5 | value,))
    for info, size in _SIZES.items():
        if value < 1 << (8 * size):
            return bytes((major << 5 | info,)) + value.to_bytes(size, "big")
    raise ValueError(f"Cannot encode {value} as dag-cbor: it is beyond 64 bits")


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if size > len(data) - at:
        raise DecodeError(f"Invalid dag-cbor: expected {size} bytes, found {len(data) - at}")
    return data[at : at + size], at + size


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, at
    if info not in _SIZES:
        raise DecodeError("Invalid dag-cbor: a length that is not definite")
    digits, at = _take(data, at, _SIZES[info])
    value = int.from_bytes(digits, "big")
    if value < _SMALLEST[info]:
        raise DecodeError(f"Invalid dag-cbor: {value} is not in its shortest form")
    return value, at


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise DecodeError(f"Invalid dag-cbor: nested more than {MAX_DEPTH} deep")
    initial, at = _take(data, at, 1)
    major, info = initial[0] >> 5, initial[0] & 0x1F
    if major == 7:
        return _simple(data, at, info)
    argument, at = _argument(data, at, info)
    match major:
        case 0:
            return argument, at
        case 1:
            return -1 - argument, at
        case 2:
            return _take(data, at, argument)
        case 3:
            return _text(data, at, argument)
        case 4:
            return _list(data, at, argument, depth)
        case 5:
            return _map(data, at, argument, depth)
    return _link(data, at, argument, depth)


def _simple(data: bytes, at: int, info: int) -> tuple[Any, int]:
    if info in (20, 21, 22):
        return {20: False, 21: True, 22: None}[info], at
    if info != 27:
        raise DecodeError(f"Invalid dag-cbor: simple value or float {info}")
    bits, at = _take(data, at, 8)
    number = struct.unpack(">d", bits)[0]
    if not math.isfinite(number) or (number == 0 and bits[0]):
        raise DecodeError(f"Invalid dag-cbor: the float {number}")
    return number, at


def _text(data: bytes, at: int, size: int) -> tuple[str, int]:
    text, at = _take(data, at, size)
    try:
        return text.decode("utf-8"), at
    except UnicodeDecodeError as e:
        raise DecodeError(f"Invalid dag-cbor: expected UTF-8, found 0x{text.hex()}") from e


def _list(data: bytes, at: int, size: int, depth: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(size):
        item, at = _value(data, at, depth + 1)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, size: int, depth: int) -> tuple[dict[str, Any], int]:
    entries: dict[str, Any] = {}
    last: tuple[int, bytes] | None = None
    for _ in range(size):
        key, at = _value(data, at, depth + 1)
        if not isinstance(key, str):
            raise DecodeError(f"Invalid dag-cbor: expected text as a key, found {key!r}")
        order = (len(key.encode()), key.encode())
        if last is not None and order <= last:
            raise DecodeError(f"Invalid dag-cbor: the key {key!r} is out of order or there twice")
        last = order
        entries[key], at = _value(data, at, depth + 1)
    return entries, at


def _link(data: bytes, at: int, tag: int, depth: int) -> tuple[Cid, int]:
    if tag != 42:
        raise DecodeError(f"Invalid dag-cbor: expected tag 42, found {tag}")
    link, at = _value(data, at, depth + 1)
    if not isinstance(link, bytes) or link[:1] != b"\0":
        raise DecodeError("Invalid dag-cbor: a link that is no CID")
    return Cid.from_bytes(link[1:]), at
