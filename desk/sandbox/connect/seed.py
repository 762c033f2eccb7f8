"""The simulator's first centre: the demo desk's agents, in Korean, with the same ids every time."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.directory import (
    AgentStatus,
    Flow,
    Instance,
    Profile,
    Queue,
    QuickConnect,
    RoutingProfile,
    ServedQueue,
)
from desk.sandbox.connect.world.state import State
from desk.sandbox.connect.world.terms import Channel, EndpointType, QueueType, StatusType

NAMESPACE = UUID('5d0c9a52-3f43-4be3-9a29-8f1c7a30b7de')
REGION, ACCOUNT, ALIAS = 'ap-northeast-2', '111122223333', 'desk-sandbox'
CONTACT_QUEUE, AGENT_STREAM = 'connect-contact-events', 'connect-agent-events'
AFTER_WORK_SECONDS = 120
CHATS_AT_ONCE, TASKS_AT_ONCE = 3, 3
SYSTEM_NUMBER = '+8215881234'

ORDERS, PAYMENTS, SUPPORT = '주문·배송', '결제·환불', '기술지원'
PEOPLE = (
    ('agent1', '김', '서연', ORDERS),
    ('agent2', '이', '도윤', ORDERS),
    ('agent3', '박', '하은', ORDERS),
    ('agent4', '최', '지호', PAYMENTS),
    ('agent5', '정', '수아', PAYMENTS),
    ('agent6', '강', '민재', PAYMENTS),
    ('agent7', '윤', '채원', SUPPORT),
    ('agent8', '임', '준서', SUPPORT),
    ('supervisor1', '한', '지원', ORDERS),
)
STATUSES = (
    ('상담 가능', StatusType.ROUTABLE),
    ('오프라인', StatusType.OFFLINE),
    ('점심', StatusType.CUSTOM),
    ('휴식', StatusType.CUSTOM),
    ('교육', StatusType.CUSTOM),
    ('회의', StatusType.CUSTOM),
)
FLOW_TYPES = ('CUSTOMER_QUEUE', 'AGENT_TRANSFER', 'QUEUE_TRANSFER')


def seed_id(name: str) -> str:
    """Return the seed's id for a name."""
    return str(uuid5(NAMESPACE, name))


INSTANCE_ID = seed_id('instance')


def seeded(now: datetime, *, seed: int = 0) -> State:
    """Return a centre with all users configured, signed out, and without contacts."""
    instance = Instance(
        id=INSTANCE_ID,
        alias=ALIAS,
        region=REGION,
        account=ACCOUNT,
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    state = State(instance=instance, now=now, seed=seed)
    _add_statuses(state)
    _add_queues(state)
    _add_flows(state)
    _add_agents(state)
    _add_quick_connects(state)
    return state


def _add_statuses(state: State) -> None:
    for name, kind in STATUSES:
        status = AgentStatus(id=seed_id(f'status/{name}'), name=name, type=kind)
        state.statuses[status.id] = status


def _add_queues(state: State) -> None:
    names = (ORDERS, PAYMENTS, SUPPORT)
    for name in names:
        queue = Queue(id=seed_id(f'queue/{name}'), name=name, description=f'{name} 문의')
        state.queues[queue.id] = queue
    for name in names:
        others = [other for other in names if other != name]
        state.profiles[seed_id(f'profile/{name}')] = RoutingProfile(
            id=seed_id(f'profile/{name}'),
            name=f'{name} 상담',
            description=f'{name}을 먼저, 30초 뒤에는 다른 문의도 받습니다',
            outbound_queue_id=seed_id(f'queue/{name}'),
            concurrency={
                Channel.VOICE: 1,
                Channel.CHAT: CHATS_AT_ONCE,
                Channel.TASK: TASKS_AT_ONCE,
            },
            served=[
                *(_served(name, channel, 1, 0) for channel in Channel),
                *(_served(other, channel, 2, 30) for other in others for channel in Channel),
            ],
            manual_queue_ids=list(state.queues),
        )


def _served(name: str, channel: Channel, priority: int, delay_seconds: int) -> ServedQueue:
    return ServedQueue(
        queue_id=seed_id(f'queue/{name}'),
        channel=channel,
        priority=priority,
        delay_seconds=delay_seconds,
    )


def _add_flows(state: State) -> None:
    for name in (ORDERS, PAYMENTS, SUPPORT):
        flow = Flow(
            id=seed_id(f'flow/{name}'),
            name=f'{name} 접수',
            type='CONTACT_FLOW',
            queue_id=seed_id(f'queue/{name}'),
        )
        state.flows[flow.id] = flow
    for kind in FLOW_TYPES:
        flow = Flow(id=seed_id(f'flow/{kind}'), name=f'Default {kind.lower()}', type=kind)
        state.flows[flow.id] = flow


def _add_agents(state: State) -> None:
    for username, last_name, first_name, queue_name in PEOPLE:
        add_agent(state, username, last_name, first_name, queue_name)


def add_agent(
    state: State, username: str, last_name: str, first_name: str, queue_name: str
) -> Agent:
    """Add an offline agent, who serves one of the seed's queues first."""
    agent_id = seed_id(f'user/{username}')
    own = Queue(id=f'agent/{agent_id}', name=username, type=QueueType.AGENT, agent_id=agent_id)
    state.queues[own.id] = own
    agent = state.agents[agent_id] = Agent(
        id=agent_id,
        queue_id=own.id,
        status_id=seed_id('status/오프라인'),
        status_since=state.now,
        idle_since=state.now,
        profile=Profile(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=f'{username}@example.com',
            routing_profile_id=seed_id(f'profile/{queue_name}'),
            security_profile_id=seed_id('security-profile/agent'),
            after_work_seconds={Channel.VOICE: AFTER_WORK_SECONDS},
        ),
    )
    return agent


def _add_quick_connects(state: State) -> None:
    for name in (ORDERS, PAYMENTS, SUPPORT):
        _add_quick_connect(
            state, name, EndpointType.QUEUE, 'QUEUE_TRANSFER', queue_id=seed_id(f'queue/{name}')
        )
    for username, last_name, first_name, _ in PEOPLE:
        name = f'{last_name}{first_name} ({username})'
        user_id = seed_id(f'user/{username}')
        _add_quick_connect(state, name, EndpointType.AGENT, 'AGENT_TRANSFER', user_id=user_id)
    _add_quick_connect(
        state, '택배사 고객센터', EndpointType.PHONE_NUMBER, '', phone_number='+8215880000'
    )


def _add_quick_connect(
    state: State, name: str, kind: EndpointType, flow_type: str, **where: str
) -> None:
    connect_id = seed_id(f'quick-connect/{name}')
    state.quick_connects[connect_id] = QuickConnect(
        id=connect_id,
        name=name,
        description=f'{name} 연결',
        type=kind,
        flow_id=seed_id(f'flow/{flow_type}') if flow_type else '',
        **where,
    )
