"""Functions by CID: what the document names is checked, and then it is what runs.

A function document (``cats/function/1``) of runtime ``python`` links to a folder of Python files. Modules are imported
from the bytes that were hashed, under names made from the folder's CID, so that two versions of a module live side by
side; the files are written out as well, for data that lies beside the code. Within a bundle ``import sibling`` and
``from . import sibling`` both find the bundle's own modules.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.abc
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cats_ray import cbor, unixfs
from cats_ray.cache import BlockCache
from cats_ray.content import DAG_CBOR, Cid, DecodeError
from cats_ray.failure import Failure

_KIND = "cats/function/1"
_FIELDS = {"runtime", "artifact", "entrypoint", "params", "determinism"}
_OF_STEP = {"key", "time", "window"}
"""How the records of a batch came together; nothing to the function."""

_PARAMS = {"python", "packages", "arguments", "rowwise"}
_ENTRYPOINT = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)


@dataclass(frozen=True)
class Document:
    """What a function document says, as far as running it needs it."""

    artifact: Cid
    module: str
    function: str
    python: str
    packages: dict[str, str]
    arguments: dict[str, Any]
    rowwise: bool

    @staticmethod
    def decode(cid: Cid, data: bytes) -> Document:
        try:
            document = cbor.decode(data)
        except DecodeError as e:
            raise Failure("bundle", f"Cannot read function {cid}: {e}") from e
        if not isinstance(document, dict) or set(document) != {_KIND}:
            raise Failure("bundle", f"Cannot read function {cid}: expected a {_KIND}")
        fields = document[_KIND]
        if not isinstance(fields, dict) or set(fields) != _FIELDS:
            raise Failure("bundle", f"Cannot read function {cid}: expected the fields {', '.join(sorted(_FIELDS))}")
        if fields["runtime"] != "python":
            raise Failure("bundle", f"Cannot run function {cid}: expected runtime python, found {fields['runtime']!r}")
        entrypoint, params = fields["entrypoint"], fields["params"]
        match = _ENTRYPOINT.fullmatch(entrypoint) if isinstance(entrypoint, str) else None
        if match is None:
            raise Failure("bundle", f"Cannot run function {cid}: expected module:function, found {entrypoint!r}")
        if not isinstance(fields["artifact"], Cid) or not isinstance(params, dict):
            raise Failure("bundle", f"Cannot read function {cid}: expected a link as artifact and a map as params")
        unknown = sorted(set(params) - _PARAMS - _OF_STEP)
        if unknown:
            raise Failure("bundle", f"Cannot run function {cid}: unknown params {', '.join(unknown)}")
        python, packages, arguments = params.get("python"), params.get("packages", {}), params.get("arguments", {})
        rowwise = params.get("rowwise", False)
        if (
            not isinstance(python, str)
            or not _texts(packages)
            or not isinstance(arguments, dict)
            or not isinstance(rowwise, bool)
        ):
            raise Failure(
                "bundle", f"Cannot run function {cid}: expected params python, packages, arguments and rowwise"
            )
        return Document(fields["artifact"], match[1], match[2], python, packages, arguments, rowwise)

    def check_environment(self) -> None:
        """Refuses to run where the versions are not those that the document states."""
        found = ".".join(platform.python_version_tuple()[:2])
        if self.python != found:
            raise Failure(
                "missing", f"Cannot run {self.module}:{self.function}: expected Python {self.python}, found {found}"
            )
        for package, version in self.packages.items():
            installed = installed_version(package)
            if installed != version:
                raise Failure(
                    "missing",
                    f"Cannot run {self.module}:{self.function}: expected {package} {version},"
                    f" found {installed or 'none'}",
                )


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def installed_version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None


@dataclass(frozen=True)
class Loaded:
    """A function that is ready to be called with a batch."""

    function: Callable[..., Any]
    document: Document
    arguments: dict[str, Any]

    def __call__(self, batch: dict[str, Any]) -> Any:
        return self.function(batch, **self.arguments)


class Functions:
    """The functions that this worker may run: those whose CID, or whose artifact's, the allow-list names."""

    def __init__(self, blocks: BlockCache, folder: Path, allow: list[str]) -> None:
        self._blocks = blocks
        self._folder = folder
        self._allow = frozenset(allow)
        self._lock = threading.Lock()
        self._loaded: dict[str, Loaded] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, function: str) -> Loaded:
        """The function of this CID, ready to be called with a batch; checked and imported once per process."""
        with self._lock:
            if function not in self._loaded:
                self._loaded[function] = self._load(function)
            return self._loaded[function]

    def _load(self, text: str) -> Loaded:
        try:
            cid = Cid.parse(text)
        except DecodeError as e:
            raise Failure("protocol", str(e)) from e
        if cid.codec != DAG_CBOR:
            raise Failure("protocol", f"Invalid function {cid}: expected the CID of a document (dag-cbor)")
        document = Document.decode(cid, self._block(cid))
        if self._allow.isdisjoint(("*", text, str(document.artifact))):
            raise Failure(
                "refused",
                f"Cannot run function {cid} of artifact {document.artifact}: the worker's allow-list names neither",
            )
        document.check_environment()
        try:
            files = unixfs.files(document.artifact, self._block)
        except DecodeError as e:
            raise Failure("bundle", f"Cannot read bundle {document.artifact}: {e}") from e
        path = write_out(files, self._folder / str(document.artifact))
        function = _imported(cid, document, BundleImporter.of(document.artifact, files, path))
        arguments = {name: self._argument(name, value) for name, value in document.arguments.items()}
        return Loaded(function, document, arguments)

    def _argument(self, name: str, value: Any) -> Any:
        """As the function gets it: of a link, the bytes of the file behind it."""
        if not isinstance(value, Cid):
            return value
        try:
            return unixfs.content(value, self._block)
        except DecodeError as e:
            raise Failure("bundle", f"Cannot read argument {name}: {e}") from e

    def _block(self, cid: Cid) -> bytes:
        try:
            return self._blocks.get(cid)
        except KeyError:
            raise Failure("missing", f"Cannot read block {cid}: the worker does not have it") from None
        except DecodeError as e:
            raise Failure("bundle", f"Cannot read block {cid}: {e}") from e


def _imported(cid: Cid, document: Document, importer: BundleImporter) -> Callable[..., Any]:
    if document.module.partition(".")[0] not in importer.top_level:
        raise Failure("bundle", f"Cannot run function {cid}: its bundle has no module {document.module}")
    try:
        module = importlib.import_module(f"{importer.package}.{document.module}")
    except ModuleNotFoundError as e:
        raise Failure("missing", f"Cannot import {document.module}: {e}", traceback.format_exc()) from e
    except BaseException as e:
        raise Failure(
            "raised", f"Cannot import {document.module}: {type(e).__name__}: {e}", traceback.format_exc()
        ) from e
    function = getattr(module, document.function, None)
    if not callable(function):
        raise Failure("bundle", f"Cannot run function {cid}: {document.module} has no function {document.function}")
    return function


def write_out(files: dict[str, bytes], folder: Path) -> Path:
    """Writes a bundle's files into this folder, which appears whole or not at all, and replaces one that differs."""
    if _holds(folder, files):
        return folder
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
    try:
        for path, data in files.items():
            target = part / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        with contextlib.suppress(FileNotFoundError):
            os.rename(folder, old)
        try:
            os.rename(part, folder)
        except OSError:
            # Another worker of this machine was faster.
            if not _holds(folder, files):
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _holds(folder: Path, files: dict[str, bytes]) -> bool:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return found == set(files) and folder.is_dir() and all((folder / p).read_bytes() == d for p, d in files.items())


class BundleImporter(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports a bundle's modules from memory, below the package ``cats_<CID of the bundle>``."""

    def __init__(self, package: str, files: dict[str, bytes], folder: Path) -> None:
        self.package = package
        self._files = files
        self._folder = folder
        self.top_level = {path.partition("/")[0].removesuffix(".py") for path in files if path.endswith(".py")}
        self._builtins = {**builtins.__dict__, "__import__": self._import}

    @staticmethod
    def of(artifact: Cid, files: dict[str, bytes], folder: Path) -> BundleImporter:
        package = f"cats_{artifact}"
        for finder in sys.meta_path:
            if isinstance(finder, BundleImporter) and finder.package == package:
                return finder
        importer = BundleImporter(package, files, folder)
        sys.meta_path.insert(0, importer)  # before those that would read the folder on disk
        return importer

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.package and not fullname.startswith(self.package + "."):
            return None
        base = fullname[len(self.package) + 1 :].replace(".", "/")
        init = f"{base}/__init__.py".lstrip("/")
        if f"{base}.py" in self._files and init not in self._files:
            return self._spec(fullname, f"{base}.py", None)
        if not base or any(file.startswith(base + "/") for file in self._files):
            return self._spec(fullname, init, str(self._folder / base))
        return None

    def _spec(self, fullname: str, file: str, package: str | None) -> Any:
        spec = importlib.util.spec_from_loader(
            fullname, self, origin=str(self._folder / file), is_package=package is not None
        )
        if package is not None:
            spec.submodule_search_locations = [package]
        spec.has_location = True
        return spec

    def get_filename(self, fullname: str) -> str:
        return self.find_spec(fullname).origin

    def is_package(self, fullname: str) -> bool:
        return self.find_spec(fullname).submodule_search_locations is not None

    def get_data(self, path: str | os.PathLike[str]) -> bytes:
        # A folder without __init__.py is a package without code.
        name = Path(path).relative_to(self._folder).as_posix()
        if name not in self._files and not name.endswith("__init__.py"):
            raise OSError(f"{name} is not in the bundle")
        return self._files.get(name, b"")

    def exec_module(self, module: Any) -> None:
        module.__dict__["__builtins__"] = self._builtins
        super().exec_module(module)

    def _import(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        """``import`` as the bundle's modules see it: their siblings first."""
        top = name.partition(".")[0]
        if level or top not in self.top_level:
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = builtins.__import__(f"{self.package}.{name}", globals, locals, fromlist, 0)
        return module if fromlist else sys.modules[f"{self.package}.{top}"]
