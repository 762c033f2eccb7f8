"""Sites' signing secrets for administrators' programs: told once, listed without themselves, retired at once."""

from uuid import uuid4

from models import EVERYWHERE, AuditAction, SettingKind
from services.audit.log import AuditFilter
from services.registry import Services
from services.settings.sites import FIELD
from tests.pages.api.conftest import Site
from tests.support.make import Make

SHOP = 'https://shop.example.com'
KEYS = '/settings/sites/keys'


async def test_secret_is_told_once_and_retired_at_once(
    site: Site, services: Services, make: Make
) -> None:
    boss = await make.admin()
    await services.desk_settings.edit(boss, SettingKind.SITES, EVERYWHERE, {FIELD: SHOP}, version=0)

    async with site.signed_in(boss) as api:
        made = await api.post(KEYS, json={'origin': SHOP})
        unknown = await api.post(KEYS, json={'origin': 'https://elsewhere.example.com'})
        listed = (await api.get(KEYS)).json()['items']
        counted = await services.site_keys.secrets_of(SHOP)
        second = await api.post(KEYS, json={'origin': SHOP})
        third = await api.post(KEYS, json={'origin': SHOP})
        path = f'{KEYS}/{made.json()["id"]}'
        retired = [(await api.delete(path)).status_code for _ in range(2)]
        missing = await api.delete(f'{KEYS}/{uuid4()}')

    assert (made.status_code, second.status_code) == (201, 201)
    assert counted == [made.json()['secret']]
    assert [(one['origin'], one['made_by']) for one in listed] == [(SHOP, boss.name)]
    assert made.json()['secret'] not in str(listed)
    assert (unknown.status_code, third.status_code, missing.status_code) == (404, 409, 404)
    assert retired == [204, 204]
    assert await services.site_keys.secrets_of(SHOP) == [second.json()['secret']]
    for action, count in ((AuditAction.SITE_KEY_MADE, 2), (AuditAction.SITE_KEY_RETIRED, 1)):
        entries = (await services.audit_log.newest(boss, AuditFilter(action=action))).entries
        assert len(entries) == count


async def test_secrets_are_administrators(site: Site, make: Make) -> None:
    async with site.signed_in(await make.supervisor()) as api:
        answers = [
            await api.get(KEYS),
            await api.post(KEYS, json={'origin': SHOP}),
            await api.delete(f'{KEYS}/{uuid4()}'),
        ]

    assert {one.status_code for one in answers} == {403}
