"""Whether the partner by whose link somebody came may see their name and whether they are registered: only after a yes, and until a no."""

from typing import Any

from dialogue import Dialogue, Done, Next, State, Turn, done, yes_no
from handlers.welcome import NOTICE_VERSION
from locales import Text, _
from storage import Partner

MORE = {"privacy": _("My data"), "menu": _("Menu")}


class Sharing(State):
    """Which partner, by id and name, and of which others that may see the name it is still to be asked whether it ends."""

    partner: str = ""
    name: str = ""
    others: tuple[tuple[str, str], ...] = ()


sharing = Dialogue("sharing", Sharing, words=("bagikan nama", "share my name"), command="bagikan")


@sharing.step()
async def begin(turn: Turn[Sharing]) -> Next:
    shared, partner = await turn.store.shares.partners(), await _partner(turn)
    if shared:  # first what can be ended, also where they came by another link since
        turn.state = _first(tuple(shared.items()))
        return stop
    if partner is None:
        return done(_("You came by nobody's link, so there is nobody to share with. Nothing is shared."), then=MORE)
    turn.state = Sharing(partner=partner.id, name=partner.name)
    return agree


def _ask(state: Sharing) -> Text:
    return _(
        "You came by the link of {partner}. May they see the name you left with us and whether you are registered? "
        "Nothing else: no number, no message. You can end it at any time.",
        partner=state.name,
    )


@sharing.step(yes_no(_ask, yes=_("Yes, they may"), no=_("No")), needs=("partner",))
async def agree(turn: Turn[Sharing], answer: bool) -> Next:
    if not answer:
        return _nothing(turn)
    if turn.state.partner not in await turn.store.shares.partners():
        turn.store.shares.agree(turn.state.partner, NOTICE_VERSION)
        turn.store.events.add("consent", "share", partner=turn.state.partner, given=True)
    return done(
        _('{partner} may see your name and whether you are registered. To end it, write "share my name" again.', partner=turn.state.name),
        then=MORE,
    )


def _ask_stop(state: Sharing) -> Text:
    return _("{partner} may see your name now. Shall it end?", partner=state.name)


@sharing.step(yes_no(_ask_stop, yes=_("Yes, end it"), no=_("No, go on")), needs=("partner",))
async def stop(turn: Turn[Sharing], answer: bool) -> Next:
    if answer:
        turn.store.shares.end(turn.state.partner)
        turn.store.events.add("consent", "share", partner=turn.state.partner, given=False)
        return _nothing(turn)
    if turn.state.others:
        turn.state = _first(turn.state.others)
        return stop
    if (partner := await _partner(turn)) and partner.id not in await turn.store.shares.partners():
        turn.state = Sharing(partner=partner.id, name=partner.name)
        return agree
    return done(_("Good, it stays as it is."), then=MORE)


def _first(partners: tuple[tuple[str, str], ...]) -> Sharing:
    (id_, name), *others = partners
    return Sharing(partner=id_, name=name, others=tuple(others))


def _nothing(turn: Turn[Sharing]) -> Done:
    return done(_("{partner} sees neither your name nor anything else of you.", partner=turn.state.name), then=MORE)


async def _partner(turn: Turn[Any]) -> Partner | None:
    return await turn.store.partners.named(turn.contact.last_link)
