"""What stands before every page: headers on all that is answered, errors one can go on from, news only for who is signed in (W17, W25)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web import build
from console import Console
from console.pages import get, post
from console.policies import Policy, Role
from console.refused import Refused
from console.visit import Visit
from locales import _
from storage import Unavailable, audit, sessions
from storage.audit import Wanted
from storage.writer import Connection
from tests.console.conftest import Desk, _ready

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk/sign-in",
        "/desk/account",
        "/desk/nowhere",
        "/desk/officers/x",
        "/desk/officers/9",
        "/desk/link/x",
        "/desk/audit/check",
    ],
)
@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR, Role.AUTHOR])
async def test_every_answer_carries_every_header(desk: Desk, path: str, role: Role | None) -> None:
    """W17"""
    browser = await desk.signed_in(role) if role else desk.stranger()
    answer = await browser.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    for part in (
        "default-src 'none'",
        "script-src 'self';",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert part in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


async def test_nothing_stands_inline_in_a_page(desk: Desk) -> None:
    """W17: neither a script nor a style nor a handler, so that the policy needs no exception."""
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    for path in ("/desk", "/desk/account", "/desk/officers", "/desk/officers/new", "/desk/audit", "/desk/enrol", "/desk/account/codes"):
        page = await (await browser.get(path)).text()
        for inline in ("<style", " style=", " onclick=", "<script>", "javascript:"):
            assert inline not in page, (path, inline)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/files/x/desk.css",
        "/desk/files/../policies.py",
        "/desk/files/{version}/..%2fpolicies.py",
        "/desk/.git",
        "/desk/templates/base.html",
    ],
)
async def test_only_the_files_of_the_desk_are_sent(desk: Desk, path: str) -> None:
    """W25"""
    answer = await desk.stranger().get(path.format(version=desk.console.desk.files.version))
    assert answer.status == 404


async def test_files_are_packed_and_kept_by_the_browser(desk: Desk) -> None:
    answer = await desk.stranger().get(desk.console.desk.files.path("desk.js"))
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"]


class Odd:
    """A desk with pages that go wrong in every way."""

    def __init__(self, console: Console) -> None:
        entries = [
            get("/desk/odd/{how}", self.page, Policy.ACCOUNT),
            post("/desk/odd/{how}", self.act, Policy.ACCOUNT),
        ]
        self.app = build([*console.routes(), *(entry.route() for entry in entries)], _ready, https=False, gates=[console.gate()])

    async def page(self, visit: Visit) -> web.StreamResponse:
        how = visit.request.match_info["how"]
        if how == "broken":
            raise RuntimeError("inside")
        if how == "away":
            raise Unavailable("inside")
        raise Refused(409, _("This cannot be done"), _("Nothing was changed."))

    async def act(self, visit: Visit) -> web.StreamResponse:
        times = {"never": 0, "once": 1, "twice": 2}[visit.request.match_info["how"]]

        async def work(db: Connection) -> None:
            for _time in range(times):
                await visit.record(db, "test.done", "test:1")

        await visit.write(work, news_at=["here"])
        return visit.go("/desk", _("Saved."))


@pytest.fixture
async def odd(desk: Desk) -> AsyncIterator[Desk]:
    async with TestServer(Odd(desk.console).app) as server:
        desk.address = f"http://{server.host}:{server.port}"
        yield desk


@pytest.mark.parametrize(
    ("how", "status", "said"), [("broken", 500, "pengelola bot"), ("away", 503, "Basis data"), ("refused", 409, "Tidak ada yang diubah")]
)
async def test_an_error_says_what_to_do_and_nothing_of_the_inside(odd: Desk, how: str, status: int, said: str) -> None:
    browser = await odd.signed_in()
    answer = await browser.get(f"/desk/odd/{how}")
    page = await answer.text()
    assert answer.status == status
    assert said in page
    assert "inside" not in page
    assert "Traceback" not in page
    assert "Content-Security-Policy" in answer.headers
    assert (answer.headers.get("Retry-After") == "5") is (how == "away")


async def test_a_database_that_is_away_signs_nobody_out(odd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await odd.signed_in()

    async def away(*_anything: object) -> None:
        raise Unavailable("inside")

    with monkeypatch.context() as broken:
        broken.setattr(sessions, "find", away)
        answer = await browser.get("/desk")
        assert (answer.status, "Set-Cookie" in answer.headers) == (503, False)
    assert (await browser.get("/desk")).status == 200


async def test_an_action_is_exactly_one_row_of_the_audit_or_it_is_not_done(odd: Desk) -> None:
    """N9"""
    browser = await odd.signed_in()
    statuses = {how: (await browser.post(f"/desk/odd/{how}")).status for how in ("never", "once", "twice")}
    assert statuses == {"never": 500, "once": 303, "twice": 500}
    assert len(await odd.database.writer.read(lambda db: audit.find(db, "*", Wanted()))) == 1
    assert odd.told == [{"here"}]  # only what was kept is told


async def test_what_was_done_is_said_once_on_the_next_page_and_cannot_be_forged(odd: Desk) -> None:
    browser = await odd.signed_in()
    await browser.post("/desk/odd/once")
    assert "Tersimpan." in await (await browser.get("/desk")).text()
    assert "Tersimpan." not in await (await browser.get("/desk")).text()
    browser.keep("sapa-said", "UGxlYXNlIGNhbGwgMTIz.forged")
    assert "Please call" not in await (await browser.get("/desk")).text()


async def test_news_is_heard_by_who_is_signed_in_and_names_nobody(desk: Desk) -> None:
    assert (await desk.stranger().get("/desk/live")).status == 401
    browser = await desk.signed_in()
    answer = await browser.open("/desk/live")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert await asyncio.wait_for(answer.content.readuntil(b"\n\n"), 5) == b"retry: 2000\n\n"
    desk.console.live.heard({"an address"})
    assert await asyncio.wait_for(answer.content.readuntil(b"\n\n"), 5) == b"event: news\ndata: -\n\n"
    answer.close()


async def test_news_ends_with_the_session(desk: Desk) -> None:
    browser = await desk.signed_in()
    answer = await browser.open("/desk/live")
    await answer.content.readuntil(b"\n\n")
    desk.clock.move(minutes=31)
    desk.console.live.heard(set())
    rest = await asyncio.wait_for(answer.content.read(), 5)
    assert rest.count(b"event: news") <= 1


async def test_a_page_that_htmx_fetched_after_the_session_ended_is_loaded_anew(desk: Desk) -> None:
    answer = await desk.stranger().get("/desk", **{"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Refresh"], await answer.text()) == (401, "true", "")
