"""What logs keep of an error."""

import logging

from adapters.postgres.error_log import QuietTraces


def test_a_log_file_keeps_nothing_of_the_row_at_fault():
    try:
        raise ValueError("duplicate key\nDETAIL:  Key (email)=(asha@example.com)\nis there, (note)=(hush\nlines).")
    except ValueError as error:
        record = logging.makeLogRecord({"msg": "it failed", "exc_info": (type(error), error, error.__traceback__)})
    line = QuietTraces("%(message)s").format(record)
    assert line.startswith("it failed\nTraceback")
    assert "ValueError: duplicate key" in line
    assert "test_error_log.py" in line
    assert not any(word in line for word in ("Key", "asha", "hush", "lines)."))
