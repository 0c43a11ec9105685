"""Words what we send the way the Cloud API wants it: one body of `POST /messages` for each thing we can say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.channels import Parcel
from locales import LIMITS, Button, Page
from locales.pages import cut, units
from storage.deliveries import Illustrated
from storage.templates import Filled

CHANNEL = "whatsapp"
# A business-scoped user id, perhaps a portfolio's; anything else is a phone number.
USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
CHOOSE = "Menu"  # what opens a list; the same word in both languages
LONGEST_URL_LABEL = 20
LONGEST_CAPTION = 1024

Payload = dict[str, Any]


def to_payload(parcel: Parcel) -> Payload:
    """The whole body of a send."""
    content = template(parcel.template) if parcel.template else page(parcel.page)
    return addressed(parcel.address, content, parcel.delivery)


def addressed(address: str, content: Payload, delivery: int | None = None) -> Payload:
    """Content to one person. Our own id of the delivery comes back with every receipt."""
    to = {"recipient": address} if USER_ID.fullmatch(address) else {"to": address}
    ours = {} if delivery is None else {"biz_opaque_callback_data": str(delivery)}
    return {"messaging_product": CHANNEL, "recipient_type": "individual", **to, **content, **ours}


def page(said: Page) -> Payload:
    """The words and what can be pressed; a picture or document stands above them, or they are its caption."""
    content = _page(said)
    if not isinstance(said, Illustrated):
        return content
    if content["type"] == "text":
        return image(said.link, said.text) if said.kind.startswith("image/") else document(said.link, said.name, said.text)
    if content["interactive"]["type"] != "list":  # a list's header is text: a campaign that may start has none
        media = image(said.link) if said.kind.startswith("image/") else document(said.link, said.name)
        content["interactive"]["header"] = media
    return content


def _page(said: Page) -> Payload:
    """Up to three buttons, or a list, or one link; links that stand beside other buttons are written into the text."""
    limits = LIMITS[CHANNEL]
    # No two may answer alike (error 131009).
    answers = list({button.payload: button for button in said.buttons if button.payload and not button.url}.values())
    links = [button for button in said.buttons if button.url.startswith(("https://", "http://"))]
    if len(links) == 1 and not answers:
        return _interactive("cta_url", said.text, _link(links[0]))
    body = _with_links(said.text, links, limits.text_with_choices if answers else limits.text)
    if not answers:
        return {"type": "text", "text": {"body": body, "preview_url": False}}
    if len(answers) <= limits.buttons[0]:
        return _interactive("button", body, {"buttons": [_reply(button) for button in _distinct(answers, limits.buttons[1])]})
    rows = [{"id": button.payload, "title": button.label} for button in _distinct(answers[: limits.rows[0]], limits.rows[1])]
    return _interactive("list", body, {"button": CHOOSE, "sections": [{"rows": rows}]})


def template(filled: Filled) -> Payload:
    """https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates"""
    parts: list[Payload] = []
    if filled.values:
        named = [{"parameter_name": blank} if filled.named else {} for blank, _words in filled.values]
        words = [{"type": "text", **name, "text": said} for name, (_blank, said) in zip(named, filled.values, strict=True)]
        parts.append({"type": "body", "parameters": words})
    for place, payload in enumerate(filled.payloads):
        reply = {"type": "payload", "payload": payload}
        parts.append({"type": "button", "sub_type": "quick_reply", "index": str(place), "parameters": [reply]})
    content: Payload = {"name": filled.name, "language": {"code": filled.language}}
    return {"type": "template", "template": content | ({"components": parts} if parts else {})}


def location_request(words: str) -> Payload:
    """A bubble with a button that shares where one is."""
    return _interactive("location_request_message", words, {"name": "send_location"})


def document(source: str, name: str, caption: str = "") -> Payload:
    return {"type": "document", "document": {**_source(source), "filename": name, **_caption(caption)}}


def image(source: str, caption: str = "") -> Payload:
    return {"type": "image", "image": {**_source(source), **_caption(caption)}}


def seen(message: str) -> Payload:
    """Marks a message (and all before it) as read, and shows that we are writing."""
    return {"messaging_product": CHANNEL, "status": "read", "message_id": message, "typing_indicator": {"type": "text"}}


def _interactive(kind: str, body: str, action: Payload) -> Payload:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


def _link(button: Button) -> Payload:
    return {"name": "cta_url", "parameters": {"display_text": cut(button.label, LONGEST_URL_LABEL), "url": button.url}}


def _reply(button: Button) -> Payload:
    return {"type": "reply", "reply": {"id": button.payload, "title": button.label}}


def _distinct(buttons: Sequence[Button], width: int) -> list[Button]:
    """No two buttons of a message may look alike (error 131009)."""
    shown: dict[str, Button] = {}
    for button in buttons:
        label, number = cut(button.label, width), 2
        while label in shown:
            label, number = f"{cut(button.label, width - 2)} {number}", number + 1
        shown[label] = Button(label, button.payload)
    return list(shown.values())


def _with_links(text: str, links: Sequence[Button], longest: int) -> str:
    for link in links:
        longer = f"{text}\n\n{link.label}: {link.url}"
        if link.url not in text and units(longer) <= longest:
            text = longer
    return text


def _source(source: str) -> Payload:
    """A link that Meta fetches, or the id of a file it already has."""
    return {"link": source} if source.startswith("https://") else {"id": source}


def _caption(caption: str) -> Payload:
    return {"caption": cut(caption, LONGEST_CAPTION)} if caption else {}
