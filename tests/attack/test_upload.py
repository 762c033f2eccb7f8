"""The one upload of the desk: what is no sheet of one file is refused in a sentence, at its limit and not behind it."""

import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from nicegui import ui
from nicegui.testing import User
from starlette.types import Message

from pages.web import bodies
from tests.attack.test_traces import left, scope_of
from tests.pages.conftest import SignIn, sign_in
from tests.support.make import Make

__all__ = ['sign_in']

KIND = 'multipart/form-data; boundary=b'
FIELD = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="\xea\xb0\x80.csv"\r\nContent-Type: text/csv\r\n\r\n'
END = b'\r\n--b--\r\n'


@pytest.fixture
async def chief(sign_in: SignIn, make: Make) -> User:
    """A supervisor at the import."""
    user = await sign_in(await make.supervisor())
    await user.open('/desk/customers/import')
    return user


def address(user: User) -> str:
    """Where the page takes its file."""
    [upload] = user.find(ui.upload).elements
    return str(upload.props['url'])


async def test_form_without_a_file_is_refused_in_a_sentence(chief: User) -> None:
    forms = {
        b'': 422,
        END: 422,
        FIELD + END: 422,
        FIELD * 2_000 + END: 422,
        (FILE + b'a\r\n') * 2 + END: 422,
        b'--b\r\nContent-Disposition: form-data\r\n\r\n1' + END: 422,
        b'nonsense': 422,
        b'--b\r\n' + b'a' * 60_000: 422,
    }

    answers = {
        form: await chief.http_client.post(
            address(chief), content=form, headers={'Content-Type': KIND}
        )
        for form in forms
    }

    assert {form: answer.status_code for form, answer in answers.items()} == forms
    assert all(answer.json()['detail'] for answer in answers.values())


async def test_kinds_and_charsets_are_not_the_senders_choice(chief: User) -> None:
    kinds = (
        f'{KIND}; charset=punycode',
        'multipart/mixed; boundary=b',
        'multipart/form-data',
        'text/csv',
        '',
    )

    statuses = [
        (
            await chief.http_client.post(
                address(chief), content=FILE + END, headers={'Content-Type': kind}
            )
        ).status_code
        for kind in kinds
    ]

    assert statuses == [415] * len(kinds)


async def test_sheet_is_taken(chief: User) -> None:
    sheet = '이름,전화번호\n김하나,01011110001\n'.encode()

    answer = await chief.http_client.post(
        address(chief), content=FILE + sheet + END, headers={'Content-Type': KIND}
    )

    assert answer.status_code == 200
    await chief.should_see('가.csv', retries=200)


async def test_upload_is_refused_at_its_limit(chief: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, 'MAX_UPLOAD_BYTES', 1_000_000)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield FILE
        for _ in range(1_000):
            sent += 50_000
            yield b'a' * 50_000

    answer = await chief.http_client.post(
        address(chief), content=endless(), headers={'Content-Type': KIND}
    )

    assert (answer.status_code, answer.json()['code']) == (413, 'api.too_long')
    assert sent <= 1_100_000


async def test_upload_that_is_given_up_leaves_no_trace_and_no_file(
    web: FastAPI,
    chief: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    cookie = f'desk_session={chief.http_client.cookies["desk_session"]}'.encode()
    before = left()
    said: list[Message] = [
        {'type': 'http.request', 'body': FILE + b'a' * 3_000_000, 'more_body': True},
        {'type': 'http.disconnect'},
    ]

    async def receive() -> Message:
        return said.pop(0) if len(said) > 1 else said[0]

    async def send(message: Message) -> None:
        del message

    await web(scope_of(address(chief), KIND, cookie=cookie), receive, send)

    assert left() - before == 1
    assert os.listdir(tmp_path) == []
    assert not [one for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR]
