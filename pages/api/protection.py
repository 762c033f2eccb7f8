"""``/protection``: an agent warns, ends and rests (보호); supervisors read the records, print them and act on the customer."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from models import Channel, ProtectionFile, ProtectionKind
from pages.api import cursors, file_bodies
from pages.api.rate_limit import rate_limit
from pages.api.shapes import CHAT_EXAMPLE, Text, refusals, shown_as
from pages.locale import language_of
from pages.parts.protection import record_words
from pages.web.principals import SignedIn
from services.customers.restricting import LEAST_DAYS, MOST_DAYS
from services.pdf import document
from services.protection.events import CaseView, NextStep, view
from services.protection.records import MAX_PAGE, PAGE, CaseRecord, RecordReason
from services.registry import Services
from services.text.reasons import MAX_WHY_CHARS
from services.work.cursors import Cursor

LISTING = 'protection'
PDF = 'application/pdf'
CASE = '5f6e7d8c-9b0a-4c1d-8e2f-3a4b5c6d7e8f'
CASE_EXAMPLE: dict[str, Any] = {
    'id': CASE,
    'created_at': '2026-11-02T01:32:00Z',
    'contact_id': CHAT_EXAMPLE['id'],
    'channel': 'chat',
    'queue_id': None,
    'department': '주문·배송',
    'agent_id': CHAT_EXAMPLE['agent_id'],
    'kind': 'abuse',
    'language': 'ko',
    'warnings': 1,
    'warnings_wanted': 2,
    'next_step': 'warn',
    'over_at': None,
    'ended_by_id': None,
    'rest_from': None,
    'rest_until': None,
    'restricted_until': None,
}
STEP_EXAMPLE: dict[str, Any] = {
    'at': '2026-11-02T01:32:10Z',
    'kind': 'warned',
    'by_id': CHAT_EXAMPLE['agent_id'],
    'words': '고객님, 폭언이 계속되면 상담을 이어 갈 수 없어요.',
}
LINE_EXAMPLE: dict[str, Any] = {
    'number': 3,
    'at': '2026-11-02T01:31:50Z',
    'sender': 'customer',
    'who': '최유진',
    'type': 'text',
    'body': '이 멍청이들아',
    'marks': [[2, 5]],
}
FILE_EXAMPLE: dict[str, Any] = {
    'id': '0f1e2d3c-4b5a-4697-8899-aabbccddeeff',
    'name': '화면.png',
    'media_type': 'image/png',
    'size_bytes': 48_211,
    'sha256': 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
    'is_missing': False,
}
RECORD_EXAMPLE: dict[str, Any] = {
    **CASE_EXAMPLE,
    'kept_until': '2029-11-02',
    'announcement': None,
    'announced_at': None,
    'is_kept_apart': True,
    'steps': [STEP_EXAMPLE],
    'lines': [LINE_EXAMPLE],
    'digest': None,
    'files': [FILE_EXAMPLE],
}


class Case(BaseModel):
    """A case of 보호. ``next_step`` is what the queue's pattern offers next; every other step stays possible."""

    model_config = shown_as(CASE_EXAMPLE)

    id: UUID
    created_at: AwareDatetime
    contact_id: UUID
    channel: Channel
    queue_id: UUID | None
    department: str
    agent_id: UUID
    kind: str
    language: str
    warnings: int
    warnings_wanted: int
    next_step: NextStep
    over_at: AwareDatetime | None
    ended_by_id: UUID | None
    rest_from: AwareDatetime | None
    rest_until: AwareDatetime | None
    restricted_until: AwareDatetime | None

    @classmethod
    def of(cls, one: CaseView) -> 'Case':
        """Return a case as the API shows it."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class Cases(BaseModel):
    """A page of cases, newest first, and the cursor of the next page."""

    model_config = shown_as({'cases': [CASE_EXAMPLE], 'next': None})

    cases: list[Case]
    next: str | None


class CaseStep(BaseModel):
    """One step; ``by_id`` is empty for the desk itself."""

    model_config = shown_as(STEP_EXAMPLE)

    at: AwareDatetime
    kind: str
    by_id: UUID | None
    words: str


class EvidenceLine(BaseModel):
    """One line of the evidence; ``marks`` are offsets where the word list points, and judge nobody."""

    model_config = shown_as(LINE_EXAMPLE)

    number: int
    at: AwareDatetime
    sender: str
    who: str
    type: str
    body: str
    marks: list[tuple[int, int]]


class EvidenceFile(BaseModel):
    """A file of the contact, copied as evidence; ``sha256`` is empty until the copy stands, and of one ``is_missing``."""

    model_config = shown_as(FILE_EXAMPLE)

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    is_missing: bool

    @classmethod
    def of(cls, one: ProtectionFile) -> 'EvidenceFile':
        """Return a file as the API shows it."""
        is_missing = one.settled_at is not None and not one.digest
        return cls(
            id=one.id, name=one.name, media_type=one.media_type, size_bytes=one.size_bytes,
            sha256=one.digest, is_missing=is_missing,
        )  # fmt: skip


class Record(Case):
    """A case with its steps and evidence; ``digest`` seals the lines."""

    model_config = shown_as(RECORD_EXAMPLE)

    kept_until: str
    announcement: str | None
    announced_at: AwareDatetime | None
    is_kept_apart: bool
    steps: list[CaseStep]
    lines: list[EvidenceLine]
    digest: str | None
    files: list[EvidenceFile]

    @classmethod
    def whole(cls, found: CaseRecord) -> 'Record':
        """Return a record as the API shows it."""
        evidence, pair = found.evidence, found.pair
        return cls(
            **Case.of(view(found.case)).model_dump(),
            kept_until=found.case.kept_until.isoformat(),
            announcement=found.announcement.body if found.announcement else None,
            announced_at=found.case.announced_at,
            is_kept_apart=pair is not None and pair.lifted_at is None,
            steps=[
                CaseStep(at=one.created_at, kind=one.kind, by_id=one.by_id, words=one.words)
                for one in found.steps
            ],
            lines=[EvidenceLine(**one) for one in evidence.lines] if evidence else [],
            digest=evidence.digest if evidence else None,
            files=[EvidenceFile.of(one) for one in found.files],
        )


class CaseToOpen(BaseModel):
    """The contact, and what its customer does. ``language`` is for calls, whose warnings are read aloud."""

    model_config = shown_as({'contact_id': CHAT_EXAMPLE['id'], 'kind': 'abuse'})

    contact_id: UUID
    kind: ProtectionKind = ProtectionKind.ABUSE
    language: Annotated[str, Field(max_length=2)] = ''


class Warning(BaseModel):
    """A warning; the same ``id`` again is the same warning."""

    model_config = shown_as({'id': '8c7b6a59-4d3e-4f2a-9b1c-0d9e8f7a6b5c'})

    id: UUID


class Why(BaseModel):
    """A reason in words."""

    model_config = shown_as({'why': '고객이 사과함'})

    why: Annotated[Text, Field(min_length=1, max_length=MAX_WHY_CHARS)]


class Restriction(Why):
    """For how many days the customer may not use the centre, and why."""

    model_config = shown_as({'days': 30, 'why': '거듭된 폭언'})

    days: Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS)]


def router(services: Services) -> APIRouter:
    """Serve 보호."""
    api = APIRouter(
        prefix='/protection',
        tags=['protection'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 404, 422, 429),
    )
    cases = ProtectionOperations(services)
    changed = refusals(409, 413)
    one = '/cases/{case_id}'

    def act(path: str, done: Callable[..., Awaitable[object]], summary: str, **more: Any) -> None:
        api.add_api_route(path, done, methods=['POST'], summary=summary, responses=changed, **more)

    act('/cases', cases.open, 'Open a case in a contact (보호)')
    api.add_api_route('/contacts/{contact_id}', cases.of_contact, summary='The case of a contact')
    act(f'{one}/warnings', cases.warn, 'Warn the customer')
    act(f'{one}/end', cases.end, "End the contact without anyone's leave")
    act(f'{one}/rest', cases.rest, 'Begin the rest (보호 휴식)')
    act(f'{one}/return', cases.come_back, 'End the rest')
    api.add_api_route('/cases', cases.page, summary='Cases, for supervisors')
    api.add_api_route(one, cases.record, summary='The record of a case, for supervisors')
    api.add_api_route(
        f'{one}/record', cases.pdf, summary='The record that the law asks for, as PDF',
        response_class=Response,
        responses={200: {'description': 'The record', 'content': {PDF: {'example': '%PDF-1.7 …'}}}},
    )  # fmt: skip
    api.add_api_route(
        f'{one}/files/{{file_id}}', cases.file, summary='A file of the evidence, for supervisors',
        response_class=Response, responses=file_bodies.ANSWER | refusals(502),
    )  # fmt: skip
    act(f'{one}/restriction', cases.restrict, 'Restrict the customer for a time', status_code=204)
    act(f'{one}/release', cases.release, 'Lift the restriction', status_code=204)
    act(f'{one}/reunite', cases.reunite, 'Let customer and agent meet again', status_code=204)
    return api


class ProtectionOperations:
    """The operations of ``/protection``, one method each."""

    def __init__(self, services: Services) -> None:
        self._protection = services.protection
        self._records = services.protection_records
        self._files = services.case_files

    async def open(self, staff: SignedIn, asked: CaseToOpen) -> Case:
        """Open a case in an own open contact, and tell supervisors; again returns it."""
        language = asked.language
        return Case.of(
            await self._protection.open(
                staff.agent, asked.contact_id, asked.kind, language=language
            )
        )

    async def of_contact(self, staff: SignedIn, contact_id: UUID) -> Case | None:
        """Return the reader's case in a contact; a supervisor also gets a colleague's. ``null`` without any."""
        found = await self._protection.of_contact(staff.agent, contact_id)
        return Case.of(found) if found else None

    async def warn(self, staff: SignedIn, case_id: UUID, warning: Warning) -> Case:
        """Send the centre's warning in a chat; in a call record that it was read."""
        return Case.of(await self._protection.warn(staff.agent, case_id, step_id=warning.id))

    async def end(self, staff: SignedIn, case_id: UUID) -> Case:
        """End the contact: a chat at once, a call by the softphone. Evidence is kept, supervisors are told."""
        return Case.of(await self._protection.end(staff.agent, case_id))

    async def rest(self, staff: SignedIn, case_id: UUID) -> Case:
        """Begin the rest, which counts in no figure."""
        return Case.of(await self._protection.rest(staff.agent, case_id))

    async def come_back(self, staff: SignedIn, case_id: UUID) -> Case:
        """End the rest: the agent is 상담 가능."""
        return Case.of(await self._protection.come_back(staff.agent, case_id))

    async def page(
        self,
        staff: SignedIn,
        after: Annotated[str | None, Query(max_length=cursors.MAX_CURSOR_CHARS)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
    ) -> Cases:
        """Return the cases within the reader's reach."""
        place = cursors.decoded(LISTING, after).timed if after else None
        rows = await self._records.page(staff.agent, before=place, limit=limit)
        last = rows[-1].case if len(rows) == limit else None
        return Cases(
            cases=[Case.of(view(one.case)) for one in rows],
            next=cursors.encoded(LISTING, Cursor(last.created_at, last.id)) if last else None,
        )

    async def record(self, staff: SignedIn, case_id: UUID) -> Record:
        """Return a case with its steps and evidence. Recorded in the audit log."""
        return Record.whole(await self._records.record(staff.agent, case_id))

    async def pdf(
        self,
        request: Request,
        staff: SignedIn,
        case_id: UUID,
        reason: Annotated[RecordReason | None, Query(description='required')] = None,
        why: Annotated[
            str, Query(max_length=MAX_WHY_CHARS, description='in words, required for `other`')
        ] = '',
    ) -> Response:
        """Return the record as a document. Recorded in the audit log and in the case."""
        found = await self._records.make(staff.agent, case_id, reason, why)
        words = record_words.document_of(language_of(request), found, staff.agent)
        name = f'protection-{found.case.created_at:%Y%m%d}-{str(case_id)[:8]}.pdf'
        headers = {
            'Content-Disposition': f'attachment; filename="{name}"',
            'Cache-Control': 'no-store',
        }
        return Response(await document.pdf(words), media_type=PDF, headers=headers)

    async def file(self, staff: SignedIn, case_id: UUID, file_id: UUID) -> Response:
        """Return the copy of a file of the contact, to be saved. Recorded in the audit log."""
        return file_bodies.answer(await self._files.read(staff.agent, case_id, file_id))

    async def restrict(self, staff: SignedIn, case_id: UUID, asked: Restriction) -> None:
        """Block the customer of a case until a day; the block lifts itself then."""
        await self._records.restrict(staff.agent, case_id, asked.days, asked.why)

    async def release(self, staff: SignedIn, case_id: UUID) -> None:
        """Lift the restriction now."""
        await self._records.release(staff.agent, case_id)

    async def reunite(self, staff: SignedIn, case_id: UUID, asked: Why) -> None:
        """Let customer and agent be brought together again."""
        await self._records.lift_pair(staff.agent, case_id, asked.why)
