"""What every test shares: the guard of sockets, databases, and golden files that `--update` rewrites."""

import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

pytest_plugins = ["tests.sockets", "tests.databases", "tests.chromium"]

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files with what the code says now")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # A polite kill ends the session as Ctrl-C does: fixtures torn down, PostgreSQL stopped.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update"))


def compare_golden(path: Path, text: str, update: bool) -> None:
    """A golden file says what the code says, or is made to."""
    if update:
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == kept, f"{path.name} is not what the code says now; if the code is right, --update rewrites the file"


@pytest.fixture(scope="session")
def golden(update: bool) -> Golden:
    """Compares a text with the file that keeps it, or rewrites the file."""
    return partial(compare_golden, update=update)


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
