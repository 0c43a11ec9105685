"""The pieces every card about a benefit or a claim is made of: how much, which papers, by when, and where it stands."""

from collections.abc import Iterable

import facts
from facts import Benefit, Papers
from locales import Citation, Joined, Lines, Phone, Quantity, Rupiah, Sayable, Text, _, _n

Card = tuple[Sayable, ...]

WITH_A_LIMIT = {"JKK": "jkk_expiry", "JKM": "jkm_expiry"}


def service() -> Phone:
    """The telephone of BPJS Ketenagakerjaan: whom to ask where we are not sure."""
    phone = facts.contact("bpjstk_175").phone
    assert phone
    return phone


def amount(row: Benefit) -> Text | Rupiah:
    """How much, in as few words as a list allows; what is not sure says so."""
    if row.status == "not_found":
        return _("the amount was not found")
    if row.unit == "in_kind":
        return _("given as a service")
    if row.per_year:
        return _("up to {amount} a year, not confirmed", amount=max(row.per_year.values(), key=lambda each: each.amount))
    said = _sum(row)
    return said if row.is_sure else _("{amount}, not confirmed", amount=said)


def _sum(row: Benefit) -> Text | Rupiah:
    if row.unit == "table_percentage" and row.max_amount:
        return _("a share of {amount}", amount=row.max_amount)
    if row.amount and row.transport_max:
        return _("{amount}, and transport up to {transport}", amount=row.amount, transport=row.transport_max)
    if row.amount:
        return row.amount
    if row.max_amount:
        return _("up to {amount}", amount=row.max_amount)
    return _("your own savings and their returns")


def years(count: Quantity) -> Text:
    return _n("{years} year", "{years} years", count.value, years=count)


def months(count: Quantity) -> Text:
    return _n("{months} month", "{months} months", count.value, months=count)


def days(count: Quantity) -> Text:
    return _n("{days} day", "{days} days", count.value, days=count)


def papers(*ids: str) -> Text:
    return _("Papers to prepare:\n{papers}", papers=Lines(tuple(item for id in ids for item in facts.papers(id).items)))


def asked_in_practice(row: Papers) -> Text:
    """Papers that no article names, so that who says so is said with them."""
    return _("In practice they ask for these ({source}):\n{papers}", source=row.amount_source, papers=Lines(row.items))


def report() -> Text:
    return _("Report it soon: {phone}, the JMO application or a branch office.", phone=service())


def partner_facility() -> Text:
    return _("In Indonesia you are treated at a health facility that works with BPJS Ketenagakerjaan (PLKK).")


def papers_not_found() -> Text:
    return _("Which papers are needed was not found. Ask {phone} before you claim, and keep letters, photos and receipts.", phone=service())


def closing(*rows: Benefit | Papers, stage: str = "", sums: bool = True) -> Text:
    """The last paragraph of a card: until when one can claim, and where it all stands. `sums`: whether the card names any."""
    limits, stands = _limits(rows), source(*rows, stage=stage, sums=sums)
    return _("Time to claim: {limits}. {source}", limits=Joined(limits), source=stands) if limits else stands


def source(*rows: Benefit | Papers, stage: str = "", sums: bool = False) -> Text:
    """Which articles, who says the amounts, and as of when."""
    articles, said = _articles(rows, stage), _said_by(rows)
    day = min(row.as_of for row in rows)
    if not articles:
        return _("This is {source}; we have not read the article. Checked on {day}.", source=said, day=day)
    if not (sums and said):
        return _("Basis: {articles}. Checked on {day}.", articles=articles, day=day)
    return _("Basis: {articles}; amounts {source}. Checked on {day}.", articles=articles, source=said, day=day)


def _limits(rows: Iterable[Benefit | Papers]) -> tuple[Text, ...]:
    programmes = dict.fromkeys(one for row in rows for one in (row.programmes if isinstance(row, Benefit) else (row.programme,)))
    return tuple(_limit(programme) for programme in programmes if programme in WITH_A_LIMIT)


def _limit(programme: str) -> Text:
    limit = facts.deadline(WITH_A_LIMIT[programme]).years
    if limit is None:
        return _("{programme} not found (so claim soon)", programme=programme)
    return _("{programme} {years} (counted from which day, we did not find)", programme=programme, years=years(limit))


def _articles(rows: Iterable[Benefit | Papers], stage: str) -> Joined | None:
    """The articles of several rows, each regulation named once."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.cites:
            here = row.citation_at(stage)
            found.setdefault(here.regulation, {}).update(dict.fromkeys(here.article.split(", "), row.id))
    citations = tuple(Citation(regulation, ", ".join(sorted(each)), next(iter(each.values()))) for regulation, each in found.items())
    return Joined(citations) if citations else None


def _said_by(rows: Iterable[Benefit | Papers]) -> Citation | None:
    said = {row.said_by: row.id for row in rows if isinstance(row, Benefit) and _has_a_sum(row) and row.said_by}
    return Citation(", ".join(said), fact=next(iter(said.values()))) if said else None


def _has_a_sum(row: Benefit) -> bool:
    return row.status != "not_found" and bool(row.amount or row.max_amount or row.per_year)


__all__ = [
    "Card",
    "amount",
    "asked_in_practice",
    "closing",
    "days",
    "months",
    "papers",
    "papers_not_found",
    "partner_facility",
    "report",
    "service",
    "source",
    "years",
]
