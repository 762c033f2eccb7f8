"""Which sites may show the widget: origins as browsers send them, and nothing that would match too much."""

import pytest

from desk.errors import FieldsRefusedError, NotAllowedError, NotFoundError
from models import EVERYWHERE, SettingKind
from services.registry import Services
from services.settings.sites import FIELD, MOST_SITES, parsed_sites
from tests.support.make import Make

TAKEN = {
    'https://shop.example.com': 'https://shop.example.com',
    ' https://Shop.Example.com/ ': 'https://shop.example.com',
    'https://shop.example.com:443': 'https://shop.example.com',
    'https://shop.example.com:8443': 'https://shop.example.com:8443',
    'https://한글.kr': 'https://xn--bj0bj06e.kr',
    'http://localhost:3000': 'http://localhost:3000',
    'http://127.0.0.1': 'http://127.0.0.1',
}
REFUSED = (
    'shop.example.com', 'http://shop.example.com', 'https://shop.example.com/chat', 'https://*.example.com', '*', 'null',
    'https://', 'https://example', 'https://10.0.0.1', 'https://[::1]', 'https://user@shop.example.com',
    'https://shop.example.com?x=1', 'https://shop.example.com?', 'https://shop.example.com#', 'https://shop.example.com:99999',
    'https://shop.example.com:0', 'https://shop.example.com:', 'ftp://shop.example.com', 'javascript:alert(1)',
    'data:text/html,x', 'https://shop.example.com https://evil.example.com', "https://shop.example.com; script-src *",
    'https://shop.example.com\\@evil.example.com', 'https://shop..example.com', 'https://-shop.example.com',
    f'https://{"a" * 300}.example.com', 'https://shop.example.com\x00',
)  # fmt: skip


def test_origins_are_kept_as_browsers_send_them() -> None:
    for typed, kept in TAKEN.items():
        assert parsed_sites({FIELD: typed}) == {FIELD: kept}, typed
    assert parsed_sites({FIELD: '\n'.join(TAKEN)})[FIELD].split() == list(dict.fromkeys(TAKEN.values()))  # fmt: skip
    assert parsed_sites({FIELD: ' \n '}) == {FIELD: ''}


@pytest.mark.parametrize('typed', REFUSED)
def test_what_is_no_origin_is_refused(typed: str) -> None:
    with pytest.raises(FieldsRefusedError) as refused:
        parsed_sites({FIELD: f'https://good.example.com\n{typed}'})

    assert refused.value.key == 'sites.origin'


def test_list_has_an_end() -> None:
    sites = [f'https://shop-{one}.example.com' for one in range(MOST_SITES + 1)]

    assert len(parsed_sites({FIELD: '\n'.join(sites[:-1])})[FIELD].split()) == MOST_SITES
    with pytest.raises(FieldsRefusedError):
        parsed_sites({FIELD: '\n'.join(sites)})


async def test_list_is_versioned_read_and_taken_back(services: Services, make: Make) -> None:
    admin, supervisor, queue = await make.admin(), await make.supervisor(), await make.queue()
    settings, kind = services.desk_settings, SettingKind.SITES
    wanted = {FIELD: 'https://shop.example.com\nhttps://www.example.com'}

    nobody = await services.allowed_sites.origins()
    stored = await settings.edit(admin, kind, EVERYWHERE, wanted, version=0)
    listed = await services.allowed_sites.origins()
    [change] = await settings.changes(admin, kind, EVERYWHERE)
    with pytest.raises(NotAllowedError):
        await settings.edit(supervisor, kind, EVERYWHERE, {FIELD: ''}, version=1)
    with pytest.raises(NotFoundError):
        await settings.stored(admin, kind, queue.id)
    allowed = await services.allowed_sites.allows('https://www.example.com')
    await settings.take_back(admin, change.id)

    assert nobody == frozenset()
    assert (stored.version, allowed) == (1, True)
    assert listed == {'https://shop.example.com', 'https://www.example.com'}
    assert not await services.allowed_sites.allows('https://www.example.com')
