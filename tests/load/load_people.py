"""Believable customers, in any number: names as common as they are in Korea, addresses that lead nowhere."""

import random
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from models import CustomerStatus, CustomerType, RiskLevel

COLUMNS = (
    'id', 'name', 'email', 'phone', 'customer_type', 'status', 'risk_level', 'created_at', 'updated_at',
)  # fmt: skip
Row = tuple[object, ...]

# How many of 1,000 people have it (census of 2015, rounded).
FAMILY = {
    '김': 215, '이': 147, '박': 84, '최': 47, '정': 43, '강': 24, '조': 21, '윤': 21, '장': 20, '임': 17, '한': 15,
    '오': 15, '서': 15, '신': 15, '권': 14, '황': 14, '안': 14, '송': 14, '전': 11, '홍': 11, '유': 10, '고': 9,
    '문': 9, '양': 9, '손': 9, '배': 8, '백': 8, '허': 7, '남': 6, '심': 5, '노': 5, '하': 5, '곽': 4, '성': 4,
    '차': 4, '주': 4, '우': 4, '구': 4, '나': 3, '민': 3, '진': 3, '지': 3, '엄': 3, '채': 3, '원': 3, '천': 2,
    '방': 2, '공': 2, '현': 2, '함': 2, '변': 2, '염': 1, '여': 1, '추': 1, '도': 1, '소': 1, '석': 1, '선': 1,
    '설': 1, '마': 1, '길': 1, '남궁': 1, '황보': 1, '제갈': 1, '선우': 1, '독고': 1,
}  # fmt: skip
_FIRST = '민서지예하도시준현수영정은미경성재승태진윤동상혜유채가나다라연주해소선인우규종병광철기순옥춘말숙명희창석'
_SECOND = '준서윤우진호민아은영희수현미경숙자정훈연혁환석철규원빈율하라린나비온솔람별결담찬혜주옥순남식복만득길섭'
_ROMAN = {
    '김': 'kim', '이': 'lee', '박': 'park', '최': 'choi', '정': 'jung', '강': 'kang', '조': 'cho', '윤': 'yoon',
    '장': 'jang', '임': 'lim', '한': 'han', '오': 'oh', '서': 'seo', '신': 'shin', '권': 'kwon', '황': 'hwang',
}  # fmt: skip
_LATIN_FIRST = (
    'James',
    'Maria',
    'Nguyen',
    'Olga',
    'Wei',
    'John',
    'Fatima',
    'Yuki',
    'Ahmed',
    'Linh',
    'Pedro',
    'Anna',
)
_LATIN_LAST = (
    'Smith',
    'Garcia',
    'Tran',
    'Ivanova',
    'Zhang',
    'Miller',
    'Khan',
    'Sato',
    'Silva',
    'Pham',
    'Becker',
)
_TRADES = (
    '전자',
    '물산',
    '상사',
    '테크',
    '유통',
    '식품',
    '건설',
    '정밀',
    '산업',
    '에너지',
    '로지스',
    '소프트',
)
_BRANDS = (
    '한빛',
    '대성',
    '미래',
    '푸른',
    '가온',
    '세종',
    '나래',
    '동아',
    '누리',
    '다온',
    '삼영',
    '신우',
    '태백',
    '한결',
)
_FORMS = ('(주){}', '주식회사 {}', '{}')
_WORDS = ('sunny', 'blue', 'happy', 'moon', 'star', 'ocean', 'forest', 'rain', 'coffee', 'maple')
_DOMAINS = ('example.com', 'mail.example.com', 'example.co.kr', 'post.example.net', 'example.org')
_DOMAIN_WEIGHTS = (45, 25, 15, 10, 5)
_AREAS = ('02', '031', '032', '051', '053', '042')


class People:
    """Makes customers: the same ones for the same seed."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._chance = random.Random(seed)
        self._now = now
        given = [first + second for first in _FIRST for second in _SECOND if first != second]
        self._chance.shuffle(given)
        self._given = given
        self._given_weights = [1 / (place + 12) for place in range(len(given))]

    def rows(self, count: int, *, batch: int = 10_000) -> Iterator[list[Row]]:
        """Yield ``count`` rows of ``COLUMNS`` in batches: memory stays that of one."""
        for begin in range(0, count, batch):
            yield self._batch(begin, min(batch, count - begin))

    def _batch(self, begin: int, size: int) -> list[Row]:
        chance = self._chance
        family = chance.choices(list(FAMILY), list(FAMILY.values()), k=size)
        given = chance.choices(self._given, self._given_weights, k=size)
        return [
            self._row(begin + place, last, first)
            for place, (last, first) in enumerate(zip(family, given, strict=True))
        ]

    def _row(self, place: int, family: str, given: str) -> Row:
        chance = self._chance
        is_corporate = place % 13 == 5
        name = family + given
        if is_corporate:
            name = chance.choice(_FORMS).format(chance.choice(_BRANDS) + chance.choice(_TRADES))
        elif place % 41 == 7:
            name = f'{chance.choice(_LATIN_FIRST)} {chance.choice(_LATIN_LAST)}'
        roman = _ROMAN.get(family, chance.choice(_WORDS))
        mailbox = f'{roman}.{chance.choice(_WORDS)}{place}' if place % 3 else f'{roman}{place:07}'
        domain = chance.choices(_DOMAINS, _DOMAIN_WEIGHTS)[0]
        return (
            UUID(int=chance.getrandbits(128), version=4),
            name,
            f'{mailbox}@{domain}' if place % 9 else None,
            _phone(chance, is_mobile=not is_corporate),
            CustomerType.CORPORATE if is_corporate else CustomerType.INDIVIDUAL,
            _status(place),
            _risk(place),
            self._now,
            self._now,
        )


def _phone(chance: random.Random, *, is_mobile: bool) -> str:
    if is_mobile:
        return f'010{chance.randint(20_000_000, 99_999_999)}'
    return f'{chance.choice(_AREAS)}{chance.randint(200, 999)}{chance.randint(0, 9_999):04}'


def _status(place: int) -> CustomerStatus:
    if place % 97 == 11:
        return CustomerStatus.BLOCKED
    return CustomerStatus.INACTIVE if place % 40 == 7 else CustomerStatus.ACTIVE


def _risk(place: int) -> RiskLevel:
    if place % 145 == 11:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if place % 17 == 4 else RiskLevel.LOW
