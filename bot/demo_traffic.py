"""Simulated traffic of the demo branch: who comes when, by which link, and does what. The same seed is always the same traffic."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Where people are, how likely, and how likely their check says they are covered: higher where a mission asks for membership.
COUNTRIES = {
    "TW": (30, 0.74),
    "HK": (32, 0.44),
    "MY": (22, 0.50),
    "SG": (7, 0.52),
    "KR": (6, 0.70),
    "JP": (6, 0.55),
    "SA": (6, 0.35),
    "": (5, 0.4),
}
MISSIONS = {"TW": ("KDEI-TPE", 0.9), "HK": ("KJRI-HKG", 0.12), "SA": ("KJRI-JED", 0.3), "MY": ("KBRI-KUL", 0.25)}
TOPICS = {
    "benefits_overview": 14, "contribution": 13, "register": 12, "extension": 10, "claim": 9, "death": 8, "payment": 7, "mandatory": 6,
    "protection_period": 6, "work_accident": 5, "claim_documents": 4, "scam": 3, "double_insurance": 3, "layoff": 2,
}  # fmt: skip
UNCOVERED = {"ended": 5, "not_covered": 3, "ends_soon": 4, "not_found": 2, "not_known": 2}
A_DAY = 14  # people who come on a usual day


@dataclass(frozen=True, slots=True)
class Act:
    """Person number `who` does something: arrive, country, touch, topic, check, ask, answered, interest, moved, mission, campaign, held."""

    at: datetime
    who: int
    kind: str
    subject: str = ""


def plan(days: int, seed: int, until: datetime, links: Sequence[str]) -> list[Act]:
    """What happens in the days before `until`, in order."""
    dice = random.Random(seed)  # noqa: S311 (nothing is to be kept secret)
    acts: list[Act] = []
    who = 0
    for day in range(days):
        start = until - timedelta(days=days - day)
        growth = 0.7 + 0.6 * day / max(days, 1)
        for _person in range(max(round(A_DAY * growth + dice.gauss(0, 3)), 0)):
            who += 1
            acts += _person_s(dice, who, start + timedelta(minutes=dice.randrange(24 * 60)), links)
    acts += _campaign(dice, acts, until, days)
    return sorted((act for act in acts if act.at < until), key=lambda act: act.at)


def _person_s(dice: random.Random, who: int, at: datetime, links: Sequence[str]) -> list[Act]:
    """One person's way, from the first word to perhaps being registered."""
    country = dice.choices(list(COUNTRIES), [weight for weight, _covered in COUNTRIES.values()])[0]
    acts = [Act(at, who, "arrive")]
    if dice.random() < 0.7:
        acts.append(Act(at, who, "touch", dice.choices(links, range(len(links), 0, -1))[0]))
    if country:
        acts.append(Act(at + timedelta(minutes=1), who, "country", country))
    for _question in range(dice.choices((0, 1, 2, 3), (25, 40, 25, 10))[0]):
        at += timedelta(minutes=dice.randrange(2, 30))
        acts.append(Act(at, who, "topic", dice.choices(list(TOPICS), list(TOPICS.values()))[0]))
    covered = dice.random() < COUNTRIES[country][1]
    if dice.random() < 0.62:
        at += timedelta(minutes=dice.randrange(2, 60))
        acts.append(Act(at, who, "check", "covered" if covered else dice.choices(list(UNCOVERED), list(UNCOVERED.values()))[0]))
    if dice.random() < 0.25:  # comes again
        acts.append(Act(at + timedelta(days=dice.randrange(5, 40)), who, "check", "covered" if covered else "ended"))
    return acts + _told(dice, who, at, country) + _joins(dice, who, at, country, 0.08 if covered else 0.4)


def _told(dice: random.Random, who: int, at: datetime, country: str) -> list[Act]:
    """What they say of a mission, and whether they ask for a person."""
    acts: list[Act] = []
    if country in MISSIONS and dice.random() < 0.3:
        mission, asks = MISSIONS[country]
        acts.append(Act(at + timedelta(minutes=3), who, "mission", f"{mission}={'yes' if dice.random() < asks else 'no'}"))
    if dice.random() < 0.1:
        asked = at + timedelta(minutes=4)
        acts += [Act(asked, who, "ask"), Act(asked + timedelta(minutes=round(dice.lognormvariate(4.6, 1.2))), who, "answered")]
    return acts


def _joins(dice: random.Random, who: int, at: datetime, country: str, likely: float) -> list[Act]:
    if dice.random() >= likely:
        return []
    at += timedelta(minutes=dice.randrange(5, 90))
    wish = [Act(at, who, "interest", country)]
    return [*wish, Act(at + timedelta(days=dice.randrange(2, 20)), who, "moved", "registered")] if dice.random() < 0.45 else wish


def _campaign(dice: random.Random, acts: Sequence[Act], until: datetime, days: int) -> list[Act]:
    """A campaign two weeks before the end: four in five of those who came before it get it, and more of them check."""
    at = until - timedelta(days=min(14, days / 2))
    here = sorted({act.who for act in acts if act.kind == "arrive" and act.at < at})
    found: list[Act] = []
    for who in here:
        got = dice.random() < 0.8
        found.append(Act(at, who, "campaign" if got else "held"))
        if dice.random() < (0.14 if got else 0.05):
            found.append(Act(at + timedelta(hours=dice.randrange(1, 150)), who, "check", dice.choice(("covered", "ended", "ends_soon"))))
    return found
