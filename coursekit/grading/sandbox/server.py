"""Le parent préchauffé, vu de qui l’a lancé : le démarrer, lui demander des naissances, le finir."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.children import GoneError
from coursekit.grading.frames import Channel
from coursekit.grading.sandbox.birth import Order
from coursekit.grading.sandbox.cgroups import Group
from coursekit.grading.sandbox.child import Event, ForkedChild, Handles, Story
from coursekit.grading.sandbox.parent import Watch
from coursekit.grading.vocabulary import Ending

START_SECONDS = 120.0
BIRTH_SECONDS = 30.0
_STOP_SECONDS = 5.0

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Un fil d’exécution par copie : les copies sont parallèles, et le parent ne doit pas en avoir d’autre.
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB")},
}
"""Tout l’environnement d’un élève, avec `HOME` et `TMPDIR`."""


class SetupError(CourseError):
    """Un processus d’élève n’a pas pu naître ; ce n’est pas la faute de l’élève."""


@dataclass(frozen=True)
class Program:
    """Ce que fait tourner un parent préchauffé. `path` : les dossiers à ajouter aux modules importables."""

    entry: str
    preload: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def python(descriptor: int, executable: str = sys.executable) -> list[str]:
    """La commande d’un parent préchauffé, sans murs."""
    return [executable, "-P", "-m", "coursekit.grading.sandbox.parent", str(descriptor)]


class Server:
    """Un parent préchauffé en marche.

    `command` reçoit le numéro du descripteur qui le relie à nous.

    Raises:
        SetupError: il ne démarre pas ; le message est ce qu’il a écrit.
    """

    def __init__(
        self, program: Program, command: Callable[[int], Sequence[str]], environment: Mapping[str, str]
    ) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(
                command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=dict(environment),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
            )
            theirs.close()
            try:
                self._control.send(json.dumps(asdict(program)).encode())
                self._greet(said.fileno())
            except OSError:
                self.close()
                raise SetupError(_said(said.fileno()) or "Le parent préchauffé s’est arrêté.") from None
            except SetupError:
                self.close()
                raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def spawn(
        self,
        order: Order,
        files: Mapping[str, bytes],
        watch: Watch,
        group: Group | None,
        done: Callable[[], None],
    ) -> ForkedChild:
        """Fait naître un élève et attend qu’il soit prêt.

        Raises:
            GoneError: il est mort avant d’être prêt (`Ending.DISK` : ses fichiers ne tiennent pas).
            SetupError: le système a refusé une étape.
        """
        channel, their_channel = Channel.pair()
        ours, register = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        story = Story(ours)
        with their_channel, register:
            descriptors = [their_channel.fileno(), register.fileno()]
            try:
                socket.send_fds(self._control, [json.dumps(asdict(watch)).encode()], descriptors)
            except OSError as error:
                raise SetupError(f"Le parent préchauffé ne répond plus : {error}.") from error
        handles: dict[str, int] = {}
        try:
            born = _expect(story, handles, "born")
            if group is not None:
                group.add(born.pid)
            channel.send(order.to_bytes())
            for name in order.files:
                channel.send(files[name])
            while _expect(story, handles, "disk", "ready").kind != "ready":
                pass
        except BaseException as error:
            _abandon(handles, group)
            channel.close()
            story.close()
            if isinstance(error, GoneError | OSError):
                raise SetupError(f"Un processus d’élève n’a pas pu naître : {error}") from error
            raise
        held = Handles(handles["born"], handles["ready"], handles.get("inner"), handles.get("disk"))
        return ForkedChild(channel, story, held, order.limits, group, done)

    def close(self) -> None:
        """Finit le parent et tous ceux qu’il a fait naître ; peut se répéter."""
        self._control.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)

    def _greet(self, said: int) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if not poll.poll(1000 * START_SECONDS):
            raise SetupError(f"Le parent préchauffé n’est pas prêt au bout de {START_SECONDS:g} s.")
        answer = self._control.recv(4096)
        if answer != b"ready":
            why = answer.decode(errors="replace").removeprefix("failed ")
            raise SetupError(why or _said(said) or "Le parent préchauffé s’est arrêté.")


def _expect(story: Story, handles: dict[str, int], *kinds: str) -> Event:
    """L’événement attendu ; on tient aussitôt, par un descripteur, le processus qui l’a écrit."""
    deadline = time.monotonic() + BIRTH_SECONDS
    event = story.next(deadline - time.monotonic())
    if event is None:
        raise SetupError("Un processus d’élève est mort en naissant.")
    if event.kind == "failed":
        raise _failure(event.detail)
    if event.kind not in kinds:
        raise SetupError(f"Un processus d’élève est mort en naissant : {event.kind} {event.detail}.")
    process = "inner" if event.kind == "disk" else event.kind
    handles[process] = os.pidfd_open(event.pid)
    if event.descriptor is not None:
        handles["disk"] = event.descriptor
    return event


def _failure(detail: str) -> CourseError:
    if "[Errno 28]" in detail:
        return GoneError(Ending.DISK, "Les fichiers du devoir ne tiennent pas sur le disque de la copie.")
    return SetupError(f"Un processus d’élève n’a pas pu naître : {detail}")


def _abandon(handles: Mapping[str, int], group: Group | None) -> None:
    for name in ("inner", "born", "ready"):
        if name in handles:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handles[name], signal.SIGKILL)
    for descriptor in handles.values():
        os.close(descriptor)
    if group is not None:
        group.remove()


def _said(descriptor: int) -> str:
    """Les derniers mots du parent, sur sa sortie d’erreur."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 4000).decode(errors="replace").strip()


def source_root() -> Path:
    """Le dossier d’où s’importe coursekit."""
    return Path(__file__).resolve().parents[3]
