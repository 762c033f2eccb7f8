"""Every text is in the catalogues: Korean sentences in English, dotted keys in both, with the same values."""

import ast
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from desk import errors
from pages import locale
from pages.parts.kit import times

ROOT = Path(__file__).parent.parent.parent
ROOMS = ('desk', 'models', 'services', 'pages', 'main.py')
ERRORS = [name for name in dir(errors) if name.endswith('Error')] + ['NewerMessagesError']
METHODS = [('**.py', 'python'), ('web/templates/*.html', 'jinja2')]
KEYWORDS = {'_': None, 'N_': None, 'text': (2,), **dict.fromkeys(ERRORS)}
KEY = re.compile(r'[a-z_]+(\.[a-z_]+)+')
HANGUL = re.compile('[가-힣]')
VALUE = re.compile(r'\{(\w+)[^}]*\}')


@cache
def used() -> set[str]:
    """Every text that the code names."""
    found: set[str] = set()
    for room in ROOMS:
        place = ROOT / room
        options = {'keywords': KEYWORDS}
        folder = place if place.is_dir() else place.parent
        for filename, _, message, _, _ in extract_from_dir(folder, method_map=METHODS, **options):
            if place.is_dir() or filename == place.name:
                found.update(
                    one for one in ([message] if isinstance(message, str) else message) if one
                )
    return {text for text in found if HANGUL.search(text) or KEY.fullmatch(text)}


@cache
def literals() -> set[str]:
    """Every string in the code: keys also travel in tables and arguments."""
    places = [ROOT / 'main.py', *(path for room in ROOMS for path in (ROOT / room).rglob('*.py'))]
    nodes = (node for place in places for node in ast.walk(ast.parse(place.read_text())))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@cache
def catalogue(language: str) -> Catalog:
    with (ROOT / 'pages' / 'locale' / language / 'messages.po').open('rb') as file:
        return read_po(file, locale=language)


def translations(language: str) -> dict[str, str]:
    return {str(entry.id): str(entry.string) for entry in catalogue(language) if entry.id}


def test_every_text_is_in_english() -> None:
    english = translations('en')

    assert sorted(text for text in used() if not english.get(text)) == []


def test_every_key_is_in_korean() -> None:
    korean = translations('ko')

    assert sorted(text for text in used() if KEY.fullmatch(text) and not korean.get(text)) == []


def test_no_english_text_was_left_in_korean() -> None:
    assert {key: text for key, text in translations('en').items() if HANGUL.search(text)} == {}


@pytest.mark.parametrize('language', locale.LANGUAGES)
def test_catalogues_name_the_same_values(language: str) -> None:
    korean = translations('ko')
    differing = {
        key: text
        for key, text in translations(language).items()
        if text and set(VALUE.findall(text)) - set(VALUE.findall(korean.get(key) or key))
    }

    assert differing == {}


@pytest.mark.parametrize('language', locale.LANGUAGES)
def test_catalogues_hold_nothing_twice_and_nothing_unused(language: str) -> None:
    raw = (ROOT / 'pages' / 'locale' / language / 'messages.po').read_text()
    ids = re.findall(r'^msgid "(.+)"$', raw, re.MULTILINE)

    assert sorted({one for one in ids if ids.count(one) > 1}) == []
    assert sorted(set(translations(language)) - literals() - used()) == []


def test_readers_language_is_what_they_chose_else_their_browsers() -> None:
    assert locale.text('en', '전송') == 'Send'
    assert locale.text('ko', '전송') == '전송'


def test_words_are_those_of_a_contact_centre() -> None:
    korean = {'role.supervisor': '팀장', 'role.admin': '시스템 관리자'}
    english = {
        '진행': 'In progress',
        '단축키': 'Shortcuts',
        '상담 종료': 'End chat',
        '여기까지 읽었습니다': 'Unread from here',
    }

    assert {key: locale.text('ko', key) for key in korean} == korean
    assert {key: locale.text('en', key) for key in english} == english


def test_dates_are_written_as_their_reader_writes_them() -> None:
    at = datetime(2026, 11, 29, 5, 5, tzinfo=UTC)

    assert (times.moment(at, 'ko'), times.moment(at, 'en')) == (
        '2026. 11. 29. 14:05', '29 Nov 2026 14:05',
    )  # fmt: skip
