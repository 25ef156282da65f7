"""Les appels de Linux que Python 3.11 n’offre pas : espaces de noms, montages, capacités, attributs d’un processus."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from enum import IntFlag
from pathlib import Path


class Namespace(IntFlag):
    """Les espaces de noms d’un processus (`unshare(2)`)."""

    MOUNT = 0x00020000
    CGROUP = 0x02000000
    UTS = 0x04000000
    IPC = 0x08000000
    USER = 0x10000000
    PID = 0x20000000
    NET = 0x40000000


class Mount(IntFlag):
    """Les options d’un montage (`mount(2)`)."""

    NONE = 0
    READ_ONLY = 1
    NO_SUID = 2
    NO_DEV = 4
    NO_EXEC = 8
    REMOUNT = 32
    BIND = 4096
    RECURSIVE = 16384
    PRIVATE = 1 << 18


PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_MADV_COLLAPSE = 25
_HUGE_PAGE = 2**21
_CAPABILITY_VERSION_3 = 0x20080522
_MOST_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what} : {os.strerror(number)}")


def unshare(spaces: Namespace) -> None:
    """Quitte des espaces de noms pour de nouveaux ; celui des processus ne vaut que pour les enfants à venir.

    Raises:
        OSError: le système le refuse.
    """
    _checked(_libc.unshare(int(spaces)), f"unshare({spaces.name})")


def mount(source: str, target: str, kind: str, flags: Mount, options: str = "") -> None:
    """Monte `source` sur `target`.

    Raises:
        OSError: le système le refuse.
    """
    arguments = (os.fsencode(part) for part in (source, target, kind))
    result = _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None)
    _checked(result, f"mount({target})")


def bring_loopback_up() -> None:
    """Met en marche l’interface locale du processus, sans laquelle rien ne répond en 127.0.0.1.

    Raises:
        OSError: le système le refuse.
    """
    import fcntl
    import socket
    import struct

    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(sock, get_flags, request), 16)
        fcntl.ioctl(sock, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def set_attribute(option: int, *values: int) -> None:
    """`prctl(2)`.

    Raises:
        OSError: le système le refuse.
    """
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(option, *padded), f"prctl({option})")


def use_huge_pages() -> None:
    """Range la mémoire de ce processus dans de grandes pages, là où le noyau le veut bien (Linux 6.1).

    Un `fork` recopie alors une entrée où il en recopiait 512 ; ce que chacun écrit ensuite se copie toujours par 4 Kio.
    """
    for start, end in _writable_memory():
        first, last = -(-start // _HUGE_PAGE) * _HUGE_PAGE, end // _HUGE_PAGE * _HUGE_PAGE
        if first < last:
            _libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _MADV_COLLAPSE)


def _writable_memory() -> Iterator[tuple[int, int]]:
    """Le début et la fin de chaque zone où ce processus écrit, sauf ses piles et ce qui vient d’un fichier."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, _, _, _, *name = line.split(maxsplit=5)
        if access == "rw-p" and name in ([], ["[heap]"]):
            start, _, end = span.partition("-")
            yield int(start, 16), int(end, 16)


def drop_capabilities() -> None:
    """Rend toutes les capacités du processus, et celles que ses enfants pourraient retrouver.

    Raises:
        OSError: le système le refuse.
    """
    set_attribute(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(_MOST_CAPABILITIES):
        try:
            set_attribute(PR_CAPBSET_DROP, capability)
        except OSError:  # au-delà de la dernière que ce noyau connaît, ou déjà rendue
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(header, nothing), "capset")


def keep_only(descriptors: Sequence[int]) -> None:
    """Ferme tous les descripteurs sauf ceux-là, et 0, 1 et 2, qui vont vers le néant."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    lowest = 3
    for kept in (*sorted(descriptors), os.sysconf("SC_OPEN_MAX")):
        os.closerange(lowest, kept)
        lowest = kept + 1
