"""What a call is to its agent, and what can be done with it: read from what the softphone says."""

import pytest
from pydantic import ValidationError

from models import AgentStatus
from pages.parts.calls.acts import possible
from pages.parts.calls.phone_state import AgentState, Phase, PhoneState
from pages.parts.calls.status_link import Wish, connect_status, desk_status, fits

STATES = [
    AgentState(name=name, type=kind)
    for name, kind in (
        ('상담 가능', 'routable'),
        ('오프라인', 'offline'),
        ('점심', 'not_routable'),
        ('휴식', 'not_routable'),
    )
]


def phone(state: str = 'connected', *, customer: str = 'connected', third: str = '', rings: bool = False) -> PhoneState:  # fmt: skip
    legs = [('a', 'agent', 'connected'), ('c', 'customer', customer)]
    legs += [('t', 'third', third)] if third else []
    return PhoneState.model_validate(
        {
            'link': 'ready',
            'calls': [
                {
                    'id': '1', 'kind': 'voice', 'state': state, 'rings': rings,
                    'legs': [{'id': one, 'kind': kind, 'state': at} for one, kind, at in legs],
                }
            ],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ('state', 'phase', 'acts'),
    [
        (phone('connecting', rings=True), Phase.RINGING, {'accept', 'reject'}),
        (phone('connecting'), Phase.DIALLING, {'mute', 'hang_up'}),
        (phone(), Phase.TALKING, {'mute', 'keypad', 'hold', 'transfer', 'hang_up'}),
        (phone(customer='hold'), Phase.HELD, {'mute', 'keypad', 'resume', 'transfer', 'hang_up'}),
        (phone(customer='hold', third='connected'), Phase.TALKING, {'mute', 'keypad', 'swap', 'join', 'transfer'}),
        (phone(third='connected'), Phase.TALKING, {'mute', 'keypad', 'leave'}),
        (phone(customer='disconnected', third='connected'), Phase.TALKING, {'mute', 'keypad', 'hang_up'}),
        (phone('ended', customer='disconnected'), Phase.WRAP_UP, {'clear'}),
        (phone('error', customer='disconnected'), Phase.FAILED, {'clear'}),
    ],
)  # fmt: skip
def test_only_what_can_be_done_is_offered(state: PhoneState, phase: Phase, acts: set[str]) -> None:
    assert (state.phase, possible(state)) == (phase, acts)


def test_nothing_is_offered_while_the_softphone_is_away() -> None:
    assert possible(phone().model_copy(update={'link': 'silent'})) == frozenset()


@pytest.mark.parametrize(
    'said', [{'link': 'odd'}, {'calls': 'none'}, {'calls': [{}] * 11}, {'agent': {'name': 'x' * 300, 'type': ''}}]
)  # fmt: skip
def test_what_our_window_would_not_say_is_not_taken(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PhoneState.model_validate(said)


@pytest.mark.parametrize(
    ('here', 'there'),
    [
        (Wish(AgentStatus.AVAILABLE), '상담 가능'),
        (Wish(AgentStatus.OFFLINE), '오프라인'),
        (Wish(AgentStatus.AWAY, 'meal'), '점심'),
        (Wish(AgentStatus.AWAY, 'break'), '휴식'),
        (Wish(AgentStatus.AWAY, 'training'), '점심'),  # Connect has none of this meaning
        (Wish(AgentStatus.AWAY), '점심'),
    ],
)
def test_state_of_the_desk_has_one_status_at_connect(here: Wish, there: str) -> None:
    status = connect_status(here, STATES)

    assert status.name == there
    assert fits(here, status, STATES)


def test_statuses_of_connect_are_states_of_the_desk() -> None:
    system = AgentState(name='AfterCallWork', type='system')

    assert [desk_status(one) for one in (*STATES, system)] == [
        Wish(AgentStatus.AVAILABLE),
        Wish(AgentStatus.OFFLINE),
        Wish(AgentStatus.AWAY, 'meal'),
        Wish(AgentStatus.AWAY, 'break'),
        None,
    ]


def test_reason_that_connect_does_not_know_fits_any_status_of_its_type() -> None:
    no_answer = Wish(AgentStatus.AWAY, 'no_answer')

    assert fits(no_answer, STATES[2], STATES)
    assert fits(no_answer, STATES[3], STATES)
    assert not fits(no_answer, STATES[0], STATES)
