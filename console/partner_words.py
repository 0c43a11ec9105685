"""The words for codes of partners and links."""

from __future__ import annotations

from collections.abc import Mapping

from locales import Text, _

KINDS: Mapping[str, Text] = {
    "p3mi": _("Placement agency (P3MI)"),
    "p4mi": _("P4MI post"),
    "mission": _("Embassy or consulate"),
    "school": _("School or training centre"),
    "union": _("Union or community"),
    "event": _("Organiser of events"),
}
LOST: Mapping[str, Text] = {
    "misspelt": _("misspelt"),
    "unknown": _("unknown"),
    "revoked": _("revoked"),
    "expired": _("expired"),
}
