"""Tries the links of a campaign before anybody else does: one that leads nowhere is a fault."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp

from storage.campaigns_file import LINK, CampaignFile

PATIENCE = aiohttp.ClientTimeout(total=8, connect=4)
AGENT = {"User-Agent": "Sapa link check"}


async def dead_links(file: CampaignFile) -> set[str]:
    """Of its buttons' links, those that led nowhere just now."""
    return await dead(button.link for button in file.button if LINK.fullmatch(button.link))


async def dead(links: Iterable[str]) -> set[str]:
    wanted = sorted(set(links))
    if not wanted:
        return set()
    async with aiohttp.ClientSession(timeout=PATIENCE, headers=AGENT, cookie_jar=aiohttp.DummyCookieJar()) as http:
        lives = await asyncio.gather(*(_lives(http, link) for link in wanted))
    return {link for link, alive in zip(wanted, lives, strict=True) if not alive}


async def _lives(http: aiohttp.ClientSession, link: str) -> bool:
    """Asked without its content; a site that refuses to be asked so, or wants a person, is there all the same."""
    try:
        async with http.get(link, allow_redirects=True, max_redirects=5) as answer:
            return answer.status < 400 or answer.status in (401, 403, 405, 429)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
