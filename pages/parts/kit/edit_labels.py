"""Texts of the forms over records that several people may change at once."""

from pages.locale import _
from pages.parts.kit.edit_form import EditFormLabels


def edit_labels(form: str) -> EditFormLabels:
    """Return the texts of the form named ``form``."""
    return EditFormLabels(
        form=form,
        save=_('저장'),
        cancel=_('취소'),
        mine=_('내 것'),
        theirs=_('저장된 것'),
        clash=_('{name} 님이 그사이 이 항목을 바꿨습니다. 남길 것을 고르세요.', name='{name}'),
        clash_unnamed=_('그사이 다른 사람이 이 항목을 바꿨습니다. 남길 것을 고르세요.'),
        undecided=_('겹친 항목에서 남길 것을 먼저 고르세요.'),
        unsaved=_('저장하지 않은 내용이 있습니다.'),
        saving=_('저장하고 있습니다'),
        away=_('연결이 끊겼습니다. 입력한 내용은 그대로 있으니 연결되면 저장하세요.'),
        again=_('한 번 더 누르면 고친 내용을 버립니다.'),
        restored=_('저장하지 않은 내용을 되살렸습니다.'),
        discard=_('버리기'),
        reveal=_('보기'),
        remove=_('지우기'),
        empty=_('없음'),
        pair_name=_('항목 이름'),
        pair_value=_('내용'),
        leave_title=_('저장하지 않은 내용이 있습니다'),
        leave_text=_('지금 나가면 저장되지 않습니다. 이 탭에서 다시 열면 이어서 고칠 수 있습니다.'),
        leave=_('나가기'),
        stay=_('계속 고치기'),
    )
