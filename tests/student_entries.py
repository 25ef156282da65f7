"""Des entrées de processus d’élèves, pour les tests : elles font ce qu’on leur écrit."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time

from coursekit.grading.frames import Channel


def obey(channel: Channel) -> None:
    """Exécute chaque message, et répond par ce qu’il affiche, puis la valeur de `answer` ou l’erreur."""
    scope: dict[str, object] = {}
    while True:
        code = channel.receive().decode()
        shown = io.StringIO()
        try:
            with contextlib.redirect_stdout(shown):
                exec(code, scope)
            answer = repr(scope.pop("answer", None))
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        channel.send((shown.getvalue() + answer).encode(errors="replace"))


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
