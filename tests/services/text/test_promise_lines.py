"""Promises with a time in what agents write: found in Korean and English, with the moment that is meant."""

from datetime import datetime

import pytest

from desk import clock
from services.text.promise_lines import promised

SAID = datetime(2026, 11, 5, 14, 10, tzinfo=clock.SEOUL)
"""A Thursday."""


@pytest.mark.parametrize(
    ('line', 'due'),
    [
        ('3시에 전화드리겠습니다', '11-05 15:00'),
        ('네, 확인했습니다. 3시 반에 다시 전화드릴게요!', '11-05 15:30'),
        ('내일 오전 10시까지 답변드리겠습니다.', '11-06 10:00'),
        ('30분 뒤에 연락드리겠습니다', '11-05 14:40'),
        ('한 시간 반 뒤에 다시 확인해서 말씀드릴게요', '11-05 15:40'),
        ('1시간 이내로 처리해 드리겠습니다', '11-05 15:10'),
        ('월요일에 다시 연락드리겠습니다', '11-09 18:00'),
        ('다음 주 화요일 오후 2시에 방문하겠습니다', '11-10 14:00'),
        ('이번 주 금요일까지 환불해 드리겠습니다', '11-06 18:00'),
        ('오늘 중으로 회신드리겠습니다', '11-05 18:00'),
        ('11월 9일 14:30에 전화드리겠습니다', '11-09 14:30'),
        ('9시에 전화드리겠습니다', '11-06 09:00'),
        ('오후 세 시에 전화드릴게요', '11-05 15:00'),
        ('저녁 7시에 연락드릴게요', '11-05 19:00'),
        ('2~3일 안에 연락드리겠습니다', '11-08 18:00'),
        ('3영업일 이내 입금해 드리겠습니다', '11-10 18:00'),
        ('모레까지 처리하도록 하겠습니다', '11-07 18:00'),
        ('내일 오전 중으로 안내드리겠습니다', '11-06 12:00'),
        ('이틀 뒤에 확인하고 연락드릴게요', '11-07 18:00'),
        ('3일에 다시 연락드리겠습니다', '12-03 18:00'),
        ('밤 12시까지 처리해 드리겠습니다', '11-06 00:00'),
        ("I'll call you back at 3 pm.", '11-05 15:00'),
        ('We will get back to you by tomorrow 10am', '11-06 10:00'),
        ("I'll check and write to you in 30 minutes", '11-05 14:40'),
        ('We\u2019ll call you on Monday', '11-09 18:00'),
        ("I'm going to follow up next Tuesday at 2:30 pm", '11-10 14:30'),
        ('We will refund it within 3 business days', '11-10 18:00'),
        ("I'll get back to you by 5", '11-05 17:00'),
        ("I'll send it tomorrow morning", '11-06 12:00'),
        ('I will call you on November 9th at 11:00', '11-09 11:00'),
        ("I'll be back in half an hour", '11-05 14:40'),
    ],
)
def test_promise_with_a_time_is_found(line: str, due: str) -> None:
    found = promised(line, SAID)

    assert found
    assert found.due_at.astimezone(clock.SEOUL).strftime('%m-%d %H:%M') == due
    assert found.body in line


@pytest.mark.parametrize(
    'line',
    [
        '안녕하세요, 무엇을 도와드릴까요?',
        '네, 3시로 알겠습니다.',
        '3시까지 기다리겠습니다',
        '곧 연락드리겠습니다',
        '확인 후 연락드리겠습니다',
        '배송은 2~3일 걸립니다',
        '오늘 3시에 도착할 예정입니다',
        '주문번호 20261105를 확인해 드리겠습니다',
        '어제 3시에 전화드렸습니다',
        '내일 다시 전화 주시면 감사하겠습니다',
        '내일까지 오시면 되실게요',
        '3개 상품을 보내 드리겠습니다',
        '10분 정도 걸리는 점 양해 부탁드립니다',
        '2시간 동안 주문이 많았습니다. 확인해 드리겠습니다',
        '100-2345로 전화드리겠습니다',
        'We will be closed on Monday',
        'Your parcel will arrive tomorrow',
        "I'll check it right away",
        'I will call you soon',
        'I called you at 3 pm',
    ],
)
def test_what_is_no_promise_or_has_no_time_is_left_alone(line: str) -> None:
    assert promised(line, SAID) is None


def test_hour_that_has_passed_is_tomorrows() -> None:
    late = SAID.replace(hour=19)

    found = promised('3시에 전화드리겠습니다', late)

    assert found
    assert found.due_at == SAID.replace(day=6, hour=15, minute=0)


def test_line_made_to_be_dear_is_read_at_once() -> None:
    for line in (
        '1' * 5_000,
        '내일 ' * 1_600,
        '~1' * 2_500,
        '한 ' * 2_500,
        '오전 ' * 1_600 + '겠습니다',
    ):
        promised(line, SAID)
