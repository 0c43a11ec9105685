"""Serves the emulated Bot API and its control at one address."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.telegram.calls import Calls
from tests.emulators.telegram.control import Control
from tests.emulators.telegram.platform import Options, Platform
from tests.emulators.telegram.post import Hook

LARGEST_REQUEST = 64 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = Options()
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, required=True, help="JSON lines of all that happened; added to")
    parser.add_argument("--faults", type=Path, help="TOML or JSON, see tests/emulators/faults.py")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster Telegram's own waits and lifetimes run")
    parser.add_argument("--token", default=default.token)
    parser.add_argument("--username", default=default.username)
    parser.add_argument("--latency", type=float, default=default.latency, help="seconds every accepted call takes")
    parser.add_argument("--patience", type=float, default=default.patience, help="seconds a webhook has to answer")
    parser.add_argument("--webhook", help="deliver here from the start, as if setWebhook had said so")
    parser.add_argument("--webhook-secret", default="")
    parser.add_argument("--max-connections", type=int, default=40)
    parser.add_argument("--unchecked-updates", action="store_true", help="updates need not fit the contract")


@asynccontextmanager
async def running(arguments: argparse.Namespace) -> AsyncIterator[str]:
    """The address of an emulator that lives as long as the block does."""
    platform = _platform(arguments)
    if arguments.webhook:
        hook = Hook(arguments.webhook, arguments.webhook_secret, arguments.max_connections, arguments.patience)
        await platform.set_webhook(hook)
    runner = web.AppRunner(_app(platform), access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", arguments.port, backlog=1024).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await platform.set_webhook(None)
        await runner.cleanup()
        platform.ledger.close()


def _platform(arguments: argparse.Namespace) -> Platform:
    checked = not arguments.unchecked_updates
    options = Options(arguments.token, arguments.username, arguments.latency, arguments.patience, checked)
    ledger = Ledger(arguments.ledger)
    faults = Faults.load(arguments.faults, arguments.seed)
    ledger.write("started", seed=arguments.seed, speed=arguments.speed)
    return Platform(options, Clock(arguments.speed), ledger, faults, arguments.seed)


def _app(platform: Platform) -> web.Application:
    calls = Calls(platform)
    platform.on_method = calls.from_webhook
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.add_routes(Control(platform).routes())
    app.add_routes([web.route("*", "/bot{token:[^/]+}/{method}", calls.handle)])
    return app
