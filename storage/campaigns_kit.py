"""What the messages of one campaign are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from locales import Page, Text
from storage import campaigns_pages
from storage.attachments import Attachment
from storage.campaigns import Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_hours import Geography, Span, Zones, waking
from storage.campaigns_links import token
from storage.changes import Tools
from storage.deliveries import Illustrated
from storage.templates import Template, Unfillable

LINKS = "/l/"  # where our own links begin
MOST_PAGES = 1_000  # that are remembered: where names are filled in there are many


@dataclass
class Kit:
    """What a campaign's messages are made of. `templates` by language; `stop` stands on the button that ends them."""

    campaign: Campaign
    file: CampaignFile
    geography: Geography
    stop: Text
    templates: Mapping[str, Template]
    tools: Tools
    dialect: str
    public_url: str = ""  # where links lead through us; without it they are not counted
    attachment: Attachment | None = None

    def __post_init__(self) -> None:
        self._spans: dict[Zones, list[Span]] = {}
        self._pages: dict[tuple[str, ...], list[Page]] = {}

    def address(self, delivery: int) -> Callable[[int], str] | None:
        """Of a delivery's links on our own host."""
        if not self.public_url.startswith("https://"):
            return None
        return lambda button: f"{self.public_url.rstrip('/')}{LINKS}{token(self.tools.sealer, delivery, button)}"

    def pages(self, language: str, channel: str, filled: Mapping[str, str], delivery: int, arm: str) -> list[Page]:
        """As campaigns_pages makes them. Without links of our own they differ in nothing but the delivery's number, and are made once."""
        address = self.address(delivery)
        if address and any(button.link for button in self.file.button):
            return campaigns_pages.pages(self.file, language, channel, filled, self.stop, delivery, arm, address)
        key = language, channel, arm, *filled.values()
        if key not in self._pages:
            if len(self._pages) >= MOST_PAGES:
                self._pages.clear()
            self._pages[key] = campaigns_pages.pages(self.file, language, channel, filled, self.stop, arm=arm)
        return [campaigns_pages.numbered(page, delivery) for page in self._pages[key]]

    def illustrated(self, page: Page) -> Page:
        """With the picture or document that goes with it. Raises Unfillable where platforms cannot fetch it."""
        file = self.attachment
        if self.file.attachment is None:
            return page
        if file is None or not self.public_url.startswith("https://"):
            raise Unfillable("the file cannot be fetched")
        return Illustrated(page.text, page.buttons, page.facts, f"{self.public_url.rstrip('/')}{file.path}", file.kind, file.name)

    def spans(self, zones: Zones) -> list[Span]:
        """Waking hours there, as long as the campaign lives."""
        schedule, campaign = self.file.schedule, self.campaign
        assert campaign.begins_at
        assert campaign.expires_at
        if zones not in self._spans:
            self._spans[zones] = waking(zones, schedule.opens, schedule.closes, campaign.begins_at, campaign.expires_at)
        return self._spans[zones]
