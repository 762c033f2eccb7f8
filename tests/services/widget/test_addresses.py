"""Which part of a page's address is kept: never a secret, never what would be run when an agent presses it."""

import pytest

from models.site import MAX_ADDRESS_CHARS, MAX_TITLE_CHARS
from services.widget.addresses import kept_address, kept_title

SITE = 'https://shop.example.com'
HIDDEN = '%E2%80%A6'
KEPT = {
    f'{SITE}': f'{SITE}/',
    f'{SITE}/cart?token=abc#pay': f'{SITE}/cart',
    f'{SITE}:443/cart': f'{SITE}/cart',
    'https://SHOP.example.com/a': f'{SITE}/a',
    f'{SITE}/상품/가습기': f'{SITE}/%EC%83%81%ED%92%88/%EA%B0%80%EC%8A%B5%EA%B8%B0',
    f'{SITE}/%EC%83%81%ED%92%88': f'{SITE}/%EC%83%81%ED%92%88',
    f'{SITE}/items/samsung-galaxy-s24-ultra-256gb': f'{SITE}/items/samsung-galaxy-s24-ultra-256gb',
    f'{SITE}/reset/9f8a7d6e5c4b3a291807f6e5': f'{SITE}/reset/{HIDDEN}',
    f'{SITE}/j/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x': f'{SITE}/j/{HIDDEN}',
    f'{SITE}/me/min@example.com/orders': f'{SITE}/me/{HIDDEN}/orders',
    f'{SITE}/me/min%40example.com': f'{SITE}/me/{HIDDEN}',
    f'{SITE}/"><script>alert(1)</script>': f'{SITE}/%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
}
REFUSED = (
    '', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd',
    'blob:https://shop.example.com/1', '//shop.example.com/a', '/cart', 'http://shop.example.com/', 'https://evil.example.com/',
    'https://shop.example.com.evil.example/', 'https://shop.example.com@evil.example.com/', 'https://me:pw@shop.example.com/',
    'https://evil.example.com\\@shop.example.com/', 'https://shop.example.com:8443/', 'https://shop.example.com:99999999/',
    f'{SITE}/a\nb', f'{SITE}/\x00', f'{SITE}/\u202egnp.exe', f'{SITE}/{"a" * 5_000}', 'https://[::1', 'https://' + 'a.' * 300,
)  # fmt: skip


@pytest.mark.parametrize('given', KEPT)
def test_page_is_known_without_its_secrets(given: str) -> None:
    assert kept_address(given, SITE) == KEPT[given]


@pytest.mark.parametrize('given', REFUSED)
def test_what_is_no_page_of_the_site_is_dropped(given: str) -> None:
    assert kept_address(given, SITE) == ''


def test_long_address_is_cut_between_its_parts() -> None:
    kept = kept_address(f'{SITE}/' + '가습기/' * 200, SITE)

    assert len(kept) <= MAX_ADDRESS_CHARS
    assert kept.endswith('%EA%B0%80%EC%8A%B5%EA%B8%B0/')


def test_title_is_one_visible_line() -> None:
    assert kept_title('  가습기 \n 상세\u202e ') == '가습기 상세'
    assert kept_title('<img src=x onerror=alert(1)>') == '<img src=x onerror=alert(1)>'
    assert kept_title('\u200b\u2800') == ''
    assert len(kept_title('가' * 9_000)) == MAX_TITLE_CHARS
