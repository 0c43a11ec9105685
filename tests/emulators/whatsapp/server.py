"""Serves the emulated Cloud API and its control at one address."""

from __future__ import annotations

import argparse
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.whatsapp.calls import Calls
from tests.emulators.whatsapp.control import Control
from tests.emulators.whatsapp.platform import Options, Platform
from tests.emulators.whatsapp.webhook import Hook

LARGEST_REQUEST = 16 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default, hook = Options(), Hook()
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, required=True, help="JSON lines of all that happened; added to")
    parser.add_argument("--faults", type=Path, help="TOML or JSON, see tests/emulators/faults.py")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster Meta's own waits and windows run")
    parser.add_argument("--token", default=default.token)
    parser.add_argument("--phone-id", default=default.phone_id)
    parser.add_argument("--account", default=default.account)
    parser.add_argument("--app-secret", default=default.app_secret)
    parser.add_argument("--verify-token", default=default.verify_token)
    parser.add_argument("--latency", type=float, default=default.latency, help="seconds every accepted send takes")
    parser.add_argument("--receipts", choices=("ordered", "disorder", "none"), default=default.receipts)
    parser.add_argument("--read", type=float, default=default.read, help="the share of messages that are read")
    parser.add_argument("--throughput", type=int, default=default.throughput, help="sends a second")
    parser.add_argument("--pair", type=int, default=default.pair, help="sends to one person in six seconds")
    parser.add_argument("--tier", default=default.tier, help="TIER_250, TIER_2K, .., TIER_UNLIMITED")
    parser.add_argument("--webhook", default=hook.url, help="deliver here from the start")
    parser.add_argument("--batch", type=int, default=hook.batch, help="changes in one delivery, at most")
    parser.add_argument("--shuffle", action="store_true", help="deliver out of order")
    parser.add_argument("--duplicates", type=float, default=hook.duplicates, help="the share of deliveries that come again")
    parser.add_argument("--connections", type=int, default=hook.connections)
    parser.add_argument("--patience", type=float, default=hook.patience, help="real seconds a webhook has to answer")


@asynccontextmanager
async def running(arguments: argparse.Namespace) -> AsyncIterator[str]:
    """The address of an emulator that lives as long as the block does."""
    platform = _platform(arguments)
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.add_routes([*Control(platform).routes(), *Calls(platform).routes()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    platform.webhook.start()
    try:
        await web.TCPSite(runner, "127.0.0.1", arguments.port, backlog=1024).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await platform.stop()
        await runner.cleanup()
        platform.ledger.close()


def _platform(given: argparse.Namespace) -> Platform:
    options = Options(**{name: getattr(given, name) for name in Options.__slots__})
    hook = Hook(given.webhook, given.batch, given.connections, given.shuffle, given.duplicates, given.patience)
    ledger = Ledger(given.ledger)
    ledger.write("started", seed=given.seed, speed=given.speed)
    faults = Faults.load(given.faults, given.seed)
    return Platform(options, Clock(given.speed), ledger, faults, random.Random(given.seed), hook)
