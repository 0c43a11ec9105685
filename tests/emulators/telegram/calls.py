"""One call of the Bot API: read and checked, perhaps struck by a fault, performed, recorded, answered."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import Any

from aiohttp import web

from tests.contracts import telegram as contract
from tests.emulators.faults import REFUSALS, Fault
from tests.emulators.spoil import spoil
from tests.emulators.telegram import methods, profile
from tests.emulators.telegram.chats import CLOSED, Refused
from tests.emulators.telegram.methods import Parameters
from tests.emulators.telegram.platform import Platform

# Client.cpp: a bot with this many calls under way, or this many unsent messages in one chat, is told to wait a minute.
MOST_ACTIVE = 1000
MOST_UNSENT_IN_CHAT = 310
FLOOD_WAIT = 60
UNFINISHED = b'{"ok":true,"result":true}'

METHODS = methods.METHODS | profile.METHODS


class Calls:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._active = 0
        self._unsent: Counter[object] = Counter()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = contract.METHODS.get(request.match_info["method"].lower(), "")
        try:
            self._authorise(request.match_info["token"])
            if method not in METHODS:
                raise Refused(404, "Not Found: method not found")
            given = self._checked(method, await read_parameters(request))
        except Refused as refusal:
            return _refusal(refusal)
        chat = given.get("chat_id")
        self._active += 1
        self._unsent[chat] += 1
        try:
            return await self._answer(request, method, given)
        finally:
            self._active -= 1
            self._unsent[chat] -= 1
            if not self._unsent[chat]:
                del self._unsent[chat]

    async def from_webhook(self, said: Parameters) -> None:
        """A call that came in the answer to a delivery: performed, and its result thrown away."""
        method = contract.METHODS.get(str(said.pop("method")).lower(), "")
        if method in METHODS and not method.startswith("get"):
            try:
                await self._perform(method, self._checked(method, coerced(method, said)), None)
            except Refused:
                return

    async def _answer(self, request: web.Request, method: str, given: Parameters) -> web.StreamResponse:
        fault = self._platform.faults.pick(method, given.get("chat_id"))
        try:
            if fault and fault.when == "before":
                return await self._struck(request, method, given, fault)
            self._hold_back_floods(method, given)
            result = await self._perform(method, given, fault)
        except Refused as refusal:
            facts = {"method": method, "parameters": given, "status": refusal.status, "description": refusal.description}
            self._platform.ledger.write("refused", **facts, fault=fault.kind if fault else None)
            return _refusal(refusal)
        if self._platform.options.latency:
            await asyncio.sleep(self._platform.options.latency)
        answer = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode(errors="backslashreplace")
        if fault:
            return await spoil(request, fault, answer, whole=True)
        return web.Response(body=answer, content_type="application/json")

    async def _struck(self, request: web.Request, method: str, given: Parameters, fault: Fault) -> web.StreamResponse:
        if fault.kind in REFUSALS:
            raise _refused_by(fault)
        self._platform.ledger.write("unheard", method=method, parameters=given, fault=fault.kind)
        return await spoil(request, fault, UNFINISHED, whole=False)

    async def _perform(self, method: str, given: Parameters, fault: Fault | None) -> object:
        result = await METHODS[method](self._platform, given)
        if method == "getUpdates":
            return result  # each update was checked when it happened, and the ledger has it as polled
        if wrong := contract.result_problems(method, result):
            self._platform.ledger.write("violation", of="answer", method=method, problems=wrong)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        facts = {"method": method, "parameters": given, "chat": given.get("chat_id"), "message_id": message_id}
        self._platform.ledger.write("accepted", **facts, fault=fault.kind if fault else None)
        return result

    def _authorise(self, token: str) -> None:
        if self._platform.revoked or token != self._platform.options.token:
            raise Refused(401, "Unauthorized")

    def _checked(self, method: str, given: Parameters) -> Parameters:
        if wrong := contract.call_problems(method, given):
            self._platform.ledger.write("violation", of="call", method=method, problems=wrong, parameters=given)
            raise Refused(400, "Bad Request: " + "; ".join(f"{path} {what}" for path, what in wrong))
        return given

    def _hold_back_floods(self, method: str, given: Parameters) -> None:
        unsent = self._unsent[given.get("chat_id")] if method.startswith("send") else 0
        if self._active > MOST_ACTIVE + self._platform.updates_in_last_minute() or unsent > MOST_UNSENT_IN_CHAT:
            raise Refused(429, f"Too Many Requests: retry after {FLOOD_WAIT}", retry_after=FLOOD_WAIT)


async def read_parameters(request: web.Request) -> Parameters:
    """From the address, a form, a multipart form or a JSON body, as the Bot API takes them."""
    given: Parameters = dict(request.query)
    if request.content_type == "application/json":
        try:
            said = await request.json()
        except ValueError:
            raise Refused(400, "Bad Request: can't parse JSON object") from None
        given |= said if isinstance(said, dict) else {}
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            given[name] = {"file_name": value.filename} if isinstance(value, web.FileField) else value
    return coerced(contract.METHODS[request.match_info["method"].lower()], given)


def coerced(method: str, given: Parameters) -> Parameters:
    """Forms carry everything as text: numbers and objects are read where the specification wants them."""
    types = contract.parameter_types(method)
    return {name: _coerced(value, types.get(name, [])) for name, value in given.items()}


def _coerced(value: Any, types: list[str]) -> Any:
    if not isinstance(value, str) or types == ["String"] or not types or "InputFile" in types:
        return value
    if "String" in types:
        return int(value) if re.fullmatch(r"-?\d{1,18}", value) else value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _refused_by(fault: Fault) -> Refused:
    description = fault.description
    match fault.kind:
        case "429":
            parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
            return Refused(429, description or f"Too Many Requests: retry after {fault.retry_after}", **parameters)
        case "403":
            return Refused(403, description or CLOSED["blocked"][1])
        case "migrate":
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            return Refused(400, description or text, migrate_to_chat_id=fault.migrate_to_chat_id)
        case "401":
            return Refused(401, description or "Unauthorized")
        case "404":
            return Refused(404, description or "Not Found")
        case _:
            return Refused(400, description or CLOSED["unknown"][1])


def _refusal(refusal: Refused) -> web.Response:
    said: Parameters = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        said["parameters"] = refusal.parameters
    return web.json_response(said, status=refusal.status)
