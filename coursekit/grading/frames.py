"""Des messages entiers sur une prise : leur longueur, puis leurs octets.

Le même `Channel` sert des deux côtés. Qui surveille n’attend jamais sans borne ; une lecture ou une écriture
interrompue (délai, Ctrl-C) reprend où elle en était, sans perdre ni répéter d’octet.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time

from coursekit.grading.amounts import seconds as in_seconds
from coursekit.grading.children import GoneError
from coursekit.grading.vocabulary import Ending

MAX_MESSAGE = 64 * 2**20
"""Octets : au-delà, un message n’est ni envoyé ni lu."""

SEND_SECONDS = 30.0
"""Au-delà, celui qui ne lit pas ses messages passe pour bloqué."""

_HEADER = struct.Struct(">I")
_CHUNK = 2**18


class Channel:
    """Un fil de messages. L’élève peut tout écrire sur le sien : rien de ce qui en vient n’est cru sur parole.

    `max_message` borne ce qu’on lit et ce qu’on envoie, en octets.
    """

    def __init__(self, sock: socket.socket, max_message: int = MAX_MESSAGE) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._max_message = max_message
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._sending = threading.Lock()

    @classmethod
    def pair(cls, max_message: int = MAX_MESSAGE) -> tuple[Channel, socket.socket]:
        """Un bout prêt à servir, et la prise de l’autre bout, à donner à un autre processus."""
        ours, theirs = socket.socketpair()
        return cls(ours, max_message), theirs

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, message: bytes, seconds: float | None = SEND_SECONDS) -> None:
        """Écrit un message, en `seconds` secondes au plus (`None` : sans borne).

        Raises:
            GoneError: message trop grand (`Ending.OUTPUT`), l’autre bout ne lit pas (`Ending.TIMEOUT`) ou s’est
                fermé (`Ending.CRASHED`).
        """
        if len(message) > self._max_message:
            raise self._too_big(len(message))
        deadline = _deadline(seconds)
        with self._sending:
            self._outgoing += _HEADER.pack(len(message)) + message
            while self._outgoing:
                self._wait(select.POLLOUT, deadline, seconds)
                self._write_some()

    def receive(self, seconds: float | None = None) -> bytes:
        """Le message suivant, attendu `seconds` secondes au plus (`None` : sans borne).

        Raises:
            GoneError: le délai est passé (`Ending.TIMEOUT`), l’autre bout s’est fermé (`Ending.CRASHED`) ou annonce
                un message trop grand (`Ending.OUTPUT`) ; dans ce dernier cas, rien n’en est lu.
        """
        deadline = _deadline(seconds)
        while (message := self.arrived()) is None:
            self._wait(select.POLLIN, deadline, seconds)
            self.read_some()
        return message

    def arrived(self) -> bytes | None:
        """Le message suivant s’il est déjà là tout entier, sans rien attendre."""
        if len(self._incoming) < _HEADER.size:
            return None
        (size,) = _HEADER.unpack_from(self._incoming)
        if size > self._max_message:
            raise self._too_big(size)
        end = _HEADER.size + size
        if len(self._incoming) < end:
            return None
        message = bytes(self._incoming[_HEADER.size : end])
        del self._incoming[:end]
        return message

    def read_some(self) -> None:
        """Lit ce qui est prêt, s’il y en a.

        Raises:
            GoneError: l’autre bout s’est fermé (`Ending.CRASHED`).
        """
        try:
            data = self._socket.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            raise _closed() from error
        if not data:
            raise _closed()
        self._incoming += data

    def _write_some(self) -> None:
        try:
            sent = self._socket.send(self._outgoing[:_CHUNK])
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            raise _closed() from error
        del self._outgoing[:sent]

    def _wait(self, event: int, deadline: float | None, seconds: float | None) -> None:
        poll = select.poll()
        poll.register(self._socket, event)
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not poll.poll(None if left is None else 1000 * left):
            raise GoneError(Ending.TIMEOUT, f"Le processus n’a pas répondu en {in_seconds(seconds or 0)}.")

    def _too_big(self, size: int) -> GoneError:
        return GoneError(
            Ending.OUTPUT,
            f"Un message de {size} octets dépasse la limite de {self._max_message} octets.",
        )


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _closed() -> GoneError:
    return GoneError(Ending.CRASHED, "Le processus s’est arrêté.")
