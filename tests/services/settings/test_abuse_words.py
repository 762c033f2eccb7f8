"""The word list: the desk's own until somebody writes one, more of single queues, edited by supervisors of the department."""

import pytest

from desk.errors import FieldsRefusedError, NotAllowedError
from models import EVERYWHERE, SettingKind
from services.registry import Services
from services.settings.abuse_words import MOST_WORDS, USUAL, parsed_abuse_words
from tests.support.make import DEPARTMENT, Make

KIND = SettingKind.ABUSE_WORDS


async def test_queues_add_to_the_list_of_the_desk(services: Services, make: Make) -> None:
    admin, supervisor = await make.admin(), await make.supervisor(departments=[DEPARTMENT])
    queue = await make.queue()
    other = await make.queue(name='결제', department='결제')
    usual = await services.abuse_words.of(queue.id)
    assert '\n'.join(usual.words) == USUAL['words']
    assert (await services.desk_settings.stored(admin, KIND, EVERYWHERE)).values == USUAL

    await services.desk_settings.edit(supervisor, KIND, queue.id, {'words': ' 멍청이 \n\n멍청이\n바보'}, version=0)  # fmt: skip
    await services.desk_settings.edit(admin, KIND, EVERYWHERE, {'words': '시발'}, version=0)

    found = await services.abuse_words.of(queue.id)
    assert (found.words, found.innocent[0]) == (('시발', '멍청이', '바보'), '시발역')
    assert (await services.abuse_words.of(other.id)).words == ('시발',)
    with pytest.raises(NotAllowedError):
        await services.desk_settings.edit(supervisor, KIND, other.id, {'words': '바보'}, version=0)
    with pytest.raises(NotAllowedError):
        await services.desk_settings.edit(supervisor, KIND, EVERYWHERE, {'words': ''}, version=1)


@pytest.mark.parametrize(
    'typed', ['가', '1', '?!', 'x' * 41, '\n'.join(f'낱말{n}가' for n in range(MOST_WORDS + 1))]
)
def test_list_that_would_point_everywhere_is_refused(typed: str) -> None:
    with pytest.raises(FieldsRefusedError):
        parsed_abuse_words({'words': typed})
