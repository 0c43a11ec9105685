"""The questions of a socialisation day, as officers and result sheets name them."""

from __future__ import annotations

from collections.abc import Mapping

from locales import Text, _

QUESTIONS: Mapping[str, Text] = {
    "must": _("Which protection is a must"),
    "return": _("How long it lasts after the contract"),
    "illness": _("Death by illness is covered too"),
}
