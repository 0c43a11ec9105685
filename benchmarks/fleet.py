"""Every bot that is measured, by name: how it is started and what speaks with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from benchmarks import seed, talks
from benchmarks.procs import Bot
from benchmarks.stub import Stub
from benchmarks.talks import APP_SECRET, PHONE_ID, SECRET, Form
from benchmarks.wire import free_port

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / ".venv/bin/python"
MODULES = ROOT / "var/bench/node/node_modules"
TOKEN = "123456789:AAbench-of-sapa-pmi-is-not-a-real-token"


@dataclass(frozen=True)
class Kind:
    """One row of the table of turns."""

    name: str
    channel: str
    start: Callable[[Stub, Path, int], Bot]
    durable: bool = False

    @property
    def form(self) -> Form:
        return {"telegram": talks.telegram, "whatsapp": talks.whatsapp, "webchat": talks.web}[self.channel]


def script(module: str, *more: str) -> Callable[[Stub, Path, int], Bot]:
    """A bot of `benchmarks/bots`, run by the interpreter that runs the benchmark."""

    def start(stub: Stub, folder: Path, known: int) -> Bot:
        port = free_port()
        given = ["--port", str(port), "--api", stub.url, "--known", str(known)]
        database = {"card": f"sqlite+aiosqlite:///{folder / 'card.db'}"}.get(module, str(folder / "floor.db"))
        command = [sys.executable, "-m", f"benchmarks.bots.{module}", *given, "--database", database, *more]
        return Bot(command, port, folder, {"PYTHONPATH": str(ROOT)})

    return start


def grammy(stub: Stub, folder: Path, _known: int) -> Bot:
    port = free_port()
    given = ["--port", str(port), "--api", stub.url, "--modules", str(MODULES)]
    node = which("node")
    assert node
    return Bot([node, str(ROOT / "benchmarks/bots/grammy_echo.mjs"), *given], port, folder)


def settings(stub: Stub, channel: str, port: int, url: str) -> dict[str, str]:
    """What our bot is told; no rate, so that nothing but the bot is slow."""
    common = {
        "PYTHONPATH": str(ROOT),
        "SAPA_DATABASE_URL": url,
        "SAPA_SECRET_KEY": seed.KEY,
        "SAPA_PORT": str(port),
        "SAPA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SAPA_LOG_LEVEL": "ERROR",
    }
    telegram = {
        "SAPA_TELEGRAM_TOKEN": TOKEN,
        "SAPA_TELEGRAM_API_URL": stub.url,
        "SAPA_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "SAPA_TELEGRAM_RATE": "0",
        "SAPA_TELEGRAM_CHAT_RATE": "0",
    }
    whatsapp = {
        "SAPA_WHATSAPP_TOKEN": "bench",
        "SAPA_WHATSAPP_PHONE_ID": PHONE_ID,
        "SAPA_WHATSAPP_API_URL": f"{stub.url}/v26.0",
        "SAPA_WHATSAPP_APP_SECRET": APP_SECRET,
        "SAPA_WHATSAPP_VERIFY_TOKEN": "bench",
        "SAPA_WHATSAPP_RATE": "0",
        "SAPA_WHATSAPP_CHAT_RATE": "0",
    }
    return common | {"telegram": telegram, "whatsapp": whatsapp, "webchat": {}}[channel]


def sapa(stub: Stub, folder: Path, channel: str, url: str, role: str = "all", module: str = "bot", **more: str) -> Bot:
    """Our whole bot, as it is served, on a database that is ready."""
    port = free_port()
    environment = settings(stub, channel, port, url) | more
    return Bot([str(PROJECT), "-m", module, "serve", "--role", role], port, folder, environment)


TELEGRAM = [
    Kind("sapa", "telegram", lambda stub, folder, _known: sapa(stub, folder, "telegram", f"sqlite:///{folder / 'sapa.db'}"), durable=True),
    Kind("floor", "telegram", script("floor_telegram"), durable=True),
    Kind("floor on uvloop", "telegram", script("floor_telegram", "--uvloop"), durable=True),
    Kind("card's packages, whole turn", "telegram", script("card"), durable=True),
    Kind("python-telegram-bot, echo", "telegram", script("ptb_echo")),
    Kind("aiogram, echo", "telegram", script("aiogram_echo")),
    Kind("grammY, echo", "telegram", grammy),
]
WHATSAPP = [
    Kind("sapa", "whatsapp", lambda stub, folder, _known: sapa(stub, folder, "whatsapp", f"sqlite:///{folder / 'sapa.db'}"), durable=True),
    Kind("floor", "whatsapp", script("floor_whatsapp"), durable=True),
    Kind("PyWa, echo", "whatsapp", script("pywa_echo")),
]
WEB = [
    Kind("sapa", "webchat", lambda stub, folder, _known: sapa(stub, folder, "webchat", f"sqlite:///{folder / 'sapa.db'}"), durable=True),
    Kind("floor", "webchat", script("floor_web"), durable=True),
]


def available(kinds: list[Kind]) -> list[Kind]:
    return [kind for kind in kinds if kind.name != "grammY, echo" or (which("node") and MODULES.exists())]
