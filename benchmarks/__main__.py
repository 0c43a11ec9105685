"""`make bench`: runs the parts that are asked for, prints their tables, writes docs/benchmarks.md once all of them ran."""

from __future__ import annotations

import argparse
import os
import sys
import time

import uvloop

from benchmarks import figures, report
from benchmarks.options import CALM, Options
from benchmarks.parts import campaigns, held, large, pace, receipts, sending, shared, starting, statuses, trip, turns
from benchmarks.stub import Stub

PARTS = {
    "turns": turns.run,
    "trip": trip.run,
    "sending": sending.run,
    "pace": pace.run,
    "statuses": statuses.run,
    "receipts": receipts.run,
    "postgresql": shared.run,
    "starting": starting.run,
    "campaigns": campaigns.run,
    "held": held.run,
    "campaigns-large": campaigns.run_large,
    "large": large.run,
}


async def measure(names: list[str], options: Options, command: str) -> None:
    stub = Stub()
    server = await stub.serve()
    for name in names:
        began = time.perf_counter()
        part = await PARTS[name](stub, options)
        options.say(f"{name}: {time.perf_counter() - began:.0f} s, load average {os.getloadavg()[0]:.2f}")
        print("\n".join(["", f"## {part.title}", "", *part.lines, "", *figures.table(part.figures)]), flush=True)
        report.keep(name, part, command)
    server.close()
    if stub.unreadable:
        print(f"{stub.unreadable} calls named nobody", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all but the large ones if none is named")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--calm", type=float, default=CALM, help="cores that neighbours may take meanwhile")
    parser.add_argument("--only", default="", help="channels of the turns: telegram,whatsapp,web")
    parser.add_argument("--page", action="store_true", help="measure nothing, write docs/benchmarks.md from what was measured last")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    options = Options(given.repeats, given.seconds, calm=given.calm, only=frozenset(filter(None, given.only.split(","))))
    names = given.parts or [name for name in PARTS if "large" not in name]
    if not given.page:
        uvloop.run(measure(names, options, f"python -m benchmarks {' '.join(sys.argv[1:])}".strip()))
    report.write(report.page(report.kept(PARTS), options.calm))


if __name__ == "__main__":
    main()
