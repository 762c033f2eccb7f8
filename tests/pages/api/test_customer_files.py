"""``GET /customers/{customer_id}/file``: a whole file for the customer, for supervisors who say why."""

from tests.pages.api.conftest import Site
from tests.support.make import Make


async def test_file_is_a_download_with_a_reason(site: Site, make: Make) -> None:
    customer = await make.customer(name='나열람 "#eval(1)"')
    chat = await make.chat(customer_id=customer.id, lines=3)
    path = f'/customers/{customer.id}/file'
    async with site.signed_in(await make.supervisor()) as chief:
        told = await chief.get(path, params={'format': 'json', 'reason': 'customer'})
        printed = await chief.get(path, params={'reason': 'other', 'why': '소송'})
        unasked = await chief.get(path)
        nobody = await chief.get(f'/customers/{chat.id}/file', params={'reason': 'customer'})

    assert [len(one['lines']) for one in told.json()['chats']] == [3]
    assert told.headers['content-disposition'].startswith(f'attachment; filename="{customer.code}-')
    assert told.headers['cache-control'] == 'no-store'
    assert (printed.headers['content-type'], printed.content[:5]) == ('application/pdf', b'%PDF-')
    assert (unasked.status_code, nobody.status_code) == (422, 404)
