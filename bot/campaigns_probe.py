"""Tries the links of a campaign before anybody else does: one that leads nowhere is a fault. It never asks anything but public addresses."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from storage.campaigns_file import LINK, CampaignFile

PATIENCE = 6.0  # seconds for all links together, however often they lead on
HOPS = 5
MOVED = (301, 302, 303, 307, 308)
THERE_ALL_THE_SAME = (401, 403, 405, 429)  # sites that refuse to be asked so, or want a person
AGENT = {"User-Agent": "Sapa link check"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 in which an IPv4 address is wrapped: RFC 6052, RFC 3056; and site-local ones, which RFC 3879 took back.
TUNNELS = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "::/96"))


class NotPublic(OSError):
    """A name or address of this machine, its network, or of nobody."""


def is_public(text: str) -> bool:
    """Whether anybody on the internet would reach the same place by it. What is no address in its usual form is not."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if any(address in net for net in TUNNELS):
            return False
    return address.is_global and not address.is_multicast


class PublicOnly(AbstractResolver):
    """Names as the machine knows them, if every address of theirs is public; the connection then goes to these and asks no second time."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._inner, self._allowed = aiohttp.ThreadedResolver(), allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(self._allowed(one["host"]) for one in found):
            raise NotPublic(host)
        return found

    async def close(self) -> None:
        await self._inner.close()


async def dead_links(file: CampaignFile) -> set[str]:
    """Of its buttons' links, those that led nowhere just now."""
    return await dead(button.link for button in file.button if LINK.fullmatch(button.link))


async def dead(links: Iterable[str], allowed: Callable[[str], bool] = is_public, patience: float = PATIENCE) -> set[str]:
    """Those that do not answer in time are dead too."""
    wanted = set(links)
    if not wanted:
        return set()
    alive: set[str] = set()

    async def look(http: aiohttp.ClientSession, link: str) -> None:
        if await _lives(http, URL(link), allowed):
            alive.add(link)

    connector = aiohttp.TCPConnector(resolver=PublicOnly(allowed), use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector, headers=AGENT, cookie_jar=aiohttp.DummyCookieJar()) as http:
        tries = [asyncio.create_task(look(http, link)) for link in wanted]
        _done, late = await asyncio.wait(tries, timeout=patience)
        for one in late:
            one.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    return wanted - alive


async def _lives(http: aiohttp.ClientSession, link: URL, allowed: Callable[[str], bool]) -> bool:
    """Asked without its content. Where it leads on to is looked at like the link itself."""
    try:
        for _hop in range(HOPS + 1):
            if link.scheme not in ("http", "https") or not link.host or not _may_ask(link.host, allowed):
                return False
            async with http.get(link, allow_redirects=False) as answer:
                if answer.status not in MOVED or "Location" not in answer.headers:
                    return answer.status < 400 or answer.status in THERE_ALL_THE_SAME
                link = link.join(URL(answer.headers["Location"]))
    except (aiohttp.ClientError, OSError, ValueError):
        pass
    return False


def _may_ask(host: str, allowed: Callable[[str], bool]) -> bool:
    """What looks like an address is never resolved, also "127.1", which systems read as one; every other name is, by PublicOnly."""
    if ":" not in host and not host.replace(".", "").isdigit():
        return True
    return allowed(host)
