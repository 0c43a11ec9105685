"""What is known: amounts, dates, articles, missions and protection windows, each with its source; no sentence, no clock."""

from facts.contributions import Cost, Part, cost, jht_choices
from facts.load import Book, book, use, what_holds
from facts.look import benefit, benefits, cite, contact, contacts, deadline, identifier, limit, mission, papers, rate, regulation
from facts.model import Benefit, Deadline, Limit, Papers, Rate, Regulation
from facts.places import countries, country, emergency_numbers, find_country, missions_in
from facts.protection import Protection, State, protection
from facts.raw import BadFact
from facts.reach import Contact, Country, EmergencyNumber, Identifier, Mission, age_in_months
from facts.spans import NOT_KNOWN, Span, add_months
from facts.story import Contradiction, Scheme, Stage, Story, days
from facts.windows import Programme, Window

__all__ = [
    "NOT_KNOWN",
    "BadFact",
    "Benefit",
    "Book",
    "Contact",
    "Contradiction",
    "Cost",
    "Country",
    "Deadline",
    "EmergencyNumber",
    "Identifier",
    "Limit",
    "Mission",
    "Papers",
    "Part",
    "Programme",
    "Protection",
    "Rate",
    "Regulation",
    "Scheme",
    "Span",
    "Stage",
    "State",
    "Story",
    "Window",
    "add_months",
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
    "days",
    "deadline",
    "emergency_numbers",
    "find_country",
    "identifier",
    "jht_choices",
    "limit",
    "mission",
    "missions_in",
    "papers",
    "protection",
    "rate",
    "regulation",
    "use",
    "what_holds",
]
