"""A reminder that somebody does not want: refused for itself, by its button or by a word, and everything else still comes."""

from dialogue import Done, State, Turn, done
from dialogue.hearing import PAYLOAD
from handlers.topics import topic
from locales import _

MORE = {"privacy": _("My data"), "menu": _("Menu")}


@topic("no_reminder", _("Not this reminder"))
async def no_reminder(turn: Turn[State]) -> Done:
    pressed = PAYLOAD.fullmatch(turn.inbound.pressed or "")
    if not await turn.store.reminders.refuse((pressed["delivery"] if pressed else "") or ""):
        return done(_('You had no reminder from us. To get no outreach messages at all, type "stop".'), then=MORE)
    turn.store.events.add("refused", "reminder")
    return done(
        _("Noted: you will not get this reminder again. Other messages still come, and you can always ask me."),
        _('To receive it again, type "subscribe". To get no outreach messages at all, type "stop".'),
        then=MORE,
    )
