"""Le mode strict : un test sauté y est un échec, et rien d’autre n’y change."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SKIPS = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="Chromium manque")
def test_marked():
    pass

def test_called():
    pytest.skip("le livre manque")

@pytest.fixture
def absent():
    pytest.skip("la fixture manque")

def test_fixture(absent):
    pass

@pytest.mark.xfail(strict=True)
def test_known_fault():
    assert False
"""
WHOLE_MODULE = "import pytest\npytest.importorskip('un_module_absent')\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Un projet muni de notre `conftest.py`, avec quatre façons de sauter."""
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_some=SKIPS, test_module=WHOLE_MODULE)
    return pytester


def test_a_skip_is_allowed_by_default(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, skipped=4, xfailed=1)
    assert result.ret == pytest.ExitCode.OK


def test_a_skip_is_a_failure_in_strict_mode(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(
        "-p", "no:cacheprovider", "--strict-skips", "--continue-on-collection-errors"
    )
    result.assert_outcomes(passed=1, failed=1, errors=3, xfailed=1)
    assert result.ret != pytest.ExitCode.OK
    for reason in ("Chromium manque", "le livre manque", "la fixture manque", "un_module_absent"):
        result.stdout.fnmatch_lines([f"*--strict-skips refuse*{reason}*"])
