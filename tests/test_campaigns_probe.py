"""Links of campaigns are tried before they go out, in bounded time, and never at an address inside our own network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ThreadedResolver, web
from aiohttp.test_utils import TestServer

from bot.campaigns_probe import dead, is_public

INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1",
    "::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "127.1", "2130706433", "0177.0.0.1",
)  # fmt: skip


def anywhere(_address: str) -> bool:
    """For a server of this test's own."""
    return True


class Site:
    """A site with all kinds of pages; it knows which were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.app = web.Application()
        self.app.router.add_get("/{page}", self._page)

    async def _page(self, request: web.Request) -> web.Response:
        page = request.match_info["page"]
        self.asked.append(page)
        leads = {"moved": "/there", "round": "/round", "inside": "http://10.0.0.1/", "file": "file:///etc/passwd"}
        if page in leads:
            return web.Response(status=302, headers={"Location": leads[page]})
        if page == "slow":
            await asyncio.Event().wait()
        return web.Response(status={"there": 200, "login": 403}.get(page, 404))


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, Callable[[str], str]]]:
    made = Site()
    async with TestServer(made.app) as server:
        yield made, lambda path: str(server.make_url(path))


async def test_a_link_that_leads_nowhere_is_found_by_trying_it(site: tuple[Site, Callable[[str], str]]) -> None:
    _site, url = site
    live = [url("/there"), url("/moved"), url("/login")]
    gone = {url("/gone"), url("/round"), url("/file")}
    assert await dead([*live, *gone], anywhere) == gone
    assert await dead([]) == set()


async def test_trying_links_ends_in_time_whatever_a_site_does(site: tuple[Site, Callable[[str], str]]) -> None:
    _site, url = site
    began = time.monotonic()
    assert await dead([url("/slow"), url("/there")], anywhere, patience=3) == {url("/slow")}
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("address", INSIDE)
async def test_no_address_inside_is_ever_asked(address: str) -> None:
    assert not is_public(address)
    link = f"https://[{address.partition('%')[0]}]/" if ":" in address else f"https://{address}/"
    assert await dead([link]) == {link}


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "202.152.0.1"])
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("name", ["inside.example", "0x7f.1"])
async def test_a_name_that_leads_inside_is_not_asked(
    site: tuple[Site, Callable[[str], str]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    here, url = site
    link = url("/there").replace("127.0.0.1", name)
    real = ThreadedResolver.resolve

    async def resolve(self: ThreadedResolver, _host: str, *more: object) -> object:
        return await real(self, "127.0.0.1", *more)  # type: ignore[arg-type]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    assert await dead([link]) == {link}
    assert here.asked == []
    assert await dead([link], anywhere) == set(), "it is there; only inside"


async def test_a_site_outside_cannot_lead_inside(site: tuple[Site, Callable[[str], str]]) -> None:
    here, url = site
    seen: list[str] = []

    def allowed(address: str) -> bool:
        seen.append(address)
        return address.startswith("127.")

    assert await dead([url("/inside")], allowed) == {url("/inside")}
    assert here.asked == ["inside"]
    assert seen[-1] == "10.0.0.1"
