"""Cookies as browsers are told to keep them."""

import pytest
from starlette.responses import Response

from desk.settings import Environment, Settings
from pages.web.cookies import FRAMED, Cookie, Cookies


@pytest.mark.parametrize('cookie', Cookie)
def test_cookies_of_production_belong_to_one_host_and_those_of_frames_to_one_site_around_them(
    cookie: Cookie,
) -> None:
    production = Settings(_env_file=None).model_copy(update={'desk_env': Environment.PRODUCTION})
    given, taken = Response(), Response()
    Cookies(production).give(given, cookie, 'value', max_age_seconds=60)
    Cookies(production).take(taken, cookie)

    for line in (given.headers['set-cookie'], taken.headers['set-cookie']):
        attributes = {one.strip().lower() for one in line.split(';')[1:]}
        assert line.startswith(f'__Host-{cookie.value}=')
        assert {'secure', 'httponly', 'path=/'} <= attributes
        assert ('partitioned' in attributes) is (cookie in FRAMED)
        assert ('samesite=none' in attributes) is (cookie in FRAMED)
        assert not any(one.startswith('domain') for one in attributes)
