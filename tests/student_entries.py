"""Des entrées de processus d’élèves, pour les tests : elles font ce qu’on leur écrit."""

from __future__ import annotations

import os
import sys
import time

from coursekit.grading.frames import Channel


def obey(channel: Channel) -> None:
    """Exécute chaque message, et répond par la valeur de `answer`, ou par l’erreur."""
    scope: dict[str, object] = {}
    while True:
        code = channel.receive().decode()
        try:
            exec(code, scope)
            answer = repr(scope.pop("answer", None))
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        channel.send(answer.encode())


def echo(channel: Channel) -> None:
    while True:
        channel.send(channel.receive())


def leave(channel: Channel) -> None:
    """Rend la main aussitôt."""


def shout(channel: Channel) -> None:
    """Annonce un message démesuré, sans passer par `Channel`."""
    os.write(channel.fileno(), b"\xff\xff\xff\xff" + b"x" * 1000)
    time.sleep(3600)


def unfold(channel: Channel) -> None:
    """Dit ce qui était déjà importé à la naissance."""
    channel.receive()
    channel.send(" ".join(sorted(sys.modules)).encode())
