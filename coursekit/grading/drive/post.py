"""Un poste de travail : ce qu’il faut pour noter une copie après l’autre, ici ou sur une autre machine.

Tout part de l’enseignant vers le poste. Ce qui en revient n’est que du JSON : rien n’y est du code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from coursekit.grading.children import Nursery
from coursekit.grading.collect import Collected, Submitted
from coursekit.grading.commit import Graded
from coursekit.grading.exchange import Executed, Job, Limits
from coursekit.grading.prepare import Reference

Execute = Callable[[bytes, Nursery], bytes]
"""L’exécution d’un `Job` en octets, qui rend un `Executed` en octets."""


@dataclass(frozen=True)
class Task:
    """Une copie à noter : les notebooks d’un élève, et les fichiers qui les accompagnent."""

    notebooks: Mapping[str, Submitted]
    files: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, collected: Collected) -> Task:
        return cls(collected.notebooks, collected.files)


@dataclass(frozen=True)
class Post:
    """Ce que chaque poste reçoit une fois : les notebooks de l’enseignant, les limites, de quoi exécuter.

    `nursery` et `execute` sont des fonctions qu’un autre processus importe par leur nom.
    """

    references: Mapping[str, Reference]
    nursery: Callable[[], Nursery]
    execute: Execute
    limits: Limits = field(default_factory=Limits)

    @property
    def seconds(self) -> float:
        """Au-delà, une copie ne reviendra plus : l’exécution a ses propres délais, bien plus courts."""
        return 2 * self.limits.notebook_seconds * len(self.references) + 60

    def grade(self, task: Task, nursery: Nursery) -> bytes:
        """La copie notée : trois lignes de JSON par notebook (son nom, ce qui est préparé, ce qui est exécuté)."""
        return b"\n".join(line for name in task.notebooks for line in self._notebook(name, task, nursery))

    def _notebook(self, name: str, task: Task, nursery: Nursery) -> Iterator[bytes]:
        prepared = task.notebooks[name].prepare(self.references[name])
        yield json.dumps(name).encode()
        yield Job(prepared).to_bytes()
        if prepared.verdict:
            yield self.execute(Job(prepared, self.limits, task.files).to_bytes(), nursery)
        else:
            yield b"null"

    def read(self, data: bytes, task: Task) -> dict[str, Graded]:
        """Relit ce que `grade` a rendu de cette copie."""
        lines = data.split(b"\n")
        return {
            json.loads(name): Graded(
                Job(Job.from_bytes(prepared).prepared, self.limits, task.files),
                None if executed == b"null" else Executed.from_bytes(executed),
            )
            for name, prepared, executed in zip(lines[::3], lines[1::3], lines[2::3], strict=True)
        }

    def jobs(self, task: Task) -> dict[str, Job]:
        """Ce que cette copie fait exécuter."""
        return {
            name: Job(found.prepare(self.references[name]), self.limits, task.files)
            for name, found in task.notebooks.items()
        }
