"""What a test tells the emulator: what people do, what time it is, what the account is like, what goes wrong from now on."""

from __future__ import annotations

import secrets

import aiohttp
from aiohttp import web

from tests.emulators.whatsapp.platform import Misused, Platform

# A template's state, and the word by which the webhook tells it.
REASONED = frozenset({"REJECTED"})


class Control:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[web.RouteDef]:
        verbs = (self.people, self.says, self.faults, self.advance, self.pause, self.hook, self.template, self.tier, self.number)
        return [web.get("/control/state", self.state), *(web.post(f"/control/{verb.__name__}", verb) for verb in verbs)]

    async def says(self, request: web.Request) -> web.Response:
        """A list of orders, `{"kind": "text", "chat": "6281200000001", "text": "halo"}`; answers with the ids."""
        try:
            return web.json_response([self._platform.hear(order) for order in await request.json()])
        except Misused as error:
            return web.json_response({"misused": str(error)}, status=400)

    async def people(self, request: web.Request) -> web.Response:
        """`{"chat": "...", "state": "undeliverable", "hidden": true, "nameless": true, "stopped": true}`; answers with number and id."""
        order = await request.json()
        person = self._platform.people.of(str(order.pop("chat")))
        for name, value in order.items():
            setattr(person, name, value)
        return web.json_response({"phone": person.phone, "user": person.user})

    async def faults(self, request: web.Request) -> web.Response:
        self._platform.faults.replace(await request.json())
        return web.json_response(None)

    async def advance(self, request: web.Request) -> web.Response:
        self._platform.clock.advance((await request.json())["seconds"])
        self._platform.webhook.wake()
        return web.json_response(self._platform.clock.now())

    async def pause(self, request: web.Request) -> web.Response:
        self._platform.webhook.paused = (await request.json())["paused"]
        self._platform.webhook.wake()
        return web.json_response(None)

    async def hook(self, request: web.Request) -> web.Response:
        """The webhook's settings. A new address is asked first whether it is ours, as the App Dashboard does."""
        order, hook = await request.json(), self._platform.hook
        verified = "url" not in order or await self._verify(order["url"])
        if verified:
            for name, value in order.items():
                setattr(hook, name, value)
            self._platform.webhook.wake()
        return web.json_response(verified)

    async def _verify(self, url: str) -> bool:
        challenge = str(secrets.randbelow(10**10))
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": self._platform.options.verify_token}
        async with aiohttp.ClientSession() as session, session.get(url, params=asked) as response:
            return response.status == 200 and await response.text() == challenge

    async def template(self, request: web.Request) -> web.Response:
        """`{"name", "language", "status", "category", "body", ...}`; `"remove": true` deletes it. Changes are told, unless `silent`."""
        order = await request.json()
        silent = order.pop("silent", False)
        if order.pop("remove", False):
            self._platform.templates.remove(order["name"], order["language"])
            return web.json_response(None)
        template = self._platform.templates.put(order)
        named = {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        if not silent and "status" in order:
            reason = template.rejected_reason if template.status in REASONED else "NONE"
            self._platform.notice("message_template_status_update", event=template.status, reason=reason, **named)
        if not silent and "quality" in order:
            quality = {"previous_quality_score": "UNKNOWN", "new_quality_score": template.quality}
            self._platform.notice("message_template_quality_update", **quality, **named)
        return web.json_response(template.id)

    async def tier(self, request: web.Request) -> web.Response:
        """`{"tier": "TIER_2K"}`, and Meta tells of it."""
        self._platform.options.tier = (await request.json())["tier"]
        self._platform.notice("business_capability_update", max_daily_conversations_per_business=self._platform.options.tier)
        return web.json_response(None)

    async def number(self, request: web.Request) -> web.Response:
        """What the number, the token or the account say of themselves from now on."""
        self._platform.profile |= await request.json()
        return web.json_response(None)

    async def state(self, _request: web.Request) -> web.Response:
        webhook = self._platform.webhook
        pending = len(webhook.events) + len(webhook.waiting) + webhook.busy
        return web.json_response({"now": self._platform.clock.now(), "pending": pending, "retrying": len(webhook.waiting)})
