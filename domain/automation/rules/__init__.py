"""The rules: one module per automation. A rule that is not listed here does not exist."""

from domain.automation.rule import Rule
from domain.automation.rules import (
    after_class,
    approval,
    assignments,
    class_reminders,
    examples,
    lead_sequence,
    payments,
)

RULES: dict[str, Rule] = {
    rule.key: rule
    for rule in (
        *lead_sequence.RULES,
        *approval.RULES,
        *class_reminders.RULES,
        *after_class.RULES,
        *assignments.RULES,
        *payments.RULES,
        *examples.RULES,
    )
}
