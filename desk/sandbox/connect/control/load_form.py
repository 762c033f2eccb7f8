"""The load tab: the plan, its progress, and the delays."""

from datetime import timedelta

from markupsafe import Markup

from desk.sandbox.connect.control.elements import (
    Fields,
    Piece,
    choice,
    field,
    filled,
    form,
    joined,
    sending,
)
from desk.sandbox.connect.control.load.plan import LoadPlan, Shape
from desk.sandbox.connect.control.load.player import LoadProgress, PlayState
from desk.sandbox.connect.control.open_page import OpenPage

SHAPES = {Shape.DAY: '하루 (시간대별)', Shape.FLAT: '고르게'}
FIELDS = {
    'calls_per_minute': '분당 전화',
    'chats_per_minute': '분당 채팅',
    'agents': '상담원 수',
    'minutes': '길이 (분)',
    'speed': '배속',
    'talk_seconds': '상담 시간 (초)',
    'after_work_seconds': '후처리 (초)',
    'patience_seconds': '기다리는 시간 (초)',
    'seed': '시드',
}
STATES = {
    PlayState.IDLE: '재생 전',
    PlayState.PLAYING: '재생 중',
    PlayState.DONE: '끝남',
    PlayState.STOPPED: '중지됨',
}
TALLIES = {
    'calls': '전화',
    'chats': '채팅',
    'answered': '응대',
    'abandoned': '포기',
    'missed': '부재중',
    'rejected': '거절',
}
KINDS = {
    'routing': '배분',
    'ring_timeouts': '벨 제한',
    'after_work': '후처리 제한',
    'delays': '큐 지연',
    'events': '이벤트 전달',
}


class LoadForm:
    """Plays a day of customers and agents."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        w, plan = page.words, LoadPlan()
        self._progress = Piece('div', 'box-progress')
        shapes = {shape.value: w(text) for shape, text in SHAPES.items()}
        fields = joined(
            field(w(text), name, f'{getattr(plan, name):g}') for name, text in FIELDS.items()
        )
        form(
            w('부하'),
            self._act,
            choice(w('모양'), 'shape', shapes, plan.shape)
            + fields
            + sending(('play', w('재생')), ('stop', w('중지'))),
        )

    def show(self) -> None:
        """Show the progress."""
        self._progress.show(self._told(self._page.player.progress))

    def _act(self, fields: Fields) -> None:
        player = self._page.player
        if fields['act'] == 'stop':
            self._page.do(player.stop)
            return
        wished = {name: value for name, value in fields.items() if name != 'act'}
        self._page.do(lambda: player.begin(LoadPlan.model_validate(wished)), '재생을 시작했습니다')

    def _told(self, progress: LoadProgress) -> Markup:
        w = self._page.words
        head = filled(
            '<p>{state} {share} <span class="box-dim">{left}</span></p>'
            '<progress max="100" value="{value}" aria-label="{name}"></progress>',
            state=w(STATES[progress.state]),
            share=f'{progress.share:.0%}',
            left=self._left(progress),
            value=round(progress.share * 100, 1),
            name=w('진행 상황'),
        )
        counts = ' · '.join(
            f'{w(text)} {getattr(progress.tally, name):,}' for name, text in TALLIES.items()
        )
        return head + filled('<p>{counts}</p>', counts=counts) + self._late(progress)

    def _left(self, progress: LoadProgress) -> str:
        if progress.plan is None or progress.state is not PlayState.PLAYING:
            return ''
        seconds = progress.plan.minutes * 60 * (1 - progress.share) / progress.plan.speed
        return self._page.words('{time} 남음', time=str(timedelta(seconds=round(seconds))))

    def _late(self, progress: LoadProgress) -> Markup:
        w = self._page.words
        rows = joined(
            filled(
                '<tr><td>{kind}</td><td>{p50}</td><td>{p95}</td><td>{most}</td><td>{missed}</td></tr>',
                kind=w(text),
                p50=late.p50,
                p95=late.p95,
                most=f'{late.most:.0f}',
                missed=late.missed,
            )
            for kind, text in KINDS.items()
            if (late := progress.late.get(kind)) and late.count
        )
        if not rows:
            return rows
        titles = [w('늦음 (ms)'), 'p50', 'p95', w('최대'), w('넘김')]
        head = joined(filled('<th scope="col">{title}</th>', title=title) for title in titles)
        return filled(
            '<table class="box-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
            head=head,
            rows=rows,
        )
