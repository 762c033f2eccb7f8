"""Computes a call's state and steps from the facts that Connect reported: no database, no clock.

The customer follows a path of legs: from the first contact, when it has ended, to the one that
continued it and outlived it. Consults and listening supervisors are not on the path. The same facts
in any order give the same result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import (
    CallDirection,
    CallEnding,
    CallLeg,
    CallLegKind,
    CallMoment,
    CallMomentKind,
    StepKind,
)

OVER = frozenset({StepKind.ENDED, StepKind.ABANDONED})
OUTBOUND_KINDS = frozenset({CallLegKind.OUTBOUND, CallLegKind.API, CallLegKind.CALLBACK})
NOT_REACHED = ('UNANSWERED', 'BUSY', 'NEVER_ARRIVED', 'NO_ANSWER')
"""Parts of Connect's reasons which say that the called party did not answer."""
NOT_TAKEN = {
    CallMomentKind.MISSED: StepKind.MISSED,
    CallMomentKind.FAILED: StepKind.MISSED,
    CallMomentKind.REFUSED: StepKind.REFUSED,
}


_ORDER = (
    CallMomentKind.RINGING,
    CallMomentKind.TALKING,
    CallMomentKind.ON_HOLD,
    *NOT_TAKEN,
    CallMomentKind.OVER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedStep:
    """One step of a call, as ``contact_steps`` stores it."""

    kind: StepKind
    at: datetime
    agent_id: UUID | None = None
    by_id: UUID | None = None
    queue_id: UUID | None = None
    rang_at: datetime | None = None
    reason: str = ''

    @property
    def key(self) -> tuple[StepKind, datetime, UUID | None]:
        """The values that identify the step when it is computed again."""
        return step_key(self.kind, self.at, self.agent_id)


def step_key(
    kind: StepKind, at: datetime, agent_id: UUID | None
) -> tuple[StepKind, datetime, UUID | None]:
    """Return what identifies a step. An end is one, whoever it concerns: who dialled may be told after it."""
    return kind, at, None if kind in OVER else agent_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedCall:
    """The current state of a call, and its steps in order."""

    direction: CallDirection
    started_at: datetime
    phone: str
    agent_id: UUID | None
    queue_id: UUID | None
    answered_at: datetime | None
    end_time: datetime | None
    ending: CallEnding | None
    reason: str
    steps: tuple[ComputedStep, ...]
    leg_ids: tuple[UUID, ...]
    """The legs of the customer's path, in order."""


def computed_call(
    root_id: str,
    legs: Sequence[CallLeg],
    moments: Sequence[CallMoment],
    *,
    dialled_by_id: UUID | None = None,
) -> ComputedCall | None:
    """Return the call that begins with a contact; ``None`` while its beginning is unknown."""
    root = next((leg for leg in legs if leg.contact_id == root_id), None)
    if root is None or root.started_at is None:
        return None
    path = [root, *_followers(root, legs)]
    last = path[-1]
    direction = CallDirection.OUTBOUND if root.kind in OUTBOUND_KINDS else CallDirection.INBOUND
    answered = [leg for leg in path if leg.answered_at and leg.kind is not CallLegKind.EXTERNAL]
    ending = _ending(direction, last, root, was_answered=bool(answered)) if last.ended_at else None
    holder = _holder(path, answered, dialled_by_id)
    queue_id = next((leg.queue_id for leg in reversed(path) if leg.queue_id), None)
    steps = list(_steps(path, moments))
    if ending is not None and last.ended_at is not None:
        kind = StepKind.ABANDONED if ending is CallEnding.ABANDONED else StepKind.ENDED
        steps.append(
            ComputedStep(
                kind=kind,
                at=last.ended_at,
                agent_id=holder,
                by_id=holder if ending is CallEnding.AGENT else None,
                queue_id=queue_id,
                reason=ending.value,
            )
        )
    return ComputedCall(
        direction=direction,
        started_at=root.started_at,
        phone=root.phone,
        agent_id=holder,
        queue_id=queue_id,
        answered_at=min((leg.answered_at for leg in answered if leg.answered_at), default=None),
        end_time=last.ended_at,
        ending=ending,
        reason=last.reason if last.ended_at else '',
        steps=tuple(steps),
        leg_ids=tuple(leg.id for leg in path),
    )


def _followers(root: CallLeg, legs: Sequence[CallLeg]) -> Iterator[CallLeg]:
    """Return the legs after the first on the customer's path, in order."""
    current, passed = root, {root.contact_id}
    while current.ended_at is not None:
        outliving = [
            leg
            for leg in legs
            if leg.previous_contact_id == current.contact_id
            and leg.kind is not CallLegKind.MONITOR
            and leg.contact_id not in passed
            and (leg.ended_at is None or leg.ended_at > current.ended_at)
        ]
        if not outliving:
            return
        current = min(outliving, key=lambda leg: (leg.started_at or leg.created_at, leg.contact_id))
        passed.add(current.contact_id)
        yield current


def _holder(
    path: Sequence[CallLeg], answered: Sequence[CallLeg], dialled_by_id: UUID | None
) -> UUID | None:
    """Return the agent who has the call, or had it last."""
    last = path[-1]
    if last.agent_id is not None and (last.answered_at or last.kind is CallLegKind.OUTBOUND):
        return last.agent_id
    if last.ended_at is None and len(path) > 1:
        return None  # it waits for an agent, or continues with an outside party
    return answered[-1].agent_id if answered else dialled_by_id


def _ending(
    direction: CallDirection, last: CallLeg, root: CallLeg, *, was_answered: bool
) -> CallEnding:
    by_customer = 'CUSTOMER_DISCONNECT' in last.reason or 'THIRD_PARTY' in last.reason
    if was_answered:
        if 'TELECOM' in last.reason:
            return CallEnding.FAILED
        return CallEnding.CUSTOMER if by_customer else CallEnding.AGENT
    if any(part in last.reason for part in NOT_REACHED):
        return CallEnding.MISSED
    if 'TELECOM' in last.reason:
        return CallEnding.FAILED
    was_reached = direction is CallDirection.INBOUND or root.reached_at is not None
    if by_customer and was_reached:
        return CallEnding.ABANDONED
    return CallEnding.MISSED


def _steps(path: Sequence[CallLeg], moments: Sequence[CallMoment]) -> Iterator[ComputedStep]:
    """Return the steps along the path, in order of time for each leg."""
    since: datetime | None = None
    former: UUID | None = None
    for leg in path:
        begun = leg.started_at or leg.created_at
        if since is None:
            yield ComputedStep(kind=StepKind.CREATED, at=begun, queue_id=leg.queue_id)
        else:
            yield ComputedStep(
                kind=StepKind.TRANSFERRED,
                at=since,
                agent_id=leg.agent_id if leg.answered_at else None,
                by_id=former,
                queue_id=leg.queue_id,
            )
        own = _in_order([moment for moment in moments if moment.leg_id == leg.id])
        yield from sorted(_of_leg(leg, own, since), key=lambda step: step.at)
        since, former = leg.ended_at, leg.agent_id if leg.answered_at else former


def _in_order(moments: Sequence[CallMoment]) -> list[CallMoment]:
    """Return agents' states in order, also those of the same millisecond.

    A call is missed by one agent before it rings at the next, and rings before the same agent
    misses it.
    """

    def rang_before(moment: CallMoment) -> bool:
        earlier = [
            one.kind
            for one in moments
            if one.connect_user == moment.connect_user and one.at < moment.at
        ]
        return earlier.count(CallMomentKind.RINGING) > sum(one in NOT_TAKEN for one in earlier)

    def key(moment: CallMoment) -> tuple[datetime, int, str]:
        is_end = moment.kind in NOT_TAKEN and rang_before(moment)
        return moment.at, -1 if is_end else _ORDER.index(moment.kind), moment.connect_user

    return sorted(moments, key=key)


def _of_leg(
    leg: CallLeg, moments: Sequence[CallMoment], since: datetime | None
) -> Iterator[ComputedStep]:
    """Return the steps of one leg, from ``since`` on: before, the customer was on another leg."""

    def step(kind: StepKind, at: datetime, **more: object) -> ComputedStep:
        at = max(at, since) if since else at
        return ComputedStep(kind=kind, at=at, queue_id=leg.queue_id, **more)  # type: ignore[arg-type]

    waited = leg.queued_at is not None and not (
        since and leg.answered_at and leg.answered_at <= since
    )
    if leg.queued_at is not None and waited:
        yield step(StepKind.QUEUED, leg.queued_at)
    yield from (one for one in _offers(leg, moments) if since is None or one.at >= since)
    if leg.answered_at is not None and leg.kind is not CallLegKind.EXTERNAL:
        yield step(
            StepKind.TAKEN,
            leg.answered_at,
            agent_id=leg.agent_id,
            by_id=leg.agent_id,
            rang_at=_rang_at(moments, leg.agent_id, leg.answered_at),
        )
    yield from (step(kind, at, agent_id=who, by_id=who) for kind, at, who in _holds(moments, since))


def _holds(
    moments: Sequence[CallMoment], since: datetime | None
) -> Iterator[tuple[StepKind, datetime, UUID | None]]:
    """Return when an agent put all others on hold, and when they talked again."""
    held = False
    for moment in moments:
        if since and moment.at < since:
            continue
        if moment.kind is CallMomentKind.ON_HOLD and not held:
            held = True
            yield StepKind.HELD, moment.at, moment.agent_id
        elif moment.kind is CallMomentKind.TALKING and held:
            held = False
            yield StepKind.RESUMED, moment.at, moment.agent_id


def _offers(leg: CallLeg, moments: Sequence[CallMoment]) -> Iterator[ComputedStep]:
    """Return when the leg rang at agents and how unanswered rings ended; not for an agent's own call."""
    if leg.kind is CallLegKind.OUTBOUND:
        return
    rang: dict[str, datetime] = {}
    for moment in moments:
        if moment.kind is CallMomentKind.RINGING:
            if moment.connect_user in rang:  # an accepted callback rings at the customer
                continue
            rang[moment.connect_user] = moment.at
            kind = StepKind.OFFERED
        elif moment.kind in NOT_TAKEN:
            kind = NOT_TAKEN[moment.kind]
        else:
            continue
        yield ComputedStep(
            kind=kind,
            at=moment.at,
            agent_id=moment.agent_id,
            by_id=moment.agent_id if kind is StepKind.REFUSED else None,
            queue_id=leg.queue_id,
            rang_at=rang.get(moment.connect_user),
        )
        if kind is not StepKind.OFFERED:
            rang.pop(moment.connect_user, None)


def _rang_at(
    moments: Sequence[CallMoment], agent_id: UUID | None, answered_at: datetime
) -> datetime | None:
    return max(
        (
            one.at
            for one in moments
            if one.kind is CallMomentKind.RINGING
            and one.agent_id == agent_id
            and one.at <= answered_at
        ),
        default=None,
    )
