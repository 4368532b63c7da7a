"""The texts of what stands below an answer, and of the line for who waits."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "actions.label": "What to do with this answer",
    "actions.copy": "Copy",
    "actions.copy_as": "Copy as",
    "actions.edit": "Edit and ask again",
    "actions.retry": "Try again",
    "actions.judge": "Your verdict",
    "actions.up": "Good answer",
    "actions.down": "Poor answer",
    "actions.reason_up": "What was good about it, if you care to say",
    "actions.reason_down": "What was wrong with it, if you care to say",
    "actions.send": "Send",
    "actions.thanks": "Thank you. Your verdict is kept beside the documents and sent nowhere.",
    "actions.judged_too_quick": "You have judged many answers within a minute. This verdict was "
    "not kept; give it again in {seconds} s.",
    "actions.place_one": "One question is before yours.",
    "actions.place_two": "Two questions are before yours.",
    "actions.place_several": "Questions before yours: {count}",
}

ARABIC: dict[str, str] = {
    "actions.label": "ما يمكن عمله بهذا الجواب",
    "actions.copy": "نسخ",
    "actions.copy_as": "نسخ بصيغة",
    "actions.edit": "تعديل السؤال وطرحه ثانية",
    "actions.retry": "إعادة المحاولة",
    "actions.judge": "رأيك",
    "actions.up": "جواب جيد",
    "actions.down": "جواب ضعيف",
    "actions.reason_up": "ما الذي أعجبك فيه، إن شئت أن تذكره",
    "actions.reason_down": "ما الخلل فيه، إن شئت أن تذكره",
    "actions.send": "إرسال",
    "actions.thanks": "شكرًا لك. يُحفظ رأيك بجانب الوثائق ولا يُرسل إلى أي مكان.",
    "actions.judged_too_quick": "قيّمت أجوبة كثيرة في دقيقة واحدة، ولم يُحفظ هذا الرأي. عدد "
    "الثواني إلى أن تعيده: {seconds}.",
    "actions.place_one": "قبل سؤالك سؤال واحد.",
    "actions.place_two": "قبل سؤالك سؤالان.",
    "actions.place_several": "عدد الأسئلة قبل سؤالك: {count}",
}
