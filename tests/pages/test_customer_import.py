"""Bringing customers in on the page: choose, try, read what is wrong, write."""

import io

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from tests.make import Make
from tests.pages.conftest import SignIn

PATH = '/desk/customers/import'


async def choose(user: User, content: str) -> None:
    """Hand a file over, as the browser does."""
    [upload] = user.find(ui.upload).elements
    await upload.handle_uploads(
        [SmallFileUpload('고객.csv', 'text/csv', io.BytesIO(content.encode('cp949')).getvalue())]
    )


async def test_supervisor_brings_customers_in(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await make.customer(name='이민준', phone='01011112222')
    await user.open(PATH)

    await choose(user, '이름,전화번호,등급\n이민준,01011112222,골드\n박새로,01033334444,\n')
    await user.should_see('고객.csv · CP949', retries=200)
    await user.should_see('이민준 · 박새로')
    user.find('시험해 보기').click()

    await user.should_see('이렇게 됩니다', retries=200)
    user.find('1명 가져오기').click()
    await user.should_see('가져왔습니다', retries=200)
    await user.open('/desk/customers?query=01033334444')
    await user.should_see('박새로')


async def test_faults_are_told_row_by_row(make: Make, sign_in: SignIn) -> None:
    user = await sign_in(await make.supervisor())
    await user.open(PATH)

    await choose(user, '이름,전화번호\n김하나,01011110001\n이둘,12\n')
    await user.should_see('시험해 보기', retries=200)
    user.find('시험해 보기').click()

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

    await user.should_see('고객 가져오기는 관리자만 할 수 있습니다.')
