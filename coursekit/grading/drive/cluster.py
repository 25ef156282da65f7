"""Des postes sur une grappe Dask : chaque travailleur a ses pépinières, et ne rend que des octets.

Un travailleur qui meurt ne perd rien : l’ordonnanceur confie ses copies à d’autres.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker
from distributed.comm import connect

from coursekit import __version__
from coursekit.errors import CourseError
from coursekit.grading.children import Nursery
from coursekit.grading.drive.crew import Crew, Failed, Outcome
from coursekit.grading.drive.post import Post, Task
from coursekit.grading.drive.serve import READY, answer, failure, outcome

CONNECT_SECONDS = 30.0
START_SECONDS = 180.0
WORKERLESS_SECONDS = 120.0
"""Le temps laissé à une grappe qui n’a plus aucun travailleur pour en retrouver un."""

_TURN_SECONDS = 5.0

AHEAD = 2
"""Copies confiées par fil d’exécution : de quoi ne jamais l’attendre, sans en garder beaucoup en mémoire."""


class PostPlugin(WorkerPlugin):  # type: ignore[misc]
    """Le poste, chez un travailleur : une pépinière par fil d’exécution, ouverte quand il en a besoin.

    Une pépinière meurt avec le fil qui l’a ouverte ; elle n’en change donc pas.
    """

    def __init__(self, post: Post) -> None:
        self.post = post
        self.version = __version__

    def setup(self, worker: Any) -> None:
        if self.version != __version__:
            raise CourseError(f"coursekit {__version__} au lieu de {self.version}.")
        self.nurseries: dict[int, Nursery] = {}

    def teardown(self, worker: Any) -> None:
        for nursery in self.nurseries.values():
            nursery.close()
        self.nurseries.clear()

    def nursery(self) -> Nursery:
        thread = threading.get_ident()
        if thread not in self.nurseries:
            self.nurseries[thread] = self.post.nursery()
        return self.nurseries[thread]


def open_there(name: str) -> bytes:
    """Chez un travailleur : ouvre une pépinière, ou dit ce qui manque."""
    try:
        get_worker().plugins[name].nursery()
    except Exception as error:
        return failure(error)
    return READY


def grade_there(name: str, task: Task) -> bytes:
    """Chez un travailleur : note une copie."""
    plugin = get_worker().plugins[name]
    try:
        nursery = plugin.nursery()
    except Exception as error:
        return failure(error)
    return answer(plugin.post, task, nursery)


class DaskCrew(Crew):
    """Les travailleurs de l’ordonnanceur qui est à cette adresse.

    Raises:
        CourseError: rien ne répond à cette adresse, ou un travailleur ne convient pas.
    """

    def __init__(self, post: Post, scheduler: str) -> None:
        self._scheduler = scheduler
        self._name = f"coursekit-{uuid4().hex}"
        self._longest = post.seconds + START_SECONDS
        self._tasks: dict[int, Task] = {}
        self._pending: dict[int, Future] = {}
        self._suspects: deque[int] = deque()
        self._alone: int | None = None
        self._ready: SimpleQueue[int] = SimpleQueue()
        self._client = _connect(scheduler)
        try:
            self._prepare(post)
        except BaseException:
            self.close()
            raise
        self._capacity = self._size()

    @property
    def room(self) -> int:
        return 0 if self._alone is not None else self._capacity - len(self._tasks)

    def give(self, ticket: int, task: Task) -> None:
        self._tasks[ticket] = task
        self._submit(ticket)

    def take(self) -> list[tuple[int, Outcome]]:
        """Une copie rendue.

        L’ordonnanceur tient pour suspectes toutes les copies confiées à un travailleur mort, même celles qui
        attendaient leur tour. Une suspecte est donc reprise seule : si elle tue encore, c’est elle.
        """
        while True:
            if not self._pending:
                self._alone = self._suspects.popleft()
                self._submit(self._alone)
            ticket = self._next()
            self._capacity = max(1, self._size())
            found = self._outcome(self._pending.pop(ticket))
            if isinstance(found, Failed) and found.killed and ticket != self._alone:
                self._suspects.append(ticket)
                continue
            self._alone = None
            del self._tasks[ticket]
            return [(ticket, found)]

    def _submit(self, ticket: int) -> None:
        key = f"{self._name}-{ticket}{'-seule' if ticket == self._alone else ''}"
        future = self._client.submit(grade_there, self._name, self._tasks[ticket], key=key, pure=False)
        self._pending[ticket] = future
        future.add_done_callback(lambda _: self._ready.put(ticket))

    def close(self) -> None:
        """Annule ce qui reste et ferme les pépinières ; l’ordonnanceur et ses travailleurs ne sont pas à nous."""
        try:
            self._client.cancel(list(self._pending.values()), force=True)
            self._client.unregister_worker_plugin(self._name)
        except Exception:  # l’ordonnanceur n’est plus là : il n’y a plus rien à fermer
            pass
        finally:
            self._pending.clear()
            self._client.close(timeout=CONNECT_SECONDS)

    def _prepare(self, post: Post) -> None:
        try:
            self._client.wait_for_workers(1, timeout=WORKERLESS_SECONDS)
        except TimeoutError:
            raise CourseError(f"L’ordonnanceur {self._scheduler} n’a aucun travailleur.") from None
        try:
            self._client.register_plugin(PostPlugin(post), name=self._name)
        except Exception as error:
            raise CourseError(
                f"Un travailleur de {self._scheduler} ne peut pas noter : {error} "
                f"Il lui faut la même version de coursekit qu’ici ({__version__}), avec son extra grading."
            ) from error
        workers = list(self._client.nthreads())
        opened = {
            worker: self._client.submit(open_there, self._name, workers=[worker], pure=False)
            for worker in workers
        }
        for worker, future in opened.items():
            said = future.result(timeout=START_SECONDS)
            if said != READY:
                found = outcome(said)
                why = found.message if isinstance(found, Failed) else ""
                raise CourseError(f"Le travailleur {worker} ne peut pas noter. {why}")

    def _size(self) -> int:
        return AHEAD * sum(map(int, self._client.nthreads().values()))

    def _next(self) -> int:
        start = alone = time.monotonic()
        while True:
            try:
                return self._ready.get(timeout=_TURN_SECONDS)
            except Empty:
                pass
            now = time.monotonic()
            if self._client.nthreads():
                alone = now
            if now - alone > WORKERLESS_SECONDS:
                raise CourseError(f"L’ordonnanceur {self._scheduler} n’a plus de travailleur.")
            if now - start > self._longest:
                raise CourseError(f"Plus rien ne revient de {self._scheduler}.")

    def _outcome(self, future: Future) -> Outcome:
        try:
            return outcome(future.result(timeout=self._longest))
        except KilledWorker as error:
            return Failed(
                f"Elle a arrêté tous les travailleurs qui l’ont reçue, dont {error.last_worker.address}.",
                killed=True,
            )


def _connect(scheduler: str) -> Client:
    try:
        with ThreadPoolExecutor(1) as apart:  # un carnet Jupyter a déjà sa boucle : la nôtre tourne à côté
            apart.submit(asyncio.run, _greet(scheduler)).result()
        return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        why = f" ({error})" if str(error) else ""
        raise CourseError(
            f"Aucun ordonnanceur Dask ne répond à {scheduler}{why}. "
            f"L’adresse est celle qu’affiche « dask scheduler », comme tcp://10.0.0.1:8786."
        ) from None


async def _greet(scheduler: str) -> None:
    """Sans cela, `Client` attendrait pour toujours un programme qui écoute sans répondre."""
    async with asyncio.timeout(CONNECT_SECONDS):
        comm = await connect(scheduler, timeout=CONNECT_SECONDS)
        await comm.close()
