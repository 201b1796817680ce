"""Where the files of people are kept: on this machine's disk, or in a bucket of a service that speaks S3."""

from adapters.files.disk import DiskFileStore
from adapters.settings import Settings
from domain.ports import FileStore


def open_files(settings: Settings) -> FileStore:
    """Return the store that the settings name."""
    if settings.files == "disk":
        return DiskFileStore(settings.data_dir / "files")
    # Only here: its library is large, and most houses have no bucket.
    from adapters.files.s3 import S3FileStore, open_bucket

    return S3FileStore(open_bucket(settings), DiskFileStore(settings.data_dir / "incoming"))
