"""Campaigns as the desk's tests meet them: people to write to, and one on its way."""

from __future__ import annotations

from typing import Any

from storage.campaigns import Campaign
from storage.campaigns_acts import Act
from storage.campaigns_file import read
from storage.officers import Officer
from tests import campaigning
from tests.console.conftest import Desk

PATH = "/desk/campaigns"
TEXT = """
name = "Cek masa perlindungan"
[text]
id = "Halo {first_name}, apakah perlindungan Anda masih berlaku?"
en = "Hello {first_name}, does your protection still hold?"
[fields]
first_name = { id = "Bapak/Ibu", en = "friend" }
[[button]]
dialogue = "coverage"
label = { id = "Cek status", en = "Check status" }
[audience]
countries = ["HK", "TW"]
[schedule]
spread_hours = 0
"""


async def people(desk: Desk, count: int = 3, **more: Any) -> list[int]:
    return await campaigning.people(desk.database, count, at=desk.clock(), **more)


async def author(desk: Desk, login: str = "ani", role: str = "author", branch: str = "sidoarjo") -> Officer:
    known = desk.staff.get((login, branch))
    if known is None:
        known = desk.staff[login, branch] = await desk.officer(role, branch, login=login, name=login.title())
    return known


async def drafted(desk: Desk, text: str = TEXT, by: Officer | None = None) -> Campaign:
    who = by or await author(desk)
    return await desk.database.writer.run(lambda db: Act(db, desk.database.tools, who, desk.clock()).draft(who.branch, read(text)))


async def act(desk: Desk, doing: str, campaign: Campaign, who: Officer) -> Campaign:
    return await campaigning.act(desk.database, doing, campaign, who, desk.clock())


async def started(desk: Desk, text: str = TEXT) -> Campaign:
    campaign = await drafted(desk, text)
    await act(desk, "approve", campaign, await author(desk, "budi", "approver"))
    return await act(desk, "start", campaign, await author(desk))


async def runs(desk: Desk, ticks: int = 4) -> None:
    """The campaigns' runner looks a few times."""
    runner = campaigning.runner(desk.database, desk.clock)  # type: ignore[arg-type]
    for _tick in range(ticks):
        await runner.tick()
