"""What the pages of campaigns need of the rest of the house: only `bot` knows the channels and what people can talk about."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.campaign_tally import Tallies
from locales import Page, Text
from storage.campaigns_speech import Around
from storage.writer import Connection


@dataclass(frozen=True)
class Outreach:
    """`around`: by what a campaign is judged. `shown`: a page as it looks on a channel."""

    around: Callable[[Connection], Coroutine[Any, Any, Around]]
    dialogues: Mapping[str, Text]  # what a button may open, and what it is called
    topics: Mapping[str, Text]  # what it may answer
    shown: Callable[[Page, str], Page]
    tallies: Tallies = field(default_factory=Tallies)
