"""The rooms keep to themselves, and what the documentation promises is there."""

import ast
import re
from pathlib import Path

import pytest

from adapters.settings import ROOT

# room -> what it must not import
FORBIDDEN = {
    "domain": {"adapters", "web", "litestar", "httpx", "redis", "arq", "jinja2", "psycopg"},
    "adapters": {"web"},
    "web": {"httpx", "arq", "psycopg"},
}
# The command starts the web application by name, as it starts the worker.
EXCEPT = {"adapters/serving.py", "adapters/cli/running.py"}
WALL_CLOCKS = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_only_what_it_may(room):
    reached = {path.relative_to(ROOT).as_posix(): imported(path) & FORBIDDEN[room] for path in modules(room)}
    assert {name: found for name, found in reached.items() if found and name not in EXCEPT} == {}


def test_the_domain_takes_its_time_from_the_work():
    assert [path for path in modules("domain") if WALL_CLOCKS.search(path.read_text())] == []


def test_templates_hold_no_script_style_or_unescaped_value():
    bad = re.compile(r"\|\s*safe\b|\bhx-on|javascript:|<script>|\son[a-z]+=|\sstyle=")
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "email" not in path.relative_to(ROOT).parts]
    assert [path for path in pages if bad.search(path.read_text())] == []


def test_what_the_readme_names_exists():
    readme = (ROOT / "README.md").read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"\b(?:GURUDESK|SENDGRID)_[A-Z_]+\b", readme))
    assert {name for name in named if name not in example} == set()
    targets = set(re.findall(r"\bmake ([a-z]+)\b", readme)) - {"a"}
    makefile = (ROOT / "Makefile").read_text()
    assert {target for target in targets if f"\n{target}:" not in makefile} == set()


def test_lock_files_hold_no_address():
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        assert "://" not in (ROOT / name).read_text(), name
