"""Killed at every place where something is committed, sent or answered: on both databases, at the first pass or a later one."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.guard import Guard
from tests.crash.altered import POISON
from tests.crash.fleet import Nest, Server
from tests.crash.places import bare_commits, places
from tests.crash.report import note
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, World, kind_of, world

WEB = {
    *("turns uncommitted", "turns committed", "quarantine uncommitted", "quarantine committed"),
    *("unreadable uncommitted", "unreadable committed", "ignored uncommitted", "ignored committed"),
    *("webhook unanswered", "webhook answered"),
}
WORKER = {
    *("claim uncommitted", "claim committed", "send ready", "message written", "send answered", "record uncommitted", "record committed"),
    *("slots uncommitted", "slots committed"),
}
SELDOM = {"newest marked uncommitted", "newest marked committed"}  # every few seconds
START = {"settle uncommitted", "settle committed", "expire uncommitted", "expire committed", "lease uncommitted", "lease committed"}
START |= {"sweep uncommitted", "sweep committed"}
DOORS = {"doors uncommitted", "doors committed"}  # of the web role alone, and the same again at the next start
RESTORED = {"campaigns rested uncommitted", "campaigns rested committed"}
SQLITE_START = {"leases cleared uncommitted", "leases cleared committed"}
DEMO_START = {"branch uncommitted", "branch committed"}
END = {"lease given back uncommitted", "lease given back committed"}
FETCHING = {"fetched unconfirmed"}
TYPED = {"campaigns resumed uncommitted", "campaigns resumed committed"}  # by a person, who sees whether it was done
# Once for each key, and while an older one is given: tests/test_keys.py
KEYS = {"key admitted uncommitted", "key admitted committed", "addresses renewed uncommitted", "addresses renewed committed"}
# Where somebody left their name twice: tests/console/test_interests.py
JOINED = {"interests joined uncommitted", "interests joined committed"}
REPORTS = {"report uncommitted", "report committed"}  # where a month has ended and officers want it: tests/test_evaluation.py
ERASED = {"erased again uncommitted", "erased again committed"}  # on an older copy that knows who was erased: tests/test_guard.py
CALLS = {"calls uncommitted", "calls committed"}  # where officers are on duty: tests/test_calls.py
# While a campaign is under way: tests/crash/test_campaigns.py
CAMPAIGN = {
    f"campaign {act} {when}"
    for act in ("planned", "handed over", "recalled", "given up", "stopped", "ended", "kept", "repeated")
    for when in ("uncommitted", "committed")
}
CAMPAIGN |= {"link opened uncommitted", "link opened committed"}  # where one has links: tests/test_campaigns_links.py
ALARMS = {f"{what} {when}" for what in ("alarm", "alarm over") for when in ("uncommitted", "committed")}  # tests/test_telegram_watch.py
SPECIAL = (
    {"kind": "text", "chat": 1, "text": POISON},
    {"kind": "raw", "unchecked": True, "update": {"message": {"message_id": 1, "date": "x", "chat": {"id": 2, "type": "private"}}}},
    {"kind": "text", "chat": -7, "text": "people among themselves"},
)


def test_every_commit_has_a_place_to_die_on_each_side() -> None:
    assert bare_commits() == [], "use bot.failpoints.commit, so that the crash suite can kill the process there"


def test_the_suite_dies_everywhere() -> None:
    assert (
        places("bot/channels/whatsapp")
        == WEB
        | WORKER
        | SELDOM
        | START
        | DOORS
        | RESTORED
        | SQLITE_START
        | DEMO_START
        | END
        | FETCHING
        | TYPED
        | KEYS
        | JOINED
        | REPORTS
        | ERASED
        | CALLS
        | ALARMS
        | CAMPAIGN
    )


@pytest.mark.slow
@pytest.mark.sqlite_first
async def test_killed_wherever_something_becomes_durable(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    dice = random.Random(3)
    kind = kind_of(database_url)
    begin = START | DEMO_START | (SQLITE_START if kind == "sqlite" else set())
    later = WEB | WORKER | SELDOM | END
    async with world(tmp_path, database_url, migrated_file, nest, roles=ROLES[kind][::2], altered=True, seed=3) as here:
        workers = Workers(here.telegram, 3)
        sender = here.of("all", "worker")[0]
        await here.kill(sender)
        for place in sorted(begin):
            await sender.start(place, arguments="--demo" if place in DEMO_START else "")
            await here.dies(sender)
        await killed_on_an_older_copy(here, sender)
        for place in dice.sample(sorted(later), k=len(later)):
            server = here.of("all", "web" if place in WEB else "worker")[0]
            await here.kill(server)
            await server.start(f"{place}:{1 if place in END | SELDOM else dice.randint(1, 3)}")
            await here.start_all(but=server)
            await provoke(here, server, workers, place)
        note("killed at every place", kind, await here.judge())


async def killed_on_an_older_copy(here: World, sender: Server) -> None:
    """The note beside the database says that more was sent than the database knows; until a person accepts it, campaigns rest."""
    guard = Guard(here.database, here.folder)
    for place in sorted(RESTORED):
        guard.path.write_text(str(2**62))
        await sender.start(place)
        await here.dies(sender)
        await guard.accept()


async def provoke(here: World, server: Server, workers: Workers, place: str) -> None:
    """Let everything happen, again and again, until the server has passed the place."""
    for _attempt in range(300):
        if not server.is_alive:
            break
        await workers.do(8, SPECIAL if place in WEB else ())
        await here.invite(f"{place}{len(here.audience)}", range(1000 + len(here.audience), 1010 + len(here.audience)))
        if place in END:
            server.term()
        if place.startswith("slots"):
            await hiccup(server)
        await server.ended_within(0.3)
    await here.dies(server, within=1)


async def hiccup(server: Server) -> None:
    """Long enough to miss a slot."""
    await asyncio.sleep(0.05)
    server.freeze()
    await asyncio.sleep(0.1)
    server.thaw()
