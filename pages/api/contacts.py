"""``/contacts``: supervisors assign, move and prioritise contacts by hand, and read why a contact was assigned."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from models import Priority
from models.audit import MAX_REASON_CHARS
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.locale import language_of, sentence
from pages.web.principals import SignedIn
from services.floor import steering
from services.floor.decision import Candidate, Rule
from services.floor.reasons import Assignment, Assignments
from services.floor.steering import MOST_AT_ONCE
from services.registry import Services

CHAT = '6f1c7a52-0f0e-4b8e-9d3b-0d7f5a1c2e34'
OTHER_CHAT = '0d8b1c6e-8f2a-4c1d-9b7e-5a4c3d2e1f00'
AGENT = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
QUEUE = '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77'
WHICH_EXAMPLE: dict[str, Any] = {'ids': [CHAT, OTHER_CHAT], 'reason': '고객이 영어로 말함'}
STEERED_EXAMPLE: dict[str, Any] = {
    'done': [CHAT],
    'left': [{'id': OTHER_CHAT, 'code': 'chat.ended', 'detail': '이미 종료된 상담입니다.'}],
}
ASSIGNMENT_EXAMPLE: dict[str, Any] = {
    'at': '2026-11-02T01:30:04Z',
    'agent_id': AGENT,
    'agent_name': '김서연',
    'rule': 'load',
    'reason': '',
    'by_id': None,
    'waited_seconds': 4.2,
    'circle': 1,
    'candidates': [
        {
            'agent_id': AGENT,
            'agent_name': '김서연',
            'circle': 1,
            'level': 0,
            'load': 1,
            'capacity': 3,
            'idle_seconds': 74.5,
            'refusals': 0,
        }
    ],
}
ASSIGNMENTS_EXAMPLE: dict[str, Any] = {
    'contact_id': CHAT,
    'queue_id': QUEUE,
    'decisions': [ASSIGNMENT_EXAMPLE],
    'since': '2026-11-01T15:00:00Z',
    'shares': [
        {
            'agent_id': AGENT,
            'agent_name': '김서연',
            'offers': 9,
            'taken': 7,
            'missed': 1,
            'refused': 1,
        }
    ],
}


class Which(BaseModel):
    """The contacts to act on, and the supervisor's reason in words."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: Annotated[Text, Field(min_length=1, max_length=MAX_REASON_CHARS)]


class Assign(Which):
    """Contacts to offer to one agent."""

    model_config = shown_as({**WHICH_EXAMPLE, 'agent_id': AGENT})

    agent_id: UUID


class Move(Which):
    """Contacts to move to another queue."""

    model_config = shown_as({**WHICH_EXAMPLE, 'queue_id': QUEUE})

    queue_id: UUID


class Prioritise(Which):
    """Contacts to give another priority."""

    model_config = shown_as({**WHICH_EXAMPLE, 'priority': 'urgent'})

    priority: Priority


class Left(BaseModel):
    """A contact that was not changed, and the reason."""

    id: UUID
    code: str
    detail: str


class Steered(BaseModel):
    """The contacts that were changed, and the contacts that could not be."""

    model_config = shown_as(STEERED_EXAMPLE)

    done: list[UUID]
    left: list[Left]

    @classmethod
    def of(cls, request: Request, steered: steering.Steered) -> Self:
        """Return the outcome, in the reader's language."""
        language = language_of(request)
        left = [
            Left(id=one, code=error.key, detail=sentence(language, error))
            for one, error in steered.left.items()
        ]
        return cls(done=list(steered.done), left=left)


class CandidateItem(BaseModel):
    """An agent who was considered, as the agent was at the decision. Agents of ``circle`` 2 are considered only after a wait."""

    agent_id: UUID
    agent_name: str
    circle: int
    level: int
    load: int
    capacity: int
    idle_seconds: float
    refusals: int

    @classmethod
    def of(cls, one: Candidate, names: dict[UUID, str]) -> Self:
        """Return a candidate with the agent's name."""
        fields = {name: getattr(one, name) for name in cls.model_fields if name != 'agent_name'}
        return cls(**fields, agent_name=names.get(one.agent_id, ''))


class AssignmentItem(BaseModel):
    """One decision: the agent who was offered the contact, the rule that decided, and the candidates.

    For an assignment by hand ``by_id`` is the supervisor and ``reason`` the supervisor's words.
    """

    at: datetime
    agent_id: UUID
    agent_name: str
    rule: Rule
    reason: str
    by_id: UUID | None
    waited_seconds: float
    circle: int
    candidates: list[CandidateItem]

    @classmethod
    def of(cls, one: Assignment, names: dict[UUID, str]) -> Self:
        """Return a decision with the agents' names."""
        explanation, situation = one.explanation, one.situation
        return cls(
            at=one.at,
            agent_id=explanation.agent_id,
            agent_name=names.get(explanation.agent_id, ''),
            rule=explanation.rule,
            reason=explanation.reason,
            by_id=one.by_id,
            waited_seconds=situation.waited_seconds,
            circle=situation.circle,
            candidates=[CandidateItem.of(each, names) for each in situation.candidates],
        )


class ShareItem(BaseModel):
    """One agent's offers of the queue since midnight in Seoul: made, taken, missed, refused."""

    agent_id: UUID
    agent_name: str
    offers: int
    taken: int
    missed: int
    refused: int


class AssignmentsOfContact(BaseModel):
    """Every decision about a contact, newest first, and the ``shares`` of its queue's agents ``since`` midnight in Seoul."""

    model_config = shown_as(ASSIGNMENTS_EXAMPLE)

    contact_id: UUID
    queue_id: UUID | None
    decisions: list[AssignmentItem]
    since: datetime
    shares: list[ShareItem]

    @classmethod
    def of(cls, found: Assignments) -> Self:
        """Return the decisions and shares as the API shows them."""
        return cls(
            contact_id=found.contact_id,
            queue_id=found.queue.id if found.queue else None,
            decisions=[AssignmentItem.of(one, found.names) for one in found.decisions],
            since=found.since,
            shares=[
                ShareItem(
                    agent_id=one.agent_id,
                    agent_name=found.names.get(one.agent_id, ''),
                    offers=one.offers,
                    taken=one.taken,
                    missed=one.missed,
                    refused=one.refused,
                )
                for one in found.shares
            ],
        )


def router(services: Services) -> APIRouter:
    """Serve the operations on contacts to supervisors."""
    api = APIRouter(
        prefix='/contacts',
        tags=['contacts'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 404, 422, 429),
    )
    contacts = ContactOperations(services)
    changed = refusals(409, 413)
    for path, act, summary in (
        ('/assign', contacts.assign, 'Let contacts ring at an agent (배정)'),
        ('/move', contacts.move, 'Move contacts to a queue (이동)'),
        ('/priority', contacts.set_priority, 'Change how soon contacts are served (중요도)'),
    ):
        api.add_api_route(path, act, methods=['POST'], summary=summary, responses=changed)
    api.add_api_route(
        '/{contact_id}/assignments',
        contacts.assignments,
        summary='Why a contact came to whom it came (배정 이력)',
    )
    return api


class ContactOperations:
    """The operations of ``/contacts``, one method each."""

    def __init__(self, services: Services) -> None:
        self._steering = services.steering
        self._explanations = services.explanations

    async def assign(self, request: Request, staff: SignedIn, asked: Assign) -> Steered:
        """Offer waiting contacts to one agent, up to the agent's free capacity; 409 when none could be offered."""
        done = await self._steering.assign(staff.agent, asked.ids, asked.agent_id, asked.reason)
        return Steered.of(request, done)

    async def move(self, request: Request, staff: SignedIn, asked: Move) -> Steered:
        """Move contacts to another queue; they keep their waiting time. 409 when none could be moved."""
        done = await self._steering.move(staff.agent, asked.ids, asked.queue_id, asked.reason)
        return Steered.of(request, done)

    async def set_priority(self, request: Request, staff: SignedIn, asked: Prioritise) -> Steered:
        """Change the priority of contacts; 409 when all of them have ended."""
        done = await self._steering.set_priority(
            staff.agent, asked.ids, asked.priority, asked.reason
        )
        return Steered.of(request, done)

    async def assignments(self, staff: SignedIn, contact_id: UUID) -> AssignmentsOfContact:
        """Return every decision about a contact, and today's offers to each agent of its queue."""
        return AssignmentsOfContact.of(
            await self._explanations.assignments(staff.agent, contact_id)
        )
