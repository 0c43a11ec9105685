"""One request to the desk, as a page sees it: who asks, what they may see, and how to read, write and answer."""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import hdrs, web

from console.desk import Desk
from console.places import home_of, is_here, places_of
from console.policies import Policy, Role, may
from console.times import Times
from locales import LANGUAGES, Text, render
from storage import audit, news
from storage.officers import Officer
from storage.sessions import FULL, Session
from storage.writer import Connection, Work

log = logging.getLogger(__name__)
T = TypeVar("T")
HOME_ZONE = "Asia/Jakarta"  # of the pages before sign-in
SAID_LIVES = 60  # seconds: what is said after a form was sent waits so long for the next page
FORM_FIELD, FORM_HEADER = "csrf", "X-CSRF-Token"


def tidy(typed: str) -> str:
    """Trimmed, without NUL, which no database keeps, and with the line ends of everybody else."""
    return typed.replace("\0", "").replace("\r\n", "\n").strip()


class Visit:
    """Pages get one and return an answer: `async def page(visit: Visit) -> web.StreamResponse`."""

    def __init__(self, desk: Desk, request: web.Request, token: str, session: Session | None) -> None:
        self.desk, self.request, self.token, self.session = desk, request, token, session
        self.now: datetime = desk.clock()
        self._recorded = 0

    # Who asks

    @property
    def officer(self) -> Officer:
        """Whoever is signed in; pages of a policy that lets in anybody must not ask."""
        if self.session is None:
            raise LookupError("nobody is signed in")
        return self.session.officer

    @property
    def branch(self) -> str:
        """What they may see: every query of a page carries it. "*" is everything."""
        return self.officer.branch

    @property
    def signed_in(self) -> bool:
        return self.session is not None and self.session.stage == FULL

    def may(self, policy: Policy) -> bool:
        return self.signed_in and may(self.officer.role, policy)

    @property
    def language(self) -> str:
        """The officer's choice; before sign-in ?lang=, else what the browser reads first."""
        if self.session:
            return self.session.officer.language
        asked = self.request.query.get("lang", "")
        if asked in LANGUAGES:
            return asked
        return "en" if self.request.headers.get(hdrs.ACCEPT_LANGUAGE, "").lower().startswith("en") else "id"

    @property
    def times(self) -> Times:
        return Times(self.session.officer.zone if self.session else HOME_ZONE, self.language, self.now)

    # What they ask

    def number(self, name: str) -> int:
        """An id in the path; anything that cannot be one is not found."""
        text = self.request.match_info[name]
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise web.HTTPNotFound
        return int(text)

    async def form(self, *names: str) -> dict[str, str]:
        """These fields of the form, tidy, "" for a missing one. Others are ignored, so that nobody slips in a field."""
        sent = await self.request.post()
        if unasked := len(set(sent) - {*names, FORM_FIELD}):
            log.warning("a form for %s held fields that it does not have: %d", self.request.match_info.route.name, unasked)
        return {name: tidy(value) if isinstance(value := sent.get(name, ""), str) else "" for name in names}

    # Reading and writing

    async def read(self, work: Work[T]) -> T:
        return await self.desk.database.writer.read(work)

    async def write(self, work: Work[T], news_at: Collection[str] = ()) -> T:
        """Run an action of the officer: `work` changes what it must and records it once in the audit, or nothing of it is kept.

        `news_at` are the addresses where there is something new to send or read; `work` may still add to them.
        """

        async def audited(db: Connection) -> T:
            self._recorded = 0
            result = await work(db)
            if self._recorded != 1:
                raise AssertionError(f"an action is one row of the audit, not {self._recorded}")
            if addresses := set(news_at):
                await news.tell(db, self.desk.database.dialect, addresses)
            return result

        result = await self.desk.database.writer.run(audited)
        if addresses := set(news_at):
            self.desk.committed(addresses)
        return result

    def recorded(self) -> None:
        """For what `work` does by an act of storage that writes its own row of the audit."""
        self._recorded += 1

    async def record(
        self, db: Connection, action: str, subject: str, detail: Mapping[str, Any] | None = None, *, by: Officer | None = None
    ) -> None:
        """The audit row of what `work` does: `interest.moved`, `interest:17`, and codes, counts or what `audit.changed` gives."""
        self._recorded += 1
        by = by or self.officer
        await audit.record(db, self.desk.database.tools, audit.Entry(by.id, by.branch, action, subject, detail or {}), self.now)

    # Answering

    def show(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page made of a template and these values."""
        said = self._said()
        officer = self.officer if self.signed_in else None
        common = {
            "visit": self,
            "officer": officer,
            "places": [(place, is_here(place, self.request.path)) for place in places_of(officer.role)] if officer else [],
            "may": self.may,
            "Policy": Policy,
            "Role": Role,
            "csrf": self.form_token(),
            "when": self.times.when,
            "day": self.times.day,
            "ago": self.times.ago,
            "said": said,
            "path": self.request.path,
        }
        response = web.Response(
            text=self.desk.frame.page(template, self.language, {**common, **values}), status=status, content_type="text/html"
        )
        response.enable_compression()
        response.headers[hdrs.VARY] = "Accept-Encoding, Accept-Language, HX-Request"
        self.keep_token(response)
        if said:
            self._drop(response, "said")
        return response

    def go(self, path: str, said: Text | None = None) -> web.Response:
        """On to another page, which says what was done."""
        response = web.Response(status=303, headers={hdrs.LOCATION: path})
        if said:
            self._keep(response, "said", self._signed(render(said, self.language)), SAID_LIVES)
        return response

    def go_home(self) -> web.Response:
        return self.go(home_of(self.officer.role))

    # The browser's token, and what shows that a form is ours

    def form_token(self) -> str:
        """Goes with every form. New at each page, so that the length of a compressed page tells nothing about it."""
        salt = secrets.token_urlsafe(12)
        return f"{salt}.{self._mac(salt)}"

    def is_ours(self, token: str) -> bool:
        salt, _dot, mac = token.partition(".")
        return self._is_signed("form", f"{self.token}:{salt}", mac)

    def _mac(self, salt: str) -> str:
        return self.desk.sealer.index("form", f"{self.token}:{salt}")

    def _is_signed(self, kind: str, value: str, mac: str) -> bool:
        """With any key that is given: a form that was open while the key was changed is still ours."""
        return any(hmac.compare_digest(mac.encode(), right.encode()) for right in self.desk.sealer.indexes(kind, value))

    def new_token(self) -> str:
        """At every change of what a session may do the browser gets another token."""
        self.token = secrets.token_urlsafe(32)
        return self.token

    def keep_token(self, response: web.StreamResponse) -> None:
        # Without a token the database was away before we could look: the browser's own may be good, and stays.
        if self.token and self.request.cookies.get(self._name("desk")) != self.token:
            self._keep(response, "desk", self.token)

    def drop_token(self, response: web.StreamResponse) -> None:
        self._drop(response, "desk")

    def device(self) -> str:
        """The mark of a browser that signed this officer in before; "" without one."""
        return self.request.cookies.get(self._name("device"), "")

    def keep_device(self, response: web.StreamResponse, mark: str, seconds: int) -> None:
        self._keep(response, "device", mark, seconds)

    def _name(self, cookie: str) -> str:
        return cookie_name(cookie, https=self.desk.https)

    def _keep(self, response: web.StreamResponse, cookie: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(self._name(cookie), value, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=self.desk.https)

    def _drop(self, response: web.StreamResponse, cookie: str) -> None:
        response.del_cookie(self._name(cookie), path="/", httponly=True, samesite="Lax", secure=self.desk.https)

    def _said(self) -> str:
        sent, _dot, mac = self.request.cookies.get(self._name("said"), "").partition(".")
        if not mac or not self._is_signed("said", sent, mac):
            return ""
        with suppress(ValueError):
            return base64.urlsafe_b64decode(sent).decode()
        return ""

    def _signed(self, text: str) -> str:
        packed = base64.urlsafe_b64encode(text.encode()).decode()
        return f"{packed}.{self.desk.sealer.index('said', packed)}"


def cookie_name(cookie: str, *, https: bool) -> str:
    """A __Host- cookie cannot be set or read by a neighbouring subdomain; browsers take it over https alone."""
    return f"__Host-sapa-{cookie}" if https else f"sapa-{cookie}"
