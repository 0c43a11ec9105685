"""`sapa cost`: what membership costs for a contract or an extension, as text or as JSON."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

import facts
from facts import Cost, Part
from facts.contributions import LONGEST
from handlers.price_cards import one_way
from locales import Citation, render

JHT = ", ".join(str(choice.amount) for choice in facts.jht_choices())


class Scheme(StrEnum):
    PLACED = "placed"
    PERSEORANGAN = "perseorangan"
    EXTENSION = "extension"


def cost(
    months: Annotated[int, typer.Option(min=1, max=LONGEST, help="How long the contract or the extension is.")],
    scheme: Annotated[
        Scheme, typer.Option(help="Placed by an agency, on one's own (perseorangan), or an extension abroad.")
    ] = Scheme.PLACED,
    jht: Annotated[int | None, typer.Option(help=f"Monthly old-age savings in rupiah: {JHT}. Beside the total, never in it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a program instead of text for a person.")] = False,
) -> None:
    """What membership costs, part by part with its articles, in whole rupiah.

    Where the articles leave a choice, `decided` is false and `alternatives` holds every reading. `article` is the short name of the
    rule, "Ps" and the article as the rule counts it: Permenaker 4/2023 Ps 18(1)b.1. `jht_monthly` is there only with --jht.
    """
    try:
        found = facts.cost(scheme.value, months, jht)
    except ValueError:
        raise typer.BadParameter(f"{jht} is not a sum one can choose. Choose one of: {JHT}.", param_hint="--jht") from None
    typer.echo(json.dumps(told(found), indent=2) if as_json else _text(found))


def told(cost: Cost) -> dict[str, object]:
    """A cost in plain values that fit in JSON; its readings have the same shape, without readings of their own."""
    saving = {"jht_monthly": _part(cost.jht_monthly)} if cost.jht_monthly else {}
    return {**_sums(cost), **saving, "alternatives": [_sums(reading) for reading in cost.alternatives]}


def _sums(cost: Cost) -> dict[str, object]:
    return {
        "scheme": cost.scheme,
        "months": cost.months,
        "parts": [_part(part) for part in cost.parts],
        "total": int(cost.total.amount),
        "decided": cost.decided,
    }


def _part(part: Part) -> dict[str, object]:
    return {"what": part.what, "amount": int(part.amount.amount), "article": _article(part.citation), "due": part.due}


def _article(citation: Citation) -> str:
    return f"{citation.regulation} Ps {citation.article}" if citation.article else f"{citation.regulation} (article not read)"


def _text(cost: Cost) -> str:
    """What the bot would say, in English like every command."""
    return "\n\n".join(render(paragraph, "en") for paragraph in one_way(cost))
