"""Settings: what is refused, and the key that is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import BadSetting, from_environment


def read(tmp_path: Path, **env: str):
    return from_environment({"HUB_DATA_DIR": str(tmp_path), **env})


def test_nothing_set_is_a_site_that_works(tmp_path):
    config = read(tmp_path)
    assert config.database_url == f"sqlite:///{tmp_path / 'hub.sqlite3'}"
    assert config.base_url == "http://127.0.0.1:8000"
    assert not config.demo


def test_the_secret_key_is_made_once_and_read_by_nobody_else(tmp_path):
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key and len(first.secret_key) >= 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "eighty"}, {"PORT": "0"}, {"PORT": "70000"}, {"HUB_DEMO": "perhaps"}, {"HUB_SEARCH_ENGINE": "grep"},
        {"HUB_BASE_URL": "ftp://x"}, {"HUB_DEMO": "1", "HUB_BASE_URL": "https://hub.example"},
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_meant_stops_the_start(tmp_path, env):
    with pytest.raises(BadSetting):
        read(tmp_path, **env)


def test_a_plain_postgres_address_means_the_driver_we_ship(tmp_path):
    assert read(tmp_path, HUB_DATABASE_URL="postgresql://u@h/d").database_url == "postgresql+psycopg://u@h/d"
