"""Welcome: who we are, what is kept, how to stop; and by which link somebody came."""

from dialogue import Dialogue, Next, State, Turn, done
from handlers.occasions import invitation
from locales import _
from storage.touches import CAME

NOTICE_VERSION = "2026-11"

CAN = _("I can check whether you are protected, explain the benefits and the cost, and note that you want to join.")
NEVER = _("It is free. I never ask for money, an OTP code or photos of documents.")
NOTICE = _('I am Sapa, the assistant of BPJS Ketenagakerjaan. I keep this chat and your answers. Type "privacy" or "stop" at any time.')
KEPT = _('What I keep: this chat and your answers. Type "privacy" or "stop" at any time.')
ASK = _("Write your question, or choose:")


async def arrive(turn: Turn[State]) -> None:
    """Keep by which link a worker came: the first and the last. A code that leads nowhere is counted; the worker is served all the same."""
    typed = turn.inbound.ref
    if not typed:
        return
    arrival = await turn.store.touches.find(typed)
    turn.store.touches.add(arrival, turn.inbound.channel)
    turn.store.events.add("touch", arrival.code if arrival.outcome == CAME else arrival.outcome, partner=arrival.partner)


welcome = Dialogue("welcome", State, words=("start", "mulai", "halo", "hai", "hi", "hello", "hallo", "assalamualaikum"), command="start")


@welcome.step()
async def hello(turn: Turn[State]) -> Next:
    turn.contact.noticed = NOTICE_VERSION
    branch = await turn.store.branches.mine()
    partner = await turn.store.partners.named(turn.inbound.ref)
    who = _("Hello, I am Sapa, the assistant of {office} for Indonesian migrant workers.", office=branch.name)
    link = (_("You came by the link of {partner}.", partner=partner.name),) if partner else ()
    occasion = await turn.store.occasions.by_code(turn.contact.last_link) if partner else None
    if occasion and (asked := await invitation(turn, occasion)):
        return done(who, NEVER, KEPT, *asked, then={"day": _("Answer them"), "menu": _("More")})
    return done(who, *link, CAN, NEVER, KEPT, ASK, then={"coverage": _("Check status"), "benefits": _("Benefits"), "menu": _("More")})


__all__ = ["NOTICE", "NOTICE_VERSION", "arrive", "welcome"]
