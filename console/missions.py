"""The register of missions: what each asks for, since when and by whose word; a map; changes proposed by one officer, approved by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aiohttp import web

import facts
from console.interests_words import country
from console.monitoring_charts import TILES
from console.monitoring_gap import ENOUGH, Stand, by_country, stands
from console.monitoring_words import REQUIRED, REQUIRED_FOR
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from facts import Mission
from locales import Text, _
from storage import missions
from storage.indicators import reported
from storage.missions import HOLDS, PROPOSED, Found, OwnProposal
from storage.stale import Stale
from storage.writer import Connection

PATH = "/desk/missions"
LONGEST = 500
FIELDS = ("required", "required_for", "advice", "hotline", "source", "since", "checked_on")
TILE = 56

CHANGED = _("Somebody judged it meanwhile. Nothing was changed.")
OWN = _("You proposed it yourself: a second officer must look at it. Nothing was changed.")
NO_SOURCE = _("Say where it stands: an address on the web, or a letter and its date. Nothing was changed.")
NO_DAY = _("That day cannot be read, or lies in the future. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Tile:
    """A country on the map."""

    iso: str
    required: str
    x: int
    y: int


async def register(visit: Visit) -> web.Response:
    there, said = await _stands(visit), await visit.read(lambda db: reported(db, visit.branch))
    return visit.show(
        "missions.html",
        stands=there,
        tiles=_tiles(there),
        size=TILE,
        votes={mission: share for mission, share in said.items() if share.of >= ENOUGH},
        waiting=await visit.read(lambda db: missions.findings(db, PROPOSED)),
        names={one.id: one.name for one in facts.book().all(Mission)},
        country=country,
        required=REQUIRED,
    )


async def mission(visit: Visit) -> web.Response:
    return await _show(visit, await _one(visit))


async def propose(visit: Visit) -> web.Response:
    one, sent = await _one(visit), await visit.form(*FIELDS)
    if sent["required"] not in REQUIRED or sent["required_for"] not in REQUIRED_FOR:
        raise web.HTTPBadRequest
    found, wrong = _read(visit, one.mission.id, sent)
    if found is None:
        return await _show(visit, one, sent, wrong, 422)

    async def work(db: Connection) -> None:
        number = await missions.propose(db, visit.desk.database.tools, visit.officer.id, found, visit.now)
        detail = {"mission": found.mission, "required": found.required, "source": found.source}
        await visit.record(db, "mission.proposed", f"mission:{number}", detail)

    await visit.write(work)
    return visit.go(PATH, _("Kept as a proposal. It holds once a second officer approves it."))


async def judge(visit: Visit) -> web.Response:
    number, sent = visit.number("number"), await visit.form("answer")
    if sent["answer"] not in ("yes", "no"):
        raise web.HTTPBadRequest
    holds = sent["answer"] == "yes"

    async def work(db: Connection) -> None:
        finding = await missions.judge(db, number, visit.officer.id, visit.now, holds=holds)
        detail = {"mission": finding.mission, "required": finding.required}
        await visit.record(db, "mission.approved" if holds else "mission.refused", f"mission:{number}", detail)

    try:
        await visit.write(work)
    except Stale:
        return visit.go(PATH, CHANGED)
    except OwnProposal:
        return visit.go(PATH, OWN)
    return visit.go(PATH, _("Approved: it holds now.") if holds else _("Refused. What stood before still holds."))


async def _stands(visit: Visit) -> list[Stand]:
    holding = await visit.read(lambda db: missions.findings(db, HOLDS))
    return stands({one.mission: one for one in reversed(holding)})


async def _one(visit: Visit) -> Stand:
    code = visit.request.match_info["code"]
    found = next((one for one in await _stands(visit) if one.mission.id == code), None)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _show(visit: Visit, one: Stand, sent: dict[str, str] | None = None, wrong: Text | None = None, status: int = 200) -> web.Response:
    finding = one.finding
    kept = {name: str(getattr(finding, name, "") or "") for name in FIELDS} if finding else dict.fromkeys(FIELDS, "")
    kept |= {"required": one.required, "required_for": (finding.required_for if finding else one.mission.required_for)}
    kept["checked_on"] = visit.times.today.isoformat()
    if kept["required_for"] not in REQUIRED_FOR:
        kept["required_for"] = "other"
    return visit.show(
        "mission.html", status, one=one, sent=sent or kept, wrong=wrong, required=REQUIRED, required_for=REQUIRED_FOR, country=country
    )


def _read(visit: Visit, mission: str, sent: dict[str, str]) -> tuple[Found | None, Text | None]:
    if not sent["source"]:
        return None, NO_SOURCE
    try:
        since = date.fromisoformat(sent["since"]) if sent["since"] else None
        checked_on = date.fromisoformat(sent["checked_on"])
    except ValueError:
        return None, NO_DAY
    if max(checked_on, since or checked_on) > visit.times.today:
        return None, NO_DAY
    cut = {name: sent[name][:LONGEST] for name in ("required", "required_for", "advice", "hotline", "source")}
    return Found(mission, since=since, checked_on=checked_on, **cut), None


def _tiles(there: list[Stand]) -> list[Tile]:
    asked = by_country(there)
    found = [Tile(iso, asked.get(iso, "home"), x * TILE, y * TILE) for iso, (x, y) in TILES.items()]
    return [tile for tile in found if tile.iso in asked or tile.iso == "ID"]


PAGES = [
    get(PATH, register, Policy.MEASURE),
    get(f"{PATH}/{{code}}", mission, Policy.SERVE),
    post(f"{PATH}/{{code}}", propose, Policy.SERVE),
    post(f"{PATH}/findings/{{number}}", judge, Policy.APPROVE),
]
