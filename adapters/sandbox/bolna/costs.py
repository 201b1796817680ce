"""What a call costs, in US cents, and what it used."""

from typing import Any

# By the minute.
RATES = {"llm": 0.8, "network": 1.4, "platform": 2.0, "synthesizer": 1.2, "transcriber": 0.6}
_WORDS_A_SECOND, _LETTERS_A_WORD = 1.2, 6


def breakdown_of(talk: float) -> dict[str, float]:
    return {part: round(rate * talk / 60, 2) for part, rate in RATES.items()}


def cost_of(talk: float) -> float:
    return round(sum(breakdown_of(talk).values()), 2)


def usage_of(talk: float) -> dict[str, Any]:
    words = int(talk * _WORDS_A_SECOND)
    return {
        "synthesizer_characters": words * _LETTERS_A_WORD,
        "synthesizer_model": "eleven_turbo_v2_5",
        "transcriber_duration": talk,
        "transcriber_model": "nova-3",
        "llm_tokens": words * 12,
        "llm_model": {"gpt-4.1-mini": {"input": words * 10, "output": words * 2}},
    }
