"""Trains ``functions/iris_net`` on Fisher's irises and writes its weights: ``python training/iris_net.py IRIS_CSV``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "functions" / "iris_net"))

import iris_net  # noqa: E402


def main(data: Path) -> None:
    with data.open(newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    flowers = torch.tensor([[float(value) for value in row[:4]] for row in rows])
    species = torch.tensor([int(row[4]) for row in rows])
    torch.manual_seed(7)
    model = iris_net.network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-4)
    for _ in range(600):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(flowers), species).backward()
        optimizer.step()
    right = int((model(flowers).argmax(dim=1) == species).sum())
    torch.save(model.state_dict(), HERE / "iris_net.pt")
    print(f"{right} of {len(rows)} right; wrote {HERE / 'iris_net.pt'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
