"""What is said in a call, and what the agent makes of it."""

from collections.abc import Mapping
from typing import Any

from adapters.sandbox.sendgrid.outcomes import Chance

Turn = tuple[str, str]
_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("What do you do at the moment?", "I work in support, for three years now."),
    ("What would you like to do after the course?", "I want to move into a product team."),
    ("Would evenings or weekends suit you better?", "Evenings, after eight."),
    ("Have you studied anything like it before?", "I have watched some videos, nothing more."),
    ("Is the fee fine for you, or would instalments help?", "Two instalments would help a lot."),
)
# What is answered at last, and what it comes to.
_ENDINGS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        "Yes, please send me the link.",
        "Lovely, you have it in a minute. Goodbye!",
        {"interested": True, "wants": "application link"},
        "Is interested and asked for the link to apply.",
    ),
    (
        "Can you call me on Saturday? I need to ask at home first.",
        "Of course. Until Saturday!",
        {"interested": True, "visit_day": "Saturday"},
        "Wants to talk at home first and asked for a call on Saturday.",
    ),
    (
        "No, not this year.",
        "That is fine. Thank you for your time!",
        {"interested": False},
        "Is not interested this year.",
    ),
)
VOICEMAIL: tuple[Turn, ...] = (
    ("user", "The person you are calling is not available. Please leave a message after the tone."),
    ("assistant", "Hello, we called about your course. We will try again another time."),
)


class Script:
    """One conversation: the same for the same call."""

    def __init__(self, row: Any, chance: Chance) -> None:
        self._row = row
        self._ending = _ENDINGS[int(chance.share("ending", row.id) * len(_ENDINGS))]
        self._first = int(chance.share("topics", row.id) * len(_QUESTIONS))

    @property
    def turns(self) -> list[Turn]:
        """Return who says what, about a question for every half minute."""
        if not self._row.talk:
            return []
        if self._row.fate == "voicemail":
            return list(VOICEMAIL)
        count = max(1, min(len(_QUESTIONS), int(self._row.talk // 30)))
        topics = [_QUESTIONS[(self._first + index) % len(_QUESTIONS)] for index in range(count)]
        asked = [turn for question, answer in topics for turn in (("assistant", question), ("user", answer))]
        wanted, farewell, _, _ = self._ending
        last = [("assistant", "Shall we keep a seat for you?"), ("user", wanted), ("assistant", farewell)]
        return [("assistant", self._greeting()), ("user", "Yes, tell me."), *asked, *last]

    @property
    def transcript(self) -> str | None:
        return "\n".join(f"{who}: {said}" for who, said in self.turns) or None

    @property
    def summary(self) -> str | None:
        if self._row.fate == "voicemail":
            return "Voicemail answered; a message was left."
        return self._ending[3] if self._row.talk else None

    @property
    def extracted(self) -> dict[str, Any] | None:
        return self._ending[2] if self._row.talk and self._row.fate != "voicemail" else None

    def log(self, at: str) -> list[dict[str, Any]]:
        """Return the agent's log: what was heard, thought and spoken."""
        return [entry for who, said in self.turns for entry in _entries(who, said, at)]

    def _greeting(self) -> str:
        data: Mapping[str, Any] = self._row.user_data
        name, course = str(data.get("name") or "").strip(), str(data.get("course") or "").strip()
        hello = f"Hello {name}" if name else "Hello"
        return f"{hello}, this is about {course or 'the course you asked for'}. Is this a good time?"


def _entries(who: str, said: str, at: str) -> list[dict[str, Any]]:
    if who == "user":
        parts = [("response", "transcriber", "deepgram")]
    else:
        parts = [("response", "llm", "openai"), ("request", "synthesizer", "elevenlabs")]
    return [
        {"created_at": at, "type": kind, "component": component, "provider": provider, "data": said}
        for kind, component, provider in parts
    ]
