"""What the sign-in says, in both languages at once: Gradio shows it before either is known."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "sign_in.who": "Sign in with the name and the password that you were given. No other visitor "
    "sees what you upload and ask here.",
}

ARABIC: dict[str, str] = {
    "sign_in.who": "سجّل الدخول بالاسم وكلمة المرور اللذين أُعطيتهما. ولا يرى زائر آخر ما ترفعه وما "
    "تسأل عنه هنا.",
}
