"""What logs keep of an address."""

import logging

from adapters.quiet_paths import QuietPaths, quiet_path
from domain.accounts.tokens import new_token


def test_tokens_are_left_out_wherever_they_stand():
    token = new_token()
    assert quiet_path(f"/set-password/{token}") == "/set-password/…"
    assert quiet_path(f"/unsubscribe/{token}/one-click") == "/unsubscribe/…/one-click"


def test_nobody_writes_lines_of_their_own_into_a_log_nor_colours_a_terminal():
    assert quiet_path("/a\nforged\u2028\x1b[31m/é/पुणे") == "/a\\nforged\\u2028\\x1b[31m/é/पुणे"


def test_ids_and_words_stay():
    path = "/admin/leads/0b51b5f2-2a0c-4a2f-9a52-6ad5a6a2b0aa/a-very-long-word-of-a-course-address"
    assert quiet_path(path) == path


def test_the_access_log_keeps_no_token():
    record = logging.makeLogRecord({"msg": "%(path)s", "args": {"path": f"/set-password/{new_token()}"}})
    assert QuietPaths().filter(record)
    assert record.getMessage() == "/set-password/…"
