"""Run a command beside a throw-away PostgreSQL: `python -m scripts.with_postgres COMMAND...`.

The cluster lives in a temporary folder, listens on a Unix socket alone, and is gone afterwards. The command finds it in
HUB_TEST_POSTGRES. Exit status 77 when this machine has no PostgreSQL server programs.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

MISSING = 77
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c listen_addresses="


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version first."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: float(p.split("/")[4]), reverse=True)
    path = found[0] if found else shutil.which("initdb")
    return Path(path).parent if path else None


def as_server(command: list[str]) -> list[str]:
    """The server refuses to run as root: hand the command to the postgres account then."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def roomy_memory() -> Path | None:
    """A file system in memory with room to spare: thousands of databases come and go, better not on a disk."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30 else None


def main() -> int:
    where = programs()
    if where is None:
        print("PostgreSQL: no server programs on this machine", file=sys.stderr)
        return MISSING
    signal.signal(signal.SIGTERM, lambda *told: sys.exit(143))  # ended so, it clears away like any other time
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=roomy_memory()))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(
        as_server([str(where / "initdb"), "-D", str(data), "-U", "hub", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]),
        check=True,
        **quiet,
    )
    control = [str(where / "pg_ctl"), "-D", str(data), "-w", "-s"]
    subprocess.run(as_server([*control, "-l", str(folder / "log"), "-o", f"{FAST} -k {folder}", "start"]), check=True, **quiet)
    try:
        env = {**os.environ, "HUB_TEST_POSTGRES": f"postgresql+psycopg://hub@/postgres?host={folder}"}
        return subprocess.run(sys.argv[1:], env=env, check=False).returncode
    finally:
        subprocess.run(as_server([*control, "-m", "immediate", "stop"]), check=False, **quiet)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
