"""Looks up one fact by its id, or several by what they are about, in the facts that hold now."""

from __future__ import annotations

from facts.load import book
from facts.model import Benefit, Deadline, Limit, Papers, Rate, Regulation
from facts.reach import Contact, Identifier, Mission
from locales import Citation


def benefit(id: str) -> Benefit:
    return book().one(Benefit, id)


def benefits(stage: str = "", programme: str = "") -> tuple[Benefit, ...]:
    """The benefits of a stage of work (before, during, after) and of a programme (JKK, JKM, JHT); all without either."""
    rows = book().all(Benefit)
    return tuple(row for row in rows if (not stage or stage in row.stages) and (not programme or programme in row.programmes))


def papers(id: str) -> Papers:
    return book().one(Papers, id)


def deadline(id: str) -> Deadline:
    return book().one(Deadline, id)


def limit(id: str) -> Limit:
    return book().one(Limit, id)


def rate(id: str) -> Rate:
    return book().one(Rate, id)


def mission(code: str) -> Mission:
    return book().one(Mission, code)


def contact(id: str) -> Contact:
    return book().one(Contact, id)


def contacts(channel: str = "") -> tuple[Contact, ...]:
    """The offices one can reach by a channel (phone, whatsapp, email, web, app, office, payment); all without one."""
    return tuple(row for row in book().all(Contact) if not channel or row.channel == channel)


def identifier(id: str) -> Identifier:
    return book().one(Identifier, id)


def regulation(id: str) -> Regulation:
    return book().one(Regulation, id)


def cite(regulation_id: str, article: str) -> Citation:
    """An article of a regulation, only if it was read."""
    rule = regulation(regulation_id)
    if article not in rule.articles:
        raise KeyError(f"article {article!r} of {regulation_id} was not read")
    return Citation(rule.short, article, regulation_id)
