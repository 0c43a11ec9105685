"""The Bot API methods that the emulator knows: each takes checked parameters and returns the `result`, or raises Refused."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.telegram.chats import Refused
from tests.emulators.telegram.platform import Platform
from tests.emulators.telegram.post import Hook

Parameters = dict[str, Any]
Method = Callable[[Platform, Parameters], Awaitable[object]]

WEBHOOK_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


def by_name(*functions: Method) -> dict[str, Method]:
    """Under each function's name in camel case."""
    words = [(function, function.__name__.split("_")) for function in functions]
    return {first + "".join(word.capitalize() for word in rest): function for function, (first, *rest) in words}


async def get_me(platform: Platform, _given: Parameters) -> object:
    groups = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**platform.bot, **groups}


async def get_updates(platform: Platform, given: Parameters) -> object:
    if platform.webhook:
        raise Refused(409, WEBHOOK_ACTIVE)
    _allow(platform, given)
    found = await platform.polling.get_updates(given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0))
    return [json.loads(body) for body in found]


async def set_webhook(platform: Platform, given: Parameters) -> object:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
        raise Refused(400, "Bad Request: secret token contains unallowed characters")
    if given.get("drop_pending_updates"):
        platform.backlog.clear("drop_pending_updates")
    _allow(platform, given)
    connections = min(max(given.get("max_connections", 40), 1), 100)
    hook = Hook(given["url"], given.get("secret_token", ""), connections, platform.options.patience)
    await platform.set_webhook(hook if hook.url else None)
    return True


async def delete_webhook(platform: Platform, given: Parameters) -> object:
    if given.get("drop_pending_updates"):
        platform.backlog.clear("drop_pending_updates")
    await platform.set_webhook(None)
    return True


async def get_webhook_info(platform: Platform, _given: Parameters) -> object:
    info: Parameters = {"url": "", "has_custom_certificate": False, "pending_update_count": len(platform.backlog)}
    if platform.allowed:
        info["allowed_updates"] = sorted(platform.allowed)
    if webhook := platform.webhook:
        info |= {"url": webhook.hook.url, "max_connections": webhook.hook.max_connections}
        if webhook.standing.error:
            info |= {"last_error_date": webhook.standing.error_at, "last_error_message": webhook.standing.error}
    return info


async def send_message(platform: Platform, given: Parameters) -> object:
    chat = platform.chats.admit(given["chat_id"])
    if not given["text"].strip():
        raise Refused(400, "Bad Request: message text is empty")
    _check_buttons(given.get("reply_markup"))
    return platform.chats.post(chat, {"text": given["text"].strip()}, given.get("reply_markup"))


async def send_photo(platform: Platform, given: Parameters) -> object:
    sizes = [{"file_id": "AgAC-sent", "file_unique_id": "AQAD-sent", "width": 1280, "height": 720}]
    return _send_file(platform, given, {"photo": sizes})


async def send_document(platform: Platform, given: Parameters) -> object:
    return _send_file(platform, given, {"document": {"file_id": "BQAC-sent", "file_unique_id": "AgAD-sent"}})


async def send_chat_action(platform: Platform, given: Parameters) -> object:
    platform.chats.admit(given["chat_id"])
    return True


async def answer_callback_query(platform: Platform, given: Parameters) -> object:
    if given["callback_query_id"] not in platform.asked:
        raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    return True


async def edit_message_text(platform: Platform, given: Parameters) -> object:
    platform.chats.admit(given.get("chat_id"))
    return platform.chats.edit(given["chat_id"], given.get("message_id"), {"text": given["text"].strip()}, given.get("reply_markup"))


async def edit_message_reply_markup(platform: Platform, given: Parameters) -> object:
    platform.chats.admit(given.get("chat_id"))
    return platform.chats.edit(given["chat_id"], given.get("message_id"), {}, given.get("reply_markup"))


def _send_file(platform: Platform, given: Parameters, content: Parameters) -> object:
    chat = platform.chats.admit(given["chat_id"])
    caption = {"caption": given["caption"]} if given.get("caption") else {}
    return platform.chats.post(chat, {**content, **caption}, given.get("reply_markup"))


def _check_buttons(markup: object) -> None:
    for row in markup.get("inline_keyboard", []) if isinstance(markup, dict) else []:
        for button in row:
            if len(button) < 2:
                raise Refused(400, "Bad Request: Text buttons are unallowed in the inline keyboard")
            if "url" in button and not re.match(r"(https?|tg|ton)://", button["url"]):
                raise Refused(400, f"Bad Request: inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")


def _allow(platform: Platform, given: Parameters) -> None:
    """Not named: as before. Named but empty: all that is sent by default."""
    if "allowed_updates" in given:
        platform.allowed = frozenset(given["allowed_updates"])


METHODS = by_name(
    get_me,
    get_updates,
    set_webhook,
    delete_webhook,
    get_webhook_info,
    send_message,
    send_photo,
    send_document,
    send_chat_action,
    answer_callback_query,
    edit_message_text,
    edit_message_reply_markup,
)
