"""`sapa doctor`: what is not set up at a platform, in plain words, and how to mend it."""

from __future__ import annotations

import asyncio

import typer

from bot.commands.doctor_report import Report
from bot.settings import Settings


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
