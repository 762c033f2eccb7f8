"""Typing as a Korean input method does it, through the browser's own protocol."""

from playwright.async_api import CDPSession, Page


async def compose(cdp: CDPSession, text: str, *, leave_open: bool) -> None:
    """Type ``text`` as a Korean input method does: each syllable composes and the next key commits it."""
    for syllable in text[:-1]:
        await cdp.send(
            'Input.imeSetComposition', {'text': syllable, 'selectionStart': 1, 'selectionEnd': 1}
        )
        await cdp.send('Input.insertText', {'text': syllable})
    last = text[-1]
    await cdp.send(
        'Input.imeSetComposition', {'text': last, 'selectionStart': 1, 'selectionEnd': 1}
    )
    if not leave_open:
        await cdp.send('Input.insertText', {'text': last})


async def press_enter(cdp: CDPSession, *, key: str = 'Enter', code: int = 13) -> None:
    """Press Enter; code 229 is how it arrives while an input method works."""
    where = {
        'key': key,
        'code': 'Enter',
        'windowsVirtualKeyCode': code,
        'nativeVirtualKeyCode': code,
    }
    down = {'type': 'keyDown', 'text': '\r'} if code == 13 else {'type': 'rawKeyDown'}
    await cdp.send('Input.dispatchKeyEvent', {**where, **down})
    await cdp.send('Input.dispatchKeyEvent', {**where, 'type': 'keyUp'})


async def write_and_send(page: Page, text: str) -> None:
    """Write into what has the focus and press one Enter while the last syllable is still being composed."""
    cdp = await page.context.new_cdp_session(page)
    await compose(cdp, text, leave_open=True)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': text[-1]})
    await cdp.detach()
