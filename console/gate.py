"""Stands before every page of the desk: who is it, may they, did a page of ours send it; and says errors so that one can go on."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from console.desk import Desk
from console.frame import CONTENT_POLICY
from console.policies import DESK, POLICIES, Policy, may
from console.refused import Refused
from console.uploads import MULTIPART, first_field
from console.visit import FORM_FIELD, FORM_HEADER, Visit, cookie_name
from locales import _
from storage import Unavailable, sessions
from storage.sessions import ENROL, FULL, OWN, SECOND

log = logging.getLogger(__name__)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits
HARMLESS = {hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS}
PREFIX = "/desk"
VISIT = web.RequestKey("visit", Visit)
STAGES = {Policy.SECOND: {SECOND}, Policy.ENROL: {ENROL, FULL}, Policy.OWN_FIGURES: {OWN, FULL}}
BACKGROUND = "X-Background"  # sent by what a page fetches by itself: that does not keep an officer signed in

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def gate(desk: Desk) -> Middleware:
    @web.middleware
    async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not (request.path == PREFIX or request.path.startswith(f"{PREFIX}/")):
            return await handler(request)
        policy = request.app[POLICIES].get(request.match_info.route)
        if policy not in DESK and request.match_info.http_exception is None:
            return await handler(request)  # the desk's files, which are public
        response = await _answered(desk, request, handler, policy)
        if not response.prepared:
            response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            # Under `no-referrer` a form of ours would be sent with the origin "null".
            response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return admit


async def _answered(desk: Desk, request: web.Request, handler: Handler, policy: Policy | None) -> web.StreamResponse:
    visit = Visit(desk, request, "", None)
    try:
        visit = await _visit(desk, request)
        if policy is not None:
            await _admit(visit, policy)
        request[VISIT] = visit
        return await handler(request)
    except Refused as refused:
        if refused.status == 429 and visit.signed_in:
            where = request.match_info.route.resource
            log.warning("an officer reached a limit: officer %s at %s", visit.officer.id, where.canonical if where else "")
        return _refusal(visit, refused)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refusal(visit, _for_status(error.status))
    except Unavailable:
        return _refusal(visit, _AWAY)
    except Exception:
        name = secrets.token_hex(4)
        log.exception("a page of the desk failed: %s, error %s", request.match_info.route.name or request.match_info.handler, name)
        return _refusal(visit, Refused(500, *_BROKEN, _("If it happens again, tell whoever runs the bot this word: {name}", name=name)))


async def _visit(desk: Desk, request: web.Request) -> Visit:
    sent = request.cookies.get(cookie_name("desk", https=desk.https), "")
    if not TOKEN.fullmatch(sent):
        return Visit(desk, request, secrets.token_urlsafe(32), None)
    now = desk.clock()
    session = await desk.database.writer.read(lambda db: sessions.find(db, sent, now))
    if session and now - session.seen_at >= sessions.SEEN_EVERY and BACKGROUND not in request.headers:
        found = session.id
        await desk.database.writer.run(lambda db: sessions.seen(db, found, now))
    return Visit(desk, request, sent, session)


async def _admit(visit: Visit, policy: Policy) -> None:
    """Raises Refused. The order tells a stranger nothing: first who they are, then what they may, then whether the form is ours."""
    if hdrs.CONTENT_ENCODING in visit.request.headers:
        raise _for_status(415)
    stages = STAGES.get(policy, {FULL})
    if policy is not Policy.SIGN_IN:
        if visit.session is None or visit.session.stage not in stages:
            raise _UNKNOWN
        if not may(visit.officer.role, policy):
            raise _NOT_YOURS
    if visit.request.method not in HARMLESS:
        await _be_ours(visit)


async def _be_ours(visit: Visit) -> None:
    """Browsers say which page sent a form; and only our pages know the token. Anything else does not count as sent."""
    request, origin = visit.request, visit.request.headers.get(hdrs.ORIGIN)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin != visit.desk.origin_of(request) or site != "same-origin":
        raise _ELSEWHERE
    token = request.headers.get(FORM_HEADER, "")
    if not token and request.content_type == "application/x-www-form-urlencoded":
        token = str((await request.post()).get(FORM_FIELD, ""))
    if not token and request.content_type == MULTIPART:
        token = await first_field(request, FORM_FIELD)
    if not visit.is_ours(token):
        raise _OLD_FORM


def _refusal(visit: Visit, refused: Refused) -> web.Response:
    if refused is _UNKNOWN:
        return _sign_in_first(visit)
    response = visit.show("error.html", refused.status, title=refused.title, paragraphs=refused.paragraphs)
    if refused.status == 503:
        response.headers[hdrs.RETRY_AFTER] = "5"
    return response


def _sign_in_first(visit: Visit) -> web.Response:
    """The sign-in page at the very address they wanted; a form they sent is not lost: it is still in their browser, one page back."""
    if "HX-Request" in visit.request.headers:
        return web.Response(status=401, headers={"HX-Refresh": "true"})
    if visit.request.method not in HARMLESS:
        return visit.show("error.html", 401, title=_ENDED[0], paragraphs=_ENDED[1:])
    return visit.show("sign_in.html", 401, wrong=None, login="", passkeys=visit.desk.has_name(visit.request), next=visit.request.path_qs)


def _for_status(status: int) -> Refused:
    return {404: _MISSING, 413: _TOO_LARGE}.get(status) or Refused(status, _("This cannot be done"), _("Nothing was changed."))


_UNKNOWN = Refused(401, _("Please sign in"))
_ENDED = (
    _("You are signed out"),
    _("Nothing was changed: after a time without a click we sign you out."),
    _("Sign in again in another tab, then go back here and send the form again. What you typed is still in it."),
)
_NOT_YOURS = Refused(
    403,
    _("This is not open to you"),
    _("Your role does not include this page. Nothing was changed."),
    _("If you need it for your work, ask an administrator of your branch."),
)
_ELSEWHERE = Refused(
    403, _("This did not come from our page"), _("Nothing was changed."), _("Open the desk in a new tab and do it there, please.")
)
_OLD_FORM = Refused(
    403,
    _("This form is too old"),
    _("Nothing was changed: you signed in again since the page was opened."),
    _("Go back, reload the page and send it once more."),
)
_MISSING = Refused(
    404,
    _("Nothing is here"),
    _("The address is wrong, what was here is gone, or it belongs to another branch."),
    _("Look for it from the list of places."),
)
_TOO_LARGE = Refused(413, _("This is too large"), _("Nothing was changed. Please send it in smaller parts."))
_AWAY = Refused(
    503,
    _("The database does not answer"),
    _("Nothing was changed. What workers write is not lost; it is answered as soon as the database is back."),
    _("Wait a minute, go back and send it again, please."),
)
_BROKEN = (_("Something of ours is broken"), _("Nothing was changed. Go back and try once more, please."))
