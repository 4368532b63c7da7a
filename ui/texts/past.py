"""The texts of the view of kept conversations."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "past.title": "Past conversations",
    "past.search": "Search your conversations",
    "past.search_go": "Search",
    "past.keep": "Keep my conversations",
    "past.on": "On",
    "past.off": "Off",
    "past.kept": "They stay on the computer that Mustanad runs on. No other visitor sees them; "
    "whoever looks after that computer can read them.",
    "past.kept_at": "They stay on this computer, in {place}, and are sent nowhere. Whoever can "
    "open your files here can read them.",
    "past.not_kept": "New conversations are forgotten when the page is closed. Those kept before "
    "stay until you delete them.",
    "past.never": "Conversations of guests are not kept, and nobody's where the setting "
    "keep.conversations is off.",
    "past.never_next": "What you ask stays on the page until you close it. Copy what you need.",
    "past.delete_all": "Delete all conversations",
    "past.delete_all_sure": "All your conversations that are kept will be deleted, with their "
    "questions and answers. Your documents stay. This cannot be undone.",
    "past.delete_all_yes": "Yes, delete them all",
    "past.today": "Today",
    "past.yesterday": "Yesterday",
    "past.found": "Found for {query}: {count}",
    "past.more": "Only the latest {count} are listed. To find an older one, search for words "
    "of it.",
    "past.show_all": "Show all conversations",
    "past.untitled": "Untitled conversation",
    "past.current": "Open now",
    "past.questions": "Questions: {count}",
    "past.corpus": "Collection: {name}",
    "past.rename": "Rename",
    "past.new_title": "New title",
    "past.save": "Save",
    "past.export": "Export as",
    "past.delete": "Delete",
    "past.delete_sure": "Its questions and answers will be deleted. Your documents stay. This "
    "cannot be undone.",
    "past.delete_yes": "Yes, delete it",
    "past.no_match": "No conversation matches {query}.",
    "past.no_match_next": "Try fewer words, or another form of the word.",
    "past.empty": "No conversations yet.",
    "past.empty_next": "What you ask is kept here, so that you can read it again and carry on.",
    "past.ask": "Ask a question",
    "past.off_lead": "Conversations are not being kept.",
    "past.off_next": "Turn keeping on, and what you ask from then on is listed here.",
}

ARABIC: dict[str, str] = {
    "past.title": "المحادثات السابقة",
    "past.search": "ابحث في محادثاتك",
    "past.search_go": "بحث",
    "past.keep": "احفظ محادثاتي",
    "past.on": "مفعّل",
    "past.off": "متوقف",
    "past.kept": "تبقى على الحاسوب الذي يعمل عليه مستند. لا يراها زائر غيرك، ويستطيع قراءتها من "
    "يدير ذلك الحاسوب.",
    "past.kept_at": "تبقى على هذا الحاسوب في {place} ولا تُرسل إلى أي مكان، ويستطيع قراءتها كل من "
    "يصل إلى ملفاتك عليه.",
    "past.not_kept": "تزول المحادثات الجديدة عند إغلاق الصفحة، أما المحفوظة من قبل فتبقى إلى أن "
    "تحذفها.",
    "past.never": "لا تُحفظ محادثات الضيوف، ولا محادثات أحد إذا أُوقف الإعداد "
    "\u2068keep.conversations\u2069.",
    "past.never_next": "يبقى ما تسأل عنه على الصفحة إلى أن تغلقها، فانسخ منه ما تحتاج إليه.",
    "past.delete_all": "حذف جميع المحادثات",
    "past.delete_all_sure": "ستُحذف كل محادثاتك المحفوظة بأسئلتها وأجوبتها، وتبقى وثائقك كما هي. "
    "لا يمكن التراجع عن ذلك.",
    "past.delete_all_yes": "نعم، احذفها كلها",
    "past.today": "اليوم",
    "past.yesterday": "أمس",
    "past.found": "عدد نتائج البحث عن {query}: {count}",
    "past.more": "لا تظهر هنا إلا أحدث المحادثات، وعددها {count}. للوصول إلى أقدم منها ابحث بكلمات "
    "وردت فيها.",
    "past.show_all": "عرض كل المحادثات",
    "past.untitled": "محادثة بلا عنوان",
    "past.current": "مفتوحة الآن",
    "past.questions": "الأسئلة: {count}",
    "past.corpus": "المجموعة: {name}",
    "past.rename": "تغيير العنوان",
    "past.new_title": "العنوان الجديد",
    "past.save": "حفظ",
    "past.export": "تصدير بصيغة",
    "past.delete": "حذف",
    "past.delete_sure": "ستُحذف أسئلتها وأجوبتها، وتبقى وثائقك كما هي. لا يمكن التراجع عن ذلك.",
    "past.delete_yes": "نعم، احذفها",
    "past.no_match": "لا محادثة تطابق {query}.",
    "past.no_match_next": "جرّب كلمات أقل، أو صيغة أخرى للكلمة.",
    "past.empty": "لا محادثات بعد.",
    "past.empty_next": "كل ما تسأل عنه يُحفظ هنا لتقرأه ثانية وتواصل منه.",
    "past.ask": "اطرح سؤالًا",
    "past.off_lead": "المحادثات لا تُحفظ الآن.",
    "past.off_next": "فعّل الحفظ، وسيظهر هنا كل ما تسأل عنه من بعد ذلك.",
}
