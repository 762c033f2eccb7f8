"""A chat on another site: who its customer is said to be, which page they look at, and what others learn of either."""

from uuid import uuid4

import pytest

from desk.errors import DeskError, InvalidInputError, NotAllowedError, NotFoundError
from models import EVERYWHERE, AuditAction, CustomerStatus, SettingKind
from services.audit.filter import AuditFilter
from services.chats.outgoing import OutgoingMessage
from services.customers.erasure import ErasureReason
from services.registry import Services
from services.widget.widget import SitePage
from tests.services.widget.conftest import OTHER, SHOP, Shop, form
from tests.support.make import DEPARTMENT, Make


async def test_right_signature_links_the_chat_and_any_other_does_not(
    services: Services, make: Make, shop: Shop
) -> None:
    customer = await make.customer(email='Min@Example.com')
    others = (await services.site_keys.make(shop.admin, OTHER)).secret
    cases = {
        shop.signs(customer=customer.code): customer.id,
        shop.signs(email='min@example.COM'): customer.id,
        shop.signs(phone='010-1234-5678'): customer.id,
        '': None,
        shop.signs(customer=customer.code, secret=others): None,
        shop.signs(customer=customer.code, minutes=-1): None,
        shop.signs(customer=customer.code, minutes=24 * 60): None,
        shop.signs(customer='C-9999999'): None,
        shop.signs(customer=customer.code)[:-1] + 'x': None,
    }

    for signed, customer_id in cases.items():
        started = await services.widget.start(form(), shop.page(signed=signed))
        chat = await services.visits.chat(started.chat.id)
        page = await services.widget.page_of(shop.agent, chat.id)
        assert chat.customer_id == customer_id, signed
        assert page is not None
        assert page.is_linked is (customer_id is not None)
        assert (page.visit.address, page.visit.title) == (f'{SHOP}/cart', '장바구니')

    entries = (await services.audit_log.newest(shop.admin, AuditFilter())).entries
    linked = [one for one in entries if one.action == AuditAction.CUSTOMER_LINKED]
    assert len(linked) == 3


async def test_site_learns_nothing_of_who_is_a_customer(
    services: Services, make: Make, shop: Shop
) -> None:
    """The answers of a known, an unknown and an unsigned visitor are alike, but for ids, times and tokens."""
    customer = await make.customer()
    differing = {'id', 'token', 'start_time', 'rank_at', 'customer_seen_at'}

    async def answer(signed: str) -> dict[str, object]:
        started = await services.widget.start(form(), shop.page(signed=signed))
        key = services.widget.pulse_key(started.chat.id)
        pulse = await services.widget.pulse(started.chat.id, key, shop.page())
        return started.chat.model_dump(exclude=differing) | {'pulse': pulse}

    known = await answer(shop.signs(customer=customer.code))
    unknown = await answer(shop.signs(customer='C-9999999'))

    assert known == unknown == await answer('')


async def test_shared_address_names_nobody(services: Services, make: Make, shop: Shop) -> None:
    await make.customer(email='team@example.com')
    await make.customer(email='team@example.com', phone='01011112222')

    started = await services.widget.start(
        form(), shop.page(signed=shop.signs(email='team@example.com'))
    )
    page = await services.widget.page_of(shop.agent, started.chat.id)

    assert (await services.visits.chat(started.chat.id)).customer_id is None
    assert page is not None
    assert (page.visit.identity, page.is_linked) == ('email:team@example.com', False)


async def test_blocked_customer_stays_out_by_any_number(
    services: Services, make: Make, shop: Shop
) -> None:
    customer = await make.customer(status=CustomerStatus.BLOCKED)

    with pytest.raises(NotAllowedError):
        await services.widget.start(form(), shop.page(signed=shop.signs(customer=customer.code)))


async def test_chat_of_a_named_customer_is_shown_to_nobody_else(
    services: Services, make: Make, shop: Shop
) -> None:
    """Somebody else signs in on the same browser: the chat's cookie is there, but the page names another."""
    mine, theirs = await make.customer(), await make.customer(phone='01011112222')
    signed = shop.signs(customer=mine.code)
    started = await services.widget.start(form(), shop.page(signed=signed))
    unsigned = await services.widget.start(form(phone='010-2222-3333'), shop.page())
    show = services.widget.may_show

    assert await show(started.chat.id, shop.page(signed=signed))
    assert await show(started.chat.id, shop.page(signed=shop.signs(customer=mine.code, minutes=-5)))
    assert not await show(started.chat.id, shop.page(signed=shop.signs(customer=theirs.code)))
    assert not await show(started.chat.id, shop.page())
    assert not await show(started.chat.id, shop.page(signed=signed, site=OTHER))
    assert await show(unsigned.chat.id, shop.page())
    assert not await show(unsigned.chat.id, shop.page(site=OTHER))


async def test_pulse_moves_the_page_and_counts_what_is_unread(
    services: Services, shop: Shop
) -> None:
    started = await services.widget.start(form(), shop.page())
    chat_id, key = started.chat.id, services.widget.pulse_key(started.chat.id)
    await services.chats.take(shop.agent, chat_id)
    await services.chats.reply(
        shop.agent, OutgoingMessage(id=uuid4(), chat_id=chat_id, content='안녕하세요')
    )

    pulse = await services.widget.pulse(chat_id, key, shop.page('/orders/7?token=geheim'))
    page = await services.widget.page_of(shop.agent, chat_id)
    await services.widget.pulse(chat_id, key, SitePage(site=SHOP, address='javascript:alert(1)'))
    same = await services.widget.page_of(shop.agent, chat_id)
    await services.visits.mark(chat_id, read=99)
    read = await services.widget.pulse(chat_id, key, shop.page('/orders/7'))
    await services.visits.leave(chat_id)
    over = await services.widget.pulse(chat_id, key, shop.page('/orders/8'))

    assert (pulse.unread, pulse.is_over) == (1, False)
    assert page is not None
    assert page.visit.address == f'{SHOP}/orders/7'
    assert page == same
    assert (read.unread, over.is_over) == (0, True)


async def test_pulse_opens_for_its_own_key_and_site_alone(services: Services, shop: Shop) -> None:
    mine = await services.widget.start(form(), shop.page())
    theirs = await services.widget.start(form(phone='010-2222-3333'), shop.page())
    key = services.widget.pulse_key(mine.chat.id)

    for chat_id, given, page in (
        (mine.chat.id, '', shop.page()),
        (mine.chat.id, key[:-1], shop.page()),
        (mine.chat.id, 'ключ', shop.page()),
        (theirs.chat.id, key, shop.page()),
        (mine.chat.id, key, shop.page(site=OTHER)),
    ):
        with pytest.raises(NotFoundError):
            await services.widget.pulse(chat_id, given, page)
    await services.desk_settings.edit(
        shop.admin, SettingKind.SITES, EVERYWHERE, {'origins': OTHER}, version=1
    )
    with pytest.raises(NotFoundError):
        await services.widget.pulse(mine.chat.id, key, shop.page())


async def test_who_signs_in_later_becomes_known_once(
    services: Services, make: Make, shop: Shop
) -> None:
    mine, theirs = await make.customer(), await make.customer(phone='01011112222')
    started = await services.widget.start(form(), shop.page())
    chat_id, key = started.chat.id, services.widget.pulse_key(started.chat.id)

    await services.widget.pulse(chat_id, key, shop.page(signed='nonsense'))
    before = await services.visits.chat(chat_id)
    await services.widget.pulse(chat_id, key, shop.page(signed=shop.signs(customer=mine.code)))
    await services.widget.pulse(chat_id, key, shop.page(signed=shop.signs(customer=theirs.code)))

    assert before.customer_id is None
    assert (await services.visits.chat(chat_id)).customer_id == mine.id


async def test_site_offers_its_own_queues_in_their_own_words(
    services: Services, make: Make, shop: Shop
) -> None:
    pay = await make.queue(name='결제', department='결제')
    everywhere = {'colour': '#1a5c38', 'button_ko': '물어보기'}
    own = {'colour': '#6d3fc0', 'button_en': 'Ask about payments', 'sites': OTHER}
    edit = services.desk_settings.edit
    await edit(shop.admin, SettingKind.WIDGET, EVERYWHERE, everywhere, version=0)
    await edit(shop.admin, SettingKind.WIDGET, pay.id, own, version=0)

    at_shop = await services.widget.look(SHOP, '결제')
    at_other = await services.widget.look(OTHER, '결제')
    assert at_shop is not None
    assert at_other is not None
    assert (at_shop.colour, at_shop.said('button', 'ko')) == ('#1a5c38', '물어보기')
    assert (at_other.colour, at_other.said('button', 'ko'), at_other.said('button', 'en')) == (
        '#6d3fc0', '물어보기', 'Ask about payments'
    )  # fmt: skip
    assert await services.widget.look('https://evil.example.com') is None
    assert [one.name for one in await services.widget.topics(SHOP)] == [DEPARTMENT]
    assert [one.name for one in await services.widget.topics(OTHER)] == ['결제', DEPARTMENT]
    with pytest.raises(InvalidInputError):
        await services.widget.start(form(department='결제'), shop.page())


async def test_chat_starts_on_no_other_site(services: Services, shop: Shop) -> None:
    with pytest.raises(NotAllowedError):
        await services.widget.start(form(), shop.page(site='https://evil.example.com'))


@pytest.mark.parametrize(
    ('field', 'typed'),
    [
        ('colour', 'red'), ('colour', '#fff'), ('colour', '#ffffff'), ('colour', '#999999'), ('colour', '#000000;}'),
        ('button_ko', '가' * 25), ('greeting_en', 'a' * 201), ('button_en', '\u200b'), ('sites', 'shop.example.com'),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused(
    services: Services, shop: Shop, field: str, typed: str
) -> None:
    with pytest.raises(DeskError):
        await services.desk_settings.edit(
            shop.admin, SettingKind.WIDGET, EVERYWHERE, {field: typed}, version=0
        )


async def test_page_and_identity_go_with_their_customer(
    services: Services, make: Make, shop: Shop
) -> None:
    customer, boss = await make.customer(), await make.supervisor()
    started = await services.widget.start(
        form(), shop.page(signed=shop.signs(customer=customer.code))
    )
    await services.visits.leave(started.chat.id)

    await services.customer_erasure.erase(boss, customer.id, ErasureReason.REQUEST)
    page = await services.widget.page_of(shop.agent, started.chat.id)

    assert page is not None
    assert (page.visit.address, page.visit.title, page.visit.identity) == ('', '', '')
