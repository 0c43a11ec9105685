"""What `sapa doctor` says: what does not work, how to mend it, and what both platforms need."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not work, or soon will not, and what a person can do about it."""

    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and a line about what is well."""

    findings: list[Finding]
    well: str


def unset(settings: Settings, needed: dict[str, str]) -> list[Finding]:
    """A finding for each of these settings that is empty."""
    return [Finding(f"SAPA_{name.upper()} is not set.", mend) for name, mend in needed.items() if not getattr(settings, name)]


def public_address(settings: Settings) -> list[Finding]:
    """Both platforms call only addresses that begin with https://."""
    url = settings.public_url
    if not url or url.startswith("https://"):
        return []
    return [
        Finding("SAPA_PUBLIC_URL does not begin with https://.", "Put a proxy with a certificate before the server and set its address.")
    ]
