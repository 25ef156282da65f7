"""Un filtre d’appels système : ce dont un devoir n’a pas besoin, et par où l’on sort d’un bac à sable.

Les espaces de noms et les quotas font le mur ; le filtre ferme ce qu’ils ne voient pas : mémoire anonyme hors de tout
compte (`memfd`), anneaux d’entrées-sorties, prises vers l’hôte d’une machine virtuelle, montages, `ptrace`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.grading.sandbox.linux import set_attribute

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16

FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)
"""Les prises permises : locales, et Internet, que l’espace de noms coupe ; 16 : `AF_NETLINK`, que lit la glibc."""

_EVERYWHERE = {
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
    **{f"io_uring_{what}": 425 + rank for rank, what in enumerate(("setup", "enter", "register"))},
    **{
        what: 428 + rank
        for rank, what in enumerate(("open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick"))
    },
}


@dataclass(frozen=True)
class Architecture:
    """Les numéros d’une architecture : la sienne (`linux/audit.h`), celui de `socket`, et ceux qui sont refusés."""

    audit: int
    socket: int
    refused: Mapping[str, int] = field(default_factory=dict)
    foreign: int | None = None
    """À partir de ce numéro, les appels d’une autre convention (x32)."""


ARCHITECTURES = {
    "x86_64": Architecture(
        0xC000003E,
        41,
        {
            **_EVERYWHERE,
            "ptrace": 101,
            "pivot_root": 155,
            "acct": 163,
            "mount": 165,
            "umount2": 166,
            "swapon": 167,
            "swapoff": 168,
            "reboot": 169,
            "iopl": 172,
            "ioperm": 173,
            "init_module": 175,
            "delete_module": 176,
            "quotactl": 179,
            "kexec_load": 246,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "perf_event_open": 298,
            "name_to_handle_at": 303,
            "open_by_handle_at": 304,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "finit_module": 313,
            "memfd_create": 319,
            "bpf": 321,
            "userfaultfd": 323,
        },
        foreign=0x40000000,
    ),
    "aarch64": Architecture(
        0xC00000B7,
        198,
        {
            **_EVERYWHERE,
            "umount2": 39,
            "mount": 40,
            "pivot_root": 41,
            "quotactl": 60,
            "acct": 89,
            "unshare": 97,
            "kexec_load": 104,
            "init_module": 105,
            "delete_module": 106,
            "ptrace": 117,
            "reboot": 142,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "swapon": 224,
            "swapoff": 225,
            "perf_event_open": 241,
            "name_to_handle_at": 264,
            "open_by_handle_at": 265,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "finit_module": 273,
            "memfd_create": 279,
            "bpf": 280,
            "userfaultfd": 282,
        },
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def program(architecture: Architecture) -> bytes:
    """Le filtre, en instructions BPF de huit octets : refuser ce qui est listé, permettre le reste."""
    refused = sorted(architecture.refused.values())
    foreign = [] if architecture.foreign is None else [architecture.foreign]
    families = [int(family) for family in FAMILIES]
    tail = [*((_AT_LEAST, number) for number in foreign), *((_EQUAL, number) for number in refused)]
    # Après ces comparaisons : `socket`, puis les familles, puis permettre, puis refuser.
    allow = 3 + len(tail) + 2 + len(families)
    refuse = allow + 1
    lines = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_EQUAL, 0, refuse - 2, architecture.audit), (_LOAD, 0, 0, 0)]
    for code, number in tail:
        lines.append((code, refuse - len(lines) - 1, 0, number))
    lines.append((_EQUAL, 0, allow - len(lines) - 1, architecture.socket))
    lines.append((_LOAD, 0, 0, _FIRST_ARGUMENT_AT))
    for rank, family in enumerate(families):
        missed = refuse - len(lines) - 1 if rank == len(families) - 1 else 0
        lines.append((_EQUAL, allow - len(lines) - 1, missed, family))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def install() -> bool:
    """Pose le filtre sur ce processus et ceux qu’il lancera ; faux si cette architecture n’en a pas.

    `no_new_privs` doit être posé.

    Raises:
        OSError: le noyau le refuse.
    """
    architecture = ARCHITECTURES.get(os.uname().machine)
    if architecture is None:
        return False
    code = program(architecture)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = _Program(len(code) // 8, ctypes.addressof(buffer))
    set_attribute(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(described))
    return True
