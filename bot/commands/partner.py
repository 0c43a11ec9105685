"""Partners from the shell: add, list, make links, revoke them, and write their QR codes and posters to files."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import typer

from bot import house
from bot.doors import doors_of
from bot.settings import Settings
from console import material, qr
from console.partners import LONGEST_NAME, slug
from storage import Database, audit, branches, campaigns, doors, links, partner_figures, partners
from storage.links import Doors, Link
from storage.partners import Listed, Taken
from storage.scope import EVERYWHERE
from storage.writer import Connection

NO_DOOR = "Nobody knows yet how the bot is reached. Set SAPA_PUBLIC_URL, SAPA_TELEGRAM_NAME or SAPA_WHATSAPP_NUMBER first."


@dataclass(frozen=True)
class NewLink:
    label: str = ""
    until: datetime | None = None  # its last day
    campaign: int | None = None


async def add(settings: Settings, name: str, kind: str, branch: str) -> None:
    partner, branch = slug(name), branch or settings.branch
    if not partner or len(name) > LONGEST_NAME:
        raise house.NotSetUp(f"A partner's name has Latin letters and at most {LONGEST_NAME} characters.")
    async with house.working(settings) as database:

        async def work(db: Connection) -> None:
            if branch not in await branches.names(db, EVERYWHERE):
                raise house.NotSetUp(f"There is no branch {branch}.")
            await partners.add(db, partner, branch, kind, name)
            await _record(db, database, branch, "partner.added", f"partner:{partner}", {"kind": kind, "branch": branch})

        try:
            await database.writer.run(work)
        except Taken:
            raise house.NotSetUp(f"A partner {partner} is there already; `sapa partner list` shows all.") from None
    typer.echo(f"{name} is kept as {partner}. Make a link: sapa partner link {partner}")


async def listing(settings: Settings) -> None:
    async with house.working(settings) as database:
        after = ""
        while found := (await database.writer.read(lambda db, after=after: partners.find(db, EVERYWHERE, after=after, most=99))):  # type: ignore[misc]
            reach = await database.writer.read(lambda db, found=found: partner_figures.reach_of_all(db, [one.id for one in found]))  # type: ignore[misc]
            for one in found:
                made = await database.writer.read(lambda db, one=one: links.of(db, EVERYWHERE, one.id))  # type: ignore[misc]
                codes = " ".join(link.code for link in made if link.holds(house.now())) or "-"
                typer.echo(f"{one.id}\t{one.kind}\t{one.branch}\t{reach.get(one.id, 0)}\t{codes}\t{one.name}")
            after = found[-1].id


async def link(settings: Settings, partner: str, new: NewLink) -> None:
    async with house.working(settings) as database:
        one = await _partner(database, partner)
        ends = new.until.replace(tzinfo=house.now().tzinfo) + timedelta(days=1) if new.until else None
        if ends and ends <= house.now():
            raise house.NotSetUp("The last day must be a day to come.")

        async def work(db: Connection) -> str:
            if new.campaign is not None and await campaigns.by_id(db, one.branch, new.campaign) is None:
                raise house.NotSetUp(f"The branch {one.branch} has no campaign {new.campaign}.")
            chance = secrets.randbits(64)
            code = await links.add(db, one.id, chance, house.now(), label=new.label, expires_at=ends, campaign=new.campaign)
            await _record(db, database, one.branch, "link.added", f"link:{code}", {"partner": one.id, "campaign": new.campaign})
            return code

        code = await database.writer.run(work)
        opened = (await _doors(database, settings)).links(code)
    typer.echo(code)
    for channel, address in opened.items():
        typer.echo(f"{channel}\t{address}")


async def revoke(settings: Settings, code: str) -> None:
    async with house.working(settings) as database:
        found = await _link(database, code)

        async def work(db: Connection) -> bool:
            revoked = await links.revoke(db, EVERYWHERE, found.code, house.now())
            if revoked:
                one = await partners.one(db, EVERYWHERE, found.partner)
                await _record(
                    db, database, one.branch if one else EVERYWHERE, "link.revoked", f"link:{found.code}", {"partner": found.partner}
                )
            return revoked

        revoked = await database.writer.run(work)
    typer.echo(f"{found.code} leads to nobody any more; whoever comes by it is served." if revoked else f"{found.code} was revoked before.")


async def write_qr(settings: Settings, code: str, file: Path, channel: str) -> None:
    async with house.working(settings) as database:
        found, opened = await _link(database, code), await _doors(database, settings)
    addresses = opened.links(found.code)
    address = addresses.get(channel) if channel else next(iter(addresses.values()), None)
    if address is None:
        raise house.NotSetUp(NO_DOOR)
    await _write(file, qr.png(address) if file.suffix.lower() == ".png" else qr.svg(address))
    typer.echo(f"Wrote {file}: {address}")


async def write_print(settings: Settings, code: str, file: Path, kind: str, size: str, language: str) -> None:
    async with house.working(settings) as database:
        found, opened = await _link(database, code), await _doors(database, settings)
        one = await _partner(database, found.partner)
        branch = (await database.writer.read(lambda db: branches.names(db, EVERYWHERE))).get(one.branch, one.branch)
    try:
        body = material.pdf(kind, material.Order(found, one.name, branch, opened, language, size))
    except material.NoDoor:
        raise house.NotSetUp(NO_DOOR) from None
    await _write(file, body)
    typer.echo(f"Wrote {file}")


async def _doors(database: Database, settings: Settings) -> Doors:
    """As the settings of this shell say; else as the server said when it started."""
    told = doors_of(settings)
    return told if told != Doors() else await database.writer.read(doors.read)


async def _partner(database: Database, partner: str) -> Listed:
    found = await database.writer.read(lambda db: partners.one(db, EVERYWHERE, partner))
    if found is None:
        raise house.NotSetUp(f"There is no partner {partner}. `sapa partner list` shows all.")
    return found


async def _link(database: Database, code: str) -> Link:
    found = await database.writer.read(lambda db: links.one(db, EVERYWHERE, code))
    if found is None:
        raise house.NotSetUp(f"There is no link {code}. `sapa partner list` shows all.")
    return found


async def _write(file: Path, body: bytes) -> None:
    def work() -> None:
        if file.exists():
            raise house.NotSetUp(f"{file} is there already; choose another name.")
        file.write_bytes(body)

    await asyncio.to_thread(work)


async def _record(db: Connection, database: Database, branch: str, action: str, subject: str, detail: dict[str, object]) -> None:
    await audit.record(db, database.tools, audit.Entry(None, branch, action, subject, {**detail, "by": "shell"}), house.now())
