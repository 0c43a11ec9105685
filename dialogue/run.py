"""One turn: what was said, where the contact was, where they are now, what we answer. No I/O of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from dialogue.hearing import BACK, CANCEL, LANGUAGE, MENU, PAYLOAD, TOPICS, calls_the_bot, command
from dialogue.questions import Unclear, plain
from dialogue.short_answers import asks, option_in
from dialogue.steps import Dialogue, Done, Go, Next, Script, State, Stay, Step, Turn
from facts import country
from locales import Choice, Message, Text, _, render
from storage import Conversation, Inbound, Place, Store, codes
from understanding import Heard, hear, written_in

TRAIL = 20  # places; more than anybody can want to go back through
PATIENCE = 2  # times in a row that somebody is not understood before the ways out are named
HOPS = 20  # steps without a question in one turn; more would be a circle

EMERGENCY = "emergency"  # the topic, and the dialogue it opens
WAY_OUT = _('If this is not what you need: type "menu" to begin anew, or "officer" to write to a person.')
HOME = "ID"  # where somebody is as long as they have not said where
SMALL_TALK = {"greeting", "thanks", "language", "other"}  # never more than the answer it could also be
NAMED = "agency"  # the name of an agency sounds like a question about it, and is an answer just as well
BEYOND_DOUBT = 0.99
SURELY = 0.8  # of a topic, where the words should have been an answer
Here: TypeAlias = tuple[Dialogue[Any], Step[Any], State]
SILENT = {"reaction", "left", "returned"}  # nothing was said, so nothing is answered


async def advance(script: Script, conversation: Conversation, inbound: Inbound, now: datetime, store: Store) -> Message | None:
    """Move the conversation by one message and say what should be said: one reply, or None where an answer would be odd."""
    if inbound.kind == "left" and conversation.contact.opted_out_at is None:
        conversation.contact.opted_out_at = now  # who blocks us wants no more messages
        store.events.add("opt_out", "blocked")
    if inbound.kind in SILENT:
        return None
    return await _Advance(script, conversation, inbound, now, store).reply()


@dataclass
class _Advance:
    script: Script
    conversation: Conversation
    inbound: Inbound
    now: datetime
    store: Store
    alternatives: tuple[str, ...] = ()
    aside: bool = False  # the next place is opened on top of a question that stays open
    asked: bool = False  # the last that was said is our question
    slips: int = 0  # how often in a row they were not understood before this message
    urgent: bool = False  # an emergency: nothing that can wait is said with it
    said: list[Message] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)  # which day it is where

    async def reply(self) -> Message | None:
        contact = self.conversation.contact
        self.slips, self.conversation.slips = self.conversation.slips, 0
        if contact.is_new or self.inbound.ref:
            await self.script.arrive(self._turn(State()))
        await self._hear()
        if not self.said:
            return None
        if contact.noticed != self.script.notice_version and not self.urgent and not self._in_danger:
            self._put_in(self.script.notice)
            contact.noticed = self.script.notice_version
        reply = _merged(self.said)
        self.conversation.offered = [(render(choice.label, contact.language), choice.payload) for choice in reply.choices if choice.payload]
        return reply

    async def _hear(self) -> None:
        """Emergency, button, global word, answer, topic: in this order; what an officer who talks here should read goes to them."""
        raw = self.inbound.text
        heard = hear(raw, self.conversation.topic) if raw and not _brings_a_code(raw) else Heard(False, None, (), 0.0)
        if heard.topic != "language":
            self._speak_as(raw)
        if heard.emergency and not self._named(raw):  # "help" alone opens the hotlines, which begin with whom to call in danger
            self.urgent = True
            return await self._tell(EMERGENCY)
        if self.inbound.pressed is not None:
            return await self._pressed(self.inbound.pressed)
        if self.conversation.held(self.now) and not calls_the_bot(raw):
            return await self._pass_on()
        if self.inbound.edited:
            return await self._tell("edited")
        if not raw and not self.inbound.phone:
            return await self._tell(self.inbound.kind if self.inbound.kind in self.script.answers else "unreadable")
        if await self._global(raw):
            return None
        return await self._answer(raw or self.inbound.phone, heard)

    def _speak_as(self, raw: str) -> None:
        """In the language they write; what an agency or a town is called tells nothing of it."""
        written = written_in(raw) if raw else None
        if written is None or written == self.conversation.contact.language:
            return
        here = self._here()
        if here is None or here[1].question is None or not here[1].question.free or asks(raw):
            self.conversation.contact.language = written

    async def _pass_on(self) -> None:
        """To the officer, with a word of ours only where nobody is there to read it. An open question of ours waits."""
        if said := await self.script.passed_on(self._turn(State())):
            self.said.append(Message((said,)))

    async def _global(self, raw: str) -> bool:
        if name := command(raw):
            raw = name
            for dialogue in self.script.dialogues.values():
                if dialogue.command == name or name in dialogue.words:
                    await self._enter(dialogue)
                    return True
        word = plain(raw)
        if word in LANGUAGE and not self._names_a_country(raw):
            self.conversation.contact.language = LANGUAGE[word]
            if not self._ask_again():
                await self._enter(self._home)
            return True
        if word in TOPICS:
            await self._tell(TOPICS[word])
            return True
        if word in MENU or word in CANCEL:
            await self._enter(self._home)
            return True
        if word in BACK and len(self.conversation.trail) > 1:
            self.conversation.trail.pop()
            self._ask_again()
            return True
        return False

    async def _pressed(self, payload: str) -> None:
        """A button names its place, so an old one takes the contact back there, or opens that dialogue at that step."""
        match = PAYLOAD.fullmatch(payload)
        if match is None:
            return await self._lost()
        if match["delivery"]:
            self.store.deliveries.pressed(match["delivery"])
            self.store.campaigns.pressed(match["delivery"], payload.partition("#")[0])
        if match["topic"]:
            return await self._tell(match["topic"]) if match["topic"] in self.script.answers else await self._lost()
        dialogue = self.script.dialogues.get(match["dialogue"])
        if dialogue is None:
            return await self._lost()
        step = dialogue.find(match["step"]) if match["step"] else None
        if step is None or step.question is None or not self._can_open(dialogue, step):
            return await self._enter(dialogue)
        self._rewind(dialogue, step)
        return await self._decide(match["key"] or "")

    async def _answer(self, raw: str, heard: Heard) -> None:
        """To the open question if it can be one; else what was said is a question of its own."""
        if not self.inbound.text and not self._asks_for_a_card():
            return await self._tell(self.inbound.kind if self.inbound.kind in self.script.answers else "unreadable")
        here = self._here()
        if here is None:
            for position, (label, payload) in enumerate(self.conversation.offered, start=1):
                if plain(raw) in (plain(label), str(position)):
                    return await self._pressed(payload)
            if meant := option_in(raw, tuple(self.conversation.offered)):
                return await self._pressed(meant)
            return await self._topic(raw, heard)
        step = here[1]
        assert step.question is not None
        if step.question.free and heard.topic and _interrupts(raw, heard):
            return await self._tell(heard.topic, heard.alternatives)
        try:
            answer = step.question.parse(raw, self._today)
        except ValueError as error:
            nearly = isinstance(error, Unclear) and not _interrupts(
                raw, heard
            )  # it was meant as an answer: there is a hint for just this slip
            if self._named(raw) or (_is_a_question(raw, heard) and not nearly):
                return await self._topic(raw, heard)
            return self._not_understood(step, error)
        await self._take(here, answer)

    async def _topic(self, raw: str, heard: Heard) -> None:
        if dialogue := self._named(raw) or self._wanted(raw):
            return await self._enter(dialogue)
        if heard.topic and heard.topic != "other":
            return await self._tell(heard.topic, heard.alternatives)
        self.alternatives = () if heard.topic else tuple(topic for topic in heard.alternatives if topic in self.script.answers)
        self.conversation.slips = self.slips + 1
        await self._tell("unsure" if self.alternatives else "other")

    async def _decide(self, raw: str) -> None:
        """Hand the answer to the step we are at, or say what would be an answer."""
        here = self._here()
        assert here is not None
        step = here[1]
        assert step.question is not None
        try:
            answer = step.question.parse(raw, self._today)
        except ValueError as error:
            return self._not_understood(step, error)
        await self._take(here, answer)

    async def _take(self, here: Here, answer: Any) -> None:
        dialogue, step, state = here
        turn = self._turn(state)
        await self._follow(dialogue, turn, await step.decide(turn, answer))

    def _not_understood(self, step: Step[Any], error: ValueError) -> None:
        assert step.question is not None
        hint = error.hint if isinstance(error, Unclear) else step.question.hint
        self.said.append(Message((hint,)))
        self._ask_again()
        self._slip()

    def _slip(self) -> None:
        """Not understood: every second time in a row the ways out are named, so that nobody is asked the same for ever."""
        self.conversation.slips = self.slips + 1
        if self.conversation.slips % PATIENCE == 0 and not self._in_danger:
            self._put_in(WAY_OUT)

    def _put_in(self, said: Text) -> None:
        """Before our question, if one stands at the end: it must be the last that is read."""
        self.said.insert(len(self.said) - self.asked, Message((said,)))

    async def _follow(self, dialogue: Dialogue[Any], turn: Turn[Any], to: Next) -> None:
        for _hop in range(HOPS):
            self.said += turn.said
            turn.said = []
            match to:
                case Done(paragraphs, choices, forget):
                    if forget:
                        self.conversation.trail, self.conversation.topic = [], None
                    return self._done(Message(paragraphs, choices))
                case Stay(hint):
                    self.said.append(Message((hint,)))
                    self._ask_again()
                    return None
                case Go(name):
                    dialogue = self.script.dialogues[name]
                    turn = self._turn(dialogue.state())
                    to = dialogue.first
                case Step(question=None):
                    to = await to.decide(turn)
                case Step():
                    self._arrive(dialogue, to, turn.state)
                    self._ask_again()
                    return None
        raise RuntimeError(f"the steps of {dialogue.name} go in a circle")

    async def _tell(self, topic: str, others: tuple[str, ...] = ()) -> None:
        """Answer a question that stands alone; a question of ours that was open stays open."""
        self.aside = self._in_the_middle
        turn = self._turn(State())  # its topic is the one before, which "and the papers?" leans on
        self.conversation.topic = topic
        self.store.events.add("topic", topic)
        end = await self.script.answers[topic](turn)
        if isinstance(end, Done) and (other := self._second(end, others)):
            end = Done(end.paragraphs, (*end.choices[:2], other), end.forget)
        await self._follow(self._home, turn, end)

    def _second(self, end: Done, others: tuple[str, ...]) -> Choice | None:
        """The other thing a message was about, as a button; None where the answer offers it already."""
        language = self.conversation.contact.language
        offered = {render(choice.label, language) for choice in end.choices}
        labelled = ((topic, self.script.labels[topic]) for topic in others if topic in self.script.labels)
        return next((Choice(label, f"?{topic}") for topic, label in labelled if render(label, language) not in offered), None)

    async def _enter(self, dialogue: Dialogue[Any]) -> None:
        if dialogue is self._home:
            self.conversation.trail.clear()
        await self._follow(dialogue, self._turn(dialogue.state()), dialogue.first)

    async def _lost(self) -> None:
        """A button that leads nowhere today: the question again, or the way in."""
        if not self._ask_again():
            await self._enter(self._home)

    def _done(self, message: Message) -> None:
        """The end of a dialogue: back to the question it was opened on top of, if there is one."""
        trail = self.conversation.trail
        if not self.aside:
            opened = [index for index, place in enumerate(trail) if place.aside]
            del trail[opened[-1] if opened else 0 :]
        self.aside = False
        self.said.append(message)
        self._ask_again()

    def _arrive(self, dialogue: Dialogue[Any], step: Step[Any], state: State) -> None:
        place = Place(dialogue.name, step.name, state.model_dump(mode="json"), self.aside)
        trail = self.conversation.trail
        while self.aside and trail and trail[-1].dialogue == dialogue.name:
            place.aside = trail.pop().aside  # the same dialogue again takes its own place, instead of lying on top of itself
        self.aside = False
        self.conversation.trail = [*self.conversation.trail, place][-TRAIL:]

    def _can_open(self, dialogue: Dialogue[Any], step: Step[Any]) -> bool:
        """Whether the step is on the trail, or needs nothing that earlier steps would have asked."""
        fresh = dialogue.state()
        on_the_trail = any((place.dialogue, place.step) == (dialogue.name, step.name) for place in self.conversation.trail)
        return on_the_trail or all(getattr(fresh, field) for field in step.needs)

    def _rewind(self, dialogue: Dialogue[Any], step: Step[Any]) -> None:
        trail = self.conversation.trail
        at = (dialogue.name, step.name)
        if at not in ((place.dialogue, place.step) for place in trail):
            return self._arrive(dialogue, step, dialogue.state())
        while (trail[-1].dialogue, trail[-1].step) != at:
            trail.pop()
        return None

    def _ask_again(self) -> bool:
        if (here := self._here()) is None:
            return False
        dialogue, step, state = here
        assert step.question is not None
        ask = step.question.ask
        options = tuple(Choice(label, f"{dialogue.name}.{step.name}={key}") for key, label in step.question.options)
        self.said.append(Message((ask if isinstance(ask, Text) else ask(state),), options))
        self.asked = True
        return True

    def _here(self) -> Here | None:
        """The place the trail ends, in today's code. A place that no longer exists falls back to the one before it."""
        trail = self.conversation.trail
        while trail:
            place = trail[-1]
            dialogue = self.script.dialogues.get(place.dialogue)
            step = dialogue.find(place.step) if dialogue else None
            if dialogue and step and step.question:
                state = _state(dialogue, place.state)
                if all(getattr(state, field) for field in step.needs):
                    return dialogue, step, state
            trail.pop()
        return None

    def _turn(self, state: State) -> Turn[Any]:
        return Turn(
            contact=self.conversation.contact,
            inbound=self.inbound,
            now=self.now,
            today=self._today,
            store=self.store,
            state=state,
            topic=self.conversation.topic,
            alternatives=self.alternatives,
            slips=self.conversation.slips,
        )

    def _named(self, raw: str) -> Dialogue[Any] | None:
        word = plain(raw)
        return next((dialogue for dialogue in self.script.dialogues.values() if word in dialogue.words), None)

    def _wanted(self, raw: str) -> Dialogue[Any] | None:
        """A dialogue whose name stands among courtesies only ("i want to leave my name"). One word may be a question's as well."""
        phrases = tuple((word, name) for name, dialogue in self.script.dialogues.items() for word in dialogue.words if " " in word)
        name = option_in(raw, phrases)
        return self.script.dialogues[name] if name else None

    def _names_a_country(self, raw: str) -> bool:
        here = self._here()
        if here is None or here[1].question is None or not here[1].question.names_a_country:
            return False
        try:
            here[1].question.parse(raw, self._today)
        except ValueError:
            return False
        return True

    def _asks_for_a_card(self) -> bool:
        """A number that was shared unasked is not used."""
        here = self._here()
        return here is not None and here[1].question is not None and here[1].question.takes_a_card

    @property
    def _today(self) -> date:
        where = self.conversation.contact.country or HOME
        if where not in self.days:
            self.days[where] = self.now.astimezone(_zone(country(where).zones[0])).date()
        return self.days[where]

    @property
    def _in_danger(self) -> bool:
        here = self._here()
        return here is not None and here[0].name == EMERGENCY

    @property
    def _in_the_middle(self) -> bool:
        here = self._here()
        return here is not None and here[0] is not self._home

    @property
    def _home(self) -> Dialogue[Any]:
        return next(iter(self.script.dialogues.values()))


_zone = cache(ZoneInfo)  # by itself it keeps eight; workers are in more, and each would be read from its file again


def _interrupts(raw: str, heard: Heard) -> bool:
    """Where any words could be the answer: a question of its own, or a wish said beyond doubt. One word is rather an answer."""
    wish = heard.topic not in (*SMALL_TALK, NAMED) and len(raw.split()) >= (2 if heard.confidence == 1.0 else 3)
    return asks(raw) or (wish and heard.confidence >= BEYOND_DOUBT)


def _brings_a_code(raw: str) -> bool:
    """A code like the one of "/mitra Z6B6QBN1W": chance wrote it, and some look like a cry for help."""
    order, _space, code = raw.partition(" ")
    return command(order) is not None and codes.read(code) is not None


def _is_a_question(raw: str, heard: Heard) -> bool:
    """What is no answer to our question may be one of theirs, if it is surely about something; else it is a slip."""
    return (
        heard.topic not in (None, *SMALL_TALK - {"thanks", "language"})
        and (heard.confidence >= SURELY or asks(raw))
        and sum(character.isalpha() for character in raw) > 2
    )


def _state(dialogue: Dialogue[Any], kept: dict[str, Any]) -> State:
    """The state as it was kept; afresh if today's code cannot read it any more."""
    try:
        state: State = dialogue.state.model_validate(kept)
    except ValueError:
        state = dialogue.state()
    return state


def _merged(messages: list[Message]) -> Message:
    """One reply is one bubble: WhatsApp bills each. The choices are those of the last that offers any."""
    paragraphs = tuple(dict.fromkeys(paragraph for message in messages for paragraph in message.paragraphs))
    return Message(paragraphs or (_("I am here."),), next((message.choices for message in reversed(messages) if message.choices), ()))
