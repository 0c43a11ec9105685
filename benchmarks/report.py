"""Writes what was measured: a page with machine, commit and command, the promised figures, a table of each part, and our notes."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure

ROOT = Path(__file__).parent.parent
PAGE, NOTES, RESULTS = ROOT / "docs/benchmarks.md", Path(__file__).parent / "notes.md", ROOT / "var/bench/results"
PACKAGES = (
    "aiohttp",
    "python-telegram-bot",
    "sqlalchemy",
    "sqlmodel",
    "asyncpg",
    "aiogram",
    "pywa",
    "httpx",
    "msgspec",
    "aiosqlite",
    "uvloop",
)


@dataclass
class Part:
    """One section of the page, and how it came about."""

    title: str
    lines: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    made: str = ""


def keep(name: str, part: Part, command: str) -> None:
    """What was measured last of each part is kept, so that the page can be written anew after any of them."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    part.made = f"`{command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}, load average at its end {load}."
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(asdict(part), indent=1), encoding="utf-8")


def kept(names: Iterable[str]) -> list[Part]:
    found = []
    for name in names:
        if (file := RESULTS / f"{name}.json").exists():
            value = json.loads(file.read_text(encoding="utf-8"))
            found.append(Part(value["title"], value["lines"], [Figure(**figure) for figure in value["figures"]], value["made"]))
    return found


def page(parts: list[Part], calm: float) -> str:
    found = [figure for part in parts for figure in part.figures]
    held = sum(figure.holds for figure in found)
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` and `make bench-large`; what each part was measured with stands below it.",
        "",
        *machine(),
        "",
        f"Every bot is a process of its own, beside one stand-in of the platforms that also makes the load; its share of a core stands in the tables. "
        f"CPU is the process clock (user and system) of the bot alone. Rows are medians of interleaved repeats. A sample during which other "
        f"processes of the machine took more than {calm:g} cores does not count, and a row with fewer valid samples than half shows no figure. "
        f"Rates are off except where the pace itself is measured.",
        "",
        "## What is promised",
        "",
        f"{held} of {len(found)} figures hold.",
        "",
        *figures.table(found),
    ]
    for part in parts:
        lines += ["", f"## {part.title}", "", *part.lines, "", part.made]
    if NOTES.exists():
        lines += ["", NOTES.read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines) + "\n"


def machine() -> list[str]:
    cpu = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?"
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    return [
        f"Machine: {os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}{_node()}, loopback only.",
        f"Versions: {packages}.",
    ]


def commit() -> str:
    """The commit, and whether files of the bot differed from it."""
    name = _git("rev-parse", "--short", "HEAD")
    changed = [line for line in _git("status", "--porcelain", "--untracked-files=no").splitlines() if line[3:].endswith(".py")]
    return f"{name} with {len(changed)} changed files" if changed else name


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.rstrip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _node() -> str:
    try:
        return f", Node {subprocess.run(['node', '--version'], capture_output=True, text=True, check=True).stdout.strip().lstrip('v')}"
    except (OSError, subprocess.CalledProcessError):
        return ""


def write(text: str) -> None:
    PAGE.write_text(text, encoding="utf-8")
    print(f"written to {PAGE.relative_to(ROOT)}", file=sys.stderr)
