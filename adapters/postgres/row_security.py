"""The words in which migrations put tables under row security. What landed depends on it, so what it returns stays as it is."""

from collections.abc import Mapping

# Whole comparisons inside a sub-select are made once a statement, and keep the planner's guess at one row in two.
ADMINS = "(select app_role() in ('admin', 'super_admin', 'system'))"
SYSTEM = "(select app_role() = 'system')"
ADMIN_TABLE = {"select": ADMINS, "insert": ADMINS, "update": ADMINS, "delete": ADMINS}


def secure(table: str, commands: Mapping[str, str]) -> str:
    """Return the statements that put one table under row security; a command that is missing is open to nobody."""
    lines = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"grant {', '.join(commands)} on {table} to gurudesk_app",
        f"create policy owner on {table} to gurudesk_owner using (true) with check (true)",
    ]
    for command, who in commands.items():
        check = {"insert": f"with check ({who})", "update": f"using ({who}) with check ({who})"}
        clause = check.get(command, f"using ({who})")
        lines.append(f"create policy app_{command} on {table} for {command} to gurudesk_app {clause}")
    return ";\n".join(lines) + ";"
