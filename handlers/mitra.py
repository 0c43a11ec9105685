"""For people of a partner: their link, its QR code, what came of it in guarded numbers, and a link to their own page."""

from datetime import timedelta
from typing import Any

from dialogue import Dialogue, Done, Next, State, Turn, done
from handlers.figures_words import at_least
from locales import Lines, Text, Written, _, render
from storage.deliveries import Illustrated
from storage.partner_figures import Funnel
from storage.partner_keys import LIVES
from storage.staff_chats import HOLDS, Staff, shows_pictures

MINUTES = int(LIVES / timedelta(minutes=1))
DAYS = HOLDS.days
WEEK = timedelta(days=7)
Links = dict[str, Text | Written]

mitra = Dialogue("mitra", State, command="mitra")
angka = Dialogue("angka", State, command="angka")


@mitra.step()
async def mine(turn: Turn[State]) -> Next:
    code = turn.inbound.text.partition(" ")[2].strip()
    if code and await turn.store.officer_chats.link(code, turn.inbound.channel, turn.inbound.sender) is None:
        return done(_("This code is not open: it works once, for a short time. The branch office makes a new one."))
    staff = await turn.store.staff_chats.who(turn.inbound.channel, turn.inbound.sender)
    if staff is None or not staff.is_partner or staff.partner is None:
        return _nobody()
    return await _told(turn, staff, staff.partner)


async def _told(turn: Turn[Any], staff: Staff, id: str) -> Done:
    partner, code = await turn.store.partners.by_id(id), await turn.store.partner_figures.link(id)
    if partner is None:
        return _nobody()
    doors, said = await turn.store.doors.all(), list[Text]()
    if code is None:
        said.append(_("{partner} has no link that works. The branch office makes one.", partner=partner.name))
    else:
        addresses = Lines(tuple(doors.links(code, turn.language).values()) or (code,))
        said.append(_("The link of {partner}, code {code}:\n{addresses}", partner=partner.name, code=code, addresses=addresses))
    said.append(_figures(await turn.store.partner_figures.of(id)))
    links: Links = {}
    if doors.public_url.startswith("https://"):
        base, token = doors.public_url.rstrip("/"), await turn.store.partner_keys.add(staff.id)
        said.append(_("Posters, QR code and more figures are on your page. Its link works once, for {minutes} minutes.", minutes=MINUTES))
        links[f"{base}/desk/partner/open/{token}"] = _("My page")
        if code and not _pictured(turn, staff, partner.name, f"{base}/qr/{code}.png"):
            links[f"{base}/qr/{code}.png"] = _("QR code")
    return done(*said, then=links)


def _pictured(turn: Turn[Any], staff: Staff, partner: str, link: str) -> bool:
    """Whether the QR code went as a picture."""
    if not shows_pictures(turn.inbound.channel):
        return False
    words = render(_("QR code of {partner}", partner=partner), turn.language)
    picture = Illustrated(words, link=link, kind="image/png", name="qr.png")
    turn.store.staff_chats.show(staff, turn.inbound.channel, f"{turn.inbound.channel}:{turn.inbound.id}", picture)
    return True


def _figures(funnel: Funnel) -> Text:
    counts = (
        _("came: {count}", count=at_least(funnel.reached)),
        _("checked their cover: {count}", count=at_least(funnel.checked)),
        _("left their name: {count}", count=at_least(funnel.interested)),
        _("registered: {count}", count=at_least(funnel.registered)),
    )
    return _("Through your links so far:\n{lines}", lines=Lines(counts))


def _nobody() -> Done:
    return done(
        _("I do not know this chat as one of a partner, or it was joined more than {days} days ago.", days=DAYS),
        _("The branch office gives you a code. Send it here: /mitra and the code."),
        then={"menu": _("Menu")},
    )


@angka.step()
async def numbers(turn: Turn[State]) -> Next:
    staff = await turn.store.staff_chats.who(turn.inbound.channel, turn.inbound.sender)
    if staff is None or staff.is_partner:
        return done(
            _("I do not know this chat as one of an officer, or it was joined more than {days} days ago.", days=DAYS),
            _("The desk shows you a code under Duty roster. Send it here: /tugas and the code."),
            then={"menu": _("Menu")},
        )
    lately = await turn.store.partner_figures.of_branch(staff.branch, turn.now - WEEK)
    counts = (
        _("people who talked with me: {count}", count=at_least(lately.talked)),
        _("checked their cover: {count}", count=at_least(lately.checked)),
        _("left their name: {count}", count=at_least(lately.interested)),
    )
    return done(
        _("Your branch in the last {days} days:\n{lines}", days=WEEK.days, lines=Lines(counts)),
        _("Waiting for an officer now: {waiting}, of them urgent: {urgent}.", waiting=lately.waiting, urgent=lately.urgent),
    )
