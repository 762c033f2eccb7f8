"""By which names the desk can be asked for: another site's name that leads here is refused (DNS rebinding)."""

import pytest
from starlette.requests import HTTPConnection

from desk.settings import Settings
from pages.web.hosts import is_ours
from services.registry import Services
from tests.pages.api.conftest import Site, application
from tests.support.production import HOST, in_production


def asking(*hosts: str) -> HTTPConnection:
    """A request that names these hosts."""
    headers = [(b'host', host.encode('latin-1')) for host in hosts]
    return HTTPConnection({'type': 'http', 'headers': headers})


@pytest.mark.parametrize('host', [
    '127.0.0.1:8080', 'localhost:8080', '[::1]:8080', '192.168.0.7', 'mybox:8080', 'desk.localhost', 'desk.test', HOST, f'{HOST}:443',
    'DESK.Example.com', 'other.example.com',
])  # fmt: skip
def test_desk_on_one_machine_answers_to_names_that_nobody_can_buy(host: str) -> None:
    settings = Settings(
        _env_file=None, public_url=f'https://{HOST}', allowed_hosts='x.example, Other.example.com'
    )

    assert is_ours(asking(host), settings)


@pytest.mark.parametrize('host', [
    'evil.example', 'desk.example.com.evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example', '',
    ':8080', 'desk.test@evil.example', 'evil.example/desk', 'desk.test, evil.example', '[::1', '127.0.0.1\xad', 'a' * 300,
])  # fmt: skip
def test_names_of_others_are_refused(host: str) -> None:
    assert not is_ours(asking(host), Settings(_env_file=None))


def test_request_without_a_host_or_with_two_is_refused() -> None:
    assert not is_ours(asking(), Settings(_env_file=None))
    assert not is_ours(asking('127.0.0.1', '127.0.0.1'), Settings(_env_file=None))


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', 'desk', 'other.example.com'])
def test_production_answers_to_listed_names_only(host: str) -> None:
    production = in_production(Settings(_env_file=None))

    assert not is_ours(asking(host), production)
    assert is_ours(asking(host), in_production(production, allowed_hosts=f'a.example,{host}'))


async def test_every_path_but_those_of_machines_is_refused(
    services: Services, settings: Settings
) -> None:
    site = Site(application(services, in_production(settings)), services)
    rebound = {'Host': 'evil.example', 'Origin': 'https://evil.example'}

    async with site.client(**rebound) as browser:
        page = await browser.get('/docs', headers={'Accept': 'text/html'})
        program = await browser.post('/auth/login', json={'username': 'a', 'password': 'b'})
        probes = [await browser.get(path) for path in ('/healthz', '/readyz')]

    assert (page.status_code, program.status_code) == (403, 403)
    assert program.json()['code'] == 'gate.unknown_host'
    assert '이 주소로는 열 수 없습니다.' in page.text
    assert [probe.status_code for probe in probes] == [200, 200]
