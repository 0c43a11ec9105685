"""What a test tells the emulator: what happens in chats, what time it is, what goes wrong from now on."""

from __future__ import annotations

from aiohttp import web

from tests.emulators.telegram.platform import Misused, Platform


class Control:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[web.RouteDef]:
        verbs = (self.updates, self.chats, self.faults, self.advance, self.pause, self.token, self.ids)
        return [web.get("/control/state", self.state), *(web.post(f"/control/{verb.__name__}", verb) for verb in verbs)]

    async def updates(self, request: web.Request) -> web.Response:
        """A list of orders, `{"kind": "text", "chat": 42, "text": "halo"}`; answers with the update ids, null for a dropped one."""
        try:
            return web.json_response([self._platform.push(order) for order in await request.json()])
        except Misused as error:
            return web.json_response({"misused": str(error)}, status=400)

    async def chats(self, request: web.Request) -> web.Response:
        """`{"chat": 42, "state": "blocked"}` (open, blocked, deactivated, kicked, unknown) or `{"chat": -7, "moved_to": -100}`.

        A private chat that is blocked or opened again tells the bot so, unless `silent`.
        """
        order = await request.json()
        chats, chat = self._platform.chats, order["chat"]
        if "moved_to" in order:
            chats.move(chat, order["moved_to"])
            return web.json_response(None)
        chats.close(chat, order["state"])
        status = {"blocked": "kicked", "open": "member"}.get(order["state"])
        if order.get("silent") or not status:
            return web.json_response(None)
        return web.json_response(self._platform.push({"kind": "membership", "chat": chat, "status": status}))

    async def faults(self, request: web.Request) -> web.Response:
        """The rules that hold from now on, as in a faults file."""
        self._platform.faults.replace(await request.json())
        return web.json_response(None)

    async def advance(self, request: web.Request) -> web.Response:
        self._platform.clock.advance((await request.json())["seconds"])
        return web.json_response(self._platform.clock.now())

    async def pause(self, request: web.Request) -> web.Response:
        self._platform.pause((await request.json())["paused"])
        return web.json_response(None)

    async def token(self, request: web.Request) -> web.Response:
        self._platform.revoked = (await request.json())["revoked"]
        return web.json_response(None)

    async def ids(self, request: web.Request) -> web.Response:
        """The next update's id: Telegram starts at a random one when nothing came for a week."""
        self._platform.backlog.next_id = (await request.json())["next"]
        return web.json_response(None)

    async def state(self, _request: web.Request) -> web.Response:
        backlog, webhook = self._platform.backlog, self._platform.webhook
        connections = {"busy": webhook.standing.busy, "idle": len(webhook.standing.idle)} if webhook else None
        return web.json_response(
            {
                "now": self._platform.clock.now(),
                "pending": len(backlog),
                "bytes": backlog.bytes,
                "head": backlog.head,
                "next": backlog.next_id,
                "paused": self._platform.paused,
                "webhook": webhook.hook.url if webhook else "",
                "connections": connections,
                "profile": self._platform.profile.shown(),
            }
        )
