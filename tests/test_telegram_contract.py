"""The contract tells a right call, answer or update from a wrong one, and says what is wrong with it."""

import time
from typing import Any

import pytest

from tests.contracts import telegram as contract

WORKER = {"id": 42, "is_bot": False, "first_name": "Siti"}
CHAT = {"id": 42, "type": "private"}


def keyboard(data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Menu", "callback_data": data}]]}


def message(**content: object) -> dict[str, Any]:
    return {"message_id": 1, "date": 0, "chat": CHAT, "from": WORKER, **content}


@pytest.mark.parametrize(
    ("method", "given", "wrong"),
    [
        ("sendMessage", {"chat_id": 42, "text": "halo", "reply_markup": keyboard("menu")}, []),
        ("sendMessage", {"chat_id": "@sapa", "text": "x" * 4096}, []),
        ("sendMessage", {"chat_id": 42}, [("text", "is missing")]),
        ("sendMessage", {"chat_id": 42, "text": "x" * 4097}, [("text", "is 4097 characters long, not 1 to 4096")]),
        ("sendMessage", {"chat_id": 42, "text": "🙏" * 2049}, [("text", "is 4098 characters long, not 1 to 4096")]),
        ("sendMessage", {"chat_id": 42, "text": ""}, [("text", "is 0 characters long, not 1 to 4096")]),
        ("sendMessage", {"chat_id": 42, "text": "halo", "colour": "red"}, [("colour", "is unknown")]),
        ("sendMessage", {"chat_id": True, "text": "halo"}, [("chat_id", "is True, not Integer")]),
        (
            "sendMessage",
            {"chat_id": 42, "text": "halo", "reply_markup": keyboard("é" * 33)},
            [("reply_markup/inline_keyboard/0/0/callback_data", "is 66 bytes long, not 1 to 64")],
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, [("text", "is 201 characters long, not 0 to 200")]),
        (
            "setMyCommands",
            {"commands": [{"command": "x" * 33, "description": "Mulai"}]},
            [("commands/0/command", "is 33 characters long, not 1 to 32")],
        ),
        ("setMyShortDescription", {"short_description": "x" * 121}, [("short_description", "is 121 characters long, not 0 to 120")]),
    ],
)
def test_a_wrong_call_is_told_from_a_right_one(method: str, given: dict[str, Any], wrong: list[contract.Problem]) -> None:
    assert contract.call_problems(method, given) == wrong


def test_an_answer_is_checked_as_deeply_as_a_call() -> None:
    assert contract.result_problems("getMe", {**WORKER, "is_bot": True}) == []
    assert contract.result_problems("getMe", {"id": 42, "first_name": "Sapa"}) == [("is_bot", "is missing")]
    assert contract.result_problems("sendMessage", message(text="halo", date="today")) == [("date", "is 'today', not Integer")]
    assert contract.result_problems("deleteWebhook", None) == [("", "is None, not Boolean")]


def test_an_update_may_hold_messages_within_messages() -> None:
    update = {"update_id": 1, "message": message(text="ya", reply_to_message=message(text="halo", reply_markup=keyboard("menu")))}
    assert contract.update_problems(update) == []
    update["message"]["reply_to_message"]["text"] = 5  # type: ignore[index]
    assert contract.update_problems(update) == [("message/reply_to_message/text", "is 5, not String")]


def test_a_press_may_come_from_a_message_that_is_no_longer_there() -> None:
    query = {"id": "1", "from": WORKER, "chat_instance": "1", "data": "menu", "message": {"chat": CHAT, "message_id": 1, "date": 0}}
    assert contract.update_problems({"update_id": 1, "callback_query": query}) == []


@pytest.mark.parametrize("value", [None, [], "halo", 5, {"update_id": "5"}, {"update_id": 5, "message": []}])
def test_nonsense_is_no_update(value: object) -> None:
    assert contract.update_problems(value)


def test_checking_costs_little_enough_to_check_everything() -> None:
    update = {"update_id": 1, "message": message(text="halo")}
    contract.update_problems(update)
    began = time.process_time()
    for _ in range(1000):
        contract.update_problems(update)
    assert time.process_time() - began < 0.2
