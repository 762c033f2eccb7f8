"""Web addresses in Korean sentences: they end where the sentence goes on."""
# ruff: noqa: RUF001 - brackets of other scripts are what people write

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text.links import links

LINKS = {
    'https://example.com': ['https://example.com'],
    'https://example.com/docs에서 봤어요': ['https://example.com/docs'],
    'https://example.com입니다': ['https://example.com'],
    'https://example.com/에 있어요': ['https://example.com/'],
    'www.example.com입니다': ['www.example.com'],
    'www.example.com/a?b=1에요': ['www.example.com/a?b=1'],
    '주소는 www.example.co.kr이고 전화는': ['www.example.co.kr'],
    '여기(https://example.com/a)요': ['https://example.com/a'],
    '（https://example.com/a）': ['https://example.com/a'],
    '【https://example.com】 〈https://example.org〉': ['https://example.com', 'https://example.org'],
    '「https://example.com/a」을': ['https://example.com/a'],
    'https://example.com/a·https://example.com/b': ['https://example.com/a', 'https://example.com/b'],
    'https://example.com/aㆍhttps://example.com/b': ['https://example.com/a', 'https://example.com/b'],
    'https://example.com/a、https://example.com/b。': ['https://example.com/a', 'https://example.com/b'],
    'https://example.com/a, https://example.com/b.': ['https://example.com/a', 'https://example.com/b'],
    'https://example.com/a…': ['https://example.com/a'],
    'https://example.com.그리고 또': ['https://example.com'],
    '"https://example.com/a"': ['https://example.com/a'],
    "'https://example.com/a'": ['https://example.com/a'],
    'https://en.wikipedia.org/wiki/Seoul_(city)': ['https://en.wikipedia.org/wiki/Seoul_(city)'],
    '(https://en.wikipedia.org/wiki/Seoul_(city))': ['https://en.wikipedia.org/wiki/Seoul_(city)'],
    'https://ko.wikipedia.org/wiki/서울_지하철': ['https://ko.wikipedia.org/wiki/서울_지하철'],
    'https://ko.wikipedia.org/wiki/서울에서 봤어요': ['https://ko.wikipedia.org/wiki/서울'],
    'https://example.com/search?q=배송&lang=ko': ['https://example.com/search?q=배송&lang=ko'],
    'https://한글.한국/안내': ['https://한글.한국/안내'],
    'http://한글.kr입니다': ['http://한글.kr'],
    'http://127.0.0.1:8080/desk로': ['http://127.0.0.1:8080/desk'],
    'http://localhost:8080입니다': ['http://localhost:8080'],
    'HTTPS://EXAMPLE.COM': ['HTTPS://EXAMPLE.COM'],
    'https://example.com/%EC%84%9C%EC%9A%B8을': ['https://example.com/%EC%84%9C%EC%9A%B8'],
    'https://example.com/#top으로': ['https://example.com/#top'],
    'https://user:pass@example.com/a': ['https://user:pass@example.com/a'],
    'www. 그리고 wwww.example.com': [],
    'www.example': [],
    'me@www.example.com': [],
    'https:// 없음': [],
    'javascript:alert(1)': [],
    'ftp://example.com': [],
}  # fmt: skip


@pytest.mark.parametrize(('text', 'written'), LINKS.items())
def test_address_ends_where_the_sentence_goes_on(text: str, written: list[str]) -> None:
    assert [text[link.begin : link.end] for link in links(text)] == written


def test_address_without_a_scheme_leads_to_the_secure_one() -> None:
    [link] = links('www.example.com입니다')

    assert link.address == 'https://www.example.com'


@given(st.text(max_size=200), st.sampled_from(['https://', 'www.', 'http://a.b/']))
def test_nothing_leads_to_another_scheme(text: str, begin: str) -> None:
    for link in links(f'{text}{begin}{text}'):
        assert link.address.lower().startswith(('http://', 'https://'))


@pytest.mark.parametrize(
    'piece', ['a.', 'www.', 'https://', 'https://a/(', '가.', 'a@', '가/', 'https://a']
)
def test_hostile_text_is_read_in_its_length(piece: str) -> None:
    began = time.perf_counter()

    links('https://' + piece * (5_000 // len(piece)))

    assert time.perf_counter() - began < 1
