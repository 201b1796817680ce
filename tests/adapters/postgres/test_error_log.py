"""What logs keep of an error."""

from adapters.postgres.error_log import redacted_trace


def test_the_log_file_keeps_nothing_of_the_row_at_fault():
    try:
        raise ValueError("duplicate key\nDETAIL:  Key (email)=(asha@example.com)\nis there, (note)=(two\nlines).")
    except ValueError as error:
        trace = redacted_trace(error)
    assert "ValueError: duplicate key" in trace
    assert "test_error_log.py" in trace
    assert not any(word in trace for word in ("Key", "asha", "two", "lines)."))
