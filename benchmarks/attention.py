"""What attention costs: `make bench`, about five minutes on a quiet machine.

    python benchmarks/attention.py           prints the tables, stores results/attention.json
    python benchmarks/attention.py --quick   a short run to see that it works; stores nothing

Speed is a ratio of CPU times: one process, one thread, both sides in turn, at least five repeats
after a warm-up; the median is printed between its quartiles. Memory is the high-water mark of a
fresh process above its inputs. A ratio of one run on a busy machine may be off by a tenth.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # read once, when NumPy and torch are imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this folder's own modules

import torch
from benchmarks import sides
from benchmarks.measure import compare, growth_exponent
from benchmarks.peak import peak_bytes
from benchmarks.table import as_table

RESULTS = Path(__file__).resolve().parent / "results" / "attention.json"
LENGTHS = (128, 256, 512, 1024, 2048, 4096)
LAYER_LENGTHS = (128, 512)
MEMORY_LENGTHS = (512, 1024, 2048, 4096)
# How many times as long as the other side ours may take: in short calls the checks weigh more.
TARGETS = {"with weights": (1.05, 1.05), "without weights": (1.10, 1.05), "layer": (1.0, 1.0)}
LONG = 512  # from here on, the second of the two
OTHER = {"with weights": "plain", "without weights": "torch"}
Row = dict[str, Any]


def comparisons(*, quick: bool) -> Iterator[tuple[Row, sides.Pair]]:
    """What is timed: a description, and the two sides made for it."""
    lengths = LENGTHS[:2] if quick else LENGTHS
    for ours, other in OTHER.items():
        for backward in (False, True):
            for mask in ("none", "causal"):
                for length in lengths:
                    row = describe(ours, other, mask, backward=backward, length=length)
                    pair = sides.attention_pair(ours, other, length, mask, backward=backward)
                    yield row, pair
    for length in lengths:
        row = describe("with weights", "NumPy", "none", backward=False, length=length)
        yield {**row, "target": None}, sides.numpy_pair(length)
    for length in LAYER_LENGTHS[: len(lengths) // 2]:
        row = describe("layer", "torch's layer", "none", backward=True, length=length)
        yield row, sides.layer_pair(length)


def describe(ours: str, other: str, mask: str, *, backward: bool, length: int) -> Row:
    """Name a comparison."""
    return {
        "ours": ours,
        "other": other,
        "mask": mask,
        "passes": passes(backward=backward),
        "length": length,
        "target": TARGETS[ours][length >= LONG],
    }


def passes(*, backward: bool) -> str:
    """Say which passes are made."""
    return "forward+backward" if backward else "forward"


def speed(*, quick: bool) -> list[Row]:
    """Time every comparison."""
    rows = []
    for row, pair in comparisons(quick=quick):
        ratio = compare(*pair, seconds=0.05 if quick else 1.0)
        target = row["target"]
        rows.append(
            {
                **row,
                **{name: round(value, 4) for name, value in asdict(ratio).items()},
                "met": None if target is None else ratio.median <= target,
            }
        )
        progress(f"speed: {len(rows)} comparisons")
    return rows


def memory(*, quick: bool) -> list[Row]:
    """Measure each path's peak; with a mask only the passes that training makes.

    A causal mask holds n² numbers itself; that of a padded batch, (batch, 1, 1, key), does not.
    """
    lengths = (512, 2048) if quick else MEMORY_LENGTHS
    paths = tuple(OTHER) if quick else tuple(sides.SIDES)
    kinds = [("none", False), ("none", True), ("padding", True), ("causal", True)]
    kinds = kinds[: 1 if quick else None]
    rows = []
    for mask, backward in kinds:
        for path in paths:
            peaks = []
            for length in lengths:
                peaks.append(peak_bytes(path, length, mask, backward=backward) / 2**20)
                progress(f"memory: {path}, {length}")
            rows.append(
                {
                    "path": path,
                    "mask": mask,
                    "passes": passes(backward=backward),
                    "mebibytes": {
                        str(n): round(peak, 2) for n, peak in zip(lengths, peaks, strict=True)
                    },
                    "exponent": growth_exponent(lengths[-3:], peaks[-3:]),
                }
            )
    return rows


def progress(words: str) -> None:
    """Say on a screen, and only there, how far it is."""
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr)


def speed_table(rows: list[Row]) -> str:
    """Set the ratios."""
    head = ("ours", "against", "mask", "passes", "N", "ratio", "quartiles", "target", "", "ms")
    verdict = {None: "", True: "met", False: "missed"}
    return as_table(
        head,
        [
            (
                *(row[name] for name in ("ours", "other", "mask", "passes", "length", "median")),
                f"{row['lower_quartile']:.2f}–{row['upper_quartile']:.2f}",
                row["target"],
                verdict[row["met"]],
                row["milliseconds"],
            )
            for row in rows
        ],
    )


def memory_table(rows: list[Row]) -> str:
    """Set the peaks in MiB, and how they grow."""
    lengths = list(rows[0]["mebibytes"])
    return as_table(
        ("path", "mask", "passes", *lengths, "grows as N^"),
        [
            (row["path"], row["mask"], row["passes"], *row["mebibytes"].values(), row["exponent"])
            for row in rows
        ],
    )


def conditions() -> Row:
    """Say what everybody needs to know to judge the numbers, and nothing that names a machine."""
    packages = ("torch", "numpy")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processors": os.cpu_count(),
            "threads_used": 1,
        },
        "versions": {"python": platform.python_version()}
        | {name: metadata.version(name).split("+")[0] for name in packages},
        "sizes": {
            "attention": {"batch": 1, "heads": sides.HEADS, "head_dim": sides.HEAD_DIM},
            "layer": {
                "batch": sides.MODEL_BATCH,
                "d_model": sides.D_MODEL,
                "heads": sides.MODEL_HEADS,
            },
            "dtype": "float32",
        },
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and store."""
    parser = argparse.ArgumentParser(description="What attention costs.")
    parser.add_argument("--quick", action="store_true", help="short; stores nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    ratios, peaks = speed(quick=quick), memory(quick=quick)
    progress("")
    print("CPU time of ours over the other's; above 1, ours is slower\n")
    print(speed_table(ratios))
    print("\nPeak memory above the inputs, MiB\n")
    print(memory_table(peaks))
    if not quick:
        entry = {**conditions(), "speed": ratios, "memory": peaks}
        text = json.dumps(entry, indent=1, ensure_ascii=False)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(f"{text}\n", encoding="utf-8")
        print(f"\nstored in benchmarks/results/{RESULTS.name}")


if __name__ == "__main__":
    main()
