"""The memory of another process of ours (proc(5))."""

from pathlib import Path

MEGABYTE = 1024**2


def resident_bytes(pid: int) -> int:
    """How much it has now."""
    return _bytes(pid, "VmRSS")


def peak_bytes(pid: int) -> int:
    """The most that it has had since `forget_peak`."""
    return _bytes(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Count from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _bytes(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024
