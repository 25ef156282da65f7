"""Ce que fait un poste : une copie après l’autre, et toujours une réponse."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Collection
from multiprocessing.connection import Connection

from coursekit.errors import CourseError
from coursekit.grading.children import Nursery
from coursekit.grading.drive.crew import Failed, Outcome
from coursekit.grading.drive.post import Post, Task
from coursekit.grading.execute.pair import Pair

READY = b"ready"
_DONE, _FAILED = b"done\n", b"failed\n"
_PR_SET_PDEATHSIG = 1


def answer(post: Post, task: Task, nursery: Nursery) -> bytes:
    """La copie notée, ou pourquoi elle ne l’est pas, en octets."""
    try:
        return _DONE + post.grade(task, nursery)
    except Exception as error:  # une faute de la notation n’arrête pas la classe
        return failure(error)


def failure(error: Exception) -> bytes:
    """Une phrase pour nos erreurs, le type et le texte pour une faute de la notation."""
    text = str(error) if isinstance(error, CourseError) else f"{type(error).__name__} : {error}"
    return _FAILED + text.encode(errors="replace")


def outcome(data: bytes) -> Outcome:
    """Ce que disent ces octets."""
    if data.startswith(_DONE):
        return data.removeprefix(_DONE)
    return Failed(data.removeprefix(_FAILED).decode(errors="replace"))


def serve(wire: Connection, post: Post, driver: int, probe: bool, processors: Collection[int]) -> None:
    """Le corps d’un poste local ; `probe` : c’est lui qui essaie les murs de la machine.

    Il a sa propre session : Ctrl-C ne s’adresse qu’au pilote, qui arrête les postes lui-même.
    """
    os.setsid()
    if processors:
        os.sched_setaffinity(0, processors)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _die_with(driver)
    try:
        nursery = post.nursery()
        if isinstance(nursery, Pair) and not probe:
            nursery = nursery.unprobed()
    except Exception as error:
        return wire.send_bytes(failure(error))
    try:
        wire.send_bytes(READY)
        while True:
            wire.send_bytes(answer(post, wire.recv(), nursery))
    except (EOFError, OSError):
        return None  # le pilote n’est plus là
    finally:
        nursery.close()


def _die_with(parent: int) -> None:
    """Sous Linux, meurt avec `parent`, même tué sans préavis au milieu d’une copie."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # il est mort avant cet appel
        os._exit(1)
