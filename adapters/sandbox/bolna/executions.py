"""A call as Bolna's JSON shows it: the same object in answers and webhooks, fuller as the call goes on."""

from collections.abc import Sequence
from typing import Any

from adapters.sandbox.bolna.account import TELEPHONY
from adapters.sandbox.bolna.answers import instant
from adapters.sandbox.bolna.costs import breakdown_of, usage_of
from adapters.sandbox.bolna.outcomes import FATES, TERMINAL
from adapters.sandbox.bolna.script import Script
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.settings import Settings


class Executions:
    """Makes the JSON of calls. ``row`` is a call, ``step`` its status with moment and attempt."""

    def __init__(self, settings: Settings, chance: Chance) -> None:
        self._base = f"{settings.sandbox_url}/bolna"
        self._chance = chance

    def execution(self, row: Any, step: Any, before: Sequence[Any] = ()) -> dict[str, Any]:
        """Return the execution; ``before`` are its statuses until then, of which retries are told."""
        has_ended, is_over = step.status in TERMINAL, step.status in ("completed", "call-disconnected")
        script = Script(row, self._chance)
        return {
            "id": row.id,
            "agent_id": row.agent_id,
            "batch_id": None,
            "status": step.status,
            "error_message": FATES[row.fate].error if has_ended and step.status != "stopped" else None,
            # Its values are not published.
            "termination_reason": None,
            "conversation_duration": row.talk if has_ended else 0,
            "total_cost": self._cost(row, step),
            "answered_by_voice_mail": is_over and row.fate == "voicemail",
            "transcript": script.transcript if is_over else None,
            "summary": script.summary if step.status == "completed" else None,
            "extracted_data": script.extracted if step.status == "completed" else None,
            "created_at": instant(row.created_at),
            "updated_at": instant(step.at),
            "scheduled_at": instant(row.scheduled_at),
            "rescheduled_at": None,
            "cost_breakdown": breakdown_of(row.talk) if step.status == "completed" else {},
            "usage_breakdown": usage_of(row.talk) if step.status == "completed" else {},
            "latency_data": {"time_to_first_audio": 812} if is_over and row.talk else None,
            "telephony_data": self._telephony(row, step),
            "transfer_call_data": None,
            "batch_run_details": None,
            "context_details": {"recipient_data": row.user_data, "recipient_phone_number": row.to_number},
            "user_number": row.to_number,
            "agent_number": row.from_number,
            "retry_count": step.attempt,
            "retry_config": row.retry_config,
            "retry_history": _history(row, before),
            "smart_status": None,
            "provider": TELEPHONY,
        }

    def trimmed(self, row: Any, step: Any) -> dict[str, Any]:
        """Return a row of the list, which says less."""
        telephony = self._telephony(row, step)
        return {
            "id": row.id,
            "status": step.status,
            "conversation_duration": row.talk if step.status in TERMINAL else 0,
            "created_at": instant(row.created_at),
            "telephony_data": {name: telephony[name] for name in ("to_number", "from_number", "duration", "call_type")},
        }

    def log(self, row: Any, step: Any) -> list[dict[str, Any]]:
        is_over = step.status in ("completed", "call-disconnected")
        return Script(row, self._chance).log(instant(step.at) or "") if is_over else []

    def turns(self, row: Any) -> list[tuple[str, str]]:
        return Script(row, self._chance).turns

    def _cost(self, row: Any, step: Any) -> float:
        return row.cost if step.status == "completed" else 0

    def _telephony(self, row: Any, step: Any) -> dict[str, Any]:
        fate = FATES[row.fate]
        is_over = step.status in TERMINAL or step.status == "call-disconnected"
        by, reason, code = fate.hangup if step.status != "stopped" else ("API Request", "Call canceled", 4020)
        has_rung = "ringing" in fate.course and is_over and step.status != "stopped"
        return {
            # A text of digits, as on the wire: the carrier counts whole seconds.
            "duration": str(-int(-row.talk // 1)) if is_over else "0",
            "to_number": row.to_number,
            "from_number": row.from_number,
            "recording_url": self._recording_url(row) if step.status == "completed" and row.talk else "",
            "hosted_telephony": True,
            "provider_call_id": f"c0ffee12-{row.id[9:]}" if step.status not in ("scheduled", "queued") else None,
            "call_type": "outbound",
            "provider": TELEPHONY,
            "hangup_by": by if is_over else None,
            "hangup_reason": (reason or None) if is_over else None,
            "hangup_provider_code": code if is_over else None,
            "ring_duration": 6 if has_rung else 0,
            "post_dial_delay": 2 if has_rung else 0,
            "to_number_carrier": "Sandbox Mobile",
        }

    def _recording_url(self, row: Any) -> str:
        return f"{self._base}/recordings/call/{row.id}"


def _history(row: Any, before: Sequence[Any]) -> list[dict[str, Any]]:
    ended = FATES[row.fate].course[-1]
    return [
        {"attempt": step.attempt, "status": ended, "at": instant(step.at)}
        for step in before
        if step.status == "scheduled" and step.attempt
    ]
