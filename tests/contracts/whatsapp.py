"""What the Cloud API takes: the limits Meta publishes, each with where it stands.

Meta's own machine-readable description (https://github.com/facebook/openapi, MIT, v23.0) contradicts itself and lacks business-scoped
ids, so that the rules are written here by hand. PyWa builds the same bodies independently; `test_whatsapp_pywa.py` compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Problem = tuple[str, str]

# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages and .../guides/send-messages
TEXT, BODY, CAPTION = 4096, 1024, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
LIST_BUTTON, ROWS, ROW_TITLE, ROW_ID, ROW_DESCRIPTION = 20, 10, 24, 200, 72
URL_TITLE, URL = 20, 2000
OPAQUE = 512
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
PHONE = re.compile(r"\+?[0-9]{5,20}")
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
ENVELOPE = {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}


def send_problems(body: Any) -> list[Problem]:
    """What is wrong with a body of `POST /messages`; nothing if Meta would take it."""
    if not isinstance(body, dict):
        return [("", "is not an object")]
    return list(_seen(body) if "status" in body else _send(body))


def _seen(body: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys("", body, {"messaging_product", "status", "message_id"}, {"typing_indicator"})
    yield from _one_of("status", body.get("status"), "read")
    yield from _length("message_id", body.get("message_id"), 1, 512)
    if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
        yield "typing_indicator", "is not text"


def _send(body: dict[str, Any]) -> Iterator[Problem]:
    kind = body.get("type")
    yield from _one_of("messaging_product", body.get("messaging_product"), "whatsapp")
    yield from _one_of("recipient_type", body.get("recipient_type"), "individual")
    yield from _recipient(body)
    if "biz_opaque_callback_data" in body:
        yield from _length("biz_opaque_callback_data", body["biz_opaque_callback_data"], 1, OPAQUE)
    if kind not in KINDS:
        yield "type", f"is {kind!r}"
        return
    for name in body.keys() - ENVELOPE - {kind}:
        yield name, "is unknown"
    content = body.get(kind)
    if not isinstance(content, dict):
        yield kind, "is missing"
        return
    for place, what in KINDS[kind](content):
        yield f"{kind}/{place}", what


def _recipient(body: dict[str, Any]) -> Iterator[Problem]:
    if ("to" in body) == ("recipient" in body):
        yield "to", "and recipient: exactly one must be given"
    for name, form in (("to", PHONE), ("recipient", USER_ID)):
        if name in body and not (isinstance(body[name], str) and form.fullmatch(body[name])):
            yield name, "is not of its form"


def _text(text: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys("", text, {"body"}, {"preview_url"})
    yield from _length("body", text.get("body"), 1, TEXT)


def _interactive(interactive: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys("", interactive, {"type", "body", "action"}, {"header", "footer"})
    body = interactive.get("body")
    yield from _length("body/text", body.get("text") if isinstance(body, dict) else None, 1, BODY)
    action, kind = interactive.get("action"), interactive.get("type")
    if kind not in ACTIONS:
        yield "type", f"is {kind!r}"
    elif not isinstance(action, dict):
        yield "action", "is missing"
    else:
        yield from ACTIONS[kind](action)


def _buttons(action: dict[str, Any]) -> Iterator[Problem]:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS:
        yield "action/buttons", f"are not 1 to {BUTTONS}"
        return
    for place, button in enumerate(buttons):
        yield from _keys(f"action/buttons/{place}", button, {"type", "reply"}, set())
        yield from _length(f"action/buttons/{place}/reply/title", button["reply"].get("title"), 1, BUTTON_TITLE)
        yield from _length(f"action/buttons/{place}/reply/id", button["reply"].get("id"), 1, BUTTON_ID)
    yield from _distinct("action/buttons", [button["reply"] for button in buttons])


def _list(action: dict[str, Any]) -> Iterator[Problem]:
    yield from _length("action/button", action.get("button"), 1, LIST_BUTTON)
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows", [])]
    if not 1 <= len(rows) <= ROWS:
        yield "action/sections", f"have not 1 to {ROWS} rows"
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        yield "action/sections", "need titles"
    for place, row in enumerate(rows):
        yield from _keys(f"action/rows/{place}", row, {"id", "title"}, {"description"})
        yield from _length(f"action/rows/{place}/title", row.get("title"), 1, ROW_TITLE)
        yield from _length(f"action/rows/{place}/id", row.get("id"), 1, ROW_ID)
        yield from _length(f"action/rows/{place}/description", row.get("description", ""), 0, ROW_DESCRIPTION)
    yield from _distinct("action/rows", rows)


def _link(action: dict[str, Any]) -> Iterator[Problem]:
    yield from _one_of("action/name", action.get("name"), "cta_url")
    parameters = action.get("parameters") or {}
    yield from _length("action/parameters/display_text", parameters.get("display_text"), 1, URL_TITLE)
    yield from _length("action/parameters/url", parameters.get("url"), 1, URL)
    if not re.match(r"https?://[^\s]", str(parameters.get("url"))):
        yield "action/parameters/url", "is not a web address"


def _location_request(action: dict[str, Any]) -> Iterator[Problem]:
    yield from _one_of("action/name", action.get("name"), "send_location")


def _file(file: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys("", file, set(), {"id", "link", "caption", "filename"})
    if ("id" in file) == ("link" in file):
        yield "id", "and link: exactly one must be given"
    yield from _length("caption", file.get("caption", ""), 0, CAPTION)


def _template(template: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys("", template, {"name", "language"}, {"components"})
    if not TEMPLATE_NAME.fullmatch(str(template.get("name"))):
        yield "name", "is not of its form"
    language = template.get("language")
    if not isinstance(language, dict) or not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2,3})?", str(language.get("code"))):
        yield "language/code", "is not of its form"
    for place, part in enumerate(template.get("components", [])):
        if part.get("type") not in ("header", "body", "button"):
            yield f"components/{place}/type", f"is {part.get('type')!r}"
        for number, value in enumerate(part.get("parameters", [])):
            where = f"components/{place}/parameters/{number}"
            if value.get("type") == "text":
                yield from _length(f"{where}/text", value.get("text"), 1, BODY)
                if re.search(r"[\n\t]| {5,}", str(value.get("text"))):
                    yield f"{where}/text", "has line breaks, tabs or more than four spaces"
            elif value.get("type") == "payload":
                yield from _length(f"{where}/payload", value.get("payload"), 1, 128)


KINDS = {"text": _text, "interactive": _interactive, "image": _file, "document": _file, "template": _template}
ACTIONS = {"button": _buttons, "list": _list, "cta_url": _link, "location_request_message": _location_request}


def _keys(place: str, holder: Any, needed: set[str], allowed: set[str]) -> Iterator[Problem]:
    names = set(holder) if isinstance(holder, dict) else set()
    yield from ((f"{place}/{name}".strip("/"), "is missing") for name in sorted(needed - names))
    yield from ((f"{place}/{name}".strip("/"), "is unknown") for name in sorted(names - needed - allowed))


def _one_of(place: str, value: object, wanted: str) -> Iterator[Problem]:
    if value != wanted:
        yield place, f"is {value!r}, not {wanted}"


def _length(place: str, value: object, least: int, most: int) -> Iterator[Problem]:
    """In UTF-16 units, the strictest way Meta can count."""
    if not isinstance(value, str):
        yield place, "is missing"
    elif not least <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= most:
        yield place, f"is {len(value)} characters long, not {least} to {most}"


def _distinct(place: str, shown: list[dict[str, Any]]) -> Iterator[Problem]:
    for name in ("id", "title"):
        if len({one.get(name) for one in shown}) != len(shown):
            yield place, f"have the same {name}"
