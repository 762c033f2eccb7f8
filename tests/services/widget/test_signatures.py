"""What a site has signed, and everything that only looks like it."""

import base64
import hmac
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk import clock
from services.widget.signatures import LONGEST, MAX_SIGNED_CHARS, read_signed, sign

SECRET, OTHER = 'site_' + 'a' * 43, 'site_' + 'b' * 43
GUIDE = Path(__file__).parents[3] / 'docs' / 'widget.md'
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def claims(**changes: Any) -> dict[str, Any]:
    return {'customer': 'C-0000012', 'exp': int(NOW.timestamp()) + 600} | changes


def test_right_signature_names_its_customer() -> None:
    found = read_signed(sign(SECRET, claims()), [OTHER, SECRET])

    assert found is not None
    assert (found.number, found.subject) == (12, 'customer:C-0000012')
    assert found.is_valid(NOW)


def test_weaker_names_count_where_the_stronger_is_missing() -> None:
    mail = read_signed(sign(SECRET, claims(customer=None, email=' Min@Example.com ')), [SECRET])
    phone = read_signed(sign(SECRET, claims(customer='12', phone='010-1234-5678')), [SECRET])

    assert mail is not None
    assert phone is not None
    assert (mail.subject, phone.subject) == ('email:min@example.com', 'phone:01012345678')


def test_expiry_bounds_both_ends() -> None:
    for seconds, is_valid in ((1, True), (0, False), (-600, False), (LONGEST.total_seconds(), True), (LONGEST.total_seconds() + 1, False)):  # fmt: skip
        found = read_signed(sign(SECRET, claims(exp=NOW.timestamp() + seconds)), [SECRET])
        assert found is not None
        assert found.is_valid(NOW) is is_valid, seconds


def forged() -> dict[str, str]:
    good = sign(SECRET, claims())
    payload, _, signature = good.partition('.')
    other = sign(SECRET, claims(customer='C-0000013')).partition('.')[0]
    return {
        'empty': '',
        'no signature': payload,
        'empty signature': f'{payload}.',
        'short signature': f'{payload}.{signature[:-1]}',
        'signature in capitals': f'{payload}.{signature.upper()}',
        'two signatures': f'{good}.{signature}',
        'changed payload': f'{other}.{signature}',
        'padded payload': f'{payload}=.{signature}',
        'with a space': f' {good}',
        'with a line end': f'{good}\n',
        'another secret': sign(OTHER, claims()),
        'empty secret': sign('', claims()),
        'huge': sign(SECRET, claims(name='가' * MAX_SIGNED_CHARS)),
        'letters of other scripts': good.replace('e', '\u0435'),
        'no expiry': sign(SECRET, {'customer': 'C-0000012'}),
        'expiry in words': sign(SECRET, claims(exp='soon')),
        'no end of time': sign(SECRET, claims(exp=10**30)),
        'not a number': sign(SECRET, claims(exp=float('nan'))),
        'nobody': sign(SECRET, claims(customer=None)),
        'number of another form': sign(SECRET, claims(customer='C-12')),
        'number with a star': sign(SECRET, claims(customer='C-%')),
        'mail of two': sign(SECRET, claims(customer=None, email='a@b@c.example')),
        'a list': sign(SECRET, claims(customer=['C-0000012'])),
    } | {name: signed_text(text) for name, text in (('no map', '[1]'), ('a number', '1'), ('no JSON', '{'), ('deep', '[' * 1_300))}  # fmt: skip


def signed_text(text: str) -> str:
    """Sign a payload that no site would make."""
    packed = base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')
    return f'{packed}.{hmac.new(SECRET.encode(), packed.encode(), "sha256").hexdigest()}'


@pytest.mark.parametrize('name', forged())
def test_everything_else_proves_nothing(name: str) -> None:
    assert read_signed(forged()[name], [SECRET]) is None


def test_without_a_secret_nobody_is_believed() -> None:
    assert read_signed(sign('', claims()), []) is None


def test_example_of_the_documentation_is_believed() -> None:
    [example] = re.findall(r'```python\n(.*?)```', GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {'secret': SECRET}
    exec(example.replace('\nidentity(secret', '\nsigned = identity(secret'), names)

    found = read_signed(names['signed'], [SECRET])

    assert found is not None
    assert found.subject == 'customer:C-0000123'
    assert found.is_valid(clock.now())
