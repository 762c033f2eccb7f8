"""How the traffic of the soak is judged: what was acknowledged against what the database holds."""

import time
from uuid import uuid4

from tests.load.traffic import Ledger, Stored, compared

CHAT = 'chat'
FIRST, SECOND = uuid4(), uuid4()


def acknowledged() -> Ledger:
    """A customer's two messages, in this order."""
    ledger = Ledger()
    for number, id_ in enumerate((FIRST, SECOND), start=1):
        ledger.note(CHAT, 'customer', number, id_, time.monotonic())
    return ledger


def test_kept_in_order_is_clean() -> None:
    stored: Stored = {CHAT: [(21, FIRST, 1), (22, uuid4(), 0), (23, SECOND, 2)]}

    assert compared(acknowledged(), stored) == {
        'lost': 0, 'disordered': 0, 'gaps': 0, 'doubled': 0
    }  # fmt: skip


def test_missing_message_is_lost() -> None:
    assert compared(acknowledged(), {CHAT: [(21, FIRST, 1)]})['lost'] == 1


def test_same_words_under_another_id_are_doubled() -> None:
    stored: Stored = {CHAT: [(21, FIRST, 1), (22, SECOND, 2), (23, uuid4(), 2)]}

    assert compared(acknowledged(), stored)['doubled'] == 1


def test_later_message_before_an_earlier_one_is_out_of_order() -> None:
    stored: Stored = {CHAT: [(21, SECOND, 2), (22, FIRST, 1)]}

    assert compared(acknowledged(), stored)['disordered'] == 1


def test_number_that_nobody_has_is_a_gap() -> None:
    stored: Stored = {CHAT: [(21, FIRST, 1), (23, SECOND, 2)]}

    assert compared(acknowledged(), stored)['gaps'] == 1
