"""The answers to questions that stand alone; every handler that knows one registers it here."""

from dialogue import Topics

topic = Topics()
