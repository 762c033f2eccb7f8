"""The demo desk's 상담 분류, and its past wrap-ups as rows that the services would have stored."""

import random
from collections.abc import Sequence
from datetime import timedelta

from models import (
    Channel,
    ChatSession,
    ContactCategory,
    WrapUp,
    WrapUpEnding,
)
from services.demo.dialogues import ORDERS, PAYMENTS, SUPPORT
from services.demo.people import queue_id, seed_id

_TREE = {
    ORDERS: (
        ('배송', 'Delivery', ('지연', 'Delay', ('택배사 지연', 'Carrier delay'), ('출고 지연', 'Late dispatch'))),
        ('배송', 'Delivery', ('배송지 변경', 'Change of address')),
        ('주문', 'Order', ('취소', 'Cancellation')),
        ('주문', 'Order', ('교환', 'Exchange')),
    ),
    PAYMENTS: (
        ('결제', 'Payment', ('승인 오류', 'Declined')),
        ('환불', 'Refund', ('환불 지연', 'Late refund')),
        ('환불', 'Refund', ('부분 환불', 'Partial refund')),
    ),
    SUPPORT: (
        ('기기', 'Device', ('고장', 'Defect', ('전원', 'Power'), ('소리', 'Sound'))),
        ('앱', 'App', ('로그인', 'Sign-in')),
    ),
}  # fmt: skip
"""By queue: Korean name, English name, and the nodes below."""
_SUMMARIES = (
    '확인해 드리고 마침', '송장번호 안내함', '담당 부서에 확인 요청, 결과는 문자로', '고객이 직접 바꾸기로 함', '불편에 사과드리고 처리함', '',
)  # fmt: skip


def categories() -> list[ContactCategory]:
    """Return the tree of every queue, parents before children."""
    found: dict[str, ContactCategory] = {}
    for department, nodes in _TREE.items():
        for node in nodes:
            _grow(found, department, None, node)
    return list(found.values())


def _grow(
    found: dict[str, ContactCategory], department: str, parent: str | None, node: Sequence[object]
) -> None:
    name, name_en, *below = node
    path = f'{parent or department} > {name}'
    if path not in found:
        found[path] = ContactCategory(
            id=seed_id(f'category {path}'),
            queue_id=queue_id(department),
            parent_id=found[parent].id if parent else None,
            name=str(name),
            name_en=str(name_en),
            position=len(found),
        )
    for one in below:
        assert isinstance(one, tuple)  # noqa: S101 - a node of this module's tree
        _grow(found, department, path, one)


def wrap_ups(chats: Sequence[ChatSession]) -> list[WrapUp]:
    """Return the wrap-ups of these ended chats; none for a chat that nobody took."""
    chance = random.Random(14)  # noqa: S311 - reproducible, not a secret
    tree = categories()
    inner = {one.parent_id for one in tree}
    leaves = [one for one in tree if one.id not in inner]
    made = []
    for chat in chats:
        if chat.agent_id is None or chat.end_time is None:
            continue
        own = [leaf for leaf in leaves if leaf.queue_id == chat.queue_id]
        done = chat.end_time + timedelta(seconds=round(chance.triangular(8, 120, 30)))
        made.append(
            WrapUp(
                id=seed_id(f'wrap-up {chat.id}'),
                contact_id=chat.id,
                channel=Channel.CHAT,
                agent_id=chat.agent_id,
                queue_id=chat.queue_id,
                category_id=chance.choice(own).id if chance.random() < 0.9 else None,
                summary=chance.choice(_SUMMARIES),
                needs_follow_up=chance.random() < 0.08,
                created_at=chat.end_time,
                limit_at=chat.end_time + timedelta(seconds=120),
                done_at=done,
                ending=WrapUpEnding.AGENT,
                updated_at=done,
            )
        )
    return made
