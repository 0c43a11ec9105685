"""Reads what Meta tells of our account: templates approved or refused, how many people we may write to, trouble."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.channels.whatsapp_parts import part, words
from storage.accounts import UNLIMITED

# Fields of https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview that staff must hear of.
TROUBLE = frozenset({"account_update", "account_alerts", "account_review_update", "security", "phone_number_name_update"})
TIER = re.compile(r"TIER_(\d{1,6})(K?)")


@dataclass(frozen=True, slots=True)
class TemplateNotice:
    """What became of a template: its `state`, `reason`, `category` or `quality`."""

    name: str
    language: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LimitNotice:
    """To how many people a day we may write first."""

    daily_limit: int


@dataclass(frozen=True, slots=True)
class TroubleNotice:
    """Something that a person must look at; `event` is Meta's own word."""

    what: str
    event: str


Notice = TemplateNotice | LimitNotice | TroubleNotice


def to_notice(what: str, value: dict[str, Any]) -> Notice | None:
    """None for what we have no use of."""
    match what:
        case "message_template_status_update":
            reason = words(part(value, "rejection_info"), "reason") or words(value, "reason")
            return _template(value, state=words(value, "event"), reason="" if reason == "NONE" else reason)
        case "message_template_quality_update":
            return _template(value, quality=words(value, "new_quality_score"))
        case "template_category_update":
            return _template(value, category=words(value, "new_category").lower())
        case "business_capability_update" | "phone_number_quality_update":
            limit = daily_limit(value.get("max_daily_conversations_per_business", value.get("current_limit")))
            return None if limit is None else LimitNotice(limit)
        case _ if what in TROUBLE:
            return TroubleNotice(what, words(value, "event") or words(value, "decision") or words(value, "alert_type"))
        case _:
            return None


def daily_limit(said: object) -> int | None:
    """Meta writes it as a number or as a tier; None where it says nothing."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said if said > 0 else UNLIMITED if said == -1 else None
    if said == "TIER_UNLIMITED":
        return UNLIMITED
    tier = TIER.fullmatch(said) if isinstance(said, str) else None
    return int(tier[1]) * (1000 if tier[2] else 1) if tier else None


def _template(value: dict[str, Any], **facts: str) -> TemplateNotice | None:
    name, language = words(value, "message_template_name"), words(value, "message_template_language")
    known = {fact: said[:200] for fact, said in facts.items() if said or fact == "reason"}
    return TemplateNotice(name, language, known) if name and language and any(known.values()) else None
