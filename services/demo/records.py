"""Agents' records in the demo desk: memos, attributes, notes, and a few duplicate customers."""

from collections.abc import Sequence
from datetime import timedelta

from models import ChatSession, Customer, CustomerStatus, Note, RiskLevel
from services.demo.people import seed_id

TWINS = (12, 29, 63, 101, 147, 188)
"""Customers with a second record, by their position in the demo."""
NOTED = 4
"""Every n-th chat gets a note."""
_GRADES = ('일반', '실버', '골드', 'VIP')
_MEMOS = (
    '오전에는 통화가 어렵고 오후 2시 이후 연락 선호.',
    '배송은 항상 경비실에 맡겨 달라고 하심.',
    '문자보다 이메일 안내를 원하심.',
    '청각이 불편하셔서 채팅 상담 선호.',
    '선물 주문이 많음. 명절 전 재고 문의 잦음.',
    '세금계산서 담당자와 주문자가 다름. 회계팀으로 발송.',
)
_BLOCKED = '폭언이 반복되어 세 차례 안내한 뒤 차단함. 해제는 관리자 확인 필요.'
_RISKY = '소비자원 신고를 언급하심. 안내한 내용을 빠짐없이 기록할 것.'
_NOTES = (
    '교환 접수 완료. 회수 기사 방문 일정 문자로 안내함.',
    '환불 금액 재확인 요청하셔서 결제팀에 전달. 오늘 중 회신하기로 함.',
    '주소 변경 처리함. 다음 주문부터 새 주소로 배송.',
    '앱 재설치 후 정상 동작 확인. 같은 증상이면 기술지원으로 연결.',
    '쿠폰 재발급 요청, 1회에 한해 발급함.',
    '불편에 대해 사과드리고 적립금 3,000원 지급.',
    '추가 문의 있으면 다시 연락하시기로 함.',
)


def describe(customers: Sequence[Customer]) -> None:
    """Give some of these customers a memo and attributes; for blocked ones the memo gives the reason."""
    for number, customer in enumerate(customers):
        if number % 3 == 0:
            customer.attributes = {'회원 등급': _GRADES[number // 3 % len(_GRADES)]}
        if number % 21 == 5:
            customer.attributes = {**customer.attributes, '계약 번호': f'K-{24_000 + number}'}
        if number % 7 == 2:
            customer.memo = _MEMOS[number // 7 % len(_MEMOS)]
        if customer.risk_level is RiskLevel.HIGH:
            customer.memo = _RISKY
        if customer.status is CustomerStatus.BLOCKED:
            customer.memo = _BLOCKED


def twins(customers: Sequence[Customer], chats: Sequence[ChatSession]) -> list[Customer]:
    """Return duplicate records of some customers; one chat of each belongs to the duplicate."""
    made = [_twin(number, customers[number]) for number in TWINS]
    for number, twin in zip(TWINS, made, strict=True):
        theirs = [chat for chat in chats if chat.customer_id == customers[number].id]
        for chat in theirs[:1]:
            chat.customer_id = twin.id
    return made


def notes(chats: Sequence[ChatSession]) -> list[Note]:
    """Return agents' notes after some of these chats."""
    return [
        Note(
            id=seed_id(f'note {count}'),
            customer_id=chat.customer_id,
            agent_id=chat.agent_id,
            text=_NOTES[count // NOTED % len(_NOTES)],
            created_at=chat.end_time + timedelta(minutes=2),
            updated_at=chat.end_time + timedelta(minutes=2),
        )
        for count, chat in enumerate(chats)
        if count % NOTED == 0 and chat.customer_id and chat.agent_id and chat.end_time
    ]


def _twin(number: int, customer: Customer) -> Customer:
    """Return a record like a customer's: with the same number, a mistyped number, or the same e-mail."""
    way = TWINS.index(number) % 3
    slip = customer.phone[:-2] + customer.phone[-1] + customer.phone[-2]
    return Customer(
        id=seed_id(f'twin {number}'),
        name=customer.name,
        phone={0: customer.phone, 1: slip, 2: f'0104455{number:04}'}[way],
        email=customer.email if way == 2 else None,
        customer_type=customer.customer_type,
    )
