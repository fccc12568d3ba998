"""What the seismology initiative must compute from the bundled feed, worked out on its own.

Standard library only, and nothing shared with the Java code: JSON numbers are taken as decimals
exactly as written, sums are exact, the b-value follows the formulas as they are printed (Aki 1965,
Utsu's correction, Shi and Bolt 1982) in 60 digits.

Usage, in the project's root:

    python3 jobs/src/test/oracle/seismology.py

writes jobs/src/test/resources/oracle/seismology.json.
"""

import json
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, getcontext
from pathlib import Path

getcontext().prec = 60
TEST = Path(__file__).resolve().parents[1]
FEED = TEST.parent / "main" / "resources" / "data" / "usgs-week.geojson"
ANSWER = TEST / "resources" / "oracle" / "seismology.json"
LOG10_E = Decimal(1) / Decimal(10).ln()


def daily(quakes):
    days = defaultdict(list)
    for magnitude, time in quakes:
        day = datetime.fromtimestamp(int(time) / 1000, timezone.utc).date().isoformat()
        days[day].append(magnitude)
    return {
        day: {
            "count": len(magnitudes),
            "mean": float(Context(prec=34, rounding=ROUND_HALF_EVEN).divide(sum(magnitudes), Decimal(len(magnitudes)))),
            "max": float(max(magnitudes)),
        }
        for day, magnitudes in sorted(days.items())
    }


def b_value(quakes):
    binned = [magnitude.quantize(Decimal("0.1"), ROUND_HALF_UP) for magnitude, _ in quakes]
    bins = Counter(binned)
    fullest = max(bins.values())
    mc = min(m for m, count in bins.items() if count == fullest)
    complete = [m for m in binned if m >= mc]
    n = len(complete)
    answer = {"completeness": float(mc), "complete": n, "b": None, "error": None}
    if n >= 50:
        mean = sum(complete) / n
        b = LOG10_E / (mean - (mc - Decimal("0.05")))
        spread = sum((m - mean) ** 2 for m in complete)
        answer["b"] = float(b)
        answer["error"] = float(Decimal("2.30") * b**2 * (spread / (n * (n - 1))).sqrt())
    return answer


def main():
    feed = json.loads(FEED.read_text("utf-8"), parse_int=Decimal, parse_float=Decimal)
    everything = [feature["properties"] for feature in feed["features"]]
    networks = defaultdict(list)
    for event in everything:
        if event["type"] == "earthquake":
            networks[event["net"]].append((event["mag"], event["time"]))
    answer = {
        "features": len(everything),
        "earthquakes": sum(map(len, networks.values())),
        "kinds": dict(sorted(Counter(event["type"] for event in everything).items())),
        "eventsByNetwork": dict(sorted(Counter(event["net"] for event in everything).items())),
        "networks": {
            network: {"events": len(quakes), **b_value(quakes), "days": daily(quakes)}
            for network, quakes in sorted(networks.items())
        },
    }
    ANSWER.write_text(json.dumps(answer, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
