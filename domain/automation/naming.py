"""How a step is called: by its automation, or by its kind."""

from domain.dashboard.kinds import step_name


def rule_name(key: str) -> str:
    """Return the name of an automation."""
    return key.replace("_", " ").capitalize()


def name_of_step(kind: str, rule_key: str | None) -> str:
    """Return the name of a step in words."""
    return rule_name(rule_key) if rule_key else step_name(kind)
