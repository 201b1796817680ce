"""A bucket gets files whole, in parts when they are large, and only from who has its key."""

import hashlib
import subprocess
import sys

import pytest

from adapters.doctor.files import examine_files
from adapters.files import open_files
from adapters.files.s3 import PART
from adapters.settings import ROOT
from domain.ports import StoreAway

NAME = "recordings/1.mp4"
PIECE = bytes(range(256)) * 4096


@pytest.fixture
def files(bucket, settings):
    return open_files(bucket.settings_of(settings))


async def film():
    for _ in range(PART // len(PIECE) + 1):
        yield PIECE


def found(settings):
    return [(finding.ok, finding.text) for finding in examine_files(settings)]


async def test_a_large_file_goes_in_parts_and_any_of_it_comes_back(files, bucket):
    size = await files.put(NAME, film(), limit=PART * 2)
    assert size == PART + len(PIECE)
    assert bucket.asked.count(f"PUT {NAME}") == 2
    assert bucket.uploads == {}
    at, whole = PART - 10, hashlib.sha256()
    assert b"".join([chunk async for chunk in files.read(NAME, at, 20)]) == (PIECE * 20)[at : at + 20]
    async for chunk in files.read(NAME):
        whole.update(chunk)
    assert whole.digest() == hashlib.sha256(bucket.objects[NAME]).digest()


async def test_a_file_over_the_limit_does_not_reach_the_bucket(files, bucket):
    with pytest.raises(Exception, match="larger than"):
        await files.put(NAME, film(), limit=PART)
    assert bucket.asked == []


async def test_a_part_costs_one_request(files, bucket):
    bucket.objects[NAME] = PIECE
    assert [chunk async for chunk in files.read(NAME, 5, 5)] == [PIECE[5:10]]
    assert bucket.asked == [f"GET {NAME}"]


async def test_what_was_fetched_outlasts_a_bucket_that_is_away(files, bucket):
    await files.append(NAME, film(), limit=PART * 2)
    bucket.is_down = True
    with pytest.raises(StoreAway):
        await files.keep(NAME)
    bucket.is_down = False
    assert await files.partial_size(NAME) == PART + len(PIECE)
    await files.keep(NAME)
    assert len(bucket.objects[NAME]) == PART + len(PIECE)


async def test_a_key_of_other_programs_in_the_environment_is_theirs(bucket, settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BUCKET", "AWS_REGION"):
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    bucket.objects[NAME] = PIECE
    assert await open_files(bucket.settings_of(settings)).size(NAME) == len(PIECE)


def test_the_doctor_tries_a_bucket_and_leaves_nothing_in_it(bucket, settings):
    ((ok, text),) = found(bucket.settings_of(settings))
    assert ok, text
    assert "can be written to" in text
    assert {line.split()[0] for line in bucket.asked} == {"PUT", "GET", "DELETE"}
    assert bucket.objects == {}


def test_the_doctor_tells_a_wrong_key_a_wrong_bucket_and_one_that_is_away(bucket, settings):
    for wrong in ({"s3_secret_key": "another"}, {"s3_access_key": "another"}, {"s3_region": "us-east-1"}):
        ((ok, text),) = found(bucket.settings_of(settings, **wrong))
        assert not ok
        assert "cannot be used" in text
        assert "another" not in text
    ((ok, text),) = found(bucket.settings_of(settings, s3_bucket="nobodys"))
    assert (ok, "no bucket nobodys" in text) == (False, True)
    bucket.is_down = True
    ((ok, text),) = found(bucket.settings_of(settings))
    assert (ok, "cannot be used" in text) == (False, True)


def test_the_doctor_has_nothing_to_say_of_a_disk(settings):
    assert found(settings) == []


def test_who_has_no_bucket_does_not_wait_for_its_library():
    code = "import sys, adapters.bootstrap, adapters.doctor; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
