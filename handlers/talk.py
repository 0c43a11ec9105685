"""Small talk and what goes around a conversation: greeting, thanks, language, opting out, and messages we cannot read."""

from dialogue import Dialogue, Done, Go, Next, State, Turn, done, go
from handlers.topics import topic
from locales import Choice, _
from understanding import asked_for, is_foreign

OTHER = {"id": "en", "en": "id"}
MORE = {"coverage": _("Check status"), "help": _("Help and hotlines"), "menu": _("Menu")}

language = Dialogue("language", State, command="language", words=("bahasa", "language"))


@language.step()
async def switch(turn: Turn[State]) -> Next:
    wanted = asked_for(turn.inbound.text)
    if wanted == "another":
        return done(_("I read and write Indonesian and English."), then={"language": _("Other language"), "menu": _("Menu")})
    turn.contact.language = wanted or OTHER.get(turn.language, "id")
    return done(_("From now on I write in English."), then={"menu": _("Menu")})


@topic("language", _("Other language"))
async def other_language(_turn: Turn[State]) -> Go:
    return go("language")


@topic("greeting")
async def greeting(_turn: Turn[State]) -> Go:
    return go("welcome")


@topic("thanks")
async def thanks(_turn: Turn[State]) -> Done:
    return done(_("You are welcome. Write to me whenever you need something. Stay safe."), then=MORE)


@topic("opt_out", _("Stop messages"))
async def opt_out(turn: Turn[State]) -> Done:
    if turn.contact.opted_out_at is None:
        turn.contact.opted_out_at = turn.now
        turn.store.events.add("opt_out")
    return done(
        _("Noted: you will get no more outreach messages from us. You can still ask me anything, and I will answer."),
        _('To receive them again, type "subscribe". To have your data erased, choose My data.'),
        then={"privacy": _("My data"), "menu": _("Menu")},
    )


@topic("opt_in")
async def opt_in(turn: Turn[State]) -> Done:
    if turn.contact.opted_out_at is not None:
        turn.contact.opted_out_at = None
        turn.store.events.add("opt_in")
    turn.store.reminders.allow()
    return done(_('You will receive our outreach messages again. Type "stop" at any time to end them.'), then=MORE)


@topic("unsure")
async def unsure(turn: Turn[State]) -> Done:
    """Not sure what was meant: up to three topics, and a way out."""
    likely = tuple(Choice(topic.labels[name], f"?{name}") for name in turn.alternatives if name in topic.labels)[:2]
    return Done((_("I am not sure what you mean. Is it about this?"),), (*likely, Choice(_("Something else"), "menu")))


@topic("other", _("Something else"))
async def other(turn: Turn[State]) -> Done:
    if is_foreign(turn.inbound.text):
        return done(_('I read Indonesian and English. For English, type "English".'), then=MORE)
    if turn.slips and turn.slips % 2 == 0:
        return done(
            _('I still do not understand, I am sorry. Type "officer", and a person reads what you write.'),
            _("Or choose what it is about:"),
            then={"menu": _("Menu"), "help": _("Help and hotlines"), "?human": _("Talk to an officer")},
        )
    return done(
        _("I do not understand that yet. I know about social security for migrant workers: status, benefits, cost and claims."),
        _("Please write it in other words, or choose:"),
        then=MORE,
    )


@topic("edited")
async def edited(_turn: Turn[State]) -> Done:
    return done(_("I only read new messages. If you changed something, please send it again."))


@topic("voice")
async def voice(_turn: Turn[State]) -> Done:
    return done(
        _("Thank you for the voice message. I cannot listen to it, but an officer sees that it came. Could you write it in a few words?")
    )


@topic("photo")
async def photo(_turn: Turn[State]) -> Done:
    return done(
        _("Thank you. I do not open pictures or files, and I do not keep them. Please do not send photos of your papers."),
        _("Write your question in a few words, and I will answer."),
    )


@topic("unreadable")
async def unreadable(_turn: Turn[State]) -> Done:
    return done(_("I can only read text. Write your question in a few words, or choose from the menu."), then=MORE)


@topic("group")
async def group(_turn: Turn[State]) -> Done:
    return done(_("This is about your own data, so I do not answer in groups. Please write to me directly."))
