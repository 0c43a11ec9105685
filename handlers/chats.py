"""Several chats of one person, on Telegram, WhatsApp and the web page, become one: by a code that one gives and another takes."""

from dialogue import Dialogue, Next, State, Turn, choice, done, text, yes_no
from locales import Text, Written, _
from storage.joins import LIVES

MINUTES = int(LIVES.total_seconds()) // 60
CHANNELS: dict[str, Text | Written] = {
    "telegram": Written({"id": "Telegram"}),
    "whatsapp": Written({"id": "WhatsApp"}),
    "webchat": _("the web page"),
    "terminal": _("a terminal"),
}
MORE = {"privacy": _("My data"), "menu": _("Menu")}


class Chats(State):
    """The code that was typed, and the channel its chat is on."""

    code: str = ""
    channel: str = ""


chats = Dialogue("chats", Chats, words=("gabung obrolan", "gabungkan obrolan", "join chats", "join my chats"), command="gabung")


@chats.step(
    choice(
        _("Do you write to me in several places, such as Telegram and WhatsApp? Then I can make these chats one, and know you in each."),
        {"offer": _("Give me a code"), "take": _("I have a code")},
    )
)
async def which(turn: Turn[Chats], answer: str) -> Next:
    if answer == "take":
        return typed
    return done(
        _("Your code: {code}", code=await turn.store.joins.offer()),
        _('Write "join chats" to me in your other chat and give me this code there, within {minutes} minutes.', minutes=MINUTES),
        _("Show it to nobody: whoever enters it sees what you see here. No officer asks for it."),
        then=MORE,
    )


@chats.step(text(_("Please type the code that I gave you in the other chat.")))
async def typed(turn: Turn[Chats], answer: str) -> Next:
    other = await turn.store.joins.find(answer)
    if other is None:
        return _no_longer()
    turn.state = Chats(code=answer, channel=other.channels[0] if other.channels else "")
    return sure


def _ask_sure(chats: Chats) -> Text:
    return _(
        "This chat and your chat on {channel} become one: what is kept of you, interest and requests too, belongs to both. "
        "Go on only if the other chat is your own. Join?",
        channel=CHANNELS.get(chats.channel, chats.channel),
    )


@chats.step(yes_no(_ask_sure, yes=_("Yes, both are mine"), no=_("No, leave it")))
async def sure(turn: Turn[Chats], answer: bool) -> Next:
    if not answer:
        return done(_("Good, nothing is changed."), then=MORE)
    other = await turn.store.joins.find(turn.state.code)
    if other is None:
        return _no_longer()
    turn.store.joins.join(other)
    turn.store.events.add("joined", turn.state.channel)
    return done(_("Done: your chats are one. Wherever you write to me, I know the same."), then=MORE)


def _no_longer() -> Next:
    return done(
        _("This code does not fit: it is misspelt, used already, or older than {minutes} minutes.", minutes=MINUTES),
        _('Get a new one in the other chat: write "join chats" to me there.'),
        then={"chats": _("Try again"), "menu": _("Menu")},
    )
