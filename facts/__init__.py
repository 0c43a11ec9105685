"""What is known: amounts, dates, articles, missions and protection windows, each with its source; no sentence, no clock."""

from facts.contributions import Cost, Part, cost, jht_choices
from facts.load import Book, book, use, what_holds
from facts.look import benefit, benefits, cite, contact, contacts, deadline, identifier, limit, mission, papers, rate, regulation
from facts.model import (
    Benefit,
    Contact,
    Country,
    Deadline,
    EmergencyNumber,
    Identifier,
    Limit,
    Mission,
    Papers,
    Rate,
    Regulation,
    age_in_months,
)
from facts.places import countries, country, emergency_numbers, find_country, missions_in
from facts.raw import BadFact

__all__ = [
    "BadFact",
    "Benefit",
    "Book",
    "Contact",
    "Cost",
    "Country",
    "Deadline",
    "EmergencyNumber",
    "Identifier",
    "Limit",
    "Mission",
    "Papers",
    "Part",
    "Rate",
    "Regulation",
    "age_in_months",
    "benefit",
    "benefits",
    "book",
    "cite",
    "contact",
    "contacts",
    "cost",
    "countries",
    "country",
    "deadline",
    "emergency_numbers",
    "find_country",
    "identifier",
    "jht_choices",
    "limit",
    "mission",
    "missions_in",
    "papers",
    "rate",
    "regulation",
    "use",
    "what_holds",
]
