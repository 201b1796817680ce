"""How messages fare in time: the distances between their statuses, and the disorder they are told in."""

from itertools import pairwise

from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.outcomes import QUIRKS, Fate, course_of, fate_of, fate_of_message
from adapters.sandbox.sendgrid.outcomes import Chance

LIVED = Chance(delays=True, failure_rate=0.1, seed=7)


def test_statuses_come_one_to_three_seconds_apart():
    for number in range(200):
        moments = [0.0, *(step.after for step in course_of(Fate(), f"m{number}", LIVED))]
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert len(gaps) == 3
        assert all(1 <= gap <= 3 for gap in gaps)


def test_now_and_then_the_telling_is_out_of_order_the_same_for_the_same_seed():
    quiet = Chance(delays=True, failure_rate=0, seed=7)
    quirks = [fate_of_message("919812300555", f"m{number}", quiet).quirk for number in range(2000)]
    assert set(quirks) == {"", *QUIRKS}
    assert 0.01 < 1 - quirks.count("") / 2000 < 0.1
    assert quirks == [fate_of_message("919812300555", f"m{number}", quiet).quirk for number in range(2000)]


def test_without_delays_nothing_is_out_of_order_by_chance():
    still = Chance(delays=False, failure_rate=0, seed=7)
    assert {fate_of_message("919812300555", f"m{number}", still) for number in range(500)} == {Fate()}


def test_a_read_that_overtakes_its_delivery_is_told_first_but_happened_later():
    sent, read, delivered = course_of(Fate(quirk="swapped"), "m1", LIVED)
    assert (sent.status, read.status, delivered.status) == ("SENT", "READ", "DELIVERED")
    assert delivered.after < read.after
    assert delivered.told_after > read.told_after


def test_the_share_of_numbers_that_fail_is_as_set():
    phones = [f"9198123{number:05}" for number in range(20_000, 30_000)]
    failing = [phone for phone in phones if fate_of(phone, LIVED).code and phone[-4:] not in ("1026",)]
    assert 0.08 < len(failing) / len(phones) < 0.12


def test_numbers_are_read_as_aisensy_reads_them():
    assert digits_of("+44 20 7946 0958") == "442079460958"
    assert digits_of("98123-00001") == "919812300001"
    for wrong in (None, True, "", "abc", "+91 12345", "1234567", "+0123456789", "919812300001234567", []):
        assert digits_of(wrong) is None, wrong
