"""Keeps every test on this machine: a socket that would leave it is refused, and the test that tried fails."""

import ipaddress
import socket
import sys
from collections.abc import Iterator

import pytest

CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
WATCHED = CONNECTING | LOOKING_UP

attempts: list[str] = []


class OffTheMachine(PermissionError):
    """A test reached for another machine; an error of the network, so that what was half open is closed."""


def _is_here(host: object, *, any_address: bool) -> bool:
    name = host.decode(errors="replace") if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback or any_address
    except ValueError:
        return False


def _is_allowed(event: str, details: tuple[object, ...]) -> bool:
    if event in LOOKING_UP:
        return _is_here(details[0], any_address=True)  # an address is not asked of anyone
    connection, address = details[0], details[1]
    if not isinstance(connection, socket.SocketType) or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    return not isinstance(address, tuple) or _is_here(address[0], any_address=False)


def _guard(event: str, details: tuple[object, ...]) -> None:
    if event in WATCHED and not _is_allowed(event, details):
        attempts.append(f"{event} {details[-1] if event in CONNECTING else details[0]!r}")
        raise OffTheMachine(f"No test may leave this machine; talk to an emulator on 127.0.0.1 instead of {attempts[-1]}")


def pytest_configure() -> None:
    # An audit hook sees the sockets of asyncio, of C extensions and of threads alike; a monkeypatch only those that ask for it.
    sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def attempts_to_leave() -> Iterator[list[str]]:
    """Fails the test even where the code under test caught the refusal."""
    attempts.clear()
    yield attempts
    if attempts:
        pytest.fail(f"No test may leave this machine, and this one tried: {', '.join(attempts)}")
