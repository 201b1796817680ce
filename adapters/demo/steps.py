"""The demo's steps: what is still to be done, and what automations have done, as each ended."""

from datetime import datetime
from uuid import UUID

from adapters.demo.story import Record, Story


def add_step(
    story: Story,
    kind: str,
    subject_id: UUID,
    due_at: datetime,
    *,
    key: str = "",
    person_id: UUID | None = None,
    version: int = 1,
    is_rule: bool = False,
    created_at: datetime | None = None,
    state: str = "planned",
    reason: str = "",
    finished_at: datetime | None = None,
) -> Record:
    """Add a step; a rule's is planned once a person and occasion, as the rules themselves plan it."""
    of_whom = f"{subject_id}:{person_id}:{version}" if is_rule else f"{subject_id}:{version}"
    return story.add(
        "automation_steps",
        id=story.id(),
        kind=kind,
        rule_key=kind if is_rule else None,
        rule_version=1 if is_rule else None,
        person_id=person_id,
        subject_id=subject_id,
        subject_version=version,
        dedupe_key=key or f"{kind}:{of_whom}",
        payload={},
        due_at=due_at,
        state=state,
        reason=reason,
        created_at=created_at or story.now,
        finished_at=finished_at,
    )
