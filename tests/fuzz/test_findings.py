"""What breaks is counted by its place, and kept."""

from pathlib import Path

from tests.fuzz.__main__ import Findings
from tests.fuzz.mutate import mutated
from tests.hostile.workers import Outcome

TRACEBACK = 'Traceback:\n  File "a.py", line 3, in f\n    x\nValueError: 7\n'


def test_faults_are_kept(tmp_path: Path) -> None:
    """The first three files of a fault, each with its traceback; the rest is counted."""
    findings = Findings(tmp_path)
    findings.add(1, Outcome("done", "png 400 no picture"))
    for number in (2, 2, 2, 2):
        findings.add(number, Outcome("fault", TRACEBACK))
    (kept,) = tmp_path.glob("fault-2.[!t]*")
    assert kept.read_bytes() == mutated(2)[1]
    assert "ValueError: 7" in (tmp_path / "fault-2.txt").read_text()
    assert list(findings.faults.values()) == [4]
    assert "5 files" in findings.report()


def test_memory_is_a_fault(tmp_path: Path) -> None:
    """A small picture that takes much of it is found, though it was rendered."""
    findings = Findings(tmp_path)
    findings.add(3, Outcome("done", "png picture", megabytes=2000))
    assert [name.split()[0] for name in findings.faults] == ["memory"]
