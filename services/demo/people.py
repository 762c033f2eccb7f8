"""The people of the demo desk: the same in every seed."""

import random
from collections.abc import Sequence
from uuid import UUID, uuid5

from faker import Faker

from desk import passwords
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    Customer,
    CustomerStatus,
    CustomerType,
    Queue,
    RiskLevel,
)
from services.demo.dialogues import ORDERS, PAYMENTS, SUPPORT

DEMO_PASSWORD = 'desk-demo-1234'  # noqa: S105 - shown on the local login page; cannot exist in production
CUSTOMERS = 300
NAMESPACE = UUID('6b1f2f5e-5f0e-4f7c-9a35-6d7b8a4c1e20')
"""The namespace of demo ids, which are derived from names and so the same in every seed."""

_STAFF = (
    ('agent1', '김', '서연', AgentRole.AGENT, ORDERS),
    ('agent2', '이', '도윤', AgentRole.AGENT, ORDERS),
    ('agent3', '박', '하은', AgentRole.AGENT, ORDERS),
    ('agent4', '최', '지호', AgentRole.AGENT, PAYMENTS),
    ('agent5', '정', '수아', AgentRole.AGENT, PAYMENTS),
    ('agent6', '강', '민재', AgentRole.AGENT, PAYMENTS),
    ('agent7', '윤', '채원', AgentRole.AGENT, SUPPORT),
    ('agent8', '임', '준서', AgentRole.AGENT, SUPPORT),
    ('supervisor1', '한', '지원', AgentRole.SUPERVISOR, '운영'),
    ('admin1', '오', '현우', AgentRole.ADMIN, '관리'),
)
_QUEUES = (
    (ORDERS, 'Orders & delivery'),
    (PAYMENTS, 'Payments & refunds'),
    (SUPPORT, 'Technical support'),
)
_UNUSUAL_NAMES = (
    '김수한무거북이와두루미삼천갑자동방삭',
    '남궁빛나리하늘별님구름달님',
    'Alexander Montgomery-Whitfield',
    'Nguyễn Thị Thanh Hương',
    'Siobhán Ní Bhriain',
    'María Fernanda de los Ángeles García Hernández',
    '田中 美咲',
    '독고 민',
)


def seed_id(name: str) -> UUID:
    """Return the demo's id for a name."""
    return uuid5(NAMESPACE, name)


def worker_ids() -> set[UUID]:
    """Return the ids of everybody but the administrator, who is stored last."""
    return {seed_id(username) for username, *_ in _STAFF[:-1]}


async def staff() -> list[Agent]:
    """Return the demo's agents, supervisor and, last, administrator, all with ``DEMO_PASSWORD``."""
    # Agents are signed in until the past is made, then offline. The administrator never is.
    statuses = {AgentRole.ADMIN: AgentStatus.OFFLINE}
    return [
        Agent(
            id=seed_id(username),
            username=username,
            email=f'{username}@example.com',
            password_hash=await passwords.hashed(DEMO_PASSWORD),
            first_name=first_name,
            last_name=last_name,
            role=role,
            department=department,
            status=statuses.get(role, AgentStatus.AVAILABLE),
            base_status=statuses.get(role, AgentStatus.AVAILABLE),
        )
        for username, last_name, first_name, role, department in _STAFF
    ]


def queues() -> list[Queue]:
    """Return the demo's queues, one per department; all use the list (pull) until the past is made."""
    return [
        Queue(id=queue_id(department), name=department, name_en=name_en, department=department)
        for department, name_en in _QUEUES
    ]


def queue_id(department: str) -> UUID:
    """Return the id of a department's queue."""
    return seed_id(f'queue of {department}')


def customers() -> list[Customer]:
    """Return the demo's customers: invented people, with e-mail addresses that do not exist."""
    chance = random.Random(300)  # noqa: S311 - reproducible, not a secret
    faker = Faker('ko_KR')
    faker.seed_instance(300)
    phones = chance.sample(range(10_000_000, 99_999_999), CUSTOMERS)
    phones[17] = phones[16]  # a couple shares a phone: two candidates for a typed number
    return [_customer(number, phone, faker, chance) for number, phone in enumerate(phones)]


def _customer(number: int, phone: int, faker: Faker, chance: random.Random) -> Customer:
    is_corporate = number % 13 == 5
    name = faker.company() if is_corporate else faker.name()
    if number % 37 == 3:
        name = _UNUSUAL_NAMES[number // 37 % len(_UNUSUAL_NAMES)]
    domain = chance.choice(('example.com', 'example.co.kr'))
    return Customer(
        id=seed_id(f'customer {number}'),
        name=name,
        email=f'{faker.user_name()}{number}@{domain}' if number % 9 else None,
        phone=f'010{phone}',
        customer_type=CustomerType.CORPORATE if is_corporate else CustomerType.INDIVIDUAL,
        status=_status(number),
        risk_level=_risk(number),
    )


def _status(number: int) -> CustomerStatus:
    if number % 60 == 11:
        return CustomerStatus.BLOCKED
    return CustomerStatus.INACTIVE if number % 40 == 7 else CustomerStatus.ACTIVE


def _risk(number: int) -> RiskLevel:
    if number % 45 == 11:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if number % 17 == 4 else RiskLevel.LOW


def agents_of(people: Sequence[Agent], department: str) -> list[Agent]:
    """Return the agents of a department."""
    return [one for one in people if one.department == department and one.role is AgentRole.AGENT]
