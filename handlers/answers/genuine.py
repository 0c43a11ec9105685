"""Compares what somebody was sent (links, telephone numbers, sums) with what is known to be official."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import facts
from dialogue import Dialled, Turn, shown
from facts import Contact, Mission
from handlers.cards.prices import about
from handlers.stages import mentions
from locales import Phone, Text, Written, _
from understanding import amounts_in, pasted_in

MOST = 3  # of each kind; a reply is one bubble
CHATS = ("t.me", "telegram.me", "wa.me", "api.whatsapp.com")  # where deep links of partners lead
GOVERNMENT = ".go.id"
PAYING = (
    *("bayar", "membayar", "dibayar", "transfer", "biaya", "potong", "potongan", "dipotong", "iuran", "setor", "deposit", "tarif", "harga"),
    *("uang", "pay", "paid", "fee", "cost", "charge", "charged", "money", "deduct", "deducted", "send"),
)

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w@.-])(?:[\w-]+\.)+[a-z]{2,}(?:/[^\s<>\"]*)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,+/-])\+?\(?\d[\d ().\-]{1,20}\d(?![\w/])")


async def links_in(turn: Turn[Any]) -> list[Text]:
    """What is known of each address: official, a partner's link to this chat, or not known."""
    said = unicodedata.normalize("NFKC", turn.inbound.text)
    found = dict.fromkeys(match[0].rstrip(".,;:!?)") for match in _LINK.finditer(said))
    return [await _link(turn, link) for link in list(found)[:MOST]]


async def _link(turn: Turn[Any], link: str) -> Text:
    parts = _split(link)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    if owner := _official_hosts().get(host):
        return _("{host} is the address of {owner} as we know it.", host=host, owner=owner)
    if any(host.endswith(f".{domain}") or host == domain for domain in _official_domains()):
        return _("{host} belongs to an official domain, but we do not know this page. Ask before you fill anything in.", host=host)
    if parts and host in CHATS and (partner := await turn.store.partners.named(_code(parts))):
        return _(
            "This link carries the code of {partner}, a partner this office knows. It only opens a chat with me: never pay through it.",
            partner=partner.name,
        )
    return _(
        "{host} is not among the official addresses we know. Do not open it, and do not type your NIK or passport there.",
        host=host or link[:60],
    )


def _split(link: str) -> SplitResult | None:
    try:
        return urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return None


def _code(parts: SplitResult) -> str | None:
    """The code of a deep link: `start` or `ref`, or the last word of a prepared text."""
    query = parse_qs(parts.query)
    values = [query[name][0] for name in ("start", "ref", "text") if name in query]
    return values[0].split()[-1] if values and values[0].split() else None


def _official_hosts() -> dict[str, Written]:
    return {host.removeprefix("www."): row.owner for row in facts.contacts("web") if (host := urlsplit(row.address).hostname)}


def _official_domains() -> set[str]:
    """The domains of government those addresses stand under: bpjsketenagakerjaan.go.id and the like."""
    return {".".join(host.split(".")[-3:]) for host in _official_hosts() if host.endswith(GOVERNMENT)}


def numbers_in(text: str, country: str | None) -> list[Text]:
    """Whose each telephone number is, if it is an official one; only numbers that can be dialled count."""
    official = _official_numbers()
    found: dict[str, Text] = {}
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        digits = "".join(filter(str.isdecimal, match[0]))
        full = Dialled(f"+{digits}" if match[0].startswith("+") else digits).e164(country)
        known = official.get(digits) or official.get((full or "").removeprefix("+"))
        if known:
            name, phone = known
            found[digits] = _(
                "{phone} is the number of {name} as we know it. A caller can fake a number: hang up and call it yourself.",
                phone=phone,
                name=name,
            )
        elif full:
            found[digits] = _("{phone} is not among the official numbers we know.", phone=shown(full))
    return list(found.values())[:MOST]


def _official_numbers() -> dict[str, tuple[Written, Phone]]:
    return {"".join(filter(str.isdecimal, phone.shown)): (name, phone) for name, phone in _known()}


def _known() -> Iterator[tuple[Written, Phone]]:
    rows: tuple[Contact | Mission, ...] = (*facts.contacts(), *(row for one in facts.countries() for row in facts.missions_in(one.iso)))
    for row in rows:
        if isinstance(row, Mission):
            yield from ((row.name, phone) for phone in (*row.hotlines, *row.panic, *row.office))
        elif row.phone:
            yield from ((row.owner, phone) for phone in (row.phone, *row.more))


def fees_in(text: str) -> list[Text]:
    """What a sum is that somebody is asked for, or that stands alone; a sum that is only promised is none."""
    asked = mentions(text, *PAYING) or pasted_in(text) == "sum"
    return [about(amount) for amount in dict.fromkeys(amounts_in(text))][:MOST] if asked else []


__all__ = ["fees_in", "links_in", "numbers_in"]
