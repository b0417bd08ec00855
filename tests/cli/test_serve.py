"""The real server, as `hub serve` starts it: every web process answers while the worker's thread is at work in the first one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = "import sys; from hub.cli.main import main; main()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.mark.only_on("sqlite")
@pytest.mark.slow
def test_every_web_process_answers(template: str, tmp_path: Path):
    (tmp_path / "hub.sqlite3").write_bytes(Path(template).read_bytes())
    port = free_port()
    settings = {**os.environ, "HUB_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "HUB_BASE_URL": f"http://127.0.0.1:{port}"}
    settings.pop("HUB_DATABASE_URL", None)
    command = [sys.executable, "-c", COMMAND, "serve", "--port", str(port), "--workers", "2"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=settings, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True)
    try:
        until = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/readyz") and time.monotonic() < until:
            assert server.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        time.sleep(1.5)  # let the slower of the two get up
        assert all(answers(f"http://127.0.0.1:{port}/readyz") for _ in range(30)), (tmp_path / "log").read_text()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            raise
