"""Everything a worker can do here; the first dialogue is the way in."""

from dialogue import Script
from handlers import officers, reminders, talk, understood, welcome
from handlers.answers import benefit_answers, claim_answers, coverage_answers, membership, scam
from handlers.benefits import benefits
from handlers.chats import chats
from handlers.claims import claims
from handlers.contributions import contributions
from handlers.coverage import coverage, official_check
from handlers.coverage_number import coverage_number
from handlers.coverage_period import coverage_period
from handlers.duty_chat import duty_chat
from handlers.emergency import emergency
from handlers.help import assistance
from handlers.interest import interest
from handlers.joining import joining
from handlers.menu import menu
from handlers.missions import mission
from handlers.mitra import angka, mitra
from handlers.occasions import day
from handlers.privacy import privacy
from handlers.sharing import sharing
from handlers.topics import topic

_ANSWERING = (
    benefit_answers,
    claim_answers,
    coverage_answers,
    membership,
    scam,
    reminders,
    understood,
)  # modules that only answer questions: importing them is what registers their topics
_DIALOGUES = (
    menu,
    coverage,
    coverage_number,
    coverage_period,
    official_check,
    benefits,
    claims,
    contributions,
    joining,
    interest,
    assistance,
    mission,
    privacy,
    chats,
    duty_chat,
    day,
    sharing,
    mitra,
    angka,
    emergency,
    welcome.welcome,
    talk.language,
)

SCRIPT = Script(
    dialogues={dialogue.name: dialogue for dialogue in _DIALOGUES},
    answers=topic.answers,
    labels=topic.labels,
    arrive=welcome.arrive,
    passed_on=officers.passed_on,
    notice=welcome.NOTICE,
    notice_version=welcome.NOTICE_VERSION,
)

__all__ = ["SCRIPT"]
