"""Le parent préchauffé, vu de qui l’a lancé : le démarrer, lui demander des naissances, le finir."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from coursekit.errors import CourseError
from coursekit.grading.children import GoneError
from coursekit.grading.exchange import Limits
from coursekit.grading.frames import Channel
from coursekit.grading.sandbox.birth import Order
from coursekit.grading.sandbox.cgroups import Group, Groups
from coursekit.grading.sandbox.child import Event, ForkedChild, Handles, Story
from coursekit.grading.sandbox.parent import Watch
from coursekit.grading.vocabulary import Ending

START_SECONDS = 120.0
BIRTH_SECONDS = 30.0
_STOP_SECONDS = 5.0
MODULES_AT_ONCE = 200
"""Leurs noms tiennent dans un message."""

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
    """Ce que fait tourner un parent préchauffé.

    `preload` : ce qu’il importe d’avance ; `perhaps` : de même, si cela s’importe ; `path` : les dossiers à ajouter aux
    modules importables.
    """

    entry: str
    preload: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    home: tuple[tuple[str, str], ...] = ()

    def tell(self, control: socket.socket) -> None:
        """Le dit à un parent ; un fichier se donne ouvert, car le parent peut n’avoir plus le droit de l’ouvrir."""
        with ExitStack() as opened:
            files = {
                name: opened.enter_context(open(path, "rb"))
                for name, path in self.home
                if os.path.isfile(path)
            }
            words = json.dumps(asdict(self) | {"home": list(files)}).encode()
            socket.send_fds(control, [words], [file.fileno() for file in files.values()])


def python(descriptor: int, executable: str = sys.executable) -> list[str]:
    """La commande d’un parent préchauffé, sans murs."""
    return [executable, "-P", "-m", "coursekit.grading.sandbox.parent", str(descriptor)]


class Server:
    """Un parent préchauffé en marche.

    Il se lance aussitôt ; `wait` attend qu’il soit prêt. `command` reçoit le numéro du descripteur qui le relie à nous.
    Donné à un processus que lance `multiprocessing`, il lui est prêté : chacun lui demande des naissances, et celui qui
    l’a lancé le finit.
    """

    def __init__(
        self, program: Program, command: Callable[[int], Sequence[str]], environment: Mapping[str, str]
    ) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (jusqu’à ce qu’il soit prêt)
        with theirs:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
                command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                env=dict(environment),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
            )
        with suppress(OSError):  # il est déjà mort : `wait` dira pourquoi
            program.tell(self._control)

    def wait(self) -> Self:
        """Attend qu’il soit prêt.

        Raises:
            SetupError: il ne démarre pas ; le message est ce qu’il a écrit.
        """
        if not self._said.closed:
            try:
                self._greet(self._said.fileno())
                self._said.close()
            except OSError:
                why = _said(self._said.fileno()) or "Le parent préchauffé s’est arrêté."
                self.close()
                raise SetupError(why) from None
            except SetupError:
                self.close()
                raise
        return self

    @property
    def alive(self) -> bool:
        poll = select.poll()
        poll.register(self._control, 0)  # raccroché : cela se dit sans qu’on le demande
        return not poll.poll(0)

    def __getstate__(self) -> dict[str, object]:
        return {"_control": self._control, "_process": None}

    def load(self, modules: Sequence[str]) -> None:
        """Lui fait importer d’autres modules, s’ils s’importent, avant les prochaines naissances."""
        for start in range(0, len(modules), MODULES_AT_ONCE):
            with suppress(OSError):  # il n’est plus là : celui qui le remplacera les importera
                self._control.send(json.dumps(modules[start : start + MODULES_AT_ONCE]).encode())

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
        handles = Handles()
        try:
            self._settle(channel, story, handles, order, files, group)
        except BaseException as error:
            handles.kill()
            handles.close()
            channel.close()
            story.close()
            done()
            if group is not None:
                group.remove()
            if isinstance(error, OSError):
                raise SetupError(f"Un processus d’élève n’a pas pu naître : {error}") from error
            raise
        return ForkedChild(channel, story, handles, order.limits, group, done)

    def _settle(
        self,
        channel: Channel,
        story: Story,
        handles: Handles,
        order: Order,
        files: Mapping[str, bytes],
        group: Group | None,
    ) -> None:
        """Du premier mot d’un élève à son dernier avant de commencer ; on tient au passage chacun de ses processus."""
        born = _expect(story, "born")
        handles.outer = _hold(born.pid)
        if group is not None:
            group.add(born.pid)
        channel.send(order.to_bytes())
        if order.disk:
            mounted = _expect(story, "disk")
            handles.disk = mounted.descriptor
            if mounted.pid != born.pid:
                handles.inner = _hold(mounted.pid)
        for name in order.files:
            self._give(channel, story, files[name])
        handles.student = _hold(_expect(story, "ready").pid)

    def _give(self, channel: Channel, story: Story, content: bytes) -> None:
        try:
            channel.send(content)
        except GoneError:
            # Il est mort en l’écrivant : son registre dit pourquoi.
            _expect(story, "ready")
            raise

    def close(self) -> None:
        """Finit le parent et tous ceux qu’il a fait naître, ou le rend à qui l’a prêté ; peut se répéter."""
        self._control.close()
        if self._process is None:
            return
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)

    def _greet(self, said: int) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if not poll.poll(1000 * START_SECONDS):
            raise SetupError(f"Le parent préchauffé n’est pas prêt au bout de {START_SECONDS:g} s.")
        answer = self._control.recv(4096)
        if answer != b"ready":
            why = answer.decode(errors="replace").removeprefix("failed ")
            raise SetupError(why or _said(said) or "Le parent préchauffé s’est arrêté.")


def _hold(pid: int) -> int:
    """De quoi tenir un processus ; rien s’il est déjà mort, ce que dira son registre."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return -1


def _expect(story: Story, kind: str) -> Event:
    event = story.next(BIRTH_SECONDS)
    if event is None:
        raise SetupError("Un processus d’élève est mort en naissant.")
    if event.kind == "failed":
        raise _failure(event.detail)
    if event.kind != kind:
        raise SetupError(f"Un processus d’élève est mort en naissant : {event.kind} {event.detail}.")
    return event


def _failure(detail: str) -> CourseError:
    if "[Errno 28]" in detail:
        return GoneError(Ending.DISK, "Les fichiers du devoir ne tiennent pas sur le disque de la copie.")
    return SetupError(f"Un processus d’élève n’a pas pu naître : {detail}")


def _said(descriptor: int) -> str:
    """Les derniers mots du parent, sur sa sortie d’erreur."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 4000).decode(errors="replace").strip()


def source_root() -> Path:
    """Le dossier d’où s’importe coursekit."""
    return Path(__file__).resolve().parents[3]


def missing(groups: Groups, limits: Limits, apart: int) -> Watch:
    """Ce que le parent préchauffé doit surveiller, faute de contrôleur."""
    has = groups.controllers
    return Watch(
        memory=None if "memory" in has else limits.memory,
        processes=None if "pids" in has else limits.processes,
        seconds=None if "cpuacct" in has else limits.notebook_seconds,
        apart=apart,
    )
