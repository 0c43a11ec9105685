"""Campaigns from the shell: write, look for faults, keep, approve, start, pause, resume, cancel, and see how far they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import typer

from bot import house
from bot.campaigns_house import around
from bot.campaigns_probe import dead_links
from bot.settings import Settings
from console.campaign_words import what
from locales import render
from storage import Database, campaigns, campaigns_file, campaigns_told, officers
from storage.campaigns import APPROVED, DRAFT, Campaign, Stale
from storage.campaigns_acts import Act, Refused
from storage.campaigns_check import Checked, check
from storage.campaigns_file import Broken, CampaignFile
from storage.officers import Officer
from storage.writer import Connection

EXAMPLE = Path(__file__).parents[2] / "examples" / "campaign.toml"
LANGUAGE = "en"  # of commands
PAST = {"approve": "approved", "start": "started"}
WHY = {
    "own": "Whoever wrote a campaign cannot approve it; a colleague must.",
    "role": "Your role or branch does not allow this.",
    "draft": "It is not approved yet, or was edited since: sapa campaign approve {id}",
    "approved": "It is approved and not started yet.",
    "planning": "It has been started already.",
    "sending": "It has been started already.",
    "standing": "It stands already; its editions start by themselves.",
    "paused": "It is paused: sapa campaign resume {id}",
    "done": "It is over.",
    "cancelled": "It was cancelled.",
}


def new(file: Path) -> None:
    """An example to fill in; nothing that is there is overwritten."""
    if file.exists():
        raise house.NotSetUp(f"{file} is there already; choose another name.")
    file.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    typer.echo(f"Wrote {file}. Edit it, then: sapa campaign check {file}")


async def look(settings: Settings, which: str) -> int:
    """Print all faults; how many there are."""
    async with house.working(settings) as database:
        campaign = await campaign_of(database, which, settings.branch, unkept=True)
        checked = await _check(database, settings, campaign)
        _tell(checked)
        return len(checked.faults)


async def keep(settings: Settings, file: Path, login: str) -> None:
    """Keep it as a draft, or instead of one of the same name that was not started."""
    async with house.working(settings) as database:
        words = await _read(file)
        who = await officer_of(database, login)

        async def work(db: Connection) -> Campaign:
            act = Act(db, database.tools, who, house.now())
            there = await campaigns.find(db, who.branch, states=(DRAFT, APPROVED), name=words.name)
            return await act.edit(there[0], words) if there else await act.draft(who.branch, words)

        kept = await ruled(database, work)
        _tell(await _check(database, settings, kept))
        typer.echo(f"Campaign {kept.id} is kept as a draft. A colleague approves it: sapa campaign approve {kept.id} --as LOGIN")


async def act(settings: Settings, doing: str, which: str, login: str) -> None:
    """Approve, start, pause, resume or cancel. The first two only without a fault."""
    async with house.working(settings) as database:
        campaign = await campaign_of(database, which, settings.branch)
        who = await officer_of(database, login)
        if doing in ("approve", "start") and (checked := await _check(database, settings, campaign)).faults:
            _tell(checked)
            raise house.NotSetUp(f"Campaign {campaign.id} was not {PAST[doing]}: mend its faults first.")

        async def work(db: Connection) -> Campaign:
            fresh = await campaigns.by_id(db, who.branch, campaign.id, lock=True)
            if fresh is None or fresh.version != campaign.version:
                raise Stale
            done: Campaign = await getattr(Act(db, database.tools, who, house.now()), doing)(fresh)
            return done

        done = await ruled(database, work, campaign)
        typer.echo(f"Campaign {done.id} ({done.name}) is {done.state}.")


async def status(settings: Settings, which: str) -> None:
    async with house.working(settings) as database:
        campaign = await campaign_of(database, which, settings.branch)
        for line in await database.writer.read(lambda db: campaigns_told.told(db, database.dialect, campaign)):
            typer.echo(line)


async def listing(settings: Settings) -> None:
    async with house.working(settings) as database:
        for one in await database.writer.read(lambda db: campaigns.find(db, "*")):
            typer.echo(f"{one.id}\t{one.state}\t{one.branch}\t{one.changed_at:%Y-%m-%d %H:%M}\t{one.name}")


async def ruled(database: Database, work: Callable[[Connection], Awaitable[Campaign]], campaign: Campaign | None = None) -> Campaign:
    try:
        return await database.writer.run(work)  # type: ignore[arg-type]
    except Refused as refused:
        raise house.NotSetUp(WHY.get(refused.why, refused.why).format(id=campaign.id if campaign else "")) from None
    except Stale:
        raise house.NotSetUp("Somebody changed the campaign at this very moment; look at it again.") from None


async def _read(file: Path) -> CampaignFile:
    try:
        return campaigns_file.read(await asyncio.to_thread(file.read_text, encoding="utf-8"))
    except Broken as broken:
        raise house.NotSetUp("\n".join(f"{file}: {slip}" for slip in broken.slips)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise house.NotSetUp(f"{file} cannot be read: {error}") from None


async def campaign_of(database: Database, which: str, branch: str, *, unkept: bool = False) -> Campaign:
    """By number, or by file: the newest campaign of that name with these very words. `unkept`: the file as it is, kept nowhere."""
    if which.isdecimal():
        found = await database.writer.read(lambda db: campaigns.by_id(db, "*", int(which)))
        if found:
            return found
        raise house.NotSetUp(f"There is no campaign {which}. `sapa campaign list` shows all.")
    words = await _read(Path(which))
    content, now = words.model_dump_json(), house.now()
    if unkept:
        return Campaign(0, branch, words.name, DRAFT, 0, content, "", None, now, *(None,) * 6, cursor=0, paused_because=None)
    there = await database.writer.read(lambda db: campaigns.find(db, "*", name=words.name))
    same = next((one for one in there if one.content == content), None)
    if same is None:
        raise house.NotSetUp(f"{which} is not kept as it is now. Keep it: sapa campaign draft {which} --as LOGIN")
    return same


async def officer_of(database: Database, login: str) -> Officer:
    who = await database.writer.read(lambda db: officers.by_login(db, login))
    if who is None:
        raise house.NotSetUp(f"Nobody signs in as {login}. `sapa officers list` shows who does.")
    return who


async def _check(database: Database, settings: Settings, campaign: Campaign) -> Checked:
    dead = await dead_links(campaigns_file.load(campaign.content))

    async def work(db: Connection) -> Checked:
        return await check(db, campaign, replace(await around(db, settings), dead=dead), house.now())

    return await database.writer.read(work)


def _tell(checked: Checked) -> None:
    for (channel, reason), many in sorted(checked.people.items()):
        typer.echo(f"{many:>9} {channel or '-'}: {f'not reached ({reason})' if reason else 'would get it'}")
    for fault in checked.faults:
        typer.echo(f"{fault.place}: {render(what(fault), LANGUAGE)}", err=True)
    typer.echo(f"{len(checked.faults)} faults." if checked.faults else "No fault was found.")
