"""What a worker who leaves their name is asked, and what they have told so far."""

from datetime import date

import facts
from dialogue import Question, State, Unclear, asks_for_something, choice, country, maybe, months, name, nik, phone, plain, text, yes_no
from facts import Country
from handlers.cards.hotlines import HOME
from handlers.consent import consent_to
from handlers.interest_words import REACHES, STAGES, WHENS, Reach, Stage, summary
from handlers.stages import mentions
from locales import Text, _
from storage import Interest

FIELDS = ("name", "stage", "destination", "agency", "months", "reach", "phone", "when", "nik")
NO_AGENCY = (
    *("mandiri", "sendiri", "tanpa agensi", "tidak ada", "ga ada", "gak ada", "tidak pakai"),
    *("none", "on my own", "independent", "no agency"),
)
DIGITS_IN_A_NAME = 6  # more of them are a telephone number, which has a place of its own
USUAL = (24, 36)  # months of a contract
SAID = {
    Stage.PREPARING: (
        *("belum berangkat", "belum", "masih di rumah", "di rumah", "masih di indonesia", "calon", "proses", "di asrama", "masih proses"),
        *("not left", "not left yet", "not yet", "still at home", "preparing", "before leaving"),
    ),
    Stage.HOME: ("sudah pulang", "pulang", "cuti", "di kampung", "sudah di rumah", "sudah di indonesia", "back", "came home", "on leave"),
    Stage.ABROAD: ("luar negeri", "di sana", "masih kerja", "abroad", "overseas", "working there"),
}


class Wish(State):
    """What was told so far; `told` names the fields that need not be asked (again), `begun` that its beginning was passed."""

    name: str = ""
    stage: str = Stage.PREPARING
    destination: str | None = None
    agency: str | None = None
    months: int | None = None
    reach: str = Reach.HERE
    phone: str | None = None
    when: str | None = None
    nik: str | None = None
    partner: str = ""  # the agency whose link they came by
    told: tuple[str, ...] = ()
    begun: bool = False
    proven: str | None = None  # a number that came with their own contact card

    def tell(self, *fields: str) -> None:
        self.told = (*self.told, *fields)

    def untell(self, *fields: str) -> None:
        self.told = tuple(field for field in self.told if field not in fields)

    def as_interest(self) -> Interest:
        proven = self.phone is not None and self.phone == self.proven
        return Interest("", "new", **{field: getattr(self, field) for field in FIELDS}, proven=proven)


def _stage(wish: Wish) -> Text:
    return _("Thank you, {name}. Where are you at the moment?", name=wish.name)


def _destination(wish: Wish) -> Text:
    if wish.stage == Stage.ABROAD:
        return _("Which country do you work in?")
    if wish.stage == Stage.HOME:
        return _("In which country did you work, or where do you want to go next?")
    return _("To which country are you going?")


def _partner(wish: Wish) -> Text:
    return _("Are you going through {partner}?", partner=wish.partner)


def _nik(_wish: Wish) -> Text:
    return _(
        "Your NIK ({digits} digits) helps to find you in the lists; it is kept sealed. It is your choice: type it, or skip.",
        digits=facts.identifier("nik").digits,
    )


def _right(wish: Wish) -> Text:
    return _("This goes to the officers, who contact you about joining:\n{summary}\nIs it right?", summary=summary(wish.as_interest()))


def _agency() -> Question[str | None]:
    hint = _("Please type the name of the agency, or choose the button.")
    asked = maybe(text(_("Through which agency (P3MI)? Type its name."), hint, longest=80), _("Without an agency"))

    def parse(raw: str, today: date) -> str | None:
        if plain(raw) in NO_AGENCY:
            return None
        if asks_for_something(raw) or raw.isdecimal():
            raise Unclear(hint)
        if sum(map(str.isdecimal, raw)) > DIGITS_IN_A_NAME:
            raise Unclear(_("Please type the agency's name in words, without a telephone number."))
        return asked.parse(raw, today)

    return Question(asked.ask, parse, hint, asked.options, free=True)


def _where_are_you() -> Question[Stage | Country]:
    """By button, in words ("masih di rumah"), or by naming the country one works in."""
    asked = choice(_stage, STAGES)

    def parse(raw: str, today: date) -> Stage | Country:
        try:
            return asked.parse(raw, today)
        except ValueError:
            if found := next((stage for stage, phrases in SAID.items() if mentions(raw, *phrases)), None):
                return found
            country_named = facts.find_country(raw)
            if country_named is None or country_named.iso == HOME:
                raise
            return country_named

    return Question(asked.ask, parse, asked.hint, asked.options)


CONSENT = consent_to(
    _(
        "To note that you want to join, I keep your name, your country and how to reach you. The officers of this office read it,"
        ' to contact you about joining; nobody else. End it at any time: type "privacy". May I?'
    )
)
NAME = name(_("What is your name?"))
STAGE = _where_are_you()
DESTINATION = maybe(country(_destination))
PARTNER = yes_no(_partner, no=_("No, not them"))
AGENCY = _agency()
LENGTH = maybe(months(_('How long is your contract? For example "2 years".'), *USUAL))
REACH = choice(_("How may an officer reach you?"), REACHES)
NUMBER = maybe(
    phone(_("At which number? Type it as you give it to friends. It is kept sealed, and only the officers see it.")),
    _("In this chat instead"),
)
WHEN = choice(_("When is a good time, by the clock where you are?"), WHENS)
NIK = maybe(nik(_nik), _("Skip"))
RIGHT = yes_no(_right, yes=_("Yes, send"), no=_("Change something"))
AGAIN = yes_no(_("Do you want to change something?"), yes=_("Change it"), no=_("Leave it so"))
WHICH = choice(
    _("What do you want to change?"),
    {
        "name": _("Name"),
        "stage": _("Where I am"),
        "destination": _("Country"),
        "agency": _("Agency"),
        "months": _("Length of contract"),
        "reach": _("How to reach me"),
        "nik": _("NIK"),
    },
)
