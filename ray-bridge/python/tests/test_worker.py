"""The data plane, against a real worker process."""

from __future__ import annotations

import json
import unittest

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight

from cats_ray import car
from cats_ray.content import RAW, Cid
from tests.bundles import Blocks
from tests.workers import Exchange, Worker

NUMBERS = pa.schema([pa.field("x", pa.int64(), nullable=False)])
THREE = pa.record_batch([pa.array([1, 2, 3])], schema=NUMBERS)


class StreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.worker = Worker()
        cls.addClassCleanup(cls.worker.__exit__)

    def open(self, source: str, output: pa.Schema = NUMBERS, **command: object) -> Exchange:
        blocks = Blocks()
        function = blocks.code(source, **{name: value for name, value in command.items() if name == "rowwise"})
        self.worker.store(blocks)
        exchange = self.worker.open(function, output, NUMBERS, **command)
        self.addCleanup(exchange.__exit__)
        return exchange

    def test_answers_come_in_order_with_their_ids(self) -> None:
        stream = self.open("def f(batch):\n  return {'x': batch['x'] * 2}\n")
        self.assertEqual(stream.first, {"ready": True})
        for id in ("0a", "0b"):
            batch, answer = stream.call(THREE, id)
            self.assertEqual(batch.to_pydict(), {"x": [2, 4, 6]})
            self.assertEqual((answer["id"], answer["log"]), (id, []))
            self.assertGreater(answer["nanos"], 0)

    def test_requests_may_be_sent_ahead(self) -> None:
        stream = self.open("def f(batch):\n  return batch\n")
        for id in range(5):
            stream.send(THREE, json.dumps({"id": str(id)}).encode())
        self.assertEqual([stream.receive()[1]["id"] for _ in range(5)], list("01234"))

    def test_a_batch_without_rows_is_a_call_too(self) -> None:
        stream = self.open("def f(batch):\n  return {'x': batch['x'] + 1}\n")
        batch, answer = stream.call(THREE.slice(0, 0))
        self.assertEqual((batch.num_rows, "error" in answer), (0, False))

    def test_what_a_call_prints_and_logs_comes_with_its_answer(self) -> None:
        stream = self.open(
            "import logging, sys, warnings\n"
            "def f(batch):\n"
            "  print('printed', end=''); print(' twice')\n"
            "  print('aside', file=sys.stderr)\n"
            "  logging.getLogger('f').info('logged %d', 1); logging.error('bad')\n"
            "  warnings.warn('mind'); print('no newline', end='')\n"
            "  return batch\n"
        )
        log = stream.call(THREE)[1]["log"]
        self.assertEqual(
            log[:4], [["INFO", "printed twice"], ["WARN", "aside"], ["INFO", "logged 1"], ["ERROR", "bad"]]
        )
        self.assertEqual(log[4][0], "WARN")
        self.assertIn("mind", log[4][1])
        self.assertEqual(log[5:], [["INFO", "no newline"]])

    def test_a_log_is_cut_and_says_so(self) -> None:
        stream = self.open("def f(batch):\n  print('é' * 40000)\n  print('more')\n  return batch\n")
        log = stream.call(THREE)[1]["log"]
        self.assertEqual(len(log[0][1].encode()), 65536)
        self.assertEqual(log[1:], [["WARN", "(cut: a call keeps 65536 bytes of its output)"]])

    def failure(self, source: str, output: pa.Schema = NUMBERS, **command: object) -> dict[str, str]:
        """The failure of a call, after which the stream must go on."""
        stream = self.open(source, output, **command)
        batch, answer = stream.call(THREE, "01")
        self.assertEqual((answer["id"], batch.num_rows), ("01", 0))
        self.assertEqual(stream.call(THREE, "02")[1]["id"], "02")
        return answer["error"]

    def test_an_exception_comes_with_its_traceback(self) -> None:
        error = self.failure(
            "def f(batch):\n  print('so far')\n  return helper()\ndef helper():\n  raise ValueError('no')\n"
        )
        self.assertEqual((error["kind"], error["message"]), ("raised", "ValueError: no"))
        self.assertIn("raise ValueError('no')", error["traceback"])
        self.assertTrue(error["traceback"].splitlines()[1].endswith('code.py", line 3, in f'), error["traceback"])

    def test_an_attempt_to_exit_is_an_exception(self) -> None:
        self.assertEqual(self.failure("def f(batch):\n  raise SystemExit(3)\n")["message"], "SystemExit: 3")

    def test_columns_are_those_of_the_output(self) -> None:
        error = self.failure("def f(batch):\n  return {'y': batch['x'], 'z': batch['x']}\n")
        self.assertEqual(error["kind"], "columns")
        self.assertEqual(error["message"], "Invalid answer: missing columns x; unknown columns y, z")
        self.assertEqual(self.failure("def f(batch):\n  return None\n")["kind"], "columns")

    def test_columns_have_one_length(self) -> None:
        two = pa.schema([("x", pa.int64()), ("y", pa.int64())])
        error = self.failure("def f(batch):\n  return {'x': batch['x'], 'y': batch['x'][1:]}\n", two)
        self.assertEqual(error["kind"], "lengths")
        self.assertEqual(error["message"], "Invalid answer: columns of different lengths (x 3, y 2)")

    def test_rowwise_answers_have_as_many_rows(self) -> None:
        source = "def f(batch):\n  return {'x': batch['x'][1:]}\n"
        self.assertEqual(self.failure(source, rowwise=True)["kind"], "lengths")
        self.assertEqual(self.open(source).call(THREE)[0].num_rows, 2)

    def test_values_fit_the_type_of_their_column(self) -> None:
        for values in ("['a']", "[None]", "[1.5]", "[float('nan')]", "[2 ** 70]", "3"):
            with self.subTest(values):
                error = self.failure(f"def f(batch):\n  return {{'x': {values}}}\n")
                self.assertEqual(error["kind"], "types")
                self.assertTrue(error["message"].startswith("Invalid column x: expected "), error["message"])

    def test_a_request_without_an_id_is_refused(self) -> None:
        stream = self.open("def f(batch):\n  return batch\n")
        stream.send(THREE, b"{}")
        self.assertEqual(stream.receive()[1]["error"]["kind"], "protocol")
        self.assertNotIn("error", stream.call(THREE)[1])

    def test_a_command_that_is_malformed_is_refused(self) -> None:
        good = {"version": 1, "function": "b", "step": "s", "output": "", "rowwise": False, "timeoutMillis": 1}
        for command in (b"", b"[]", b"{", json.dumps(good).encode(), json.dumps({**good, "version": 2}).encode()):
            with self.subTest(command), Exchange(self.worker.client, command, NUMBERS) as stream:
                self.assertEqual(stream.first["error"]["kind"], "protocol")

    def test_a_command_that_says_other_than_the_function_is_refused(self) -> None:
        blocks = Blocks()
        function = blocks.code("def f(batch):\n  return batch\n")
        self.worker.store(blocks)
        with self.worker.open(function, NUMBERS, NUMBERS, rowwise=True) as stream:
            self.assertEqual(stream.first["error"]["kind"], "protocol")

    def test_health_says_what_it_is(self) -> None:
        health = self.worker.action("health")
        self.assertEqual((health["actor"], health["pid"]), ("test", self.worker.process.pid))
        self.assertEqual(health["packages"]["numpy"], np.__version__)

    def test_missing_blocks_are_named_and_stored(self) -> None:
        blocks = Blocks()
        cid = blocks.put(RAW, b"some block")
        question = json.dumps({"cids": [str(cid)]}).encode()
        self.assertEqual(self.worker.action("missing", question), {"missing": [str(cid)]})
        self.assertEqual(self.worker.action("blocks", car.write(blocks.by_cid.items())), {"stored": 1})
        self.assertEqual(self.worker.action("missing", question), {"missing": []})
        (self.worker.cache / "blocks" / str(cid)).write_bytes(b"some clock")
        self.assertEqual(self.worker.action("missing", question), {"missing": [str(cid)]})

    def test_a_block_with_a_tampered_byte_is_refused(self) -> None:
        cid = Cid.of(RAW, b"some block")
        with self.assertRaisesRegex(flight.FlightServerError, f"expected {cid}"):
            self.worker.action("blocks", car.write([(cid, b"some clock")]))

    def test_unknown_actions_are_refused(self) -> None:
        with self.assertRaisesRegex(flight.FlightServerError, "Invalid action 'stop'"):
            self.worker.action("stop")


class ProcessTest(unittest.TestCase):
    def test_a_call_that_does_not_end_ends_the_process(self) -> None:
        blocks = Blocks()
        function = blocks.code("import time\ndef f(batch):\n  time.sleep(600)\n")
        with Worker() as worker:
            worker.store(blocks)
            with worker.open(function, NUMBERS, NUMBERS, timeoutMillis=200) as stream:
                with self.assertRaises(flight.FlightUnavailableError):
                    stream.call(THREE, "2a")
            self.assertEqual(worker.process.wait(60), 70)
            said = worker.process.stderr.read()
            self.assertIn(f"batch 2a of step test (function {function}) took more than 200 ms", said)

    def test_a_deadline_that_comes_first_is_kept_although_others_came_before(self) -> None:
        blocks = Blocks()
        quick = blocks.code("def f(batch):\n  return batch\n")
        slow = blocks.code("import time\ndef f(batch):\n  time.sleep(600)\n")
        with Worker() as worker:
            worker.store(blocks)
            with (
                worker.open(quick, NUMBERS, NUMBERS) as patient,
                worker.open(slow, NUMBERS, NUMBERS, timeoutMillis=300) as stream,
            ):
                patient.call(THREE)
                with self.assertRaises(flight.FlightUnavailableError):
                    stream.call(THREE)
            self.assertEqual(worker.process.wait(60), 70)

    def test_only_what_the_allow_list_names_runs(self) -> None:
        blocks = Blocks()
        folder = blocks.folder({"code.py": b"def f(batch):\n  return batch\ndef g(batch):\n  return batch\n"})
        f, g = blocks.function("code:f", folder), blocks.function("code:g", folder)
        for allow, runs in ((f, True), (folder, True), (g, False)):
            with self.subTest(allow), Worker([str(allow)]) as worker:
                worker.store(blocks)
                with worker.open(f, NUMBERS, NUMBERS) as stream:
                    self.assertEqual("ready" in stream.first, runs)
                    self.assertEqual("error" in stream.first and stream.first["error"]["kind"] == "refused", not runs)


if __name__ == "__main__":
    unittest.main()
