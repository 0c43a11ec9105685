"""Who may use the desk, from the shell: add, list, disable, reset. Each is a row of the audit, as on the desk itself."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

import typer

from bot import house
from bot.settings import Settings
from storage import Database, audit, credentials, officers, sessions
from storage.officers import LoginTaken, NewOfficer, Officer
from storage.writer import Connection

FIRST = NewOfficer("*", officers.ADMINISTRATOR, "admin", "Administrator")
Act = Callable[[Connection, Officer], Awaitable[str]]


async def add(settings: Settings, new: NewOfficer) -> None:
    async with house.working(settings) as database:
        try:
            link = await invite(database, base_of(settings), new)
        except LoginTaken:
            raise house.NotSetUp(
                f"Somebody signs in as {new.login} already; take another name, or `sapa officers reset {new.login}`."
            ) from None
        typer.echo(f"{new.name} may use the desk as {new.role} of {new.branch}. Give them this link; it works once, for 24 hours:\n{link}")


async def listing(settings: Settings) -> None:
    async with house.working(settings) as database:
        after = ""
        while found := await database.writer.read(lambda db, after=after: officers.find(db, "*", after=after, most=99)):  # type: ignore[misc]
            for officer in found:
                state = "disabled" if officer.disabled_at else "never signed in" if officer.signed_in_at is None else "active"
                typer.echo(f"{officer.login}\t{officer.role}\t{officer.branch}\t{state}\t{officer.name}")
            after = found[-1].login


async def disable(settings: Settings, login: str) -> None:
    """Signed out everywhere at once; what they did stays in the audit."""

    async def act(db: Connection, officer: Officer) -> str:
        await officers.change(db, officer.id, disabled_at=house.now())
        await sessions.end_all(db, officer.id)
        return f"{officer.name} may not use the desk any more."

    await _change(settings, login, "officer.disabled", act)


async def reset(settings: Settings, login: str) -> None:
    """All they proved themselves with is worth nothing from now on; a link lets them set it anew."""
    token = secrets.token_urlsafe(32)

    async def act(db: Connection, officer: Officer) -> str:
        await officers.change(db, officer.id, disabled_at=None)
        await credentials.forget(db, officer.id)
        await sessions.end_all(db, officer.id)
        await credentials.add_link(db, officer.id, token, house.now())
        return f"Give {officer.name} this link; it works once, for 24 hours:\n{link_to(base_of(settings), token)}"

    await _change(settings, login, "officer.reset", act)


async def first_administrator(database: Database, base: str) -> str | None:
    """Where nobody is an administrator yet, the link that makes one; a new one as long as it was not used."""
    if not await database.writer.read(officers.any_administrator):
        return await invite(database, base, FIRST)
    first = await database.writer.read(lambda db: officers.by_login(db, FIRST.login))
    if first is None or first.disabled_at:
        return None
    if await database.writer.read(lambda db: credentials.password_of(db, first.id)) is not None:
        return None
    token, now = secrets.token_urlsafe(32), house.now()

    async def work(db: Connection) -> None:
        await credentials.add_link(db, first.id, token, now)
        await _record(db, database, first, "officer.reset", now)

    await database.writer.run(work)
    return link_to(base, token)


async def invite(database: Database, base: str, new: NewOfficer) -> str:
    token, now = secrets.token_urlsafe(32), house.now()

    async def work(db: Connection) -> None:
        officer = await officers.add(db, database.tools, new, now)
        await credentials.add_link(db, officer.id, token, now)
        await _record(db, database, officer, "officer.added", now)

    await database.writer.run(work)
    return link_to(base, token)


def base_of(settings: Settings) -> str:
    """On this machine by its name: browsers bind passkeys to names."""
    return settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"


def link_to(base: str, token: str) -> str:
    return f"{base}/desk/link/{token}"


async def _change(settings: Settings, login: str, action: str, act: Act) -> None:
    async with house.working(settings) as database:

        async def work(db: Connection) -> str:
            officer = await officers.by_login(db, login)
            if officer is None:
                raise house.NotSetUp(f"Nobody signs in as {login}. `sapa officers list` shows who does.")
            said = await act(db, officer)
            await _record(db, database, officer, action, house.now())
            return said

        typer.echo(await database.writer.run(work))


async def _record(db: Connection, database: Database, officer: Officer, action: str, now: datetime) -> None:
    entry = audit.Entry(None, officer.branch, action, f"officer:{officer.id}", {"role": officer.role, "by": "shell"})
    await audit.record(db, database.tools, entry, now)
