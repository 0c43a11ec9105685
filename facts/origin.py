"""Where a row comes from: its sources, how sure it is, when it holds, and the articles it may cite."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from facts.model import STATUSES, Article, Regulation
from facts.raw import Raw
from locales import Citation

CONFIDENCE = ("high", "medium", "low")


def origin(raw: Raw) -> dict[str, Any]:
    """What every row has. Only a fact that was not found may come without a source."""
    status = raw.one_of("status", STATUSES)
    sources = raw.texts("source")
    if not sources and status != "not_found":
        raw.bad("source is missing")
    return {
        "id": raw.id,
        "kind": raw.kind,
        "file": raw.file,
        "status": status,
        "confidence": raw.one_of("confidence", CONFIDENCE),
        "sources": sources,
        "checked_on": raw.day("checked_on") or raw.bad("checked_on is missing"),
        "valid_from": raw.day("valid_from"),
        "valid_until": raw.day("valid_until"),
    }


def rule(raw: Raw) -> dict[str, Any]:
    """What every row of a rule has besides: its articles, or who says so where the article was not read."""
    found = origin(raw)
    cites = tuple(_article(raw, value) for value in raw.tables("cites"))
    said_by = raw.text("said_by", "")
    if found["status"] == "read" and not cites:
        raw.bad("status is read, but no article is cited")
    if not cites and not said_by:
        raw.bad("neither an article nor said_by tells where this stands")
    if len({cite.regulation for cite in cites}) > 1:
        raw.bad("one row can rest on one regulation only")
    said = Citation(said_by, fact=raw.id)
    citation = _cited(raw.regulations, cites, raw.id) if cites else said
    as_of: date = raw.day("as_of") or found["checked_on"]
    return {
        **found,
        "cites": cites,
        "said_by": said_by,
        "citation": citation,
        "amount_source": said if said_by else citation,
        "as_of": as_of,
    }


def _article(raw: Raw, value: Mapping[str, Any]) -> Article:
    article = Article(str(value.get("regulation", "")), str(value.get("article", "")), tuple(value.get("stages", ())))
    if article.regulation not in raw.regulations:
        raw.bad(f"cites {article.regulation!r}, which is not in regulations.toml")
    if article.article not in raw.regulations[article.regulation].articles:
        raw.bad(f"cites article {article.article!r} of {article.regulation}, which was not read (regulations.toml lists those that were)")
    return article


def _cited(regulations: Mapping[str, Regulation], cites: tuple[Article, ...], fact: str) -> Citation:
    return Citation(regulations[cites[0].regulation].short, ", ".join(cite.article for cite in cites), fact)
