"""What all pages of campaigns share: their words, how figures are written, and what an officer may do with a campaign."""

from __future__ import annotations

from typing import Any

from console.account import LANGUAGE_NAMES
from console.campaign_form import FIELD_NAMES
from console.campaign_states import BECAME, BECAME_TONES, CATEGORIES, DEEDS, REASONS, STATES, TONES, WHY_PAUSED
from console.campaign_words import what
from console.conversation import SPOKEN
from console.interests_words import country
from console.policies import Policy
from console.times import lasting
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import render
from storage.campaigns import APPROVED, CANCELLED, DONE, DRAFT, ENDED, PAUSED, STANDING, UNDER_WAY, Campaign
from storage.campaigns_file import load


def common(visit: Visit, campaign: Campaign) -> dict[str, Any]:
    return words(visit) | {"acts": acts(visit, campaign), "own": campaign.author == visit.officer.login, "repeats": repeats(campaign)}


def repeats(campaign: Campaign) -> bool:
    """Whether what is sent are campaigns of its own, and not itself."""
    return campaign.parent is None and load(campaign.content).repeat is not None


def spoken(visit: Visit) -> dict[str, str]:
    """What the phone's renderer says beside the words of a campaign."""
    return {"language": visit.language, **{name: render(said, visit.language) for name, said in SPOKEN.items()}}


def words(visit: Visit) -> dict[str, Any]:
    return {
        "dialogues": visit.desk.outreach.dialogues,
        "topics": visit.desk.outreach.topics,
        "spoken": spoken(visit),
        "states": STATES,
        "tones": TONES,
        "why_paused": WHY_PAUSED,
        "deeds": DEEDS,
        "became": BECAME,
        "became_tones": BECAME_TONES,
        "reasons": REASONS,
        "channels": CHANNELS,
        "country": country,
        "categories": CATEGORIES,
        "languages": LANGUAGE_NAMES,
        "fields": FIELD_NAMES,
        "lasting": lasting,
        "percent": lambda share: percent(share, visit.language),
        "what": what,
        "word_for": word_for,
    }


def acts(visit: Visit, campaign: Campaign) -> set[str]:
    """What this officer may do with it as it stands."""
    state = campaign.state
    may = {
        "edit": visit.may(Policy.WRITE) and state in (DRAFT, APPROVED),
        "ask": visit.may(Policy.WRITE) and state == DRAFT,
        "approve": visit.may(Policy.APPROVE) and state == DRAFT and campaign.author != visit.officer.login,
        "start": visit.may(Policy.RUN) and state == APPROVED,
        "pause": visit.may(Policy.RUN) and state in (STANDING, *UNDER_WAY),
        "resume": visit.may(Policy.RUN) and state == PAUSED,
        "again": visit.may(Policy.WRITE) and state in ENDED,
        "save": visit.may(Policy.WRITE),
        "cancel": visit.may(Policy.RUN) and state not in (DONE, CANCELLED),
    }
    return {name for name, allowed in may.items() if allowed}


def percent(share: float, language: str) -> str:
    """As a share is written in a language."""
    return f"{decimal(share * 100, language).removesuffix(decimal(0.0, language)[1:])} %"


def decimal(value: float, language: str, sign: str = "") -> str:
    """With one digit behind the point, or the comma."""
    return f"{value:{sign}.1f}".replace(".", "," if language == "id" else ".")
