"""Remembers: the nouns, each with its table, and the only SQL of the house."""

from storage.branches import Branch
from storage.changes import Changes, Tools
from storage.contacts import Contact
from storage.conversations import Conversation, Inbound, Place
from storage.coverage import Coverage, TooManyTries
from storage.database import Database, migrate
from storage.interests import Interest
from storage.partners import Partner
from storage.requests import Request
from storage.sealing import Sealer, Unsealable
from storage.store import Store
from storage.writer import Unavailable

__all__ = [
    "Branch",
    "Changes",
    "Contact",
    "Conversation",
    "Coverage",
    "Database",
    "Inbound",
    "Interest",
    "Partner",
    "Place",
    "Request",
    "Sealer",
    "Store",
    "TooManyTries",
    "Tools",
    "Unavailable",
    "Unsealable",
    "migrate",
]
