"""Speed of every operator against eager PyTorch, torch.compile and a plain copy, in ratios measured side by side.

Usage: python benchmarks/run.py [--operators mish prelu] [--threads 1] [--rounds 15] [--output build/benchmarks]
"""

import argparse
import json
from pathlib import Path

import torch
import torch._functorch.config
import torchactiv
from cases import cases
from errors import errors_table
from report import Results, figures, geometric_mean, machine, plot, summary, table
from timing import time_interleaved
from tqdm import tqdm


def call_overhead(rounds: int) -> str:
    """A call on one element against torch.ops.aten.relu's, both through torch.ops."""
    x = torch.randn(1)
    functions = {
        name: lambda call=call: call(x)
        for name, call in (
            ("aten.relu", torch.ops.aten.relu),
            ("torchactiv.relu", torch.ops.torchactiv.relu),
            ("torchactiv.mish", torch.ops.torchactiv.mish),
        )
    }
    with torch.no_grad():
        timings = time_interleaved(functions, 4 * rounds)
    aten = timings["aten.relu"]
    lines = []
    for name, timing in timings.items():
        median, low, high = aten.ratio_to(timing)
        lines.append(
            f"- torch.ops.{name}: {timing.best * 1e6:.2f} µs, {median:.2f} ({low:.2f}-{high:.2f}) of aten.relu"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operators", nargs="*", default=[], help="all by default")
    parser.add_argument("--threads", nargs="*", type=int, default=sorted({1, torch.get_num_threads()}))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks"), help="folder of speed.md and .png")
    parser.add_argument("--markdown", type=Path, help="where to write the tables as well, with .json beside them")
    options = parser.parse_args()

    torch._functorch.config.donated_buffer = False  # the graph of torch.compile is run backward many times
    header = machine()
    torch.set_num_threads(1)
    overhead = call_overhead(options.rounds)
    results: Results = []
    for case in tqdm(list(cases(options.operators, tuple(options.threads))), desc="cases", disable=None):
        torch.set_num_threads(case.threads)
        results.append((case, time_interleaved(case.functions(), options.rounds)))

    text = "\n\n".join(
        (
            f"# The speed of torchactiv {torchactiv.__version__}",
            f"Measured by `make bench DOCS=1` on: {header}. All rivals take turns within one run, in an order that "
            "changes from round to round; above 1, torchactiv is faster. A backward is a call of torch.autograd.grad, "
            "of which some 15 µs are the engine's, for every rival.",
            "## How many times as fast as eager PyTorch",
            summary(results),
            f"Geometric mean of the speed: {geometric_mean(results, 'eager'):.2f} times eager PyTorch, "
            f"{geometric_mean(results, 'compile'):.2f} times torch.compile.",
            f"A call on one element:\n\n{overhead}",
            "## Largest errors",
            "In units in the last place of the dtype, over all finite 16-bit numbers and every 4099th float. Slopes "
            "are of floats, in ulp where the slope is 1/16 or more and absolute where it is smaller. "
            "docs/accuracy.md has every float.",
            errors_table(),
            "## All figures",
            "Ratios are medians over the rounds, with quartiles. `ns` is the time for an element, `of a copy` "
            "torchactiv's time over that of a copy (backward: an addition) of as much data into memory that is "
            "already there.",
            table(results),
        )
    )
    rows = ",\n".join(f"  {json.dumps(row)}" for row in figures(results))  # a row a line, which diffs well
    data = f'{{"measured_on": {json.dumps(header)}, "rows": [\n{rows}\n]}}\n'
    options.output.mkdir(parents=True, exist_ok=True)
    for file in filter(None, (options.output / "speed.md", options.markdown)):
        file.write_text(text + "\n", encoding="utf-8")
        file.with_suffix(".json").write_text(data, encoding="utf-8")
    plot(results, options.output / "speed.png")
    print(text)
    print(f"\nwritten to {options.output / 'speed.md'} and speed.png")


if __name__ == "__main__":
    main()
