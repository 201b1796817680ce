"""What is served and what the templates promise: small, whole, from nowhere else, and fit for the strict policy."""

import gzip
import re
from pathlib import Path

import pytest

from adapters.settings import ROOT

STATIC = ROOT / "static"
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "email" not in path.parts)

PRODUCT = [path for path in TEMPLATES if not {"sandbox", "styleguide", "ui"} & set(path.parts)]


def weight(*names: str) -> float:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names) / 1024


def test_the_style_sheet_stays_within_30_kilobytes():
    assert weight("css/app.css") <= 30


def test_all_scripts_together_stay_within_60_kilobytes():
    assert weight(*(f"js/{path.name}" for path in (STATIC / "js").iterdir())) <= 60


def test_the_lock_file_names_no_address():
    assert "://" not in (ROOT / "package-lock.json").read_text()


def test_nothing_is_fetched_from_elsewhere():
    served = [STATIC / "css/app.css", *TEMPLATES]
    fetched = re.compile(r"""(?:url\(|@import\s|<(?:script|link|img|iframe)\b[^>]*(?:src|href)=)["']?https?:""")
    assert [path.name for path in served if fetched.search(path.read_text())] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_nothing_inline_that_the_policy_blocks(path: Path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"""\sstyle=|<style|\shx-on|\son[a-z]+=["']|javascript:|\|\s*safe\b""", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_what_is_wrong_in_a_form_is_said_by_us_and_not_by_the_browser(path: Path):
    forms = re.findall(r'<form\b[^\n]*method="post".*?</form>', path.read_text(), flags=re.S)
    asking = [form for form in forms if re.search(r'\{\{ (input|textarea|select|password)\(|type="file"', form)]
    assert [form[:80] for form in asking if "novalidate" not in form.splitlines()[0]] == []


def test_every_icon_named_in_a_template_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons/sprite.svg").read_text()))
    named = re.compile(r"""\bicon(?:_name)?\(\s*["']([a-z0-9-]+)["']|\bicon(?:_name)?=["']([a-z0-9-]+)["']""")
    used = {name for path in TEMPLATES for pair in named.findall(path.read_text()) for name in pair if name}
    assert used - known == set()


def test_the_icons_in_the_sprite_are_those_on_the_list():
    lines = (ROOT / "assets/icons.txt").read_text().splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons/sprite.svg").read_text()) == listed
