"""허용 사이트: a site's secret is shown once, and retired at once."""

import pytest
from fastapi import FastAPI
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from models import EVERYWHERE, SettingKind
from pages.parts.kit.markup import Piece
from services.registry import Services
from services.settings.sites import FIELD
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

pytestmark = pytest.mark.slow

SITE = 'https://shop.example.com'
SOON = 40


async def test_secret_is_shown_once_and_retired_at_once(
    web: FastAPI, sign_in: SignIn, make: Make
) -> None:
    services: Services = web.state.services
    boss = await make.admin()
    await services.desk_settings.edit(boss, SettingKind.SITES, EVERYWHERE, {FIELD: SITE}, version=0)
    user = await sign_in(boss)
    await user.open('/desk/settings/sites')
    await user.should_see('사이트 고치기', retries=SOON)
    UserInteraction(user, {table_of(user)}, None).trigger('click', SITE)
    await user.should_see('새 비밀 키 만들기', retries=SOON)
    await user.should_see('/widget.js', retries=SOON)

    press(user, '새 비밀 키 만들기')
    await user.should_see('지금 복사해 서버에 넣으세요', retries=SOON)
    shown = [one.props['value'] for one in user.client.elements.values() if one.props.get('aria-label') == '새 비밀 키']  # fmt: skip
    assert shown == await services.site_keys.secrets_of(SITE)

    press(user, '폐기')
    press(user, '키 폐기')
    await until(lambda: _has_no_secret(services))
    await user.should_see('아직 키가 없습니다', retries=SOON)
    await user.should_not_see('지금 복사해 서버에 넣으세요')


async def _has_no_secret(services: Services) -> bool:
    return not await services.site_keys.secrets_of(SITE)


def table_of(user: User) -> Piece:
    """The list of sites."""
    assert user.client is not None
    return next(one for one in user.client.elements.values() if isinstance(one, Piece) and one.tag == 'table')  # fmt: skip
