"""What all pages of the desk share: the database, the clock, the templates, the news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from console.campaign_house import Outreach
from console.files import Files
from console.frame import Frame
from console.jobs import Jobs
from console.kept import Kept
from console.live import Live
from storage import Database
from storage.overview import Past, States
from storage.sealing import Sealer


@dataclass(frozen=True)
class Desk:
    """`committed` tells this house (addresses by their ids) that there is something to send or to read at an address."""

    database: Database
    clock: Callable[[], datetime]
    committed: Callable[[set[str]], None]
    public_url: str  # "" where nobody but this machine reaches us
    behind_proxy: bool  # then the last hop of X-Forwarded-For is who asks
    branch: str
    files: Files
    frame: Frame
    live: Live
    outreach: Outreach
    jobs: Jobs
    past: Kept[Past]  # the overview's long counts, each by branch
    sent: Kept[States]

    @property
    def sealer(self) -> Sealer:
        return self.database.tools.sealer

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    def origin_of(self, request: web.Request) -> str:
        """Our own origin, as a browser would name it."""
        return self.public_url.rstrip("/") or f"http://{request.host}"

    def site_of(self, request: web.Request) -> str:
        """Our host name, to which passkeys are bound."""
        return urlsplit(self.origin_of(request)).hostname or ""

    def has_name(self, request: web.Request) -> bool:
        """Browsers bind passkeys to a host name, never to a bare number."""
        try:
            ip_address(self.site_of(request))
        except ValueError:
            return True
        return False

    def asker_of(self, request: web.Request) -> str:
        """The network address of who asks. Only what our own proxy wrote is believed; the rest of the header anybody can write."""
        hops = request.headers.get("X-Forwarded-For", "") if self.behind_proxy else ""
        return hops.rpartition(",")[2].strip() or request.remote or ""
