"""Builds what every command needs from the settings: keys, the database with its tables and branch, the engine."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.failpoints import commit
from bot.ids import Ids
from bot.renewing import RenewingEngine
from bot.settings import Settings
from handlers import SCRIPT
from storage import Database, Sealer, Tools, keys, migrate
from storage.database import Newer, file_of
from storage.deliveries import PULLED
from storage.loading import BranchFile, load_branch

KEY_FILE = Path("var/secret.key")
DEMO = Path(__file__).parent.parent / "examples" / "sidoarjo.toml"


class NotSetUp(Exception):
    """Something a person must do first; the message says what."""


def now() -> datetime:
    return datetime.now(UTC)


def secret_key(settings: Settings, *, make: bool, path: Path = KEY_FILE) -> str:
    """The key from the settings; else, where `make` allows it, one of its own kept in `var/` and readable only by its owner."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if not make:
        raise NotSetUp(
            "SAPA_SECRET_KEY is not set. It seals what workers write, so it must be yours and must not change: "
            "set it to any text of 32 or more characters (for example from `openssl rand -hex 32`) and keep a copy in a safe place."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def open_database(url: str, key: str, new_id: Callable[[], int] | None = None, older: Sequence[str] = ()) -> Database:
    return Database(url, Tools(Sealer(key, secrets.token_bytes, older), new_id or Ids()))


def open_set(settings: Settings, *, make: bool = False) -> Database:
    """The database of the settings, with their keys."""
    return open_database(settings.database_url, secret_key(settings, make=make), older=settings.older_keys())


async def bring_up(database: Database, at: datetime) -> None:
    """Tables up to date, and nothing in them that our keys do not open."""
    try:
        await migrate(database.url)
    except Newer as newer:
        raise NotSetUp(
            f"This database belongs to a newer release ({newer}) than this one. Start that release; nothing was changed."
        ) from None
    try:
        await commit(database, "key admitted", lambda db: keys.admit(db, database.dialect, database.tools, at))
    except keys.WrongKey:
        raise NotSetUp(
            "This database was sealed with another key than SAPA_SECRET_KEY. Put that key back; "
            "or, if the key is being changed, give the one before it in SAPA_OLD_SECRET_KEYS."
        ) from None


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Database]:
    """The database as a command needs it, with its tables up to date."""
    database = open_set(settings)
    try:
        await bring_up(database, now())
        yield database
    finally:
        await database.close()


async def prepare(database: Database, branch_file: Path | None, at: datetime) -> None:
    """Bring the tables up to date and load a branch, if one is given."""
    await bring_up(database, at)
    if branch_file is not None:
        await load(database, branch_file, at)


async def load(database: Database, path: Path, at: datetime) -> None:
    file = BranchFile.model_validate(tomllib.loads(await asyncio.to_thread(path.read_text, encoding="utf-8")))
    await commit(database, "branch", lambda db: load_branch(db, database.tools, file, at))


def serve_alone(url: str) -> IO[str] | None:
    """The lock of the one server an SQLite file may have; None for PostgreSQL, which many may share. It ends with the process."""
    file = file_of(url)
    if file is None:
        return None
    path = file.with_name(f"{file.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise NotSetUp(
            f"Another server (process {lock.read().strip() or 'unknown'}) already serves {file}. "
            "Stop it first, or use PostgreSQL, which several servers can share: SAPA_DATABASE_URL=postgresql+asyncpg://..."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def new_engine(
    database: Database,
    branch: str,
    clock: Callable[[], datetime] = now,
    committed: Callable[[set[str]], None] = lambda _addresses: None,
    pulled: frozenset[str] = PULLED,
) -> RenewingEngine:
    return RenewingEngine(database, SCRIPT, clock, branch, committed, lanes=2, pulled=pulled)
