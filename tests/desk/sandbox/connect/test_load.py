"""The load player: the same seed is the same day, at the speed that is wished, and it lets itself be stopped."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.load.plan import LoadPlan, Shape
from desk.sandbox.connect.control.load.player import LoadProgress, Player, PlayState
from desk.sandbox.connect.hand import Hand
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.terms import Channel, Stage
from tests.support.sandbox.box import ORDERS, PAYMENTS, SUPPORT, Box, RefusedError

BUSY = {'shape': 'flat', 'minutes': 10, 'calls_per_minute': 4, 'chats_per_minute': 4}
HALF_DAY = LoadPlan(minutes=12 * 60, calls_per_minute=0.5, chats_per_minute=0.5)


def played(start: bytes, plan: LoadPlan) -> tuple[Centre, LoadProgress]:
    """Play a whole plan at once, from a snapshot."""
    centre = Centre()
    centre.restore(start)
    player = Player(centre, Hand(centre))
    player.begin(plan)
    player.play_out()
    return centre, player.progress


def within(seconds: float, claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_same_seed_is_the_same_day() -> None:
    start = Centre().snapshot()

    first, first_progress = played(start, HALF_DAY)
    again, again_progress = played(start, HALF_DAY)
    other, _ = played(start, HALF_DAY.model_copy(update={'seed': 1}))

    assert first.snapshot() == again.snapshot()
    assert list(first.events) == list(again.events)
    assert first_progress.tally == again_progress.tally
    assert first.snapshot() != other.snapshot()


def test_day_is_busy_by_day_and_agents_work_in_shifts() -> None:
    centre, progress = played(Centre().snapshot(), HALF_DAY)
    state = centre.world.state

    assert progress.begins is not None
    by_hour = Counter(
        (each.initiated_at - progress.begins) // timedelta(hours=1)
        for each in state.contacts.values()
    )
    assert by_hour[10] > 5 * by_hour[3]
    assert (progress.begins + timedelta(hours=9)).hour == 0  # 09:00 in Seoul is midnight in UTC
    assert progress.tally.calls + progress.tally.chats == len(state.contacts)
    assert progress.state is PlayState.DONE


def test_agents_answer_hold_miss_and_clear_and_customers_give_up() -> None:
    plan = LoadPlan(shape=Shape.FLAT, minutes=60, calls_per_minute=4, chats_per_minute=4)
    centre, progress = played(Centre().snapshot(), plan)
    contacts = centre.world.state.contacts.values()

    calls = [each for each in contacts if each.channel is Channel.VOICE]
    assert progress.tally.answered > 100
    assert min(progress.tally.missed, progress.tally.abandoned, progress.tally.ended) > 0
    assert any(call.holds.count for call in calls)
    assert any(call.said for call in calls)
    assert all(
        each.after_work_ended_at
        for each in contacts
        if each.stage is Stage.ENDED
        and each.after_work_started_at
        and each.disconnected_at
        and each.disconnected_at < centre.world.now - timedelta(minutes=5)
    )
    assert progress.tally.refused == 0


def test_who_is_not_there_is_hired() -> None:
    plan = LoadPlan(shape=Shape.FLAT, minutes=1, agents=50)
    centre, _ = played(Centre().snapshot(), plan)

    agents = [a.profile.username for a in centre.world.state.agents.values()]
    assert {'agent1', 'agent9', 'agent50'} <= set(agents)
    assert len(agents) == 51  # and the supervisor


def test_quotas_are_put_back_and_the_clock_goes_on() -> None:
    centre = Centre()
    player = Player(centre, Hand(centre))
    before = dict(centre.world.state.quotas)

    player.begin(LoadPlan(shape=Shape.FLAT, minutes=1))
    with pytest.raises(NotPossible):
        player.begin(LoadPlan())
    player.stop()

    assert centre.world.state.quotas == before
    assert not centre.clock.is_held
    assert player.progress.state is PlayState.STOPPED


@pytest.mark.slow
def test_played_load_is_seen_by_boto3_and_its_clock_runs(box: Box) -> None:
    before = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    box.hand('POST', 'load', **BUSY, speed=300)

    within(20, lambda: box.hand('GET', 'load')['state'] == 'done')

    progress = box.hand('GET', 'load')
    now = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    assert now - before > timedelta(minutes=9)
    assert progress['tally']['answered'] > 10
    answer = box.connect.get_metric_data_v2(
        ResourceArn=box.arn,
        StartTime=before - timedelta(minutes=1),
        EndTime=now,
        Filters=[{'FilterKey': 'QUEUE', 'FilterValues': [ORDERS, PAYMENTS, SUPPORT]}],
        Metrics=[{'Name': 'CONTACTS_CREATED'}],
    )
    [created] = [each['Collections'][0]['Value'] for each in answer['MetricResults']]
    assert created == progress['tally']['calls'] + progress['tally']['chats']


@pytest.mark.slow
def test_speed_is_kept(box: Box) -> None:
    box.hand('POST', 'load', **BUSY | {'minutes': 60}, speed=60)
    begun = time.monotonic()

    within(10, lambda: box.hand('GET', 'load')['share'] >= 0.05)

    assert 2.5 < time.monotonic() - begun < 6  # three minutes in three seconds
    assert box.hand('GET', 'load')['behind_seconds'] < 1


def test_load_is_stopped_and_another_one_is_refused(box: Box) -> None:
    box.hand('POST', 'load', **BUSY, speed=1)
    with pytest.raises(RefusedError) as error:
        box.hand('POST', 'load', **BUSY)

    stopped = box.hand('DELETE', 'load')

    assert error.value.status == 409
    assert stopped['state'] == 'stopped'


def test_starting_over_stops_the_load(box: Box) -> None:
    box.hand('POST', 'load', **BUSY, speed=1)

    box.start_over()

    assert box.hand('GET', 'load')['state'] == 'stopped'
    assert box.hand('GET', 'contacts') == []
    assert box.hand('GET', 'health')['is_held']  # as the box wants it, not as the player left it
