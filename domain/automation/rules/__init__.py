"""The rules: one module per automation. A rule that is not listed here does not exist."""

from domain.automation.rule import Rule
from domain.automation.rules import approval, examples, lead_sequence, payments

RULES: dict[str, Rule] = {
    rule.key: rule for rule in (*lead_sequence.RULES, *approval.RULES, *payments.RULES, *examples.RULES)
}
