"""An officer's own things: language and zone, password, second factors, recovery codes, where they are signed in."""

from __future__ import annotations

from aiohttp import web

from console import enrol, proofs
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from console.words import ROLES
from locales import LANGUAGES, Written, _
from storage import credentials, officers, sessions
from storage.writer import Connection

LANGUAGE_NAMES = {"id": Written({"id": "Bahasa Indonesia"}), "en": Written({"id": "English"})}
ZONES = {
    "Asia/Jakarta": _("Western Indonesia (WIB)"),
    "Asia/Makassar": _("Central Indonesia (WITA)"),
    "Asia/Jayapura": _("Eastern Indonesia (WIT)"),
}


async def account(visit: Visit) -> web.Response:
    officer, tools = visit.officer, visit.desk.database.tools
    return visit.show(
        "account.html",
        roles=ROLES,
        languages=LANGUAGE_NAMES,
        zones=ZONES,
        keys=await visit.read(lambda db: credentials.passkeys_of(db, officer.id)),
        app=await visit.read(lambda db: credentials.totp_of(db, tools, officer.id)) is not None,
        codes_left=await visit.read(lambda db: credentials.recovery_codes_left(db, officer.id)),
        sessions=await visit.read(lambda db: sessions.of(db, officer.id, visit.now)),
        mine=visit.session.id if visit.session else "",
    )


async def profile(visit: Visit) -> web.Response:
    sent, officer = await visit.form("language", "zone"), visit.officer
    if sent["language"] not in LANGUAGES or sent["zone"] not in ZONES:
        raise web.HTTPBadRequest

    async def work(db: Connection) -> None:
        await officers.change(db, officer.id, **sent)
        await visit.record(db, "officer.changed", f"officer:{officer.id}", sent)

    await visit.write(work)
    return visit.go("/desk/account", _("Saved."))


async def password(visit: Visit) -> web.Response:
    sent, officer = await visit.form("password", "new"), visit.officer
    wrong = await enrol.not_proven(visit, sent["password"]) or proofs.wrong_with(sent["new"], officer.login, officer.name)
    if wrong:
        return visit.show("password.html", 422, wrong=wrong, shortest=proofs.SHORTEST)
    hash, token = await proofs.hash_password(sent["new"]), visit.new_token()

    async def work(db: Connection) -> None:
        await credentials.set_password(db, officer.id, hash)
        await sessions.end_all(db, officer.id)
        await sessions.start(db, officer.id, sessions.FULL, token, visit.now)
        await visit.record(db, "officer.password_set", f"officer:{officer.id}")

    await visit.write(work)
    response = visit.go("/desk/account", _("The new password holds. Everywhere else you are signed out."))
    visit.keep_token(response)
    return response


async def password_form(visit: Visit) -> web.Response:
    return visit.show("password.html", wrong=None, shortest=proofs.SHORTEST)


async def codes(visit: Visit) -> web.Response:
    left = await visit.read(lambda db: credentials.recovery_codes_left(db, visit.officer.id))
    return visit.show("codes.html", left=left, codes=None, wrong=None)


async def new_codes(visit: Visit) -> web.Response:
    sent, officer, tools = await visit.form("password"), visit.officer, visit.desk.database.tools
    left = await visit.read(lambda db: credentials.recovery_codes_left(db, officer.id))
    if left and (wrong := await enrol.not_proven(visit, sent["password"])):
        return visit.show("codes.html", 403, left=left, codes=None, wrong=wrong)
    made = proofs.new_recovery_codes()

    async def work(db: Connection) -> None:
        await credentials.set_recovery_codes(db, tools, officer.id, made)
        await visit.record(db, "officer.codes_made", f"officer:{officer.id}", {"count": len(made)})

    await visit.write(work)
    return visit.show("codes.html", left=len(made), codes=made, wrong=None)


async def end_others(visit: Visit) -> web.Response:
    officer, mine = visit.officer, visit.session.id if visit.session else ""

    async def work(db: Connection) -> None:
        ended = await sessions.end_all(db, officer.id, but=mine)
        await visit.record(db, "session.others_ended", f"officer:{officer.id}", {"count": ended})

    await visit.write(work)
    return visit.go("/desk/account", _("You are signed out everywhere else."))


PAGES = [
    get("/desk/account", account, Policy.ACCOUNT),
    post("/desk/account", profile, Policy.ACCOUNT),
    get("/desk/account/password", password_form, Policy.ACCOUNT),
    post("/desk/account/password", password, Policy.ACCOUNT),
    get("/desk/account/codes", codes, Policy.ACCOUNT),
    post("/desk/account/codes", new_codes, Policy.ACCOUNT),
    post("/desk/account/sessions/end", end_others, Policy.ACCOUNT),
]
