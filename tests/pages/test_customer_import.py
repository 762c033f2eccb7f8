"""Bringing customers in on the page: choose, try, read what is wrong, write."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User
from typing_extensions import override

from services.customers.importing.files import PREFIX
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.sheets import workbook
from tests.support.until import until

PATH = '/desk/customers/import'


async def choose(user: User, content: str | bytes, name: str = '고객.csv') -> None:
    """Hand a file over, as the browser does."""
    data = content.encode('cp949') if isinstance(content, str) else content
    [upload] = user.find(ui.upload).elements
    await upload.handle_uploads([SmallFileUpload(name, 'text/csv', data)])


class SlowUpload(SmallFileUpload):
    """A file that takes its time to be kept: it goes on when it may."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(name, 'text/csv', data)
        self.may_go_on = asyncio.Event()

    @override
    def iterate(self, *, chunk_size: int = 1 << 20) -> AsyncIterator[bytes]:
        async def chunks() -> AsyncIterator[bytes]:
            await self.may_go_on.wait()
            yield self._data

        return chunks()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """The folders of sheets on their way in."""
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    return lambda: [*tmp_path.glob(f'{PREFIX}*')]


async def test_supervisor_brings_customers_in(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await make.customer(name='이민준', phone='01011112222')
    await user.open(PATH)

    await choose(user, '이름,전화번호,등급\n이민준,01011112222,골드\n박새로,01033334444,\n')
    await user.should_see('고객.csv · CP949', retries=200)
    await user.should_see('이민준 · 박새로')
    user.find('미리 확인').click()

    await user.should_see('예상 결과', retries=200)
    user.find('1명 가져오기').click()
    await user.should_see('가져왔습니다', retries=200)
    await user.open('/desk/customers?query=01033334444')
    await user.should_see('박새로', retries=20)


async def test_faults_are_told_row_by_row(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)

    await choose(user, '이름,전화번호\n김하나,01011110001\n이둘,12\n')
    await user.should_see('미리 확인', retries=200)
    user.find('미리 확인').click()

    await user.should_see('전화를 걸 수 있는 번호가 아닙니다', retries=200)
    user.find('1명 가져오기').click()
    await user.should_see('오류를 고친 파일을 다시 고르거나')


async def test_file_that_is_none_gets_a_sentence(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)

    await choose(user, '')

    await user.should_see('파일에 내용이 없습니다', retries=200)


async def test_agents_are_told_that_it_is_not_theirs(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.agent())

    await user.open(PATH)

    await user.should_see('고객 가져오기는 팀장과 시스템 관리자만 할 수 있습니다.')


async def test_newest_of_two_files_is_the_one_that_is_read(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)
    first = SlowUpload('먼저.csv', '이름,전화번호\n먼저온,01011110001\n'.encode())
    [upload] = user.find(ui.upload).elements

    await upload.handle_uploads([first])
    await user.should_see('파일을 읽고 있습니다.', retries=200)
    await choose(user, '성명,휴대폰\n나중온,01022220002\n', '나중.csv')
    first.may_go_on.set()

    await user.should_see('나중.csv · CP949', retries=200)
    await user.should_see('나중온')
    await user.should_not_see('먼저온')
    user.find('미리 확인').click()
    await user.should_see('1명 가져오기', retries=200)
    user.find('1명 가져오기').click()
    await user.should_see('가져왔습니다', retries=200)
    await user.open('/desk/customers?query=01022220002')
    await user.should_see('나중온', retries=20)


async def test_reading_is_said_at_once(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)
    slow = SlowUpload('큰 파일.csv', '이름,전화번호\n김하나,01011110001\n'.encode())
    [upload] = user.find(ui.upload).elements

    await upload.handle_uploads([slow])

    await user.should_see('파일을 읽고 있습니다.', retries=20)
    await user.should_not_see('큰 파일.csv')
    slow.may_go_on.set()
    await user.should_see('큰 파일.csv', retries=200)


async def test_no_folder_stays_of_a_page_that_was_left_or_an_import_that_is_done(
    make: Make, sign_in: SignIn, folders: Callable[[], list[Path]]
) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)
    assert not folders()  # none before there is a file
    slow = SlowUpload('고객.csv', '이름,전화번호\n김하나,01011110001\n'.encode())
    [upload] = user.find(ui.upload).elements

    await upload.handle_uploads([slow])
    await user.should_see('파일을 읽고 있습니다.', retries=200)
    assert folders()
    user.client.delete()
    slow.may_go_on.set()
    await until(lambda: not folders())

    await user.open(PATH)
    await choose(user, '이름,전화번호\n김하나,01011110001\n')
    await user.should_see('미리 확인', retries=200)
    user.find('미리 확인').click()
    await user.should_see('1명 가져오기', retries=200)
    user.find('1명 가져오기').click()
    await user.should_see('가져왔습니다', retries=200)
    await until(lambda: not folders())


async def test_sheet_and_heading_row_are_chosen_on_the_page(make: Make, sign_in: SignIn) -> None:
    def fill(book: Any) -> None:
        people = book.add_worksheet('개인')
        people.write_row(0, 0, ['2026년 고객 명단'])
        people.write_row(1, 0, ['성함', '연락처'])
        people.write_row(2, 0, ['김하나', '010-1111-0001'])
        book.add_worksheet('법인').write_row(0, 0, ['상호', '대표 번호'])

    user = await sign_in(await make.supervisor())
    await user.open(PATH)

    await choose(user, workbook(fill), '고객.xlsx')
    await user.should_see('고객.xlsx · XLSX', retries=200)
    await user.should_see('성함')
    [sheet] = [one for one in user.find(ui.select).elements if one.props['aria-label'] == '시트']
    sheet.set_value('법인')

    await user.should_see('대표 번호', retries=200)
    await user.should_not_see('성함')


async def test_row_about_somebody_else_is_decided_on_the_page(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    known = await make.customer(name='이민준', phone='01011112222')
    await user.open(PATH)
    await choose(user, f'고객번호,이름,전화번호\n{known.code},시험하나,01052000101\n')
    await user.should_see('미리 확인', retries=200)

    user.find('미리 확인').click()
    await user.should_see('확인이 필요한 행', retries=200)
    await user.should_see('010-****-2222')
    await user.should_not_see('명 가져오기')
    user.find('시험하나').trigger('change', [2, True])
    user.find('고른 대로 다시 확인').click()

    await user.should_see('이름이 바뀌는 고객이 1명 있습니다', retries=200)
    await user.should_see('이민준 → 시험하나')
    user.find('1명 가져오기').click()
    await user.should_see('가져왔습니다', retries=200)


async def test_two_columns_for_one_field_are_said_where_they_are(
    make: Make, sign_in: SignIn
) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)
    await choose(user, '이름,별명,전화번호\n김하나,하나,01011110001\n')
    await user.should_see('미리 확인', retries=200)
    [alias] = [one for one in user.find(ui.select).elements if '별명' in one.props['aria-label']]

    alias.set_value('name')
    user.find('미리 확인').click()

    await user.should_see('A열과 B열이 같은 곳으로 갑니다', retries=200)


async def test_import_is_undone_from_the_page(
    make: Make, sign_in: SignIn, services: Services
) -> None:
    chief = await make.supervisor()
    user = await sign_in(chief)
    await user.open(PATH)
    await choose(user, '이름,전화번호\n김하나,01011110001\n이둘,01011110002\n')
    await user.should_see('미리 확인', retries=200)
    user.find('미리 확인').click()
    await user.should_see('2명 가져오기', retries=200)
    user.find('2명 가져오기').click()
    await user.should_see('최근 하루 동안 가져온 것', retries=200)
    [used] = await services.phone_lookup.customers('01011110002')
    await services.customer_notes.add(chief, used.id, '그사이 적은 것')

    press(user, '되돌리기')
    await user.should_see('가져온 것을 되돌릴까요?', retries=200)
    press(user, '되돌리기')
    await user.should_see('되돌릴 수 없는 고객이 있습니다', retries=200)
    await user.should_see('가져온 뒤에 상담, 콜백이나 메모가 생겼습니다.', retries=50)
    user.find('이 고객은 두고 나머지 되돌리기').click()

    await user.should_see('되돌렸습니다: 지움 1명 · 되돌림 0명 · 그대로 둠 1명', retries=200)
    assert await services.phone_lookup.customers('01011110001') == []
