"""3,300 receipts a second at WhatsApp's webhook, at an even pace: each signed, checked and stored before it is acknowledged."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.report import Part
from benchmarks.stub import Stub

RATE, SECONDS = 3300, 15
SCRIPT = "import json, sys; from dataclasses import asdict; from benchmarks.whatsapp_receipts import measure; print(json.dumps(asdict(measure('', *map(int, sys.argv[1:])))))"


async def run(_stub: Stub, options: Options) -> Part:
    part = Part("Receipts at an even pace")
    part.lines += [
        f"{RATE:,} receipts a second are sent for {SECONDS} s.",
        "",
        "| in deliveries of | receipts/s | p50 ms | p99 ms | most ms | CPU µs/receipt |",
        "|---|---|---|---|---|---|",
    ]
    for batch in (20, 5):
        # A process of its own: it begins loops and processes itself.
        made = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(RATE), str(batch), str(SECONDS)], capture_output=True, check=True, text=True
        )
        found = json.loads(made.stdout)
        options.say(f"receipts in deliveries of {batch}: {found}")
        part.lines.append(
            f"| {batch} | {found['rate']:,.0f} | {found['p50']:.0f} | {found['p99']:.0f} | {found['most']:.0f} | {found['cpu']:.0f} |"
        )
        part.figures.append(Figure(f"acknowledged in deliveries of {batch}, p99", 250, found["p99"] if found["whole"] else None, unit="ms"))
    return part
