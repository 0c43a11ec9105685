"""The first visit and every change of what an officer proves themselves with: one-time link, password, authenticator app, codes."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import segno
from aiohttp import web
from markupsafe import Markup

from console import proofs, sign_in
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import Text, _
from storage import Unsealable, credentials, officers, sessions
from storage.sessions import ENROL, FULL
from storage.writer import Connection

ISSUER = "Sapa"
NOT_YOURS = _("That is not your present password. Nothing was changed.")


class LastFactor(Exception):
    """Without this one they could not sign in any more."""


async def link(visit: Visit) -> web.Response:
    """Looking at it does not use it up: mail programs look at links before people do."""
    token = visit.request.match_info["token"]
    owner = await visit.read(lambda db: credentials.link_owner(db, token, visit.now))
    found = await visit.read(lambda db: officers.by_id(db, "*", owner)) if owner else None
    if found is None:
        return visit.show("link_gone.html", 404)
    return visit.show("link.html", name=found.name, login=found.login, wrong=None, shortest=proofs.SHORTEST)


async def use_link(visit: Visit) -> web.Response:
    sent, link = await visit.form("password"), visit.request.match_info["token"]
    owner = await visit.read(lambda db: credentials.link_owner(db, link, visit.now))
    found = await visit.read(lambda db: officers.by_id(db, "*", owner)) if owner else None
    if found is None:
        return visit.show("link_gone.html", 404)
    if wrong := proofs.wrong_with(sent["password"], found.login, found.name):
        return visit.show("link.html", 422, name=found.name, login=found.login, wrong=wrong, shortest=proofs.SHORTEST)
    hash, token = await proofs.hash_password(sent["password"]), visit.new_token()

    async def work(db: Connection) -> bool:
        spent = await credentials.spend_link(db, link, visit.now) == found.id
        if spent:
            await credentials.set_password(db, found.id, hash)
            await sessions.end_all(db, found.id)
            await sessions.start(db, found.id, ENROL, token, visit.now)
        await visit.record(db, "officer.link_used" if spent else "officer.link_late", f"officer:{found.id}", by=found)
        return spent

    if not await visit.write(work):
        return visit.show("link_gone.html", 404)
    response = visit.go("/desk/enrol")
    visit.keep_token(response)
    return response


async def choose(visit: Visit) -> web.Response:
    return _app_page(visit, proofs.new_secret())


async def set_app(visit: Visit) -> web.Response:
    sent = await visit.form("code", "sealed", "password")
    secret = _opened(visit, sent["sealed"])
    if secret is None:
        return visit.go("/desk/enrol")
    if wrong := await not_proven(visit, sent["password"]):
        return _app_page(visit, secret, wrong, 403)
    step = proofs.step_of(secret, sent["code"], visit.now)
    if step is None:
        return _app_page(visit, secret, sign_in.WRONG_CODE, 422)
    tools = visit.desk.database.tools
    return await proven(visit, "app", lambda db: credentials.set_totp(db, tools, visit.officer.id, secret, step))


async def not_proven(visit: Visit, password: str) -> Text | None:
    """Who is signed in must give their password again before they change what they sign in with; None if they did."""
    if visit.session is None or visit.session.stage != FULL:
        return None  # they are in the middle of proving themselves
    officer = visit.officer
    if not await sign_in.may_try(visit, f"again:{officer.id}"):
        return sign_in.TOO_OFTEN
    kept = await visit.read(lambda db: credentials.password_of(db, officer.id))
    return None if await proofs.is_password(kept, password) else NOT_YOURS


async def proven(visit: Visit, factor: str, keep: Callable[[Connection], Awaitable[None]]) -> web.Response:
    """Keep a second factor. All other sessions end; in the first sign-in this one becomes a full one."""
    officer, before, token = visit.officer, visit.session, visit.new_token()

    async def work(db: Connection) -> int:
        await keep(db)
        await sessions.end_all(db, officer.id)
        await sessions.start(db, officer.id, FULL, token, visit.now)
        await officers.change(db, officer.id, signed_in_at=visit.now)
        first = before is not None and before.stage == ENROL
        await visit.record(db, "officer.factor_set", f"officer:{officer.id}", {"factor": factor, "first": first})
        return await credentials.recovery_codes_left(db, officer.id)

    left = await visit.write(work)
    said = _("The passkey is set up.") if factor == "passkey" else _("The authenticator app is set up.")
    response = visit.go("/desk/account" if left else "/desk/account/codes", said)
    visit.keep_token(response)
    return response


def _app_page(visit: Visit, secret: str, wrong: Text | None = None, status: int = 200) -> web.Response:
    officer = visit.officer
    uri = proofs.uri(secret, officer.login, ISSUER)
    picture = segno.make(uri, error="m").svg_inline(
        scale=4, border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    sealed = visit.desk.sealer.seal(secret, "enrol", "totp", officer.id)
    return visit.show(
        "enrol.html",
        status,
        picture=Markup(picture),  # noqa: S704 (made here, of modules and numbers)
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=base64.urlsafe_b64encode(sealed).decode(),
        wrong=wrong,
        passkeys=visit.desk.has_name(visit.request),
        ask_password=visit.signed_in,
    )


def _opened(visit: Visit, sent: str) -> str | None:
    try:
        return visit.desk.sealer.open(base64.urlsafe_b64decode(sent), "enrol", "totp", visit.officer.id)
    except (ValueError, Unsealable):
        return None


PAGES = [
    get("/desk/link/{token}", link, Policy.SIGN_IN),
    post("/desk/link/{token}", use_link, Policy.SIGN_IN),
    get("/desk/enrol", choose, Policy.ENROL),
    post("/desk/enrol", set_app, Policy.ENROL),
]
