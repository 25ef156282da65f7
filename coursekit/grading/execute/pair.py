"""Les deux pépinières d’une notation, démarrées ensemble : celle des élèves et celle des tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Self

from coursekit.grading.children import Child, Nursery
from coursekit.grading.exchange import Limits
from coursekit.grading.execute.parents import Parent


@dataclass(frozen=True, eq=False)
class Pair:
    """Une pépinière d’élèves, et le parent chaud des tests qui les notent.

    `probes` : c’est ici qu’on éprouve les murs ; d’autres postes de la même machine s’en passent.
    """

    students: Nursery
    tests: Parent
    probes: bool = True

    @classmethod
    def open(cls, students: Callable[[], Nursery], modules: Collection[str]) -> Self:
        """Ouvre les deux à la fois : chacune met plusieurs secondes à importer PyTorch.

        Celle des élèves s’ouvre dans le fil qui appelle : elle meurt avec lui.
        """
        tests = Parent(tuple(modules))
        with ExitStack() as opened, ThreadPoolExecutor(1) as apart:
            opened.callback(tests.close)
            starting = apart.submit(tests.start)
            made = students()
            opened.callback(made.close)
            starting.result()
            opened.pop_all()
        return cls(made, tests)

    def unprobed(self) -> Self:
        return replace(self, probes=False)

    def spawn(self, limits: Limits, files: Mapping[str, bytes]) -> Child:
        return self.students.spawn(limits, files)

    @property
    def walls(self) -> Mapping[str, bool]:
        return self.students.walls if self.probes else {}

    def close(self) -> None:
        self.students.close()
        self.tests.close()
