"""What is asked of the servers: a workload takes the stage and gives a section of the report."""

from collections.abc import Callable

from bench.report import Section
from bench.stage import Stage
from bench.workloads.cold import COLD
from bench.workloads.event_loop import event_loop
from bench.workloads.hot import hot
from bench.workloads.memory import memory
from bench.workloads.overhead import overhead
from bench.workloads.srcset import srcset

WORKLOADS: dict[str, Callable[[Stage], Section]] = {
    **{cold.name: cold.play for cold in COLD},
    "srcset": srcset,
    "hot": hot,
    "overhead": overhead,
    "event-loop": event_loop,
    "memory": memory,
}
