"""What the pages of campaigns need of the rest of the house: only `bot` knows the channels and what people can talk about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.campaign_tally import Tallies
from locales import Page, Text
from storage.campaigns import Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_kit import Kit
from storage.campaigns_speech import Around
from storage.templates import Template
from storage.writer import Connection


class NotMade(Exception):
    """The platform did not take a template, or nobody knows whether it did; `said` is its code, if it gave one."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.why, self.said = why, said


async def nothing_tried(_file: CampaignFile) -> Collection[str]:
    """Where nobody may ask other sites, no link is known to be dead."""
    return ()


@dataclass(frozen=True)
class Outreach:
    """`around`: by what a campaign is judged. `shown`: a page as it looks on a channel.

    `kit`: what its messages are made of. `dead`: its links that lead nowhere, tried just now. `make` asks WhatsApp for a template and raises NotMade; None where WhatsApp is not set up.
    """

    around: Callable[[Connection], Coroutine[Any, Any, Around]]
    dialogues: Mapping[str, Text]  # what a button may open, and what it is called
    topics: Mapping[str, Text]  # what it may answer
    shown: Callable[[Page, str], Page]
    kit: Callable[[Connection, Campaign], Coroutine[Any, Any, Kit]] | None = None
    dead: Callable[[CampaignFile], Coroutine[Any, Any, Collection[str]]] = nothing_tried
    make: Callable[[Template], Coroutine[Any, Any, Template]] | None = None
    tallies: Tallies = field(default_factory=Tallies)
