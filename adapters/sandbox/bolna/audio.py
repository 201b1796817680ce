"""A short recording to listen to: the agent's and the other's turns as two voices of tones, in a WAV file."""

import io
import math
import wave
from array import array
from functools import cache

RATE = 8_000
TURN_SECONDS, PAUSE_SECONDS = 0.45, 0.12
MOST_TURNS = 16
# The agent speaks higher; each turn goes up like a question or down like an answer.
_PITCH = {"assistant": (440.0, 520.0), "user": (260.0, 210.0)}


@cache
def recording_of(speakers: tuple[str, ...]) -> bytes:
    """Return 16-bit mono WAV in which each turn is one tone."""
    samples = array("h")
    for speaker in speakers[:MOST_TURNS]:
        samples.extend(_tone(*_PITCH[speaker]))
        samples.extend([0] * int(RATE * PAUSE_SECONDS))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def _tone(start: float, end: float) -> list[int]:
    count = int(RATE * TURN_SECONDS)
    tone, phase = [], 0.0
    for index in range(count):
        part = index / count
        phase += 2 * math.pi * (start + (end - start) * part) / RATE
        # Faded in and out, so that it does not click.
        tone.append(int(9_000 * math.sin(math.pi * part) * math.sin(phase)))
    return tone
