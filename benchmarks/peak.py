"""Peak memory of one call in a process of its own.

    python -m benchmarks.peak "with weights" 1024 causal backward

Prints by how many bytes the call raised this process's high-water mark above what it held before,
when the inputs were made. The memory of a small call is found already taken: that prints about 0.
"""

import contextlib
import re
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def peak_bytes(side: str, length: int, mask: str, *, backward: bool) -> int:
    """Start a fresh process and ask it."""
    words = [side, str(length), mask, "backward" if backward else "forward"]
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.peak", *words],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(answer.stdout)


def high_water_mark() -> int:
    """The most memory this process has held, in bytes.

    Linux hands a parent's mark down in ``ru_maxrss``, so the kernel's own page is read there.
    """
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        if found := re.search(r"VmHWM:\s*(\d+) kB", status):
            return 1024 * int(found[1])
    mark = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return mark if sys.platform == "darwin" else 1024 * mark


def lower_the_mark() -> None:
    """Forget what importing and making the inputs took and gave back; only Linux can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def main(side: str, length: str, mask: str, passes: str) -> None:
    """Make the inputs, load the kernels with a small call, then make the call once."""
    import torch
    from benchmarks import sides

    torch.set_num_threads(1)
    attention, backward = sides.SIDES[side], passes == "backward"
    small = sides.work(attention, sides.inputs(8), sides.mask_named(mask, 8), backward=backward)
    small()
    tensors, seen = sides.inputs(int(length)), sides.mask_named(mask, int(length))
    call = sides.work(attention, tensors, seen, backward=backward)
    lower_the_mark()
    before = high_water_mark()
    call()
    print(high_water_mark() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
