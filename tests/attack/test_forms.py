"""Forms and bodies: what a stranger may send is small, urlencoded and UTF-8, or it is not looked at."""

from collections.abc import AsyncIterator

import httpx

from tests.support.loop_lag import measured_turns

FORM_PATHS = (
    '/preferences', '/talk', '/talk/new', '/auth/login', '/auth/logout', '/auth/code', '/invite/x', '/reset/x',
    '/setup/x', '/widget/pulse',
)  # fmt: skip
OTHER_PATHS = ('/chat/visits', '/customers', '/whatever', '/healthz', '/desk', '/docs', '/ws/x')
URLENCODED = 'application/x-www-form-urlencoded'
MULTIPART = 'multipart/form-data; boundary=b'
REFUSED_KINDS = (
    f'{MULTIPART}; charset=punycode',
    f'{MULTIPART}; charset=undefined',
    f'{MULTIPART}; charset=unicode_escape',
    MULTIPART,
    f'{URLENCODED}; charset=punycode',
    f'{URLENCODED}; charset="utf-7"',
    f'{URLENCODED}{";" * 40_000}',
    f'{URLENCODED}, {URLENCODED}',
    'text/plain',
    'application/xml',
    '',
)
TAKEN_KINDS = (URLENCODED, f'{URLENCODED}; charset=UTF-8', f'{URLENCODED};charset="utf-8"')
LONGEST_TURN_SECONDS = 0.1
CHUNK = b'a' * 16_384
MOST_CHUNKS = 6
"""What is handed over when 64 KiB are too much, with one in hand."""


def field_of(value: bytes) -> bytes:
    """One field in multipart."""
    head = b'--b\r\nContent-Disposition: form-data; name="theme"\r\n\r\n'
    return head + value + b'\r\n--b--\r\n'


async def test_forms_take_urlencoded_utf_8_only(stranger: httpx.AsyncClient) -> None:
    body = field_of(b'a-' + b'99' * 250_000)
    taken = {}

    with measured_turns() as meter:
        for path in FORM_PATHS:
            for kind in REFUSED_KINDS:
                headers = {'Content-Type': kind}
                answer = await stranger.post(path, content=body, headers=headers)
                if answer.status_code != 415:
                    taken[path, kind] = answer.status_code

    assert taken == {}
    assert meter.worst_seconds < LONGEST_TURN_SECONDS


async def test_two_kinds_of_one_body_are_refused(stranger: httpx.AsyncClient) -> None:
    kinds = [('Content-Type', URLENCODED), ('Content-Type', MULTIPART)]

    answer = await stranger.post('/preferences', content=b'theme=dark', headers=kinds)

    assert answer.status_code == 403  # said twice: what two readers may read differently


async def test_form_in_utf_8_is_taken_also_when_it_says_so(stranger: httpx.AsyncClient) -> None:
    for kind in TAKEN_KINDS:
        answer = await stranger.post(
            '/preferences', content='theme=dark&back=/desk', headers={'Content-Type': kind}
        )

        assert (answer.status_code, answer.cookies['desk_theme']) == (303, 'dark')


async def test_what_is_no_text_or_has_a_thousand_fields_is_not_read(
    stranger: httpx.AsyncClient,
) -> None:
    bodies = (
        b'theme=%ff&name=%c3%28',
        b'theme=\xff',
        b'&'.join(b'f%d=1' % number for number in range(1_000)),
        b'&' * 1_000,
    )
    headers = {'Content-Type': URLENCODED}

    statuses = {
        (await stranger.post(path, content=body, headers=headers)).status_code
        for path in ('/preferences', '/talk', '/auth/login')
        for body in bodies
    }

    assert statuses == {422}


async def test_no_path_takes_a_body_beyond_the_limit(stranger: httpx.AsyncClient) -> None:
    most = 0

    async def sent() -> AsyncIterator[bytes]:
        nonlocal most
        for number in range(1_000):
            most = max(most, number + 1)
            yield CHUNK

    for path in FORM_PATHS + OTHER_PATHS:
        for announced in ({}, {'Content-Length': str(len(CHUNK) * 1_000)}):
            headers = {'Content-Type': URLENCODED, **announced}
            answer = await stranger.post(path, content=sent(), headers=headers)

            assert answer.status_code in {303, 401, 404, 405, 413}

    assert most <= MOST_CHUNKS


async def test_long_body_is_refused_in_a_sentence(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post('/chat/visits', content=b'[' * 70_000)

    assert answer.status_code == 413
    assert answer.json()['code'] == 'api.too_long'
    assert "default-src 'self'" in answer.headers['content-security-policy']


async def test_every_form_is_slowed_down(stranger: httpx.AsyncClient) -> None:
    statuses = [(await stranger.post('/preferences')).status_code for _ in range(121)]

    assert statuses == [303] * 120 + [429]
