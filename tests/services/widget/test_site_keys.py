"""A site's secrets: shown once, two while it goes over, and gone at once."""

import pytest

from desk.errors import ConflictError, NotAllowedError, NotFoundError
from models import EVERYWHERE, AuditAction, SettingKind
from services.audit.filter import AuditFilter
from services.registry import Services
from services.widget.signatures import read_signed
from tests.services.widget.conftest import OTHER, SHOP, Shop
from tests.support.make import Make


async def test_two_secrets_count_during_a_rotation(services: Services, shop: Shop) -> None:
    keys, [first] = services.site_keys, await services.site_keys.all(shop.admin)
    second = await keys.make(shop.admin, SHOP)
    signed = shop.signs(customer='C-0000001')
    newer = shop.signs(customer='C-0000001', secret=second.secret)

    both = await keys.secrets_of(SHOP)
    with pytest.raises(ConflictError):
        await keys.make(shop.admin, SHOP)
    await keys.retire(shop.admin, first.id)
    await keys.retire(shop.admin, first.id)
    left = await keys.secrets_of(SHOP)

    assert read_signed(signed, both)
    assert read_signed(newer, both)
    assert not read_signed(signed, left)
    assert read_signed(newer, left)
    assert await keys.secrets_of(OTHER) == []
    acts = [
        one.action for one in (await services.audit_log.newest(shop.admin, AuditFilter())).entries
    ]
    assert acts.count(AuditAction.SITE_KEY_MADE) == 2
    assert acts.count(AuditAction.SITE_KEY_RETIRED) == 1


async def test_secret_is_listed_and_logged_nowhere(services: Services, shop: Shop) -> None:
    listed = repr(await services.site_keys.all(shop.admin))
    logged = repr(
        [
            one.details
            for one in (await services.audit_log.newest(shop.admin, AuditFilter())).entries
        ]
    )

    assert shop.secret not in listed + logged


async def test_site_that_is_taken_from_the_list_signs_nothing(
    services: Services, shop: Shop
) -> None:
    with pytest.raises(NotFoundError):
        await services.site_keys.make(shop.admin, 'https://evil.example.com')
    await services.desk_settings.edit(
        shop.admin, SettingKind.SITES, EVERYWHERE, {'origins': OTHER}, version=1
    )

    assert await services.site_keys.secrets_of(SHOP) == []


async def test_secrets_are_for_administrators(services: Services, make: Make, shop: Shop) -> None:
    [key] = await services.site_keys.all(shop.admin)
    for by in (shop.agent, await make.supervisor()):
        for act in (
            services.site_keys.all(by),
            services.site_keys.make(by, SHOP),
            services.site_keys.retire(by, key.id),
        ):
            with pytest.raises(NotAllowedError):
                await act
