"""The Graph API that the emulator knows: messages, the number, its templates, the token; faults strike here."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

from aiohttp import web

from tests.emulators.faults import Fault
from tests.emulators.spoil import spoil
from tests.emulators.whatsapp.messages import Messages
from tests.emulators.whatsapp.platform import Platform
from tests.emulators.whatsapp.refusals import Refused

UNFINISHED = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.never"}]}'
NUMBER = {
    "display_phone_number": "+1 555-078-3881",
    "verified_name": "Sapa",
    "code_verification_status": "VERIFIED",
    "name_status": "APPROVED",
    "quality_rating": "GREEN",
    "status": "CONNECTED",
    "platform_type": "CLOUD_API",
    "throughput": {"level": "STANDARD"},
    "health_status": {"can_send_message": "AVAILABLE", "entities": []},
}


class Calls:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._messages = Messages(platform)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/{version:v[0-9.]+}/{id}/messages", self.messages),
            web.get("/{version:v[0-9.]+}/debug_token", self.token),
            web.get("/{version:v[0-9.]+}/{id}", self.number),
            web.get("/{version:v[0-9.]+}/{id}/message_templates", self.templates),
            web.post("/{version:v[0-9.]+}/{id}/message_templates", self.new_template),
            web.get("/{version:v[0-9.]+}/{id}/subscribed_apps", self.subscribed),
        ]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request)
            self._own(request, self._platform.options.phone_id)
            body = self._messages.check(await _json(request))
        except Refused as refusal:
            return _refusal(refusal)
        if "status" in body:
            return web.json_response(self._messages.seen(body))
        chat = body.get("to", body.get("recipient"))
        fault = self._platform.faults.pick("messages", chat)
        try:
            return await self._send(request, body, fault)
        except Refused as refusal:
            facts = {"code": refusal.code, "chat": chat, "opaque": body.get("biz_opaque_callback_data")}
            self._platform.ledger.write("refused", **facts, fault=fault.kind if fault else None)
            return _refusal(refusal)

    async def _send(self, request: web.Request, body: dict[str, Any], fault: Fault | None) -> web.StreamResponse:
        if fault and fault.kind == "error":
            raise Refused(fault.code)
        if fault and fault.when == "before" and fault.kind != "late":
            self._platform.ledger.write("unheard", body=body, fault=fault.kind)
            return await spoil(request, fault, UNFINISHED, whole=False)
        late = fault.code if fault and fault.kind == "late" else 0
        answer = json.dumps(self._messages.send(body, late)).encode()
        if self._platform.options.latency:
            await asyncio.sleep(self._platform.options.latency)
        if fault and not late:
            return await spoil(request, fault, answer, whole=True)
        return web.Response(body=answer, content_type="application/json")

    async def number(self, request: web.Request) -> web.Response:
        platform = self._platform
        try:
            self._authorise(request)
            self._own(request, platform.options.phone_id)
        except Refused as refusal:
            return _refusal(refusal)
        hook = {"webhook_configuration": {"application": platform.hook.url}} if platform.hook.url else {}
        limit = {"whatsapp_business_manager_messaging_limit": platform.options.tier}
        known = {**NUMBER, **hook, **limit, **platform.profile}
        wanted = request.query.get("fields", "display_phone_number,verified_name,quality_rating").split(",")
        return web.json_response({**{name: known[name] for name in wanted if name in known}, "id": platform.options.phone_id})

    async def templates(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
            self._own(request, self._platform.options.account)
        except Refused as refusal:
            return _refusal(refusal)
        return web.json_response(self._platform.templates.page(request.query.get("after", ""), int(request.query.get("limit", 25))))

    async def new_template(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
            self._own(request, self._platform.options.account)
            made = self._platform.templates.create(await _json(request))
        except Refused as refusal:
            return _refusal(refusal)
        return web.json_response({"id": made.id, "status": made.status, "category": made.category})

    async def subscribed(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
            self._own(request, self._platform.options.account)
        except Refused as refusal:
            return _refusal(refusal)
        apps = self._platform.profile.get("apps", [{"whatsapp_business_api_data": {"id": "67890", "name": "Sapa", "link": ""}}])
        return web.json_response({"data": apps})

    async def token(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
        except Refused as refusal:
            return _refusal(refusal)
        options = self._platform.options
        scopes = self._platform.profile.get("scopes", ["whatsapp_business_management", "whatsapp_business_messaging"])
        granular = [{"scope": scope, "target_ids": [options.account]} for scope in scopes]
        valid = request.query.get("input_token") == options.token
        data = {"app_id": "67890", "is_valid": valid, "expires_at": self._platform.profile.get("expires_at", 0), "scopes": scopes}
        return web.json_response({"data": {**data, "granular_scopes": granular}})

    def _authorise(self, request: web.Request) -> None:
        options = self._platform.options
        if request.headers.get("Authorization") != f"Bearer {options.token}":
            raise Refused(190)
        proof = hmac.new(options.app_secret.encode(), options.token.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof", proof) != proof:
            raise Refused(100, "Invalid appsecret_proof provided in the API argument")

    def _own(self, request: web.Request, wanted: str) -> None:
        if request.match_info["id"] != wanted:
            raise Refused(100, "Unsupported request. Object does not exist, or cannot be loaded due to missing permissions", 33)


async def _json(request: web.Request) -> object:
    try:
        return await request.json()
    except ValueError:
        raise Refused(100, "not JSON") from None


def _refusal(refusal: Refused) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.status)
