"""Runs an emulated platform in a process of its own: `python -m tests.emulators telegram --ledger FILE`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AbstractAsyncContextManager

from tests.emulators.telegram import server as telegram
from tests.emulators.whatsapp import server as whatsapp

PLATFORMS = {"telegram": (telegram, "the Telegram Bot API server"), "whatsapp": (whatsapp, "the WhatsApp Cloud API")}


def main() -> None:
    if sys.argv[1:] == ["--orders"]:
        asyncio.run(follow_orders())
    else:
        asyncio.run(serve(sys.argv[1:]))


async def serve(arguments: list[str]) -> None:
    """Until a signal comes."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(arguments) as address:
        say(address)
        await stopped.wait()


async def follow_orders() -> None:
    """Each line of the standard input is a list of arguments to serve by; an empty one lets us rest, its end ends us."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    line = await orders.readline()
    while line:
        if arguments := json.loads(line):
            async with running(arguments) as address:
                say(address)
                line = await orders.readline()
        else:
            say("resting")
            line = await orders.readline()


def running(arguments: list[str]) -> AbstractAsyncContextManager[str]:
    """The address of an emulator that lives as long as the block does."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators", description=__doc__)
    platforms = parser.add_subparsers(dest="platform", required=True)
    for name, (platform, about) in PLATFORMS.items():
        platform.add_arguments(platforms.add_parser(name, help=about))
    given = parser.parse_args(arguments)
    address: AbstractAsyncContextManager[str] = PLATFORMS[given.platform][0].running(given)
    return address


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
