"""More of campaigns from the shell: try one on oneself, once more to who was missed, its cost, its results as a file, lists and files for it."""

from __future__ import annotations

import asyncio
import csv
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot import house
from bot.campaigns_house import kit_of
from bot.commands.campaign import campaign_of, officer_of, ruled
from bot.settings import Settings
from console.exports import harmless
from storage import attachments, audience_upload, audiences_saved, campaigns_cost, campaigns_pace, campaigns_trial
from storage.attachments import Unfit
from storage.audience_upload import Refused
from storage.campaigns import Campaign
from storage.campaigns_acts import Act
from storage.campaigns_cost import Cost
from storage.campaigns_file import load
from storage.campaigns_trial import Tried
from storage.writer import Connection

PIECE = 1_000
COLUMNS = ("person", "channel", "state", "reason", "at", "pressed")
UNFIT = {"kind": "is no JPEG, PNG or PDF.", "size": "is too large: a picture may have 5 MB, a PDF 20 MB."}
REFUSED = {
    "role": "Your role or branch does not allow this.",
    "empty": "The file is empty.",
    "too_long": "The file has more than 200,000 lines.",
}


async def try_out(settings: Settings, which: str, login: str, language: str, arm: str) -> None:
    """Send it to the officer's own chats."""
    async with house.working(settings) as database:
        campaign, who = await campaign_of(database, which, settings.branch), await officer_of(database, login)

        async def work(db: Connection) -> list[Tried]:
            kit = await kit_of(db, database, campaign, settings.public_url)
            return await campaigns_trial.send(db, kit, who, house.now(), language=language, arm=arm)

        tried = await database.writer.run(work)
        if not tried:
            raise house.NotSetUp(f"{login} has linked no chat. An officer links one on the desk, under Duty roster.")
        for one in tried:
            typer.echo(f"{one.channel}: {f'not sent ({one.why})' if one.why else 'on its way'}")


async def again(settings: Settings, which: str, login: str) -> None:
    """A draft of the same for those it failed to reach."""
    async with house.working(settings) as database:
        campaign, who = await campaign_of(database, which, settings.branch), await officer_of(database, login)

        async def work(db: Connection) -> Campaign:
            return await Act(db, database.tools, who, house.now()).again(campaign)

        made = await ruled(database, work, campaign)
        typer.echo(f"Campaign {made.id} is kept as a draft for those whom {campaign.id} did not reach. A colleague approves it.")


async def cost(settings: Settings, which: str) -> None:
    async with house.working(settings) as database:
        campaign = await campaign_of(database, which, settings.branch, unkept=True)
        file, now = load(campaign.content), house.now()

        async def work(db: Connection) -> list[Cost]:
            return await campaigns_cost.estimate(db, campaign, file, now)

        found = await database.writer.read(work)
        for one in found:
            lately = f"{one.billed} of {one.counted} lately were billed" if one.counted else "nothing went there lately"
            typer.echo(
                f"{one.messages:>9} {one.country or 'unknown country'} {one.category or 'unknown category'}: price not known; {lately}"
            )
        if not found:
            typer.echo("Nothing of it is billed by message: no template goes to WhatsApp.")


async def export(settings: Settings, which: str, file: Path | None) -> None:
    """Each person by the number of their page, without name or telephone number."""
    async with house.working(settings) as database:
        campaign, after = await campaign_of(database, which, settings.branch), 0
        with file.open("w", encoding="utf-8", newline="") if file else nullcontext(sys.stdout) as out:
            rows = csv.writer(out)
            rows.writerow(COLUMNS)
            while chunk := await database.writer.read(lambda db, after=after: campaigns_pace.recipients(db, campaign.id, after, PIECE)):  # type: ignore[misc]
                after = chunk[-1].contact_id
                for one in chunk:
                    at = datetime.fromtimestamp(one.due, UTC).isoformat(timespec="minutes")
                    rows.writerow(map(harmless, (one.contact_id, one.channel, one.state, one.reason, at, one.pressed)))
        if file:
            typer.echo(f"Wrote {file}.")


async def attach(settings: Settings, file: Path, login: str) -> None:
    """Keep a picture or PDF; its number goes into a campaign's file."""
    async with house.working(settings) as database:
        who = await officer_of(database, login)
        content = await asyncio.to_thread(file.read_bytes)
        try:
            kept = await database.writer.run(
                lambda db: attachments.keep(db, database.tools, who, who.branch, file.name, content, house.now())
            )
        except Unfit as unfit:
            raise house.NotSetUp(f"{file} {UNFIT[unfit.why]}") from None
        typer.echo(f"Kept. In the campaign's file write: attachment = {kept.id}")


async def people(settings: Settings, file: Path, login: str) -> None:
    """Read a list of numbers or references, and say who of them is known."""
    async with house.working(settings) as database:
        who = await officer_of(database, login)
        try:
            text = await asyncio.to_thread(file.read_text, encoding="utf-8")
            done = await audience_upload.upload(database, who, who.branch, file.name, text, house.now())
        except UnicodeDecodeError:
            raise house.NotSetUp(f"{file} is no text; save it as CSV in UTF-8.") from None
        except Refused as refused:
            raise house.NotSetUp(REFUSED[refused.why]) from None
        typer.echo(
            f"{done.lines} lines: {done.known} people known, {done.unknown} lines nobody's, {done.unreadable} no number or reference."
        )
        typer.echo(f"In the campaign's file, below [audience], write: lists = [{done.id}]")


async def audiences(settings: Settings) -> None:
    """What is kept: uploaded lists, and filters under a name."""
    async with house.working(settings) as database:
        for one in await database.writer.read(lambda db: audiences_saved.lists(db, "*")):
            typer.echo(f"list {one.id}\t{one.known} of {one.lines}\t{one.at:%Y-%m-%d %H:%M}\t{one.name}")
        for saved in await database.writer.read(lambda db: audiences_saved.saved(db, "*")):
            typer.echo(
                f"filter {saved.id}\t{saved.at:%Y-%m-%d %H:%M}\t{saved.name}\t{saved.audience.model_dump_json(exclude_defaults=True)}"
            )
