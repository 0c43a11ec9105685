"""`sapa cost`: what membership costs for a contract or an extension, as text or as JSON."""

from __future__ import annotations

import json

import typer

import facts
from facts import Cost, Part
from handlers.cards.prices import one_way
from locales import Citation, render

JHT = ", ".join(str(choice.amount) for choice in facts.jht_choices())


def cost(months: int, scheme: str, jht: int | None, *, as_json: bool) -> None:
    """What membership costs, part by part with its articles, in whole rupiah.

    Where the articles leave a choice, `decided` is false and `alternatives` holds every reading. `article` is the short name of the
    rule, "Ps" and the article as the rule counts it: Permenaker 4/2023 Ps 18(1)b.1. `jht_monthly` is there only with --jht.
    """
    try:
        found = facts.cost(scheme, months, jht)
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
