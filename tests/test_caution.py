"""A platform that asks for calm or fails is left alone, then tried with one message, and never hammered."""

from bot.caution import PAUSE, Caution


def test_one_chat_that_must_wait_holds_up_nobody_else() -> None:
    caution = Caution()
    assert caution.asked_to_wait("a", 35, now=100) == 0
    assert caution.asked_to_wait("a", 35, now=101) == 0
    assert caution.room(50, 3, now=101) == 50


def test_two_chats_at_a_time_mean_that_all_must_wait() -> None:
    caution = Caution()
    caution.asked_to_wait("a", 35, now=100)
    assert caution.asked_to_wait("b", 35, now=101) == 35
    assert caution.room(50, 0, now=130) == 0
    assert caution.room(50, 0, now=137) == 50


def test_nobody_waits_longer_than_an_hour_without_looking_again() -> None:
    caution = Caution()
    caution.asked_to_wait("a", 10**9, now=0)
    assert caution.asked_to_wait("b", 10**9, now=1) == 3600


def test_half_of_twenty_calls_without_an_answer_pause_the_lane_and_one_tries_it() -> None:
    caution = Caution()
    ended = [caution.ended(clear=number % 2 == 0, now=10) for number in range(20)]
    assert ended.count(True) == 1
    assert caution.room(50, 0, now=10 + PAUSE - 1) == 0
    assert caution.room(50, 0, now=10 + PAUSE) == 1
    assert caution.room(50, 1, now=10 + PAUSE) == 0, "only one at a time"
    assert caution.ended(clear=False, now=50), "still away: wait again"
    assert caution.room(50, 0, now=51) == 0
    assert not caution.ended(clear=True, now=90)
    assert caution.room(50, 0, now=90) == 50


def test_a_few_lost_answers_among_many_good_ones_change_nothing() -> None:
    caution = Caution()
    assert not any(caution.ended(clear=number % 4 != 0, now=number) for number in range(200))
