"""From a row of a facts file to its typed form, one function per table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from facts import model
from facts.raw import Raw
from locales import Citation, Phone, Quantity

CONFIDENCE = ("high", "medium", "low")
SCHEMES = ("placed", "perseorangan", "extension", "both", "by_choice", "g2g")
REQUIRED = ("yes", "no", "partly", "unknown")
CHANNELS = ("phone", "whatsapp", "email", "web", "app", "payment")
SERVICES = ("police", "fire", "ambulance")


def regulation(raw: Raw) -> model.Regulation:
    return model.Regulation(**_common(raw), short=raw.text("short"), title=raw.written("title"), articles=raw.texts("articles"))


def benefit(raw: Raw) -> model.Benefit:
    return model.Benefit(
        **_rule(raw),
        programmes=raw.some_of("programmes", model.PROGRAMMES),
        stages=raw.some_of("stages", model.STAGES),
        name=raw.written("name"),
        unit=raw.text("unit"),
        amount=raw.rupiah("amount"),
        max_amount=raw.rupiah("max_amount"),
        transport_max=raw.rupiah("transport_max"),
        parts=raw.rupiahs("parts"),
        per_year=raw.rupiahs("per_year"),
        years=raw.quantities("years"),
        limits=raw.quantities("limits"),
        not_for=raw.names("not_for"),
        papers=raw.text("papers", ""),
        deadline=raw.text("deadline", ""),
        new_in_2023=raw.flag("new_in_2023"),
    )


def rate(raw: Raw) -> model.Rate:
    return model.Rate(
        **_rule(raw),
        programmes=raw.some_of("programmes", model.PROGRAMMES),
        scheme=raw.one_of("scheme", SCHEMES),
        what=raw.text("what"),
        due=raw.text("due"),
        months=Quantity(raw.number("months"), raw.id),
        amount=raw.rupiah("amount") or raw.bad("amount is missing"),
        choices=raw.rupiah_list("choices"),
    )


def limit(raw: Raw) -> model.Limit:
    return model.Limit(
        **_rule(raw),
        stage=raw.one_of("stage", model.STAGES),
        scheme=raw.one_of("scheme", SCHEMES),
        programmes=raw.some_of("programmes", model.PROGRAMMES),
        months=raw.quantity("months"),
        days=raw.quantity("days"),
    )


def papers(raw: Raw) -> model.Papers:
    return model.Papers(**_rule(raw), items=raw.names("items"), programme=raw.text("programme", ""))


def deadline(raw: Raw) -> model.Deadline:
    return model.Deadline(
        **_rule(raw),
        programme=raw.one_of("programme", model.PROGRAMMES),
        years=raw.quantity("years"),
        days_before_expiry=raw.quantity("days_before_expiry"),
    )


def mission(raw: Raw) -> model.Mission:
    return model.Mission(
        **_common(raw),
        as_of=raw.month_or_day("as_of"),
        name=raw.written("name"),
        city=raw.written("city"),
        iso=raw.text("iso"),
        zone=raw.text("zone"),
        hotlines=raw.phones("hotlines"),
        panic=raw.phones("panic"),
        office=raw.phones("office"),
        email=raw.text("email", ""),
        line=raw.text("line", ""),
        also=raw.texts("also"),
        membership_required=raw.one_of("membership_required", REQUIRED),
        required_for=raw.text("required_for", ""),
        required_as_of=raw.month_or_day("required_as_of"),
    )


def contact(raw: Raw) -> model.Contact:
    shown = raw.text("phone", "")
    return model.Contact(
        **_common(raw),
        as_of=raw.month_or_day("as_of"),
        owner=raw.written("owner"),
        channel=raw.one_of("channel", CHANNELS),
        phone=Phone(shown, raw.id) if shown else None,
        more=raw.phones("more"),
        address=raw.text("address", ""),
        all_day=raw.flag("all_day"),
        iso=raw.text("iso", ""),
    )


def emergency(raw: Raw) -> model.EmergencyNumber:
    return model.EmergencyNumber(
        **_common(raw),
        as_of=raw.month_or_day("as_of"),
        iso=raw.text("iso"),
        phone=Phone(raw.text("phone"), raw.id),
        services=raw.some_of("services", SERVICES),
    )


def country(raw: Raw) -> model.Country:
    return model.Country(
        **_common(raw),
        name=raw.written("name"),
        zones=raw.texts("zones"),
        dial=raw.text("dial"),
        aliases=raw.texts("aliases"),
        placements=raw.number("placements", 0),
    )


def identifier(raw: Raw) -> model.Identifier:
    pattern = raw.text("pattern", "")
    return model.Identifier(
        **_common(raw),
        name=raw.written("name"),
        pattern=re.compile(pattern) if pattern else None,
        digits=raw.quantity("digits"),
    )


def _common(raw: Raw) -> dict[str, Any]:
    """What every row has. Only a fact that was not found may come without a source."""
    status = raw.one_of("status", model.STATUSES)
    sources = raw.texts("source")
    if not sources and status != "not_found":
        raw.bad("source is missing")
    return {
        "id": raw.id,
        "kind": raw.kind,
        "file": raw.file,
        "status": status,
        "confidence": raw.one_of("confidence", CONFIDENCE),
        "sources": sources,
        "checked_on": raw.day("checked_on") or raw.bad("checked_on is missing"),
        "valid_from": raw.day("valid_from"),
        "valid_until": raw.day("valid_until"),
    }


def _rule(raw: Raw) -> dict[str, Any]:
    """What every row of a rule has besides: its articles, or who says so where the article was not read."""
    common = _common(raw)
    cites = tuple(_article(raw, value) for value in raw.tables("cites"))
    said_by = raw.text("said_by", "")
    if common["status"] == "read" and not cites:
        raw.bad("status is read, but no article is cited")
    if not cites and not said_by:
        raw.bad("neither an article nor said_by tells where this stands")
    if len({cite.regulation for cite in cites}) > 1:
        raw.bad("one row can rest on one regulation only")
    said = Citation(said_by, fact=raw.id)
    citation = cited(raw.regulations, cites, raw.id) if cites else said
    as_of: date = raw.day("as_of") or common["checked_on"]
    return {
        **common,
        "cites": cites,
        "said_by": said_by,
        "citation": citation,
        "amount_source": said if said_by else citation,
        "as_of": as_of,
    }


def _article(raw: Raw, value: Mapping[str, Any]) -> model.Article:
    article = model.Article(str(value.get("regulation", "")), str(value.get("article", "")), tuple(value.get("stages", ())))
    if article.regulation not in raw.regulations:
        raw.bad(f"cites {article.regulation!r}, which is not in regulations.toml")
    if article.article not in raw.regulations[article.regulation].articles:
        raw.bad(f"cites article {article.article!r} of {article.regulation}, which was not read (regulations.toml lists those that were)")
    return article


def cited(regulations: Mapping[str, model.Regulation], cites: tuple[model.Article, ...], fact: str) -> Citation:
    return Citation(regulations[cites[0].regulation].short, ", ".join(cite.article for cite in cites), fact)
