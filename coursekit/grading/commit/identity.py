"""À quoi se reconnaît un travail déjà fait : ce qui a été noté, les tests, les limites, la réception et le moteur."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from coursekit import __version__
from coursekit.grading.collect.values import Collected
from coursekit.grading.exchange import Job

ENGINE = f"coursekit {__version__}, notation 1"
"""À changer dès que la même copie pourrait recevoir une autre note."""


def identity(collected: Collected, jobs: Mapping[str, Job]) -> str:
    """L’empreinte SHA-256 d’une copie, en hexadécimal : la même quand noter de nouveau n’apprendrait rien."""
    digest = hashlib.sha256()
    _feed(digest, ENGINE.encode())
    _feed(digest, str(collected.received).encode())
    for name, job in sorted(jobs.items()):
        _feed(digest, name.encode())
        _feed(digest, replace(job, files={}).to_bytes())
        for path, data in sorted(job.files.items()):
            _feed(digest, path.encode())
            _feed(digest, data)
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, part: bytes) -> None:
    """La longueur d’abord : deux découpages du même texte ne se confondent pas."""
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)
