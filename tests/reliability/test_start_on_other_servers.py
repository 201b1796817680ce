"""Gurudesk on a Postgres and a Redis that the owner has already."""

from tests.fixtures.launcher import Launcher


def test_a_postgres_and_a_redis_named_by_address_replace_the_embedded_ones(
    launcher: Launcher, foreign_database: str, foreign_redis: str
) -> None:
    launch = launcher(GURUDESK_DATABASE_URL=foreign_database, GURUDESK_REDIS_URL=foreign_redis).ready()
    assert (launch.health(), launch.health(launch.sandbox_port)) == (200, 200)
    assert "postgres" not in launch.printed
    assert not (launch.data_dir / "postgres").exists()
    assert not (launch.data_dir / "redis").exists()
    doctor = launch.run("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert launch.stop() == 0
    launch.ready()
    assert "up to date" in launch.printed
