"""Content addressing, against the vectors of ``schemas``, which the JavaScript reference wrote."""

from __future__ import annotations

import base64
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from cats_ray import car, cbor, unixfs
from cats_ray.cache import BlockCache
from cats_ray.content import DAG_CBOR, DAG_PB, MAX_BLOCK, RAW, Cid, DecodeError, varint, varint_bytes
from tests.bundles import Blocks, number, text

RESOURCES = Path(__file__).parents[3] / "schemas/src/test/resources"


def vectors(name: str) -> Any:
    return json.loads((RESOURCES / "vectors" / name).read_text("utf-8"))


class CidTest(unittest.TestCase):
    def test_bytes_have_the_cids_of_the_reference(self) -> None:
        for vector in vectors("cids.json"):
            for form in vector["cids"]:
                if form["codec"] not in (RAW, DAG_PB, DAG_CBOR):
                    self.assertRaises(DecodeError, Cid.parse, form["cid"])
                    continue
                cid = Cid.of(form["codec"], bytes.fromhex(vector["bytes"]))
                self.assertEqual((str(cid), cid.to_bytes().hex()), (form["cid"], form["binary"]))
                self.assertEqual(Cid.parse(form["cid"]), cid)
                self.assertEqual(Cid.from_bytes(cid.to_bytes()), cid)

    def test_there_is_one_text_of_a_cid(self) -> None:
        form = vectors("cids.json")[0]["cids"][0]
        cid = form["cid"]
        other = cid[:-1] + chr(ord(cid[-1]) + 1)
        for wrong in (
            "",
            "b",
            cid[:-1],
            cid + "a",
            cid + "=",
            other,
            form["base16"],
            form["base32upper"],
            "b1" + cid[2:],
        ):
            with self.subTest(wrong), self.assertRaises(DecodeError):
                Cid.parse(wrong)

    def test_other_hashes_codecs_and_versions_are_refused(self) -> None:
        good = Cid.of(RAW, b"").to_bytes()
        for at, byte in ((0, 0), (0, 2), (1, 0x51), (2, 0x13), (3, 0x1F)):
            wrong = good[:at] + bytes((byte,)) + good[at + 1 :]
            with self.subTest(wrong.hex()), self.assertRaises(DecodeError):
                Cid.from_bytes(wrong)

    def test_varints_are_in_their_shortest_form(self) -> None:
        for value in (0, 1, 127, 128, 300, 1 << 40):
            self.assertEqual(varint(varint_bytes(value), 0), (value, len(varint_bytes(value))))
        for wrong in (b"", b"\x80", b"\x80\x00", b"\x81\x80\x00", b"\xff" * 10):
            with self.subTest(wrong.hex()), self.assertRaises(DecodeError):
                varint(wrong, 0)


class CborTest(unittest.TestCase):
    def test_what_is_decoded_encodes_to_the_same_bytes(self) -> None:
        for vector in vectors("dag-cbor.json"):
            data = bytes.fromhex(vector["dagCbor"])
            with self.subTest(vector["name"]):
                self.assertEqual(str(Cid.of(DAG_CBOR, data)), vector["cid"])
                if vector["name"] == "links":  # one of them is of version 0
                    self.assertRaises(DecodeError, cbor.decode, data)
                else:
                    self.assertEqual(cbor.encode(cbor.decode(data)), data)

    def test_every_other_encoding_is_refused(self) -> None:
        link = (b"\0" + Cid.of(RAW, b"").to_bytes()).hex()
        wrong = {
            "no value": "",
            "bytes after the value": "0000",
            "a longer integer": "1800",
            "a longer length": "580161",
            "a length without an end": "9fff",
            "a length beyond the input": "5bffffffffffffffff",
            "keys out of order": "a2616200616100",
            "a key twice": "a2616100616100",
            "a key that is a number": "a10000",
            "text that is not UTF-8": "61ff",
            "half a float": "f90000",
            "a float that is no number": "fb7ff8000000000000",
            "negative zero": "fb8000000000000000",
            "undefined": "f7",
            "another tag": "c100",
            "a tag over text": "d82a6100",
            "a link without its zero": "d82a5824" + link[2:],
            "a link that is cut": "d82a5824" + link[:-2],
            "a link with more": "d82a5826" + link + "00",
            "deep nesting": "81" * 300 + "00",
        }
        for name, data in wrong.items():
            with self.subTest(name), self.assertRaises(DecodeError):
                cbor.decode(bytes.fromhex(data))
        self.assertEqual(cbor.decode(bytes.fromhex("d82a5825" + link)), Cid.of(RAW, b""))

    def test_the_golden_documents_are_read(self) -> None:
        for file in (RESOURCES / "golden/v1").glob("*.dag-cbor"):
            data = file.read_bytes()
            if not file.name.endswith(".broken.dag-cbor"):
                self.assertEqual(cbor.encode(cbor.decode(data)), data, file.name)


class CarTest(unittest.TestCase):
    def test_archives_of_the_reference_are_read(self) -> None:
        for vector in vectors("cars.json"):
            archive = base64.b64decode(vector["car"])
            with self.subTest(vector["name"]):
                if "version 0" in vector["name"]:
                    self.assertRaises(DecodeError, lambda: list(car.read(archive)))
                    continue
                found = [(str(cid), data.hex()) for cid, data in car.read(archive)]
                self.assertEqual(found, [(block["cid"], block["bytes"]) for block in vector["blocks"]])

    def test_an_archive_that_is_cut_or_changed_anywhere_is_refused(self) -> None:
        archive = car.write([(Cid.of(RAW, b"hello"), b"hello")])
        self.assertEqual(len(list(car.read(archive))), 1)
        start = archive.index(b"\x01\x55\x12\x20", archive.index(b"version")) - 1
        for size in range(start + 1, len(archive)):
            self.assertRaises(DecodeError, lambda: list(car.read(archive[:size])))
        for at in range(start, len(archive)):
            broken = archive[:at] + bytes((archive[at] ^ 1,)) + archive[at + 1 :]
            self.assertRaises(DecodeError, lambda: list(car.read(broken)))

    def test_blocks_have_a_largest_size(self) -> None:
        for size, fits in ((MAX_BLOCK, True), (MAX_BLOCK + 1, False)):
            data = bytes(size)
            archive = car.write([(Cid.of(RAW, data), data)])
            if fits:
                self.assertEqual(len(list(car.read(archive))), 1)
            else:
                self.assertRaises(DecodeError, lambda: list(car.read(archive)))


class UnixFsTest(unittest.TestCase):
    def test_folders_of_the_reference_are_read(self) -> None:
        for vector in vectors("unixfs.json")["directories"]:
            blocks = Blocks()
            expected = {}
            for node in vector["nodes"]:
                blocks.put(DAG_PB, bytes.fromhex(node["bytes"]))
            for entry in vector["entries"]:
                if "text" in entry:
                    expected[entry["path"]] = entry["text"].encode()
                elif "size" in entry:
                    expected[entry["path"]] = formula(entry["size"])
            for data in expected.values():
                blocks.file(data)
            with self.subTest(vector["name"]):
                self.assertEqual(unixfs.files(Cid.parse(vector["cid"]), blocks.by_cid.__getitem__), expected)

    def test_files_of_several_chunks_are_read(self) -> None:
        for vector in vectors("unixfs.json")["files"]:
            if vector["size"] > 6 << 20:
                continue
            blocks = Blocks()
            data = formula(vector["size"])
            self.assertEqual(str(blocks.file(data)), vector["cid"])
            self.assertEqual(unixfs.content(Cid.parse(vector["cid"]), blocks.by_cid.__getitem__), data)

    def refused(self, root: Cid, blocks: Blocks, why: str) -> None:
        with self.assertRaisesRegex(DecodeError, why):
            unixfs.files(root, blocks.by_cid.__getitem__)

    def test_names_that_lead_elsewhere_are_refused(self) -> None:
        for name in ("..", ".", "", "/etc/passwd", "a/b", "..\\a", "a\0b"):
            blocks = Blocks()
            self.refused(blocks.folder({name: b"x"}), blocks, "is unsafe")
            self.refused(blocks.folder({"deep": blocks.folder({name: b"x"})}), blocks, "is unsafe")

    def test_two_entries_of_one_name_are_refused(self) -> None:
        blocks = Blocks()
        leaf = blocks.file(b"x")
        self.refused(blocks.node(number(1, 1), [(leaf, "a"), (leaf, "a")]), blocks, "two entries named 'a'")

    def test_symbolic_links_and_sharded_folders_are_refused(self) -> None:
        for kind, name in ((4, "symlink"), (5, "sharded_directory"), (3, "metadata")):
            blocks = Blocks()
            odd = blocks.node(number(1, kind) + text(2, b"/etc"), [])
            self.refused(blocks.folder({"a": odd}), blocks, name)

    def test_a_file_that_lies_about_its_size_is_refused(self) -> None:
        blocks = Blocks()
        leaf = blocks.file(b"five!")
        for size, parts in ((6, number(4, 5)), (5, number(4, 6)), (5, b"")):
            lie = blocks.node(number(1, 2) + number(3, size) + parts, [(leaf, "")])
            self.refused(blocks.folder({"a": lie}), blocks, "expected")

    def test_folders_that_are_too_deep_are_refused(self) -> None:
        blocks = Blocks()
        folder = blocks.folder({})
        for _ in range(unixfs.MAX_DEPTH + 1):
            folder = blocks.folder({"d": folder})
        self.refused(folder, blocks, "more than 64 folders deep")

    def test_bytes_that_are_no_node_are_refused(self) -> None:
        for data in (
            b"",
            b"\xff",
            b"\x0a\x05",
            text(1, b""),
            text(1, number(1, 9)),
            text(1, number(9, 1)),
            number(1, 1),
        ):
            blocks = Blocks()
            self.assertRaises(DecodeError, unixfs.files, blocks.put(DAG_PB, data), blocks.by_cid.__getitem__)


class BlockCacheTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "blocks"
        self.cache = BlockCache(self.folder)

    def test_a_block_is_checked_when_it_is_written_and_when_it_is_read(self) -> None:
        cid = Cid.of(RAW, b"block")
        self.assertRaises(DecodeError, self.cache.put, cid, b"clock")
        self.assertRaises(KeyError, self.cache.get, cid)
        self.cache.put(cid, b"block")
        self.assertEqual(self.cache.get(cid), b"block")
        (self.folder / str(cid)).write_bytes(b"clock")
        self.assertRaises(DecodeError, self.cache.get, cid)
        self.assertEqual(self.cache.missing([cid]), [cid])
        self.cache.put(cid, b"block")
        self.assertEqual([path.name for path in self.folder.iterdir()], [str(cid)])


def formula(size: int) -> bytes:
    return bytes((31 * i + (i >> 8) * (1 + (i >> 20)) + (i >> 28)) & 0xFF for i in range(size))
