"""Requests per second of the real pages, beside the bare page, on the same server with the same number of workers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS, CONNECTIONS, WORKERS, THREADS = 6, 32, 2, 4
ROUNDS = 3


@contextmanager
def running(command: list[str], url: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it answers; stopped with its children afterwards."""
    process = subprocess.Popen(
        command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(150):
            try:
                with urllib.request.urlopen(url, timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit(f"no answer from {url}")
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def rate(url: str) -> float:
    """Requests per second by wrk; every answer must be a 200."""
    done = subprocess.run(["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        raise SystemExit(f"{url} answered errors under load:\n{done}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])


def hub(folder: Path, port: int, **env: str) -> tuple[list[str], dict[str, str]]:
    settings = {"HUB_DATA_DIR": str(folder), "PORT": str(port), "HUB_DEMO": "1", "HUB_RATE_LIMITS": "0", **env}
    command = [str(Path(sys.executable).parent / "hub"), "serve", "--workers", str(WORKERS), "--threads", str(THREADS)]
    return command, settings


def worker_megabytes(parent: int) -> int:
    """The largest resident set among the server's processes."""
    sizes = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            session = int((status.parent / "stat").read_text().rpartition(")")[2].split()[3])
        except (OSError, ValueError):
            continue
        if session == parent and (found := re.search(r"VmRSS:\s+(\d+)", text)):
            sizes.append(int(found[1]) // 1024)
    return max(sizes)


def measure(folder: Path, pages: dict[str, str]) -> None:
    """Print each page's rate as a share of the bare page's: the two served in turn, the median of ROUNDS."""
    if shutil.which("wrk") is None:
        print("serving: wrk is not installed (apt install wrk), not measured")
        return
    bare_command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--workers", str(WORKERS), "--blocking-threads", str(THREADS),
        "--port", "8091", "--no-log", "scripts.bench.bare:app",
    ]  # fmt: skip
    command, settings = hub(folder, 8092)
    anew_command, anew_settings = hub(folder, 8093, HUB_PAGE_CACHE="0")
    with (
        running(bare_command, "http://127.0.0.1:8091/", {}),
        running(command, "http://127.0.0.1:8092/healthz", settings) as server,
    ):
        for name, path in pages.items():
            compare(name, f"http://127.0.0.1:8092{path}", "wanted: at least 25 %")
        print(f"memory   largest server process {worker_megabytes(server.pid)} MB   wanted: under 250 MB")
    with (
        running(bare_command, "http://127.0.0.1:8091/", {}),
        running(anew_command, "http://127.0.0.1:8093/healthz", anew_settings),
    ):
        for name, path in pages.items():
            compare(f"{name}, made anew", f"http://127.0.0.1:8093{path}", "every time, as for the signed-in; for information")


def compare(name: str, url: str, remark: str) -> None:
    """The page and the bare page in turn; the median of ROUNDS shares."""
    shares = []
    for _ in range(ROUNDS):
        bare = rate("http://127.0.0.1:8091/")
        shares.append((rate(url) / bare, bare))
    share, bare = sorted(shares)[ROUNDS // 2]
    print(f"serving  {name:<34} {share:6.0%} of the bare page ({bare:,.0f} req/s in the same round)   {remark}")
