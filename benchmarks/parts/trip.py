"""A 50 ms round trip to the platform: whoever waits for it with everybody else behind is lost."""

from __future__ import annotations

from benchmarks.figures import Figure, ratio
from benchmarks.fleet import TELEGRAM
from benchmarks.options import Options
from benchmarks.parts.turns import once
from benchmarks.report import Part
from benchmarks.sample import Row
from benchmarks.stub import Stub

ROUND_TRIP = 0.05
# One at a time gains nothing from a queue, and would need minutes to empty it.
WINDOWS = {"sapa": 256, "python-telegram-bot, echo": 16}


async def run(stub: Stub, options: Options) -> Part:
    part = Part("With a 50 ms round trip to the Bot API")
    rows = {name: Row(name, [], options.calm) for name in WINDOWS}
    stub.round_trip = ROUND_TRIP
    try:
        for repeat in range(options.repeats):
            for kind in TELEGRAM:
                if kind.name in WINDOWS:
                    for _try in range(options.tries):
                        sample = await once(stub, kind, options.seconds, WINDOWS[kind.name], half=False)
                        options.say(f"50 ms, {kind.name}, {repeat + 1} of {options.repeats}: {sample}")
                        if sample.neighbours <= options.calm:
                            break
                    rows[kind.name].samples.append(sample)
    finally:
        stub.round_trip = 0
    part.lines += ["| bot | messages at a time | updates/s | CPU µs/update | failed |", "|---|---|---|---|---|"]
    for row in rows.values():
        failed = sum(sample.failed for sample in row.valid)
        part.lines.append(f"| {row.name} | {WINDOWS[row.name]} | {row.rate:,.0f} | {row.cpu:,.0f} | {failed} |")
    found = ratio(rows["sapa"].rate, rows["python-telegram-bot, echo"].rate)
    part.figures.append(Figure("50 ms round trip: updates/s beside python-telegram-bot's defaults", 50, found, at_most=False))
    return part
