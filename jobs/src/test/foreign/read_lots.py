"""Reads lots as any Avro tool would: fastavro, which shares no code with the writer.

Each argument is a file that holds one lot. Prints a JSON array per file, in the order of the arguments, with the lot's
records in order; times are milliseconds and days since 1970-01-01, bytes are hexadecimal.
"""

import datetime
import json
import sys

import fastavro

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH.date()).days
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"Cannot print {value!r}: no JSON for {type(value).__name__}")


for name in sys.argv[1:]:
    with open(name, "rb") as lot:
        print(json.dumps(list(fastavro.reader(lot)), default=plain))
