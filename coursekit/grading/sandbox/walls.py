"""Les murs et les limites qui tiennent sur cette machine : on le sait en les attaquant, non en l’espérant."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from coursekit.grading.children import Child, GoneError, Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.frames import Channel
from coursekit.grading.vocabulary import Ending

_MIB = 2**20
_CANARY = "On ne doit pas pouvoir lire ceci."
_SECONDS = 20.0


class Wall(StrEnum):
    """Ce qui peut tenir ou non, selon la machine."""

    ISOLATION = "isolation"
    NETWORK = "network"
    FILES = "files"
    MEMORY = "memory"
    PROCESSES = "processes"
    DISK = "disk"
    INODES = "inodes"
    CPU = "cpu"


DESCRIPTIONS: Mapping[Wall, str] = {
    Wall.ISOLATION: "une copie ne voit aucun autre processus et n’a aucun privilège",
    Wall.NETWORK: "ni réseau ni prises d’autres processus",
    Wall.FILES: "une copie ne lit ni n’écrit rien en dehors de son dossier",
    Wall.MEMORY: "la mémoire de tous les processus d’une copie est bornée",
    Wall.PROCESSES: "le nombre de processus et de fils d’exécution d’une copie est borné",
    Wall.DISK: "la place d’une copie sur le disque est bornée",
    Wall.INODES: "le nombre de fichiers d’une copie est borné",
    Wall.CPU: "le temps de processeur d’une copie est borné",
}


@dataclass(frozen=True)
class Attempt:
    """Une attaque : les limites de la copie, l’essai, et la fin qui prouve que le mur tient.

    `ending` vide : l’essai dit lui-même, par un message, si le mur a tenu.
    """

    wall: Wall
    limits: Limits
    attack: Callable[[Mapping[str, Any]], bool]
    ending: Ending | None = None


def probe(nursery_of: Callable[[str], Nursery]) -> dict[str, bool]:
    """Attaque chaque mur d’une pépinière, faite pour cela par `nursery_of(entrée)` ; rend ceux qui tiennent."""
    nursery = nursery_of(f"{__name__}:{attacked.__name__}")
    try:
        with _surroundings() as around:
            children = [_sent(nursery, attempt, around) for attempt in ATTEMPTS]
            return {attempt.wall.value: _held(child, attempt) for attempt, child in children}
    finally:
        nursery.close()


def attacked(channel: Channel) -> None:
    """L’entrée d’une pépinière que l’on attaque : l’essai demandé, puis ce qu’il en dit."""
    order = json.loads(channel.receive(_SECONDS))
    attempt = next(attempt for attempt in ATTEMPTS if attempt.wall == order["wall"])
    held = attempt.attack(order["around"])
    channel.send(json.dumps(held).encode())
    time.sleep(_SECONDS)


def _sent(nursery: Nursery, attempt: Attempt, around: Mapping[str, Any]) -> tuple[Attempt, Child]:
    child = nursery.spawn(attempt.limits, {})
    child.send(json.dumps({"wall": attempt.wall, "around": around}).encode())
    return attempt, child


def _held(child: Child, attempt: Attempt) -> bool:
    try:
        return json.loads(child.receive(_SECONDS)) is True
    except GoneError as gone:
        return gone.ending is attempt.ending
    finally:
        child.kill()


@contextmanager
def _surroundings() -> Iterator[dict[str, Any]]:
    """Ce qu’une copie ne doit pas atteindre : un fichier, un port, une prise locale."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_UNIX) as local,
    ):
        canary = Path(folder, "canari")
        canary.write_text(_CANARY, encoding="utf-8")
        name = f"coursekit-{os.getpid()}-{time.monotonic_ns()}"
        local.bind("\0" + name)
        local.listen()
        yield {"file": str(canary), "port": listening.getsockname()[1], "local": name}


def _isolated(_: Mapping[str, Any]) -> bool:
    status = Path("/proc/self/status").read_text().splitlines()
    said = dict(line.split(":\t", 1) for line in status if ":\t" in line)
    seen = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    return (
        len(seen) <= 4
        and int(said["CapEff"], 16) == int(said["CapBnd"], 16) == 0
        and said["NoNewPrivs"] == "1"
    )


def _cut_off(around: Mapping[str, Any]) -> bool:
    targets: tuple[tuple[int, int, Any], ...] = (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", around["port"])),
        (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + around["local"]),
    )
    return not any(_connects(*target) for target in targets)


def _connects(family: int, kind: int, address: Any) -> bool:
    with socket.socket(family, kind) as sock:
        sock.settimeout(1)
        try:
            sock.connect(address)
        except OSError:
            return False
        return True


def _confined(around: Mapping[str, Any]) -> bool:
    outside = (sys.prefix, sys.base_prefix, "/usr", "/", "/etc", "/dev", str(Path(__file__).parent))
    return not Path(around["file"]).exists() and not any(_writes(Path(place)) for place in outside)


def _writes(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _fill(folder: Path, size: int) -> None:
    with open(folder / "plein", "wb") as file:
        file.write(b"x" * size)


def _fills_the_disk(_: Mapping[str, Any]) -> bool:
    """Deux fichiers, chacun plus petit que la limite, dans deux dossiers."""
    try:
        for folder in (Path.cwd(), Path(tempfile.gettempdir())):
            _fill(folder, 6 * _MIB // 8)
    except OSError:
        return True
    return False


def _makes_many_files(_: Mapping[str, Any]) -> bool:
    try:
        for rank in range(100):
            Path(str(rank)).touch()
    except OSError:
        return True
    return False


def _takes_memory(_: Mapping[str, Any]) -> bool:
    """Deux processus, chacun sous la limite."""
    for _rank in range(2):
        if not os.fork():
            heavy = bytearray(b"x" * (48 * _MIB))
            time.sleep(_SECONDS)
            os._exit(len(heavy) & 1)
    time.sleep(3)
    return False


def _starts_threads(_: Mapping[str, Any]) -> bool:
    import threading

    try:
        for _rank in range(16):
            threading.Thread(target=time.sleep, args=(_SECONDS,), daemon=True).start()
    except RuntimeError:
        return True
    time.sleep(1)
    return False


def _computes(_: Mapping[str, Any]) -> bool:
    """Deux processus, qui prennent ensemble plus que la limite."""
    os.fork()
    end = time.monotonic() + 4
    while time.monotonic() < end:
        pass
    return False


ATTEMPTS = (
    Attempt(Wall.ISOLATION, Limits(), _isolated),
    Attempt(Wall.NETWORK, Limits(), _cut_off),
    Attempt(Wall.FILES, Limits(), _confined),
    Attempt(Wall.MEMORY, Limits(memory=64 * _MIB), _takes_memory, Ending.MEMORY),
    Attempt(Wall.PROCESSES, Limits(processes=6), _starts_threads, Ending.PROCESSES),
    Attempt(Wall.DISK, Limits(disk=_MIB), _fills_the_disk, Ending.DISK),
    Attempt(Wall.INODES, Limits(files=50), _makes_many_files, Ending.DISK),
    Attempt(Wall.CPU, Limits(notebook_seconds=0.3), _computes, Ending.TIMEOUT),
)
