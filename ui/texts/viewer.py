"""The texts of the viewer, which shows a whole document."""

from __future__ import annotations

ENGLISH = {
    "viewer.close": "Close",
    "viewer.quotations": "Quotations of the answer",
    "viewer.previous": "Previous quotation",
    "viewer.next": "Next quotation",
    "viewer.position": "Quotation {position} of {count}",
    "viewer.other": "Quotation {number}",
    "viewer.untitled": "Untitled document",
    "viewer.source": "Source",
    "viewer.unsourced": "not given",
    "viewer.published": "Published",
    "viewer.undated": "no date given",
    "viewer.crawled": "Collected",
    "viewer.keywords": "Keywords",
    "viewer.language": "Language",
    "viewer.file": "File",
    "viewer.original": "Original",
    "viewer.new_tab": "(opens in a new tab)",
    "viewer.words": "Words",
    "viewer.empty": "This document has no text.",
    "viewer.not_marked": "The quoted words no longer stand where they were found in this document, "
    "so nothing is marked.",
    "viewer.missing_title": "This document is gone",
    "viewer.missing": "It is no longer in the collection: it was deleted, or its file has changed "
    "since. The quotation in the answer is as it was.",
}

ARABIC = {
    "viewer.close": "إغلاق",
    "viewer.quotations": "اقتباسات الجواب",
    "viewer.previous": "الاقتباس السابق",
    "viewer.next": "الاقتباس التالي",
    "viewer.position": "الاقتباس {position} من {count}",
    "viewer.other": "الاقتباس {number}",
    "viewer.untitled": "وثيقة بلا عنوان",
    "viewer.source": "المصدر",
    "viewer.unsourced": "غير مذكور",
    "viewer.published": "تاريخ النشر",
    "viewer.undated": "بلا تاريخ",
    "viewer.crawled": "تاريخ الجمع",
    "viewer.keywords": "الكلمات الدلالية",
    "viewer.language": "اللغة",
    "viewer.file": "الملف",
    "viewer.original": "الرابط الأصلي",
    "viewer.new_tab": "(يُفتح في نافذة جديدة)",
    "viewer.words": "عدد الكلمات",
    "viewer.empty": "لا نصّ في هذه الوثيقة.",
    "viewer.not_marked": "لم تعد الكلمات المقتبسة في موضعها من هذه الوثيقة، ولذلك لم يُميَّز منها "
    "شيء.",
    "viewer.missing_title": "لم تعد هذه الوثيقة موجودة",
    "viewer.missing": "خرجت من المجموعة: إما أنها حُذفت، وإما أن ملفها تغيّر بعد ذلك. أما الاقتباس "
    "في الجواب فباقٍ كما كان.",
}
