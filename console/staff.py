"""Officers: who may use the desk and as what; inviting them, changing their role, shutting the desk to them, starting them anew."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from console.lists import Filter, asked, listing
from console.pages import get, post
from console.policies import Policy, Role
from console.refused import Refused
from console.visit import Visit
from console.words import ROLES, ROLES_EXPLAINED
from locales import Text, Written, _
from storage import audit, branches, credentials, officers, partners, sessions
from storage.officers import ADMINISTRATOR, LoginTaken, NewOfficer, Officer
from storage.scope import EVERYWHERE
from storage.writer import Connection

PATH, PAGE, LONGEST = "/desk/officers", 50, 100
FILTERS = (Filter("role", _("Role"), ROLES), Filter("state", _("State"), {"active": _("Active"), "shut": _("Shut out")}))
ALL_BRANCHES = _("All branches")

OWN = Refused(
    409,
    _("Not for yourself"),
    _("Nothing was changed: nobody changes their own role or shuts themselves out."),
    _("Ask another administrator."),
)
LAST = Refused(
    409,
    _("The branch would have no administrator"),
    _("Nothing was changed: this is the only one left."),
    _("Make somebody else an administrator first."),
)


async def people(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, *FILTERS)
    states = wanted.chosen["state"]
    active = None if len(states) != 1 else states == ("active",)
    roles = wanted.chosen["role"]
    found = await visit.read(
        lambda db: officers.find(db, visit.branch, words=wanted.words, roles=roles, active=active, after=wanted.after, most=PAGE)
    )
    return visit.show("staff.html", listing=listing(wanted, found, PAGE, lambda one: one.login), roles=ROLES, names=await _branches(visit))


async def new_form(visit: Visit) -> web.Response:
    return await _new(visit, {}, None)


async def invite(visit: Visit) -> web.Response:
    sent = await visit.form("name", "login", "role", "branch", "partner")
    if wrong := await _wrong(visit, sent):
        return await _new(visit, sent, wrong, 422)
    new = NewOfficer(sent["branch"], sent["role"], sent["login"], sent["name"], visit.language, partner=sent["partner"] or None)
    token = secrets.token_urlsafe(32)

    async def work(db: Connection) -> Officer:
        officer = await officers.add(db, visit.desk.database.tools, new, visit.now)
        await credentials.add_link(db, officer.id, token, visit.now)
        after = {"role": new.role, "branch": new.branch, "partner": new.partner, "name": new.name, "login": new.login}
        detail = audit.changed(visit.desk.sealer, {}, after, ("name", "login"))
        await visit.record(db, "officer.added", f"officer:{officer.id}", detail)
        return officer

    try:
        officer = await visit.write(work)
    except LoginTaken:
        return await _new(visit, sent, _("Somebody signs in with this name already. Take another one."), 422)
    return _link(visit, officer, token)


async def one(visit: Visit) -> web.Response:
    officer = await _found(visit)
    return visit.show(
        "officer.html",
        one=officer,
        roles=ROLES,
        explained=ROLES_EXPLAINED,
        names=await _branches(visit),
        partners=await _partners(visit),
        sessions=await visit.read(lambda db: sessions.of(db, officer.id, visit.now)),
    )


async def change_role(visit: Visit) -> web.Response:
    sent, officer = await visit.form("role", "partner"), await _found(visit)
    if sent["role"] not in ROLES or (sent["role"] == Role.PARTNER) != (sent["partner"] in await _partners(visit)):
        raise web.HTTPBadRequest
    after = {"role": sent["role"], "partner": sent["partner"] or None}

    async def work(db: Connection) -> None:
        if officer.role == ADMINISTRATOR and after["role"] != ADMINISTRATOR:
            await _keep_one_administrator(db, officer)
        await officers.change(db, officer.id, **after)
        await sessions.end_all(db, officer.id)
        before = {"role": officer.role, "partner": officer.partner}
        await visit.record(db, "officer.role_changed", f"officer:{officer.id}", audit.changed(visit.desk.sealer, before, after))

    return await _done(visit, officer, work, _("The new role holds from their next sign-in; they are signed out now."))


async def shut(visit: Visit) -> web.Response:
    officer = await _found(visit)

    async def work(db: Connection) -> None:
        if officer.role == ADMINISTRATOR:
            await _keep_one_administrator(db, officer)
        await officers.change(db, officer.id, disabled_at=visit.now)
        await sessions.end_all(db, officer.id)
        await visit.record(db, "officer.disabled", f"officer:{officer.id}")

    return await _done(visit, officer, work, _("The desk is shut to them. What they did stays in the audit."))


async def open_again(visit: Visit) -> web.Response:
    officer = await _found(visit)

    async def work(db: Connection) -> None:
        await officers.change(db, officer.id, disabled_at=None)
        await visit.record(db, "officer.enabled", f"officer:{officer.id}")

    return await _done(visit, officer, work, _("The desk is open to them again."))


async def end_sessions(visit: Visit) -> web.Response:
    officer = await _found(visit)

    async def work(db: Connection) -> None:
        await visit.record(db, "session.all_ended", f"officer:{officer.id}", {"count": await sessions.end_all(db, officer.id)})

    return await _done(visit, officer, work, _("They are signed out everywhere."))


async def start_anew(visit: Visit) -> web.Response:
    """For who lost password or phone: nothing they had opens the desk any more, and a link lets them set it anew."""
    officer, token = await _found(visit), secrets.token_urlsafe(32)
    if officer.id == visit.officer.id:
        raise OWN

    async def work(db: Connection) -> None:
        await credentials.forget(db, officer.id)
        await sessions.end_all(db, officer.id)
        await credentials.add_link(db, officer.id, token, visit.now)
        await visit.record(db, "officer.reset", f"officer:{officer.id}")

    await visit.write(work)
    return _link(visit, officer, token)


async def _found(visit: Visit) -> Officer:
    """Another branch's officer is not found, like one that never was."""
    number = visit.number("officer")
    officer = await visit.read(lambda db: officers.by_id(db, visit.branch, number))
    if officer is None:
        raise web.HTTPNotFound
    return officer


async def _done(visit: Visit, officer: Officer, work: Any, said: Text) -> web.Response:
    if officer.id == visit.officer.id:
        raise OWN
    await visit.write(work)
    return visit.go(f"{PATH}/{officer.id}", said)


async def _keep_one_administrator(db: Connection, officer: Officer) -> None:
    if not await officers.administrators(db, officer.branch, but=officer.id):
        raise LAST


async def _wrong(visit: Visit, sent: Mapping[str, str]) -> Text | None:
    """What is wrong with an invitation; what no form of ours can send is refused outright."""
    if sent["role"] not in ROLES or sent["branch"] not in await _branches(visit):
        raise web.HTTPBadRequest
    if not (0 < len(sent["name"]) <= LONGEST and 0 < len(sent["login"]) <= LONGEST):
        return _("Give a name, and a name to sign in with.")
    if sent["role"] == Role.PARTNER and sent["partner"] not in await _partners(visit):
        return _("Say which partner they belong to.")
    if sent["role"] != Role.PARTNER and sent["partner"]:
        return _("Only the role of a partner belongs to a partner. Choose that role, or no partner.")
    return None


async def _new(visit: Visit, sent: Mapping[str, str], wrong: Text | None, status: int = 200) -> web.Response:
    values = {"name": "", "login": "", "role": Role.OFFICER, "branch": "", "partner": "", **sent}
    return visit.show(
        "officer_new.html",
        status,
        sent=values,
        wrong=wrong,
        roles=ROLES,
        explained=ROLES_EXPLAINED,
        names=await _branches(visit),
        partners=await _partners(visit),
    )


def _link(visit: Visit, officer: Officer, token: str) -> web.Response:
    address = f"{visit.desk.origin_of(visit.request)}/desk/link/{token}"
    return visit.show("officer_link.html", one=officer, address=address)


async def _branches(visit: Visit) -> dict[str, Written | Text]:
    found = await visit.read(lambda db: branches.names(db, visit.branch))
    everywhere: dict[str, Written | Text] = {EVERYWHERE: ALL_BRANCHES} if visit.branch == EVERYWHERE else {}
    return everywhere | {id: Written({"id": name}) for id, name in found.items()}


async def _partners(visit: Visit) -> dict[str, Written]:
    found = await visit.read(lambda db: partners.names(db, visit.branch))
    return {id: Written({"id": name}) for id, name in found.items()}


PAGES = [
    get(PATH, people, Policy.ADMINISTER),
    get(f"{PATH}/new", new_form, Policy.ADMINISTER),
    post(f"{PATH}/new", invite, Policy.ADMINISTER),
    get(f"{PATH}/{{officer}}", one, Policy.ADMINISTER),
    post(f"{PATH}/{{officer}}/role", change_role, Policy.ADMINISTER),
    post(f"{PATH}/{{officer}}/shut", shut, Policy.ADMINISTER),
    post(f"{PATH}/{{officer}}/open", open_again, Policy.ADMINISTER),
    post(f"{PATH}/{{officer}}/sign-out", end_sessions, Policy.ADMINISTER),
    post(f"{PATH}/{{officer}}/anew", start_anew, Policy.ADMINISTER),
]
