"""Signing in: name and password, then a second factor; never saying whether a name exists, and never locking its owner out."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from datetime import timedelta

from aiohttp import web

from console import proofs
from console.overview import prepare
from console.pages import get, post
from console.places import home_of
from console.policies import Policy
from console.visit import Visit
from locales import Text, _
from storage import credentials, limits, officers, sessions
from storage.limits import Limit
from storage.officers import Officer
from storage.sessions import ENROL, FULL, SECOND
from storage.writer import Connection

log = logging.getLogger(__name__)
PASSWORD_TRIES = Limit(5, timedelta(minutes=3))  # at most ten in any quarter of an hour, for each account and for each known browser
ADDRESS_TRIES = Limit(60, timedelta(seconds=15))  # for each network address, behind which a whole branch may sit
CODE_TRIES = Limit(10, timedelta(minutes=30))  # for who has the password already: some fifty a day of a million codes
DEVICE_LIVES = 180 * 24 * 3600  # seconds
OURS = re.compile(r"/desk(?:[/?][\x21-\x5b\x5d-\x7e]*)?")  # a path on the desk: no other site, no scheme, no backslash

WRONG = _("That did not fit. Please check the name and the password, and try again.")
WRONG_CODE = _("This code does not fit. Codes change every half minute, and each works once.")
TOO_OFTEN = _("Too many tries. Wait a few minutes, or sign in with a passkey.")


async def form(visit: Visit) -> web.Response:
    if visit.signed_in:
        return visit.go_home()
    return visit.show(
        "sign_in.html", wrong=None, login="", passkeys=visit.desk.has_name(visit.request), next=safe(visit.request.query.get("next", ""))
    )


async def password(visit: Visit) -> web.Response:
    sent = await visit.form("login", "password", "next")
    if not await may_try(visit, _bucket(visit, sent["login"])):
        return _again(visit, TOO_OFTEN, sent, 429)
    found = await visit.read(lambda db: officers.by_login(db, sent["login"]))
    officer = found if found and found.disabled_at is None else None
    kept = await visit.read(lambda db: credentials.password_of(db, officer.id if officer else None))
    if not await proofs.is_password(kept, sent["password"]) or officer is None:
        return _again(visit, WRONG, sent, 403)
    token = visit.new_token()

    async def begin(db: Connection) -> str:
        stage = SECOND if await credentials.has_second_factor(db, officer.id) else ENROL
        await sessions.start(db, officer.id, stage, token, visit.now)
        return stage

    stage = await visit.desk.database.writer.run(begin)
    way = f"?next={sent['next']}" if safe(sent["next"]) else ""
    response = visit.go("/desk/sign-in/code" + way if stage == SECOND else "/desk/enrol")
    visit.keep_token(response)
    return response


async def code_form(visit: Visit) -> web.Response:
    prepare(visit)
    return visit.show("sign_in_code.html", wrong=None, next=safe(visit.request.query.get("next", "")))


async def code(visit: Visit) -> web.Response:
    sent = await visit.form("code", "next")
    officer, tools = visit.officer, visit.desk.database.tools
    if not await may_try(visit, f"code:{officer.id}", CODE_TRIES):
        return visit.show("sign_in_code.html", 429, wrong=TOO_OFTEN, next=safe(sent["next"]))

    async def spend(db: Connection) -> str:
        app = await credentials.totp_of(db, tools, officer.id)
        step = proofs.step_of(app[0], sent["code"], visit.now) if app else None
        if step is not None:
            return "app" if await credentials.spend_step(db, officer.id, step) else ""
        return "recovery" if await credentials.spend_recovery_code(db, tools, officer.id, sent["code"]) else ""

    way = await visit.desk.database.writer.run(spend)
    if not way:
        return visit.show("sign_in_code.html", 403, wrong=WRONG_CODE, next=safe(sent["next"]))
    return await enter(visit, officer, way, sent["next"])


async def sign_out(visit: Visit) -> web.Response:
    session = visit.session

    async def end(db: Connection) -> None:
        if session:
            await sessions.end(db, session.id)

    await visit.desk.database.writer.run(end)
    response = visit.go("/desk/sign-in", _("You are signed out."))
    visit.drop_token(response)
    return response


async def enter(visit: Visit, officer: Officer, way: str, next: str = "") -> web.Response:
    """They proved both factors: a new session with a new token, and this browser is known from now on."""
    await begin(visit, officer, way)
    response = visit.go(safe(next) or home_of(officer.role))
    visit.keep_token(response)
    mark = secrets.token_urlsafe(16)
    visit.keep_device(response, f"{mark}.{_device(visit, officer.login, mark)}", DEVICE_LIVES)
    return response


async def begin(visit: Visit, officer: Officer, way: str) -> None:
    before, token = visit.session, visit.new_token()

    async def begun(db: Connection) -> None:
        if before:
            await sessions.end(db, before.id)
        await sessions.start(db, officer.id, FULL, token, visit.now)
        await officers.change(db, officer.id, signed_in_at=visit.now)
        await visit.record(db, "session.begun", f"officer:{officer.id}", {"way": way}, by=officer)

    await visit.write(begun)


def safe(next: str) -> str:
    """Where to go after signing in, if it is a path of the desk; else ""."""
    return next if OURS.fullmatch(next) and "//" not in next.partition("?")[0] else ""


def _again(visit: Visit, wrong: Text, sent: dict[str, str], status: int) -> web.Response:
    return visit.show(
        "sign_in.html", status, wrong=wrong, login=sent["login"], passkeys=visit.desk.has_name(visit.request), next=safe(sent["next"])
    )


async def may_try(visit: Visit, bucket: str, limit: Limit = PASSWORD_TRIES) -> bool:
    """Whether this network address, and then this account or browser, has tries left; spends one of each."""
    return await _spend(visit, {_asker(visit): ADDRESS_TRIES, bucket: limit})


async def may_ask(visit: Visit) -> bool:
    """The same for what names no account: the network address alone."""
    return await _spend(visit, {_asker(visit): ADDRESS_TRIES})


def _asker(visit: Visit) -> str:
    return f"address:{visit.desk.asker_of(visit.request)}"


async def _spend(visit: Visit, buckets: dict[str, Limit]) -> bool:
    index, dialect = visit.desk.sealer.index, visit.desk.database.dialect

    async def spend(db: Connection) -> str:
        await limits.sweep(db, visit.now)
        for bucket, limit in buckets.items():
            if not await limits.spend(db, dialect, index("limit", bucket), limit, visit.now):
                return bucket
        return ""

    if empty := await visit.desk.database.writer.run(spend):
        log.warning("too many tries to sign in: %s", index("limit", empty))
    return not empty


def _bucket(visit: Visit, typed: str) -> str:
    """Strangers together have a few tries for an account; a browser that its owner used before has its own, which nobody can use up."""
    login, (mark, _dot, mac) = officers.tidy_login(typed), visit.device().partition(".")
    if mark and hmac.compare_digest(mac.encode(), _device(visit, login, mark).encode()):
        return f"device:{mark}"
    return f"account:{login}"


def _device(visit: Visit, login: str, mark: str) -> str:
    return visit.desk.sealer.index("device", f"{login}:{mark}")


PAGES = [
    get("/desk/sign-in", form, Policy.SIGN_IN),
    post("/desk/sign-in", password, Policy.SIGN_IN),
    get("/desk/sign-in/code", code_form, Policy.SECOND),
    post("/desk/sign-in/code", code, Policy.SECOND),
    post("/desk/sign-out", sign_out, Policy.ENROL),
]
