"""`sapa doctor`: what is not set up at a platform, in plain words, and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import typer

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


def run(platform: str, settings: Settings) -> int:
    """Print it; 0 if nothing must be mended."""
    report = asyncio.run(examine(platform, settings))
    for finding in report.findings:
        typer.echo(f"- {finding.what}\n  {finding.mend}")
    typer.echo(f"{len(report.findings)} to mend." if report.findings else report.well)
    return 1 if report.findings else 0


async def examine(platform: str, settings: Settings) -> Report:
    from bot.commands import doctor_telegram, doctor_whatsapp

    return await (doctor_whatsapp.examine(settings) if platform == "whatsapp" else doctor_telegram.examine(settings))


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
