"""The way in: everything a worker can do here, as one list."""

from enum import StrEnum

from dialogue import Dialogue, Next, State, Turn, choice, go
from locales import _


class Wish(StrEnum):
    COVERAGE = "coverage"
    BENEFITS = "benefits"
    CONTRIBUTIONS = "contributions"
    JOINING = "joining"
    CLAIMS = "claims"
    INTEREST = "interest"
    HELP = "help"
    PRIVACY = "privacy"
    LANGUAGE = "language"


WISHES = {
    Wish.COVERAGE: _("Check status"),
    Wish.BENEFITS: _("Benefits"),
    Wish.CONTRIBUTIONS: _("Cost"),
    Wish.JOINING: _("Register or extend"),
    Wish.CLAIMS: _("Claim"),
    Wish.INTEREST: _("Leave my name"),
    Wish.HELP: _("Help and hotlines"),
    Wish.PRIVACY: _("My data"),
    Wish.LANGUAGE: _("Other language"),
}

menu = Dialogue("menu", State, command="menu")


@menu.step(
    choice(
        _("What can I do for you?"), WISHES, hint=_("I did not understand that yet. Please choose one of these, or write your question.")
    )
)
async def wish(_turn: Turn[State], answer: Wish) -> Next:
    return go(answer)
