"""Rules that tell resident, card and account numbers from numbers that only look like them.

A number is recognised by a valid birth date, a check digit, an issuer, a bank's format, and the
words around it. So order numbers, parcel numbers, phone numbers, dates and amounts stay readable.
When rules conflict, a number that its writer calls an order number is one, and a format that
carriers and banks share is a parcel number where the words around it are about parcels. Many banks
have everyday words as names (하나, 우리, 부산): these count only directly before a number.

Sources: resident numbers, 주민등록법 시행규칙 §2 (those issued since October 2020 have no check digit);
cards, ISO/IEC 7812 (issuers, lengths, Luhn); accounts, the formats that the banks print.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stdnum import luhn
from stdnum.kr import brn, rrn

from desk import clock

NO_CHECK_DIGIT_SINCE = date(2020, 10, 1)
RECENT = timedelta(days=90)
"""A number that begins with a date this recent is an order number rather than an infant's."""
MAX_YEARS_UNCHECKED = 95
CENTURIES = {**dict.fromkeys('1256', 1900), **dict.fromkeys('3478', 2000)}
"""By the seventh digit; 9 and 0 were issued to people born before 1900."""
FOREIGNERS = '5678'

ISSUERS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ('4', '4', (16, 13, 19)),  # Visa
    ('51', '55', (16,)),  # Mastercard
    ('2221', '2720', (16,)),
    ('34', '34', (15,)),  # American Express
    ('37', '37', (15,)),
    ('300', '305', (14,)),  # Diners Club
    ('36', '36', (14,)),
    ('38', '39', (14,)),
    ('3528', '3589', (16, 17, 18, 19)),  # JCB
    ('6011', '6011', (16, 19)),  # Discover
    ('644', '659', (16, 19)),
    ('62', '62', (16, 17, 18, 19)),  # UnionPay
    ('81', '81', (16, 17, 18, 19)),
    ('50', '50', (16, 19)),  # Maestro
    ('56', '58', (16, 19)),
    ('9', '9', (16,)),  # domestic Korean cards
)
ISSUED = {
    (length, start)
    for low, high, lengths in ISSUERS
    for length in lengths
    for start in range(int(low.ljust(4, '0')), int(high.ljust(4, '9')) + 1)
}
"""The length and first four digits of every issued card range."""
CARD_SHAPES = {
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 6, 4),
    (4, 4, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (4, 4, 5),
    (6, 13),
}
ACCOUNT_SHAPES = {
    (3, 2, 6), (3, 2, 6, 1), (3, 2, 7), (3, 3, 6), (3, 4, 4, 1), (3, 4, 4, 2), (3, 4, 6), (3, 6, 2, 2), (3, 6, 2, 3),
    (3, 6, 3), (3, 6, 5), (4, 2, 6), (4, 2, 7), (4, 3, 6), (4, 4, 4), (4, 4, 4, 1), (4, 4, 5), (5, 2, 6), (6, 2, 5),
    (6, 2, 6),
}  # fmt: skip
CARRIER_SHAPES = {(4, 4, 4), (4, 4, 4, 1), (4, 4, 4, 4), (4, 4, 5), (5, 4, 4)}
"""Formats printed on parcels, where the number has gaps."""
BUSINESS_SHAPE = (3, 2, 5)
ACCOUNT_DIGITS = range(10, 15)
MAX_ACCOUNT_PARTS = 5
RESIDENT_DIGITS = 13
MIN_DIGITS, MAX_DIGITS = 10, 19
PHONE = re.compile(
    r'(?:0|82|820)(?:1[016789]\d{7,8}|2\d{7,8}|[3-6][1-5]\d{7,8}|70\d{8}|80\d{7,8}|50\d{8,9})|1[568]\d{6}'
)

CARD_WORD = re.compile(
    r'카드|card|visa|master|비자|마스터|아멕스|amex|jcb|체크|신용|결제|할부|유효\s?기간|cvc|cvv',
    re.IGNORECASE,
)
RESIDENT_WORD = re.compile(
    r'주민|등록\s?번호|외국인|신분|민증|생년월일|resident|RRN', re.IGNORECASE
)
PARCEL_WORD = re.compile(
    r'(?:택배|배송|배달|반품)(?!비)|송장|등기(?!부)|소포|화물|발송|출고|수거|퀵|추적|(?<!계좌)(?<!계좌\s)(?<!잔액)(?<!잔액\s)조회'
    r'|tracking|parcel|waybill|shipment|courier',
    re.IGNORECASE,
)
GOODS_WORD = re.compile(
    r'품번|품목|모델(?:명|\s?번호)?|시리얼|일련\s?번호|바코드|부품|serial|model|part|sku|barcode',
    re.IGNORECASE,
)
ACCOUNT_WORD = re.compile(
    r'계좌|통장|입금|송금|이체|예금|은행|뱅크|농협|수협|신협|새마을|금고|account|bank',
    re.IGNORECASE,
)
BANK_NAME = re.compile(r'신한|카뱅|케뱅|씨티|\b(?:IBK|KDB)\b')
EVERYDAY_BANK = re.compile(
    r'국민|우리|하나|기업|산업|카카오|토스|우체국|제일|대구|부산|경남|광주|전북|제주|\b(?:KB|NH|SC|iM)\b'
)
"""Bank names that are also everyday words."""
OTHER_WORD = re.compile(
    rf'주문|접수|예약|사업자|영수증|전화|휴대폰|핸드폰|연락처|팩스|order|invoice|booking|phone|{PARCEL_WORD.pattern}|{GOODS_WORD.pattern}'
    r'|(?:거래|승인|상품|계약|회원|고객|쿠폰|조회|추적)\s?(?:번호|코드)',
    re.IGNORECASE,
)
PLAIN_WORD = re.compile(f'{OTHER_WORD.pattern}|{ACCOUNT_WORD.pattern}', re.IGNORECASE)
SHAPED_WORD = re.compile(f'{PLAIN_WORD.pattern}|{BANK_NAME.pattern}', re.IGNORECASE)
_LEADS_ON = r'\s?(?:번호|코드|number|no\.?|id)?\s?[은는이가도:\uff1a=#(\[\s]{0,3}$'
CALLED_OTHER = re.compile(
    rf'(?:{OTHER_WORD.pattern}){_LEADS_ON}|[A-Za-z][A-Za-z0-9]*[-_#]$|#$', re.IGNORECASE
)
CALLED_GOODS = re.compile(rf'(?:{GOODS_WORD.pattern}){_LEADS_ON}', re.IGNORECASE)
CALLED_ACCOUNT = re.compile(
    rf'(?:{ACCOUNT_WORD.pattern}|{BANK_NAME.pattern})\s?(?:번호|계좌)?(?:이고|이며|으로|에서)?[은는이가도로에:\uff1a=(\[\s]{{0,3}}$',
    re.IGNORECASE,
)
CALLED_BANK = re.compile(
    rf'(?:{EVERYDAY_BANK.pattern})[:\uff1a(\[\s]{{0,2}}$|환불[은:\uff1a\s]{{0,2}}$', re.IGNORECASE
)
SENTENCE_END = re.compile(r'\n|[.!?\u2026\u3002]\s')
AMOUNT = re.compile(r'\s?(?:원|만\s?원|천|억|won|krw|포인트|점)', re.IGNORECASE)


class Group(NamedTuple):
    """Adjacent digits, in ASCII; ``is_dashed`` when a dash or dot joins them to the group before."""

    start: int
    end: int
    digits: str
    is_dashed: bool


class Window(NamedTuple):
    """Adjacent groups from ``first`` to before ``end`` that may be one number."""

    text: str
    groups: Sequence[Group]
    first: int
    end: int
    digits: str
    """All its digits."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of digits in each group."""
        return tuple(len(group.digits) for group in self.groups[self.first : self.end])

    @property
    def is_single(self) -> bool:
        """Whether nothing separates its digits."""
        return self.end - self.first == 1

    @property
    def is_dashed(self) -> bool:
        """Whether dashes join all its groups."""
        rest = self.groups[self.first + 1 : self.end]
        return bool(rest) and all(group.is_dashed for group in rest)

    @property
    def is_joined(self) -> bool:
        """Whether a dash joins it to a further group."""
        goes_on = self.end < len(self.groups) and self.groups[self.end].is_dashed
        return goes_on or self.groups[self.first].is_dashed

    def before(self, most: int) -> str:
        """Return the text before it."""
        start = self.groups[self.first].start
        return self.text[max(0, start - most) : start]

    def after(self, most: int) -> str:
        """Return the text after it."""
        end = self.groups[self.end - 1].end
        return self.text[end : end + most]

    @property
    def is_called_other(self) -> bool:
        """Whether its writer labels it as an order, a phone or the like: ``주문번호: …``, ``ORD-…``."""
        return CALLED_OTHER.search(self.before(20)) is not None

    @property
    def is_called_goods(self) -> bool:
        """Whether its writer labels it as an article number: ``품번 …``."""
        return CALLED_GOODS.search(self.before(20)) is not None

    @property
    def may_be_parcel(self) -> bool:
        """Whether carriers print this format and words about parcels surround it."""
        if not self.is_single and self.sizes not in CARRIER_SHAPES:
            return False
        before = self.before(24)
        has_word_before = PARCEL_WORD.search(before, _sentence(before)) is not None
        return has_word_before or self.is_parcel_after

    @property
    def is_parcel_after(self) -> bool:
        """Whether a word about parcels follows in its sentence."""
        after = SENTENCE_END.split(self.after(12), maxsplit=1)[0]
        return PARCEL_WORD.search(after) is not None


Rule = Callable[[Window], bool]


def is_worth_a_look(digits: str, parts: int) -> bool:
    """Whether this many digits in this many groups can be any kind; rejects most of a hostile text quickly."""
    if parts <= MAX_ACCOUNT_PARTS:
        return len(digits) >= MIN_DIGITS
    return len(digits) == RESIDENT_DIGITS or (len(digits), int(digits[:4])) in ISSUED


def is_resident(number: Window) -> bool:
    """Whether it is a resident number (주민등록번호): birth date, sex, and a check digit if any."""
    digits = number.digits
    if len(digits) != RESIDENT_DIGITS or digits[6] not in CENTURIES or number.is_joined:
        return False
    if not _parts_after_birth_date(number) or (born := _born(digits)) is None:
        return False
    if number.is_called_goods:
        return False
    if _resident_check_digit(digits) == int(digits[12]):
        return number.is_dashed or not number.is_called_other
    return not number.is_called_other and _may_be_unchecked(number, born)


def _may_be_unchecked(number: Window, born: date) -> bool:
    """Whether it is a resident number in spite of its check digit: a recent one, or a mistyped one."""
    today = clock.now().astimezone(clock.SEOUL).date()
    if RESIDENT_WORD.search(number.before(20)):
        return True
    if number.is_dashed:
        return today.year - born.year <= MAX_YEARS_UNCHECKED
    return NO_CHECK_DIGIT_SINCE <= born < today - RECENT


def is_card(number: Window) -> bool:
    """Whether it is a card number: a known issuer, a length of that issuer, and Luhn's check digit."""
    digits = number.digits
    if (len(digits), int(digits[:4])) not in ISSUED or not luhn.is_valid(digits):
        return False
    is_called_card = CARD_WORD.search(number.before(20)) is not None
    if number.may_be_parcel and not (is_called_card or CARD_WORD.search(number.after(12))):
        return False
    if number.is_single:
        return is_called_card or not (number.is_called_other or _begins_with_recent_day(digits))
    sizes = number.sizes
    is_even = len({*sizes[:-1]}) == 1 and sizes[-1] <= sizes[0]
    if sizes in CARD_SHAPES or is_even:
        return not number.is_called_other
    return is_called_card


def is_account(number: Window) -> bool:
    """Whether it is a bank account number: a fitting length, and words around it that say so."""
    digits = number.digits
    parts = number.end - number.first
    if len(digits) not in ACCOUNT_DIGITS or parts > MAX_ACCOUNT_PARTS or number.is_joined:
        return False
    is_shaped = number.sizes in ACCOUNT_SHAPES
    if not (is_shaped or number.is_dashed or number.is_single) or _is_of_something_else(number):
        return False
    if number.is_single and _is_day(digits[:8]):
        return '계좌' in number.before(8)
    return _is_called_account(number, is_shaped=is_shaped)


def _is_of_something_else(number: Window) -> bool:
    """Whether it is a phone number, a business number or an amount, or is labelled as something else."""
    is_business = number.sizes == BUSINESS_SHAPE and brn.is_valid(number.digits)
    is_amount = AMOUNT.match(number.after(4)) is not None
    return (
        is_business
        or is_amount
        or PHONE.fullmatch(number.digits) is not None
        or number.is_called_other
    )


def _is_called_account(number: Window, *, is_shaped: bool) -> bool:
    """Whether the nearest word says account; a bank's name counts only with a bank's format."""
    before = number.before(24)
    if is_shaped and CALLED_ACCOUNT.search(before):
        return True
    if is_shaped and CALLED_BANK.search(before):
        return not number.may_be_parcel
    words = SHAPED_WORD if is_shaped else PLAIN_WORD
    sentence = _sentence(before)  # a label in another sentence does not count
    nearest = [
        one
        for one in words.finditer(before)
        if one.start() >= sentence or not OTHER_WORD.fullmatch(one.group())
    ][-1:]
    nearest = nearest or [*words.finditer(number.after(12))][:1]
    if not nearest or OTHER_WORD.fullmatch(nearest[0].group()):
        return False
    return not (number.may_be_parcel and number.is_parcel_after)


def _sentence(before: str) -> int:
    """Return where the sentence that contains a number begins."""
    return max((end.end() for end in SENTENCE_END.finditer(before)), default=0)


def _parts_after_birth_date(number: Window) -> bool:
    """Whether the gap after the sixth digit is one that people write in a resident number."""
    if number.is_single:
        return True
    place = 0
    for size in number.sizes:
        place += size
        if place >= 6:
            return place == 6
    return False


def _born(digits: str) -> date | None:
    """Return the birth date in a resident number; ``None`` for an impossible or future date."""
    try:
        born = date(CENTURIES[digits[6]] + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    return born if born <= clock.now().astimezone(clock.SEOUL).date() else None


def _resident_check_digit(digits: str) -> int:
    check_digit = int(rrn.calc_check_digit(digits))
    return (check_digit + 2) % 10 if digits[6] in FOREIGNERS else check_digit


def _begins_with_recent_day(digits: str) -> bool:
    """Whether the first six digits are a recent date, as order numbers begin: ``261122…``."""
    today = clock.now().astimezone(clock.SEOUL).date()
    return _is_day(f'20{digits[:6]}') and abs(2000 + int(digits[:2]) - today.year) <= 1


def _is_day(digits: str) -> bool:
    try:
        return 2000 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year < 2100
    except ValueError:
        return False
