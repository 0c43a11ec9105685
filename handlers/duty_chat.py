"""An officer says by which chat they are called in an emergency, with a code that the desk showed to them alone."""

from dialogue import Dialogue, Next, State, Turn, done
from locales import _
from storage.deliveries import PULLED

duty_chat = Dialogue("duty_chat", State, command="tugas")


@duty_chat.step()
async def link(turn: Turn[State]) -> Next:
    if turn.inbound.channel in PULLED:
        return done(_("I cannot call you here: this page is silent once it is closed. Send the code from Telegram or WhatsApp."))
    code = turn.inbound.text.partition(" ")[2]
    name = await turn.store.officer_chats.link(code, turn.inbound.channel, turn.inbound.sender)
    if name is None:
        return done(_("This code is not open: it works once, for a short time. The desk shows a new one under Duty roster."))
    return done(_("{name}, in an emergency I call you in this chat. To end that, go to the desk, Duty roster.", name=name))
