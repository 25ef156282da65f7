"""La naissance d’un processus d’élève, vue de lui : d’un `fork` du parent préchauffé à la fonction d’entrée.

Trois processus se suivent. Le premier s’annonce, attend d’être mis sous surveillance, puis quitte les espaces de noms
du parent ; le deuxième y est le numéro 1, monte le disque et recueille les orphelins ; le troisième rend ses capacités
et devient l’élève. Sans espaces de noms, le premier joue aussi le rôle du deuxième ; et tous les rôles, s’il n’exécute
que notre code.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

from coursekit.grading.exchange import Limits
from coursekit.grading.frames import Channel
from coursekit.grading.sandbox import linux, room, seccomp
from coursekit.grading.sandbox.linux import Namespace
from coursekit.grading.sandbox.tree import kill_descendants

Entry = Callable[[Channel], object]

SETUP_SECONDS = 30.0

_SPACES = (
    Namespace.USER
    | Namespace.MOUNT
    | Namespace.PID
    | Namespace.NET
    | Namespace.IPC
    | Namespace.UTS
    | Namespace.CGROUP
)


@dataclass(frozen=True)
class Order:
    """Ce qu’on demande à la naissance.

    `processors` : ceux où il tourne, les mêmes que qui le demande.
    `guarded` : un gardien le surveille, et le parent recueille sinon ceux qu’il laisse.
    `namespaces` : des espaces de noms et un disque à lui ; `locked` : ni capacités ni appels système inutiles.
    """

    limits: Limits
    files: list[str]
    folder: str
    temporary: str
    namespaces: bool
    locked: bool
    disk: str = ""
    guarded: bool = True
    processors: list[int] = field(default_factory=lambda: sorted(os.sched_getaffinity(0)))

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Order:
        read = json.loads(data)
        return cls(**{**read, "limits": Limits(**read["limits"])})


class Register:
    """Le registre où s’écrit ce qui arrive à un élève ; le noyau y ajoute le numéro de qui écrit."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock

    def write(self, event: str, *, descriptor: int | None = None) -> None:
        """Inscrit un événement ; sans effet si plus personne ne lit le registre."""
        descriptors = [] if descriptor is None else [descriptor]
        with suppress(OSError):
            socket.send_fds(self.socket, [event.encode()[:4000]], descriptors)


def be_born(entry: Entry, channel: Channel, register: Register) -> NoReturn:
    """Ne revient pas : le processus qui l’appelle finit ici."""
    code = 1
    try:
        os.setsid()
        linux.keep_only([channel.fileno(), register.socket.fileno()])
        register.write("born")
        order = Order.from_bytes(channel.receive(SETUP_SECONDS))
        os.sched_setaffinity(0, order.processors)
        live = _isolated if order.namespaces else _watched if order.guarded else _alone
        code = live(entry, channel, register, order)
    except BaseException as error:
        register.write(f"failed {type(error).__name__} : {error}")
    finally:
        os._exit(code)


def _isolated(entry: Entry, channel: Channel, register: Register, order: Order) -> int:
    user, group = os.getuid(), os.getgid()
    linux.set_attribute(
        linux.PR_SET_DUMPABLE, 1
    )  # sinon ses correspondances d’identifiants ne sont pas à lui
    linux.unshare(_SPACES)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    first = os.fork()
    if first:
        channel.close()
        register.socket.close()
        os.waitpid(first, 0)
        return 0
    linux.set_attribute(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.mount("proc", "/proc", "proc", linux.Mount.NO_SUID | linux.Mount.NO_DEV | linux.Mount.NO_EXEC)
    room.forbid_namespaces()
    linux.bring_loopback_up()
    room.mount_disk(order.limits.disk, order.limits.files)
    return _watched(entry, channel, register, order)


def _watched(entry: Entry, channel: Channel, register: Register, order: Order) -> int:
    """Fait naître l’élève, recueille les orphelins, dit comment il finit et ne laisse personne derrière lui."""
    alone = os.getpid() == 1
    if order.disk:
        _show_disk(register, order.disk)
    if not alone:
        linux.set_attribute(linux.PR_SET_CHILD_SUBREAPER, 1)
        linux.set_attribute(linux.PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.signal(signal.SIGTERM, _leave_nobody)
    # L’élève n’ouvrira pas la mémoire de qui le surveille ; le sien redevient lisible, pour lui seul.
    linux.set_attribute(linux.PR_SET_DUMPABLE, 0)
    student = os.fork()
    if not student:
        _live(entry, channel, register, order)
    channel.close()
    if order.locked:
        linux.drop_capabilities()
    register.write(f"exit {_outlive(student)}")
    if not alone:
        kill_descendants(os.getpid())
    return 0


def _alone(entry: Entry, channel: Channel, register: Register, order: Order) -> NoReturn:
    linux.set_attribute(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    _live(entry, channel, register, order)


def _show_disk(register: Register, place: str) -> None:
    """Donne à qui surveille de quoi lire l’occupation du disque, sans jamais passer par un chemin de l’élève."""
    os.chmod(place, 0o555)
    usage = os.open(place, os.O_PATH | os.O_DIRECTORY)
    register.write("disk", descriptor=usage)
    os.close(usage)


def _leave_nobody(*_: object) -> NoReturn:
    kill_descendants(os.getpid())
    os._exit(0)


def _outlive(student: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == student:
            return status


def _live(entry: Entry, channel: Channel, register: Register, order: Order) -> NoReturn:
    try:
        folder = Path(order.folder)
        room.furnish(folder, order.files, lambda: channel.receive(SETUP_SECONDS))
        room.enter(folder, Path(order.temporary))
        room.limit(order.limits)
        if order.locked:
            room.limit_processes(order.limits.processes + 3)
            linux.drop_capabilities()
            linux.set_attribute(linux.PR_SET_NO_NEW_PRIVS, 1)
            seccomp.install()
        _default_signals()
        linux.set_attribute(linux.PR_SET_DUMPABLE, 1)
        register.write("ready")
    except BaseException as error:
        register.write(f"failed {type(error).__name__} : {error}")
        os._exit(1)
    register.socket.close()
    code = 1
    try:
        entry(channel)
        code = 0
    finally:
        os._exit(code)


def _default_signals() -> None:
    """Un fichier trop gros tue : c’est ce qui distingue un disque plein d’une erreur ordinaire."""
    for number in (signal.SIGXFSZ, signal.SIGXCPU, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
