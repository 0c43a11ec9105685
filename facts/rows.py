"""From a row of a facts file to its typed form, one function per table."""

from __future__ import annotations

import re

from facts import model, reach
from facts.origin import origin, rule
from facts.raw import Raw
from locales import Phone, Quantity

SCHEMES = ("placed", "perseorangan", "extension", "both", "by_choice", "g2g")
REQUIRED = ("yes", "no", "partly", "unknown")
CHANNELS = ("phone", "whatsapp", "email", "web", "app", "office", "payment")
SERVICES = ("police", "fire", "ambulance")


def regulation(raw: Raw) -> model.Regulation:
    return model.Regulation(**origin(raw), short=raw.text("short"), title=raw.written("title"), articles=raw.texts("articles"))


def benefit(raw: Raw) -> model.Benefit:
    return model.Benefit(
        **rule(raw),
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
        **rule(raw),
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
        **rule(raw),
        stage=raw.one_of("stage", model.STAGES),
        scheme=raw.one_of("scheme", SCHEMES),
        programmes=raw.some_of("programmes", model.PROGRAMMES),
        months=raw.quantity("months"),
        days=raw.quantity("days"),
    )


def papers(raw: Raw) -> model.Papers:
    return model.Papers(**rule(raw), items=raw.names("items"), programme=raw.text("programme", ""))


def deadline(raw: Raw) -> model.Deadline:
    return model.Deadline(
        **rule(raw),
        programme=raw.one_of("programme", model.PROGRAMMES),
        years=raw.quantity("years"),
        days_before_expiry=raw.quantity("days_before_expiry"),
    )


def mission(raw: Raw) -> reach.Mission:
    return reach.Mission(
        **origin(raw),
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


def contact(raw: Raw) -> reach.Contact:
    shown = raw.text("phone", "")
    return reach.Contact(
        **origin(raw),
        as_of=raw.month_or_day("as_of"),
        owner=raw.written("owner"),
        channel=raw.one_of("channel", CHANNELS),
        phone=Phone(shown, raw.id) if shown else None,
        more=raw.phones("more"),
        address=raw.text("address", ""),
        all_day=raw.flag("all_day"),
        iso=raw.text("iso", ""),
    )


def emergency(raw: Raw) -> reach.EmergencyNumber:
    return reach.EmergencyNumber(
        **origin(raw),
        as_of=raw.month_or_day("as_of"),
        iso=raw.text("iso"),
        phone=Phone(raw.text("phone"), raw.id),
        services=raw.some_of("services", SERVICES),
    )


def country(raw: Raw) -> reach.Country:
    return reach.Country(
        **origin(raw),
        name=raw.written("name"),
        zones=raw.texts("zones"),
        dial=raw.text("dial"),
        aliases=raw.texts("aliases"),
        placements=raw.number("placements", 0),
        placed_in=raw.number("placed_in", 0),
    )


def identifier(raw: Raw) -> reach.Identifier:
    pattern = raw.text("pattern", "")
    return reach.Identifier(
        **origin(raw),
        name=raw.written("name"),
        pattern=re.compile(pattern) if pattern else None,
        digits=raw.quantity("digits"),
    )
