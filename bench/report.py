"""Sections of results as Markdown: each figure, and beside it how it stands to ours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.figures import Figures


@dataclass(frozen=True)
class Column:
    """A figure: its heading, how it is written, and whether its ratio or difference is told."""

    heading: str
    form: str
    compared: str = "ratio"

    def cell(self, value: float, base: float) -> str:
        """The figure, and how it stands to the base's; a dash where it is not known."""
        if math.isnan(value):
            return "-"
        text = self.form.format(value)
        if math.isnan(base) or self.compared == "no":
            return text
        if self.compared == "difference":
            return f"{text} ({value - base:+.1f})"
        return f"{text} ({value / base:.2f}x)" if base else text


COLUMNS = {
    "rate": Column("req/s", "{:.1f}"),
    "p50": Column("p50 ms", "{:.1f}"),
    "p99": Column("p99 ms", "{:.1f}"),
    "cpu": Column("CPU ms", "{:.2f}"),
    "peak": Column("peak MB", "{:.0f}"),
    "bytes": Column("bytes", "{:,.0f}"),
    "score": Column("SSIMULACRA2", "{:.1f}", "difference"),
}


@dataclass
class Section:
    """A workload's results.

    Attributes:
        rows: a server's name and its figures, by the names of columns.
        failures: what a server answered that cannot do it.
        columns: which figures, in which order.
        notes: lines below the table.
    """

    name: str
    about: str
    rows: Mapping[str, Figures]
    failures: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=lambda: COLUMNS)
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Heading, what it is, table, and who failed."""
        lines = [f"## {self.name}", "", self.about, ""]
        if self.rows:
            lines += [*self._table(), ""]
        lines += [f"- {note}" for note in self.notes]
        lines += [f"- {name}: refused, `{said}`" for name, said in self.failures.items()]
        return "\n".join(lines).rstrip() + "\n"

    def _table(self) -> list[str]:
        """The first row is what the others are compared with."""
        base = next(iter(self.rows.values()))
        headings = ["server", *(column.heading for column in self.columns.values())]
        lines = [_line(headings), _line(["---", *["---:"] * len(self.columns)])]
        for name, figures in self.rows.items():
            cells = [
                column.cell(figures.get(key, math.nan), base.get(key, math.nan))
                for key, column in self.columns.items()
            ]
            lines.append(_line([name, *cells]))
        return lines


def document(
    facts: Mapping[str, str], versions: Mapping[str, str], absent: Mapping[str, str], body: str
) -> str:
    """The whole report: what it was measured on and with, then the sections."""
    lines = ["# Results", "", "Written by `python -m bench`; [what it does](README.md).", ""]
    lines += [_line(["", ""]), _line(["---", "---"])]
    lines += [_line([name, value]) for name, value in facts.items()]
    lines += ["", "Servers:", ""]
    lines += [f"- {name}: {version}" for name, version in versions.items()]
    lines += [f"- {name}: not run, {why}" for name, why in absent.items()]
    return "\n".join(lines) + "\n\n" + body


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
