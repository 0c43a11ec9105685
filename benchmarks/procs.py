"""Bots as processes of their own: started, watched by their CPU clocks and memory, ended; and what everybody else on the machine does."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """Seconds of user and system time of all threads of a process, by the scheduler's own clock, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid: int) -> tuple[float, float]:
    """Resident MiB now and at most."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def proportional(pid: int) -> float:
    """MiB, pages shared with other processes counted in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def children(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for parent in found:
        try:
            found += [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        except OSError:
            continue
    return found


def busy() -> float:
    """Seconds that all cores of the machine worked since it started, whoever for."""
    values = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _idle, _waiting, irq, softirq, steal = values[:8]
    return (user + nice + system + irq + softirq + steal) / TICKS


@dataclass
class Clock:
    """CPU of some processes, of this one, and of everybody else, from its making to its reading."""

    pids: list[int]
    others: list[int] = field(default_factory=list)  # processes that work for the run without being what is measured

    def __post_init__(self) -> None:
        self.started = time.perf_counter()
        self._bots, self._others = total(self.pids), total(self.others)
        self._own, self._all = time.process_time(), busy()

    def read(self) -> Usage:
        seconds = time.perf_counter() - self.started
        bots, others, own = total(self.pids) - self._bots, total(self.others) - self._others, time.process_time() - self._own
        neighbours = max(busy() - self._all - bots - others - own, 0) / seconds
        return Usage(seconds, bots, own / seconds, others, neighbours)


@dataclass(frozen=True)
class Usage:
    """Seconds that passed, CPU seconds of the bots, and the shares of a core that the stand-in and the neighbours took."""

    seconds: float
    bots: float
    stub: float
    others: float
    neighbours: float


def total(pids: Iterable[int]) -> float:
    """Seconds of these and of all that they started, also of what ended meanwhile: PostgreSQL's processes come and go with connections."""
    seconds = 0.0
    for pid in {below for root in pids for below in children(root)}:
        try:
            seconds += cpu(pid) + ended(pid)
        except OSError:
            continue
    return seconds


def ended(pid: int) -> float:
    """Seconds of a process's children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICKS  # cutime and cstime: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html


class Bot:
    """A process that serves on a port."""

    def __init__(self, command: list[str], port: int, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.log = folder / f"{Path(command[-1]).name}-{port}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SAPA_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env={**clean, **(environment or {})}, stdout=log, stderr=log)
        self.pid = self.process.pid

    def wait(self, seconds: float = 60) -> float:
        """Until the port is open; how long that took."""
        import socket

        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return time.perf_counter() - started
            time.sleep(0.01)
        raise RuntimeError(f"{self.process.args} did not serve:\n{self.log.read_text()[-3000:]}")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
