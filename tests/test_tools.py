"""The tests' own tools keep what they promise: processes of their own, databases of their own, and nothing beyond this machine."""

import asyncio
import os
import signal
import socket
import sqlite3
import time
import warnings
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import compare_golden
from tests.postgres import Cluster
from tests.processes import ChildFailed, run_in_process
from tests.sockets import OffTheMachine

remembered: list[str] = []


def remember(word: str) -> list[str]:
    remembered.append(word)
    return list(remembered)


def complain() -> None:
    raise LookupError("no such worker")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def warn() -> None:
    warnings.warn("old", stacklevel=1)


async def in_a_loop() -> int:
    await asyncio.sleep(0)
    return os.getpid()


def start_a_loop() -> int:
    return asyncio.run(in_a_loop())


def test_each_call_is_a_process_of_its_own_that_remembers_nothing() -> None:
    assert [run_in_process(remember, word) for word in ("halo", "menu")] == [["halo"], ["menu"]]
    assert remembered == []


def test_a_process_may_start_its_own_loop() -> None:
    assert run_in_process(start_a_loop) != os.getpid()


async def test_a_process_may_start_its_own_loop_while_ours_runs() -> None:
    assert run_in_process(start_a_loop) != os.getpid()


def test_a_large_result_comes_back_whole() -> None:
    assert run_in_process(bytes, 3_000_000) == bytes(3_000_000)


def test_a_failing_process_shows_its_traceback() -> None:
    with pytest.raises(ChildFailed, match=r"(?s)complain exited with 1.*in complain.*no such worker"):
        run_in_process(complain)


def test_a_killed_process_is_told_from_a_failing_one() -> None:
    with pytest.raises(ChildFailed, match="SIGKILL") as caught:
        run_in_process(die)
    assert caught.value.code == -signal.SIGKILL


def test_a_process_that_hangs_is_ended_and_shows_where() -> None:
    with pytest.raises(ChildFailed, match=r"(?s)Timeout.*test_tools"):
        run_in_process(lambda: time.sleep(60), timeout=0.2)


def test_a_warning_is_an_error_in_a_process_too() -> None:
    with pytest.raises(ChildFailed, match="UserWarning: old"):
        run_in_process(warn)


def test_a_result_that_cannot_be_sent_is_a_failure() -> None:
    with pytest.raises(ChildFailed, match="pickle"):
        run_in_process(lambda: lambda: None)


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "example.org"])
def test_no_socket_leaves_this_machine(host: str, attempts_to_leave: list[str]) -> None:
    with pytest.raises(OffTheMachine, match=host):
        socket.create_connection((host, 80))
    assert len(attempts_to_leave) == 1
    attempts_to_leave.clear()


def test_no_datagram_leaves_this_machine(attempts_to_leave: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(OffTheMachine):
        client.sendto(b"halo", ("192.0.2.1", 53))
    attempts_to_leave.clear()


async def test_no_loop_asks_another_machine_for_a_name(attempts_to_leave: list[str]) -> None:
    with pytest.raises(OffTheMachine, match=r"example\.org"):
        await asyncio.open_connection("example.org", 443)
    attempts_to_leave.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_may_be_reached(host: str) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(host, server.sockets[0].getsockname()[1])
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def execute(url: str, statement: str) -> None:
    """One statement on a database of either kind, through its plain driver."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(statement)
        file.close()
        return
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("_time", [1, 2])
async def test_each_test_has_a_database_of_its_own(database_url: str, _time: int) -> None:
    await execute(database_url, "CREATE TABLE mine (id INTEGER)")


@pytest.mark.parametrize("_time", [1, 2])
async def test_an_empty_database_is_a_test_s_own_too(empty_database_url: str, _time: int) -> None:
    await execute(empty_database_url, "CREATE TABLE contacts (id INTEGER)")


@pytest.mark.postgres
async def test_a_crashed_cluster_comes_back_with_what_was_committed(private_cluster: Cluster) -> None:
    url = private_cluster.create("crashed")
    await execute(url, "CREATE TABLE kept (id INTEGER)")
    private_cluster.restart("immediate")
    await execute(url, "INSERT INTO kept VALUES (1)")


def test_a_golden_file_that_differs_says_how_to_rewrite_it(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="--update"):
        compare_golden(tmp_path / "map.mmd", "graph", update=False)


def test_update_rewrites_a_golden_file(tmp_path: Path) -> None:
    compare_golden(tmp_path / "map.mmd", "graph", update=True)
    compare_golden(tmp_path / "map.mmd", "graph", update=False)
