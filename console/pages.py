"""How a module of the desk lists its pages: method, path, page, and who may use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import hdrs, web

from console.gate import VISIT
from console.policies import Policy, Route
from console.visit import Visit

Page = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Entry:
    method: str
    path: str
    page: Page
    policy: Policy

    def route(self) -> Route:
        async def handler(request: web.Request) -> web.StreamResponse:
            return await self.page(request[VISIT])

        return Route(web.route(self.method, self.path, handler, name=None), self.policy)


def get(path: str, page: Page, policy: Policy) -> Entry:
    return Entry(hdrs.METH_GET, path, page, policy)


def post(path: str, page: Page, policy: Policy) -> Entry:
    return Entry(hdrs.METH_POST, path, page, policy)
