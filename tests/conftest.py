"""The ground every test stands on. Fixtures of one technology or room live in tests/fixtures/, one file each."""

import os
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"
pytest_plugins = [
    "tests.distribution",
    *(f"tests.fixtures.{module.stem}" for module in sorted(FIXTURES.glob("[!_]*.py"))),
]
# Fixtures may import one another: each must be known before the first is loaded.
pytest.register_assert_rewrite(*pytest_plugins)

# What the developer has set for the program must not reach the tests.
OURS = ("GURUDESK_", "SENDGRID_", "AISENSY_", "INSTAMOJO_", "BOLNA_", "ZOOM_", "USE_REAL_")
for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]
