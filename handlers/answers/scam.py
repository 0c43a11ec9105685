"""Is this message, link, number or sum genuine? Compared with what is official, and what officials never ask."""

from dialogue import Done, State, Turn, done
from handlers.answers.genuine import fees_in, links_in, numbers_in
from handlers.cards.hotlines import number_of
from handlers.topics import topic
from locales import Sayable, _

NEVER = _(
    "Officers never ask for an OTP code, a PIN or a password, nor for money or a share to release a benefit."
    " A benefit is paid after a claim with papers; nobody wins it by a message."
)


@topic("scam", _("Is it genuine?"))
async def scam(turn: Turn[State]) -> Done:
    said = turn.inbound.text
    found: list[Sayable] = [*await links_in(turn), *numbers_in(said, turn.contact.country), *fees_in(said)]
    if not found:
        found = [await _by_link(turn)]
    return done(
        *found,
        NEVER,
        _("Until you are sure, do not click, pay or send papers. Ask {phone}, or an officer here.", phone=number_of("bpjstk_175")),
        then={"?human": _("Talk to an officer"), "help": _("Help and hotlines"), "menu": _("Menu")},
    )


async def _by_link(turn: Turn[State]) -> Sayable:
    """Nothing to compare yet; but somebody who came by a partner's link may ask about just that."""
    partner = await turn.store.partners.named(turn.contact.last_link)
    if partner:
        return _(
            "You came here by the link of {partner}, a partner this office knows. Paste any other link, number or sum, and I compare it.",
            partner=partner.name,
        )
    return _("I cannot see who wrote to you. Paste the link, the number or the sum here, and I compare it with the official ones.")
