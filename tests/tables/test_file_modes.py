"""Only the owner of the hospital's process can read its SQLite files."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from careplus_tables.migrate import upgrade
from careplus_tables.sqlite import connect


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_new_file_in_an_open_folder_is_the_owners(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    url = f"sqlite:///{tmp_path}/careplus.db"
    upgrade(url)
    with closing(connect(f"{tmp_path}/careplus.db", reader=False)) as connection:
        connection.execute("CREATE TABLE one (id INTEGER)")
        assert len([*tmp_path.iterdir()]) == 3
        assert modes(tmp_path) == {0o600}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_open_file_is_restricted_at_the_next_start(tmp_path: Path, mode: int) -> None:
    url = f"sqlite:///{tmp_path}/careplus.db"
    upgrade(url)
    beside = tmp_path / "careplus.db-wal"
    beside.touch()
    for file in (tmp_path / "careplus.db", beside):
        file.chmod(mode)
    upgrade(url)
    assert modes(tmp_path) == {0o600}
