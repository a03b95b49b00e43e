"""What a worker does with the number of a mutated file."""

from tests.fuzz.mutate import mutated
from tests.hostile.render import render
from thumbor_renuo.image_rules import ImageRules

# Small, so that many files fit into an hour; tests/hostile tries large ones.
RULES = ImageRules(source_max_pixels=1_000_000, source_max_frames=60)


def fuzz_one(number: int) -> str:
    """Render the mutated file of this number; returns its format, and the outcome."""
    kind, data = mutated(number)
    return f"{kind} {render(data, number, RULES)}"
