"""Un vrai serveur PostgreSQL, le temps des tests : sur une prise locale, sans réseau, jamais en root."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

INSTALL = "PostgreSQL manque : apt install postgresql"
OWNER = "nbgrader"


def binaries() -> Path | None:
    """Le dossier des programmes du serveur ; Debian ne le met pas dans le PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@dataclass(frozen=True)
class Server:
    folder: Path
    programs: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={quote(str(self.folder), safe='')}"

    def create(self, database: str, of: str = "template1") -> str:
        """Une base neuve, copie d’une autre ; rend son adresse."""
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{of}"')
        return self.url(database)


@contextmanager
def server() -> Iterator[Server]:
    programs = binaries()
    assert programs is not None, INSTALL
    # Une prise a un chemin court, et un serveur refuse root : ni tmp_path, ni notre compte.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _account()
    try:
        os.chown(folder, user.pw_uid, user.pw_gid)
        run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **_as(user)}
        initdb = [
            programs / "initdb",
            "-D",
            "data",
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(initdb, check=True, **run)
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "max_connections=20",
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        process = subprocess.Popen([programs / "postgres", "-D", "data", *options], **run)
        try:
            ready = [programs / "pg_isready", "-h", folder, "-t", "30"]
            _wait(ready, process)
            yield Server(folder, programs)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(ready: list[Any], process: subprocess.Popen[bytes]) -> None:
    import time

    until = time.monotonic() + 60
    while subprocess.run(ready, stdout=subprocess.DEVNULL, check=False).returncode:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("PostgreSQL ne démarre pas")
        time.sleep(0.1)


def _account() -> pwd.struct_passwd:
    if os.geteuid():
        return pwd.getpwnam(getpass.getuser())
    return pwd.getpwnam("postgres")


def _as(user: pwd.struct_passwd) -> dict[str, Any]:
    if os.geteuid():
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
