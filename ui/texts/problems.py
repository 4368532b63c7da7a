"""What the page says of errors, by their classes."""

from __future__ import annotations

ENGLISH = {
    "error.title": "That did not work",
    "error.unknown": "Something went wrong on this computer. The log of the program says what; "
    "asking again may help.",
    "error.RagError": "Something went wrong: {message}",
    "error.SettingsError": "The setting {name} does not work: {reason}",
    "error.DocumentError": "The document {path} could not be read: {reason}",
    "error.AccountsError": "The file of accounts {path} cannot be used: {reason}",
    "error.UploadError": "The file {name} was not taken: {reason}",
    "error.CorpusError": "The collection {corpus} cannot be changed: {reason}",
    "error.CorpusError.no_name": "The name of the collection is empty. Give it one.",
    "error.CorpusError.long_name": "The name {corpus} is too long. Choose a shorter one.",
    "error.CorpusError.unseen": "The name {corpus} holds a character that cannot be seen. Leave "
    "it out.",
    "error.CorpusError.taken": "There is already a collection of the name {corpus}. Choose another "
    "name.",
    "error.CorpusError.always_there": "This collection is always there, and is neither "
    "renamed nor deleted. Its documents can be deleted one by one.",
    "error.CorpusError.in_settings": "The setting index.collection names {corpus} as the "
    "collection that is always there. Change that first.",
    "error.CorpusError.not_yours": "The collection {corpus} is shared by another user, and only "
    "they may rename or delete it.",
    "error.CorpusNotFoundError": "This collection is not there, or no longer.",
    "error.ArchiveError": "The past conversations in {path} cannot be used: {reason}",
    "error.IndexStoreError": "The index at {path} cannot be used: {reason}",
    "error.IndexMismatchError": "The index at {path} was built with other models or settings than "
    "those in force. Build it again with mustanad ingest --rebuild PATH.",
    "error.ModelError": "The model {model} cannot be used: {reason}",
    "error.ModelNotFoundError": "The model {model} was not found: {reason}",
    "error.ModelCorruptError": "The file of the model {model} is damaged: {reason}",
    "error.ModelFetchError": "The model {model} could not be fetched: {reason}",
    "error.ModelLoadError": "The model {model} is here but could not be loaded: {reason}",
    "error.PromptError": "The prompt {prompt} does not work: {reason}",
    "error.QuestionError": "This question cannot be asked: {reason}",
    "error.GenerationError": "The text model {model} failed while it was writing: {reason}",
    "error.RagError.to_others": "Something went wrong. The log of the program says what; whoever "
    "runs it can read it.",
    "error.IndexStoreError.to_others": "The documents cannot be reached now. The log of the "
    "program says why; whoever runs it can read it.",
    "error.IndexMismatchError.to_others": "The documents were taken in with other models or "
    "settings than those in force. Whoever runs the program has to take them in again.",
    "error.ModelError.to_others": "A model cannot be used now. The log of the program says why; "
    "whoever runs it can read it.",
    "error.GenerationError.to_others": "The text model failed while it was writing. Asking again "
    "may help; the log of the program says why.",
}

ARABIC = {
    "error.title": "تعذّر ذلك",
    "error.unknown": "حدث خطأ على هذا الحاسوب، وتفصيله في سجل البرنامج. قد ينفع أن تسأل مرة أخرى.",
    "error.RagError": "حدث خطأ: {message}",
    "error.SettingsError": "الإعداد {name} غير صالح: {reason}",
    "error.DocumentError": "تعذّرت قراءة الوثيقة {path}: {reason}",
    "error.AccountsError": "تعذّر استعمال ملف الحسابات {path}: {reason}",
    "error.UploadError": "لم يُقبل الملف {name}: {reason}",
    "error.CorpusError": "تعذّر تغيير المجموعة {corpus}: {reason}",
    "error.CorpusError.no_name": "لم تُسمَّ المجموعة. اكتب لها اسمًا.",
    "error.CorpusError.long_name": "الاسم {corpus} أطول مما يُقبل. اختر اسمًا أقصر.",
    "error.CorpusError.unseen": "في الاسم {corpus} حرف لا يُرى. احذفه.",
    "error.CorpusError.taken": "توجد مجموعة اسمها {corpus}. اختر اسمًا آخر.",
    "error.CorpusError.always_there": "هذه المجموعة باقية دائمًا، فلا يُغيَّر اسمها ولا تُحذف. "
    "يمكنك حذف وثائقها واحدة واحدة.",
    "error.CorpusError.in_settings": "الإعداد \u2068index.collection\u2069 يجعل {corpus} المجموعة "
    "الباقية دائمًا. غيّر الإعداد أولًا.",
    "error.CorpusError.not_yours": "المجموعة {corpus} يشاركها مستخدم آخر، ولا يغيّر اسمها أو يحذفها "
    "سواه.",
    "error.CorpusNotFoundError": "هذه المجموعة غير موجودة، أو لم تعد موجودة.",
    "error.ArchiveError": "تعذّر استعمال المحادثات السابقة في {path}: {reason}",
    "error.IndexStoreError": "تعذّر استعمال الفهرس {path}: {reason}",
    "error.IndexMismatchError": "بُني الفهرس {path} بنماذج أو إعدادات غير المعمول بها الآن. "
    "أعد بناءه بالأمر \u2068mustanad ingest --rebuild PATH\u2069.",
    "error.ModelError": "تعذّر استعمال النموذج {model}: {reason}",
    "error.ModelNotFoundError": "لم يُعثر على النموذج {model}: {reason}",
    "error.ModelCorruptError": "ملف النموذج {model} تالف: {reason}",
    "error.ModelFetchError": "تعذّر جلب النموذج {model}: {reason}",
    "error.ModelLoadError": "ملف النموذج {model} موجود لكن تعذّر تحميله: {reason}",
    "error.PromptError": "القالب {prompt} غير صالح: {reason}",
    "error.QuestionError": "تعذّر طرح هذا السؤال: {reason}",
    "error.GenerationError": "أخفق النموذج {model} أثناء كتابة الجواب: {reason}",
    "error.RagError.to_others": "حدث خطأ، وتفصيله في سجل البرنامج عند من يشغّله.",
    "error.IndexStoreError.to_others": "تعذّر الوصول إلى الوثائق الآن، والسبب في سجل البرنامج عند "
    "من يشغّله.",
    "error.IndexMismatchError.to_others": "أُضيفت الوثائق بنماذج أو إعدادات غير المعمول بها الآن. "
    "على من يشغّل البرنامج أن يضيفها من جديد.",
    "error.ModelError.to_others": "تعذّر استعمال أحد النماذج الآن، والسبب في سجل البرنامج عند من "
    "يشغّله.",
    "error.GenerationError.to_others": "أخفق النموذج أثناء كتابة الجواب. قد ينفع أن تسأل مرة أخرى، "
    "والسبب في سجل البرنامج.",
}
