"""Content addresses: CIDv1 with sha2-256, for the three codecs of CATs (``schemas/SPEC.md``, section 1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

RAW = 0x55
DAG_PB = 0x70
DAG_CBOR = 0x71
MAX_BLOCK = 1 << 20
"""The most bytes a block may have."""

_SHA2_256 = b"\x12\x20"
_BINARY_SIZE = 36


class DecodeError(Exception):
    """Bytes that are not what they are said to be."""


@dataclass(frozen=True, order=True)
class Cid:
    """What names a block: its codec and the SHA-256 of its bytes."""

    codec: int
    digest: bytes

    def __post_init__(self) -> None:
        if self.codec not in (RAW, DAG_PB, DAG_CBOR):
            raise DecodeError(f"Invalid CID: expected codec raw, dag-pb or dag-cbor, found 0x{self.codec:02x}")
        if len(self.digest) != 32:
            raise DecodeError(f"Invalid CID: expected a hash of 32 bytes, found {len(self.digest)}")

    @staticmethod
    def of(codec: int, data: bytes) -> Cid:
        """The CID of these bytes."""
        return Cid(codec, hashlib.sha256(data).digest())

    @staticmethod
    def parse(text: str) -> Cid:
        """Reads a CID as text: base32 in lower case, without padding."""
        if not text.startswith("b"):
            raise DecodeError(f"Invalid CID {text!r}: expected base32, which starts with b")
        body = text[1:]
        try:
            data = base64.b32decode(body.upper() + "=" * (-len(body) % 8))
        except ValueError as e:
            raise DecodeError(f"Invalid CID {text!r}: it is not base32") from e
        cid = Cid.from_bytes(data)
        if str(cid) != text:
            raise DecodeError(f"Invalid CID {text!r}: expected {cid}")
        return cid

    @staticmethod
    def from_bytes(data: bytes) -> Cid:
        """Reads a CID in binary form, with nothing after it."""
        # All three codecs are varints of one byte.
        if len(data) != _BINARY_SIZE or data[0] != 1 or data[2:4] != _SHA2_256:
            raise DecodeError(f"Invalid CID 0x{data[:40].hex()}: expected CIDv1 with sha2-256, 36 bytes")
        return Cid(data[1], data[4:])

    def to_bytes(self) -> bytes:
        return bytes((1, self.codec)) + _SHA2_256 + self.digest

    def verify(self, data: bytes) -> bytes:
        """Returns these bytes if they are this block's."""
        found = Cid.of(self.codec, data)
        if found != self:
            raise DecodeError(f"Invalid block: expected {self}, found bytes of {found}")
        return data

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.to_bytes()).decode("ascii").rstrip("=").lower()


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Reads an unsigned varint in its shortest form; returns it and the position after it."""
    value = 0
    for i in range(9):
        if at + i >= len(data):
            raise DecodeError("Invalid varint: the bytes end in it")
        byte = data[at + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            if byte == 0 and i > 0:
                raise DecodeError("Invalid varint: it is not the shortest form")
            return value, at + i + 1
    raise DecodeError("Invalid varint: more than 9 bytes")


def varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
