"""`sapa demo traffic`: fills the demo branch with simulated people who are clearly none, and never writes to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import typer

from bot import house
from bot.demo_traffic import Act, plan
from bot.settings import Settings
from storage import Database, demo, effects, rollups, targets
from storage.contacts import Contact
from storage.interests import Interest
from storage.store import Store
from storage.writer import Connection

BRANCH, ZONE = "sidoarjo", ZoneInfo("Asia/Jakarta")
CAMPAIGN = "Contoh: ajakan cek status"
PLAN = {"reach": 420, "checked": 260, "interest": 75, "registered": 30}  # of a month, for the whole branch


async def traffic(settings: Settings, days: int, seed: int, *, anyway: bool) -> None:
    async with house.working(settings) as database:
        await house.load(database, house.DEMO, house.now())
        there = await database.writer.read(demo.how_many)
        if there and not anyway:
            raise house.NotSetUp(
                "This database already holds people, and demo people would be counted among them. "
                "Use an empty one (SAPA_DATABASE_URL=sqlite:///var/demo.db), or say --anyway."
            )
        acts = plan(days, seed, house.now().replace(minute=0, second=0, microsecond=0), await codes(database))
        people = await play(database, acts, seed)
        await plan_year(database, acts)
        await rollups.catch_up(database.writer)
        await effects.settle(database.writer, house.now())
        typer.echo(f"{people} demo people did {len(acts)} things in {days} days. Look: sapa report, or /desk/monitoring.")


async def codes(database: Database) -> list[str]:
    """The demo branch's own links, in a fixed order."""
    return await database.writer.read(lambda db: demo.codes(db, BRANCH))


async def play(database: Database, acts: Sequence[Act], seed: int) -> int:
    """Do it all, a day a transaction; how many people there were."""
    people: dict[int, Contact] = {}
    for _day, group in groupby(acts, key=lambda act: act.at.date()):
        today = list(group)
        await database.writer.run(lambda db, today=today: _do(db, database, people, today, seed))  # type: ignore[misc]
    return len(people)


async def plan_year(database: Database, acts: Sequence[Act]) -> None:
    """Targets for the months in which something happens."""
    last = max((act.at for act in acts), default=house.now())
    months = sorted({f"{act.at.astimezone(ZONE):%Y-%m}" for act in acts})
    for month in months:
        await database.writer.run(
            lambda db, month=month: targets.keep(db, database.dialect, BRANCH, "", month, PLAN, 0, last)  # type: ignore[misc]
        )


async def _do(db: Connection, database: Database, people: dict[int, Contact], acts: Sequence[Act], seed: int) -> None:
    tools = database.tools
    for act in acts:
        if act.kind == "arrive":
            people[act.who] = await demo.arrive(db, tools, BRANCH, f"demo-{seed}-{act.who:05}", act.at)
        elif act.kind == "moved":
            await demo.moved(db, tools, people[act.who], act.subject, act.at)
        elif act.kind == "answered":
            await demo.answered(db, people[act.who], act.at)
        elif act.kind not in ("campaign", "held"):
            async with demo.turn(db, tools, people[act.who], act.at) as store:
                await _turn(store, people[act.who], act)
    got, held = ([people[act.who] for act in acts if act.kind == kind] for kind in ("campaign", "held"))
    if got:
        at: datetime = next(act.at for act in acts if act.kind == "campaign")
        await demo.campaign(db, tools, BRANCH, CAMPAIGN, got, held, at)


async def _turn(store: Store, contact: Contact, act: Act) -> None:
    """What the dialogues would write."""
    if act.kind == "touch":
        arrival = await store.touches.find(act.subject)
        store.touches.add(arrival, demo.CHANNEL)
        store.events.add("touch", arrival.code, partner=arrival.partner)
    elif act.kind == "country":
        contact.country = act.subject
    elif act.kind == "ask":
        await store.requests.open("human")
        store.events.add("request", "human")
    elif act.kind == "interest":
        name = f"Contoh {act.who:05} (bukan orang)"
        await store.interests.save(Interest("", "new", name, "abroad", destination=act.subject or None))
        store.events.add("interest", "new")
    elif act.kind == "mission":
        mission, _is, asked = act.subject.partition("=")
        await store.missions.say(mission, asked=asked == "yes")
        store.events.add("mission", "asked" if asked == "yes" else "not_asked", mission=mission)
    else:
        store.events.add(act.kind, act.subject)
