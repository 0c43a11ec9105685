"""`sapa facts check` and `sapa facts list`."""

from __future__ import annotations

import json

import typer

from bot import house
from facts import check as checking


def check() -> int:
    """Print what is wrong and what should be looked at again; 0 if nothing is wrong (age alone is only a warning)."""
    today = house.now().date()
    warnings, found = checking.warnings(today), checking.problems(today)
    for warning in warnings:
        typer.echo(f"look again: {warning}")
    for problem in found:
        typer.echo(f"wrong: {problem}")
    typer.echo(f"{len(found)} problems, {len(warnings)} to look at again" if found or warnings else "The facts are in order.")
    return 1 if found else 0


def listing(*, as_json: bool) -> None:
    rows = checking.rows()
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    for row in rows:
        typer.echo(f"{row['kind']:14} {row['id']:32} {row['status']:11} {row['checked_on']}")
