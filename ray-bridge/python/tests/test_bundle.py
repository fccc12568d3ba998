"""Functions by CID: what is checked before anything runs, and that what was checked is what runs."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any

from cats_ray.bundle import Functions
from cats_ray.cache import BlockCache
from cats_ray.content import Cid
from cats_ray.failure import Failure
from tests.bundles import PYTHON, Blocks


class BundleTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.blocks = Blocks()

    def functions(self, allow: list[str] | None = None) -> Functions:
        cache = BlockCache(self.folder / "blocks")
        for cid, data in self.blocks.by_cid.items():
            cache.put(cid, data)
        return Functions(cache, self.folder / "bundles", allow or ["*"])

    def run_it(self, function: Cid) -> Any:
        return self.functions().load(str(function))({})

    def fails(self, function: Cid | str, kind: str, why: str, functions: Functions | None = None) -> Failure:
        with self.assertRaisesRegex(Failure, why) as caught:
            (functions or self.functions()).load(str(function))
        self.assertEqual(caught.exception.kind, kind)
        return caught.exception

    def test_arguments_are_those_of_the_document(self) -> None:
        function = self.blocks.code("def f(batch, a, b=2):\n  return a, b\n", arguments={"a": [1, "x"]})
        self.assertEqual(self.run_it(function), ([1, "x"], 2))

    def test_a_link_among_the_arguments_is_the_bytes_of_its_file(self) -> None:
        weights = self.blocks.file(bytes(range(10)), chunk=4)
        source = "def f(batch, weights, b):\n  return weights, b\n"
        function = self.blocks.code(source, arguments={"weights": weights, "b": 1})
        self.assertEqual(self.run_it(function), (bytes(range(10)), 1))

    def test_a_link_among_the_arguments_that_is_no_file_is_refused(self) -> None:
        folder = self.blocks.folder({"a": b"1"})
        function = self.blocks.code("def f(batch, weights):\n  return weights\n", arguments={"weights": folder})
        self.fails(function, "bundle", "Cannot read argument weights: .*expected a file, found directory")

    def test_a_link_among_the_arguments_with_other_bytes_is_refused(self) -> None:
        weights = self.blocks.file(b"weights")
        function = self.blocks.code("def f(batch, weights):\n  return weights\n", arguments={"weights": weights})
        functions = self.functions()
        (self.folder / "blocks" / str(weights)).write_bytes(b"Weights")
        self.fails(function, "bundle", f"Cannot read block {weights}", functions)

    def test_versions_of_a_module_live_side_by_side(self) -> None:
        one = self.blocks.code("seen = []\ndef f(batch):\n  seen.append(1)\n  return 'one', seen\n")
        two = self.blocks.code("seen = []\ndef f(batch):\n  seen.append(2)\n  return 'two', seen\n")
        functions = self.functions()
        for _ in range(2):
            functions.load(str(one))({})
        self.assertEqual(functions.load(str(two))({}), ("two", [2]))
        self.assertEqual(functions.load(str(one))({}), ("one", [1, 1, 1]))

    def test_modules_of_a_bundle_find_each_other(self) -> None:
        main = (
            "import sibling\nimport pkg.inner\nfrom sibling import value as v\nfrom . import sibling as again\n"
            "from pkg import inner, other\nfrom pkg.inner import *\nimport json\n"
            "def f(batch):\n  import late\n  assert sibling is again and pkg.inner is inner\n"
            "  return v, inner.deep, other.up, star, late.x, json.dumps(1)\n"
        )
        results = []
        for value in (b"1", b"2"):
            pkg = self.blocks.folder(
                {
                    "inner.py": b"__all__ = ['star']\nstar = 's'\nfrom sibling import value as deep\n",
                    "other.py": b"from ..sibling import value as up\n",
                }
            )
            folder = self.blocks.folder(
                {"main.py": main.encode(), "sibling.py": b"value = " + value, "late.py": b"x = 'l'", "pkg": pkg}
            )
            results.append(self.run_it(self.blocks.function("main:f", folder)))
        self.assertEqual(results, [(1, 1, 1, "s", "l", "1"), (2, 2, 2, "s", "l", "1")])

    def test_a_module_may_be_in_a_package(self) -> None:
        pkg = self.blocks.folder(
            {"__init__.py": b"base = 1\n", "m.py": b"from pkg import base\ndef f(b):\n  return base\n"}
        )
        self.assertEqual(self.run_it(self.blocks.function("pkg.m:f", self.blocks.folder({"pkg": pkg}))), 1)

    def test_data_beside_the_code_can_be_read(self) -> None:
        source = b"import pathlib\ndef f(b):\n  return (pathlib.Path(__file__).parent / 'data.txt').read_text()\n"
        folder = self.blocks.folder({"code.py": source, "data.txt": b"data"})
        self.assertEqual(self.run_it(self.blocks.function("code:f", folder)), "data")

    def test_what_runs_is_what_was_hashed_whatever_is_on_disk(self) -> None:
        folder = self.blocks.folder(
            {"code.py": b"def f(b):\n  import aside\n  return aside.x\n", "aside.py": b"x = 'good'\n"}
        )
        function = self.blocks.function("code:f", folder)
        loaded = self.functions().load(str(function))
        on_disk = self.folder / "bundles" / str(folder)
        (on_disk / "aside.py").write_text("x = 'bad'\n")
        (on_disk / "json.py").write_text("x = 'bad'\n")
        self.assertEqual(loaded({}), "good")
        self.functions().load(str(function))
        self.assertEqual({p.name: p.read_text() for p in on_disk.iterdir()}["aside.py"], "x = 'good'\n")
        self.assertFalse((on_disk / "json.py").exists())
        self.assertEqual([p.name for p in on_disk.parent.iterdir()], [str(folder)])

    def test_a_block_that_is_not_there_is_named(self) -> None:
        function = self.blocks.code("def f(b): pass\n")
        for cid in list(self.blocks.by_cid):
            data = self.blocks.by_cid.pop(cid)
            with self.subTest(cid), tempfile.TemporaryDirectory() as other:
                self.folder = Path(other)
                self.fails(function, "missing", f"Cannot read block {cid}: the worker does not have it")
            self.blocks.by_cid[cid] = data

    def test_a_tampered_byte_is_noticed(self) -> None:
        function = self.blocks.code("def f(b):\n  return 'good'\n")
        for cid, data in self.blocks.by_cid.items():
            with self.subTest(cid):
                functions = self.functions()
                (self.folder / "blocks" / str(cid)).write_bytes(bytes((data[0] ^ 1,)) + data[1:])
                self.fails(function, "bundle", f"Cannot read block {cid}", functions)

    def test_paths_that_lead_out_of_the_bundle_are_refused(self) -> None:
        for name in ("..", "/code.py", "a/../../code.py"):
            function = self.blocks.function("code:f", self.blocks.folder({name: b"def f(b): pass\n"}))
            self.fails(function, "bundle", "is unsafe")
        self.assertFalse(any((self.folder / "bundles").iterdir()))

    def test_packages_and_python_have_the_stated_versions(self) -> None:
        source = "def f(b): pass\n"
        self.fails(
            self.blocks.code(source, packages={"no-such-package": "1.0"}),
            "missing",
            "expected no-such-package 1.0, found none",
        )
        self.fails(self.blocks.code(source, packages={"numpy": "0.1"}), "missing", "expected numpy 0.1, found ")
        self.fails(self.blocks.code(source, python="3.1"), "missing", f"expected Python 3.1, found {PYTHON}")

    def test_a_module_that_is_not_installed_is_missing(self) -> None:
        failure = self.fails(
            self.blocks.code("import no_such_module\ndef f(b): pass\n"), "missing", "No module named 'no_such_module'"
        )
        self.assertIn("import no_such_module", failure.traceback)

    def test_a_module_that_raises_is_told_with_its_traceback(self) -> None:
        for source, why in (
            ("1 / 0\n", "ZeroDivisionError"),
            ("def f(:\n", "SyntaxError"),
            ("raise SystemExit(2)\n", "SystemExit"),
        ):
            failure = self.fails(self.blocks.code(source), "raised", why)
            self.assertIn("code.py", failure.traceback + failure.message)

    def test_an_entrypoint_that_is_not_there_is_refused(self) -> None:
        folder = self.blocks.folder({"code.py": b"x = 1\n"})
        self.fails(self.blocks.function("code:f", folder), "bundle", "code has no function f")
        self.fails(self.blocks.function("code:x", folder), "bundle", "code has no function x")
        self.fails(self.blocks.function("os:system", folder), "bundle", "its bundle has no module os")
        for entrypoint in ("code", "code:", ":f", "../code:f", "code:f.g", "code:f:g"):
            self.fails(self.blocks.function(entrypoint, folder), "bundle", "expected module:function")

    def test_documents_that_are_no_python_function_are_refused(self) -> None:
        folder = self.blocks.folder({"code.py": b"def f(b): pass\n"})
        good = {"entrypoint": "code:f", "artifact": folder, "params": {"python": PYTHON}}
        for change, why in (
            ({"runtime": "java"}, "expected runtime python, found 'java'"),
            ({"extra": 1}, "expected the fields"),
            ({"artifact": "text"}, "expected a link as artifact"),
            ({"params": {}}, "expected params python"),
            ({"params": {"python": PYTHON, "packages": {"numpy": 2}}}, "expected params python"),
            ({"params": {"python": PYTHON, "rowwise": 1}}, "expected params python"),
            ({"params": {"python": PYTHON, "more": 1}}, "unknown params more"),
            ({"artifact": self.blocks.file(b"a file")}, "expected a UnixFS node"),
        ):
            with self.subTest(why):
                self.fails(self.blocks.document({**good, **change}), "bundle", why)
        self.fails("nonsense", "protocol", "Invalid CID")
        self.fails(folder, "protocol", "expected the CID of a document")

    def test_what_the_allow_list_does_not_name_is_refused_before_it_is_read(self) -> None:
        function = self.blocks.code("raise AssertionError\n")
        other = self.blocks.code("def f(b): pass\n")
        self.fails(function, "refused", "the worker's allow-list names neither", self.functions([str(other)]))
        self.assertFalse(any((self.folder / "bundles").iterdir()))
