"""Members: looked up by number, name or the day their cover ends, with numbers masked; one number is shown for a reason, which the audit keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from aiohttp import web

from console import exports
from console.lists import Asked, Filter, Words, asked, listing
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Text, Written, _, render
from storage import limits, members
from storage.limits import Limit
from storage.members import Found, Wanted
from storage.writer import Connection

PATH, PAGE, CHUNK = "/desk/members", 50, 500
SOON, LATER = timedelta(days=30), timedelta(days=90)
ENDS: Mapping[str, Words] = {
    "soon": _("within 30 days"),
    "later": _("within 90 days"),
    "running": _("today or later"),
    "ended": _("has ended"),
}
SCHEMES: Mapping[str, Text] = {"placed": _("Placed by an agency or state"), "perseorangan": _("On their own")}
NUMBERS: Mapping[str, Text] = {"kpj": _("Card number (KPJ)"), "nik": _("NIK"), "born": _("Date of birth")}
WHY: Mapping[str, Text] = {
    "asked": _("The member asks about their own cover"),
    "claim": _("A claim is being prepared"),
    "correction": _("Data must be corrected"),
    "double": _("Two members may be the same person"),
    "authority": _("A public authority asked in writing"),
}
UNMASKED = Limit(25, timedelta(seconds=144))  # in any hour at most 50, whenever it begins
HEADER = (
    *(_("Name"), NUMBERS["kpj"], NUMBERS["nik"], _("Kind of placement"), _("Programmes"), _("Covered from"), _("Covered until")),
    *(_("Source"), _("As of"), _("Branch")),
)
TOO_MANY = Refused(
    429,
    _("Enough numbers for now"),
    _("An officer may see some fifty whole numbers an hour, so that a stolen session cannot read the list. This one was not shown."),
    _("Wait a few minutes. If you need many numbers, ask an administrator."),
)


async def roll(visit: Visit) -> web.Response:
    sources = await visit.read(lambda db: members.sources(db, visit.branch))
    wanted = _asked(visit, sources)
    found = await visit.read(lambda db: members.find(db, visit.desk.database.tools, visit.branch, _wanted(visit, wanted), PAGE))
    return _list(visit, wanted, found, any_list=bool(sources))


async def by_number(visit: Visit) -> web.Response:
    """A number is looked up by a form of its own, so that it stands in no address."""
    sent = await visit.form("number")
    number = digits_of(sent["number"])
    tools = visit.desk.database.tools
    found = await visit.read(lambda db: members.find(db, tools, visit.branch, Wanted(number=number), PAGE)) if number else []
    if not found:
        return visit.go(f"{PATH}?all", _("No member of the lists has this number. It must be whole, as on the card."))
    if len(found) == 1:
        return visit.go(f"{PATH}/{found[0].id}")
    return _list(visit, _asked(visit, await visit.read(lambda db: members.sources(db, visit.branch))), found, any_list=True)


def digits_of(typed: str) -> str:
    """The digits of a number as people type it; "" for what is none."""
    digits = "".join(letter for letter in typed if letter not in " .-()/")
    return digits if digits.isascii() and digits.isdecimal() else ""


def _list(visit: Visit, wanted: Asked, found: list[Found], *, any_list: bool) -> web.Response:
    shown = listing(wanted, found, PAGE, lambda one: f"{one.ends_on.isoformat()}.{one.id}")
    return visit.show("members.html", listing=shown, masked=masked, today=_today(visit), soon=_today(visit) + SOON, any_list=any_list)


async def export(visit: Visit) -> web.StreamResponse:
    sources = await visit.read(lambda db: members.sources(db, visit.branch))
    wanted = _asked(visit, sources)
    return await exports.send(visit, "members", wanted, HEADER, _rows(visit, _wanted(visit, wanted)))


async def one(visit: Visit) -> web.Response:
    return await _show(visit, await _found(visit))


async def unmask(visit: Visit) -> web.Response:
    """Shows one number of one member, once: the page is not kept, and the audit says who saw it and why."""
    sent, found = await visit.form("number", "why"), await _found(visit)
    if sent["number"] not in NUMBERS or sent["why"] not in WHY:
        raise web.HTTPBadRequest

    async def work(db: Connection) -> None:
        name = visit.desk.sealer.index("limit", f"unmask:{visit.officer.id}")
        if not await limits.spend(db, visit.desk.database.dialect, name, UNMASKED, visit.now):
            raise TOO_MANY
        await visit.record(db, "member.unmasked", f"member:{found.id}", {"field": sent["number"], "why": sent["why"]})

    await visit.write(work)
    return await _show(visit, found, sent["number"])


async def _show(visit: Visit, found: Found, open_number: str = "") -> web.Response:
    kpj = found.secrets["kpj"]
    lists = await visit.read(lambda db: members.lists_with(db, visit.desk.database.tools, visit.branch, kpj))
    numbers = {name: shown(found, name, open_number) for name in NUMBERS}
    return visit.show(
        "member.html",
        one=found,
        lists=lists,
        numbers=numbers,
        names=NUMBERS,
        schemes=SCHEMES,
        why=WHY,
        opened=open_number,
        today=_today(visit),
    )


def shown(found: Found, name: str, open_number: str) -> str | date:
    value = found.secrets[name]
    if name != open_number or not value:
        return masked(value) if name != "born" else masked_year(value)
    return date.fromisoformat(value) if name == "born" else value


def masked(number: str) -> str:
    """As much as tells two apart: the last four digits."""
    return f"•••• {number[-4:]}" if number else "–"


def masked_year(born: str) -> str:
    return f"•• •• {born[:4]}" if born else "–"


async def _found(visit: Visit) -> Found:
    number = visit.number("number")
    found = await visit.read(lambda db: members.by_id(db, visit.desk.database.tools, visit.branch, number))
    if found is None:
        raise web.HTTPNotFound
    return found


def _asked(visit: Visit, sources: Mapping[int, tuple[str, date]]) -> Asked:
    named: Mapping[str, Words] = {
        str(id): _("{source}, {day}", source=Written({"id": source}), day=as_of) for id, (source, as_of) in sources.items()
    }
    return asked(visit, PATH, Filter("ends", _("Cover ends"), ENDS), Filter("list", _("List"), named), fields=("day",))


def _wanted(visit: Visit, asked: Asked) -> Wanted:
    today, chosen = _today(visit), asked.chosen["ends"]
    wanted = Wanted(
        name=asked.words,
        roster=int(asked.chosen["list"][0]) if asked.chosen["list"] else 0,
        latest_first="ended" in chosen,
        after=_after(asked.after),
    )
    if day := _day(asked.fields["day"]):
        return replace(wanted, since=day, until=day)
    if "ended" in chosen:
        return replace(wanted, until=today - timedelta(days=1))
    if "soon" in chosen or "later" in chosen:
        return replace(wanted, since=today, until=today + (LATER if "later" in chosen else SOON))
    # Without any wish those are shown whose cover still runs: who ends next comes first.
    return replace(wanted, since=today) if "running" in chosen or not (asked.words or wanted.roster) else wanted


def _after(key: str) -> tuple[date, int] | None:
    day, _dot, number = key.partition(".")
    found = _day(day)
    return (found, int(number)) if found and number.isascii() and number.isdecimal() and len(number) < 20 else None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _today(visit: Visit) -> date:
    return visit.times.today


async def _rows(visit: Visit, wanted: Wanted) -> AsyncIterator[list[list[object]]]:
    while found := await _chunk(visit, wanted):
        yield [_row(visit, one) for one in found]
        wanted = replace(wanted, after=(found[-1].ends_on, found[-1].id))


async def _chunk(visit: Visit, wanted: Wanted) -> list[Found]:
    return (await visit.read(lambda db: members.find(db, visit.desk.database.tools, visit.branch, wanted, CHUNK)))[:CHUNK]


def _row(visit: Visit, one: Found) -> list[object]:
    numbers = [masked(one.secrets["kpj"]), masked(one.secrets["nik"])]
    kind = render(SCHEMES[one.scheme], visit.language) if one.scheme in SCHEMES else one.scheme
    return [one.name, *numbers, kind, " ".join(one.programmes), one.starts_on, one.ends_on, one.source, one.as_of, one.branch]


PAGES = [
    get(PATH, roll, Policy.LOOK),
    post(f"{PATH}/find", by_number, Policy.LOOK),
    post(f"{PATH}/export", export, Policy.LOOK),
    get(f"{PATH}/{{number:\\d+}}", one, Policy.LOOK),
    post(f"{PATH}/{{number:\\d+}}/unmask", unmask, Policy.SERVE),
]
