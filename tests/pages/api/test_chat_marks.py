"""Labels, priority, 다시 알림 and reopening by program."""

import httpx

from models import Agent, ChatLabel
from tests.support.make import Make


async def test_program_marks_puts_away_and_reopens(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    label = await make.kept(ChatLabel(name='환불'))
    one = f'/chat/sessions/{chat.id}'

    listed = (await api.get('/chat/labels')).json()
    assert isinstance(listed, list), listed
    assert [row['name'] for row in listed] == ['환불'], listed
    chosen = {'label_ids': [str(label.id)]}
    labelled = (await api.put(f'{one}/labels', json=chosen)).json()
    assert labelled['label_ids'] == [str(label.id)]
    urgent = (await api.put(f'{one}/priority', json={'priority': 'urgent'})).json()
    assert urgent['priority'] == 'urgent'
    away = (await api.post(f'{one}/snooze')).json()
    assert away['snoozed_until'] is not None
    assert (await api.post(f'{one}/wake')).json()['snoozed_until'] is None
    too_far = await api.post(f'{one}/snooze', json={'until': '2999-01-01T00:00:00Z'})
    assert (too_far.status_code, too_far.json()['code']) == (422, 'snooze.time')
    assert (await api.post(f'{one}/end')).json()['status'] == 'closed'
    reopened = (await api.post(f'{one}/reopen')).json()
    assert (reopened['status'], reopened['end_time']) == ('active', None)
