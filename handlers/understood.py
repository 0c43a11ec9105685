"""The answer to the question that follows a campaign: whether it was right, and what is."""

from dialogue import Done, State, Turn, done
from dialogue.hearing import PAYLOAD
from handlers.topics import topic
from locales import Written, _

MORE = {"coverage": _("Check status"), "menu": _("Menu")}


@topic("understood")
async def understood(turn: Turn[State]) -> Done:
    pressed = PAYLOAD.fullmatch(turn.inbound.pressed or "")
    judged = await turn.store.questions.judge(pressed["delivery"] or "", pressed["key"] or "") if pressed else None
    if judged is None:
        return done(_("That question is not open any more. Ask me anything else."), then=MORE)
    is_right, label = judged
    if is_right:
        return done(_("That is right. Thank you for answering."), then=MORE)
    return done(_("Thank you for answering. The right answer is: {answer}", answer=Written(label)), then=MORE)
