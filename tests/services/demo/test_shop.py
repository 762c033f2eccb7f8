"""The shop beside the demo: let in once, with a secret that it keeps."""

from pathlib import Path

import httpx

from desk.db import Database
from desk.sandbox import shop
from services.demo.people import seed_id
from services.demo.shop import let_in
from services.registry import Services
from services.widget.signatures import read_signed
from tests.support.make import Make

SITE = 'http://localhost:8081'


async def test_shop_is_let_in_once_and_again_when_its_secret_is_gone(
    services: Services, db: Database, make: Make
) -> None:
    nobody = await let_in(services, db, SITE, '')
    await make.admin(id=seed_id('admin1'), username='admin1')

    first = await let_in(services, db, SITE, '')
    assert first is not None
    same = await let_in(services, db, SITE, first.secret)
    lost = [await let_in(services, db, SITE, '') for _ in range(3)]

    assert nobody is None
    assert same == first
    assert all(one is not None and one.secret != first.secret for one in lost)
    assert lost[-1] is not None
    assert lost[-1].secret in await services.site_keys.secrets_of(SITE)
    assert await services.allowed_sites.origins() == {SITE}


def test_shop_signs_its_customer_and_keeps_its_secret(tmp_path: Path) -> None:
    with shop.beside('http://127.0.0.1:1', tmp_path) as (site, port):
        site.take('geheim', {'customer': 'C-0000001'})
        page = httpx.get(f'http://127.0.0.1:{port}/cart?a=b')
        nothing = httpx.get(f'http://127.0.0.1:{port}/etc/passwd')
    with shop.beside('http://127.0.0.1:1', tmp_path) as (again, _port):
        assert again.secret == 'geheim'

    signed = page.text.partition('data-identity="')[2].partition('"')[0]
    found = read_signed(signed, ['geheim'])
    assert found is not None
    assert found.subject == 'customer:C-0000001'
    assert nothing.status_code == 404
    assert (tmp_path / 'shop-secret').stat().st_mode & 0o077 == 0
