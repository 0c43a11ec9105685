"""Words and how they fit: sentences without a language, spoken and fitted to a channel at the very last moment."""

from locales.catalogs import LANGUAGES, catalog
from locales.pages import LIMITS, Button, Limits, Page, fit
from locales.speak import facts_in, render
from locales.words import Choice, Citation, Joined, Lines, Message, Month, Phone, Quantity, Rupiah, Sayable, Text, Written, _, _n

__all__ = [
    "LANGUAGES",
    "LIMITS",
    "Button",
    "Choice",
    "Citation",
    "Joined",
    "Limits",
    "Lines",
    "Message",
    "Month",
    "Page",
    "Phone",
    "Quantity",
    "Rupiah",
    "Sayable",
    "Text",
    "Written",
    "_",
    "_n",
    "catalog",
    "facts_in",
    "fit",
    "render",
]
