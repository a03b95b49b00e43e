"""What the command thumbor-renuo runs first: little is imported before it may begin anew."""

import os
import sys

SERVING = {"serve", "demo"}
TUNABLES = "GLIBC_TUNABLES"
# Ask Linux for large pages for large pieces of memory (glibc 2.35, "Memory Allocation Tunables").
# A progressive JPEG of 24 megapixels has its coefficients in 72 MB, which are taken and given back
# for each thumbnail: with pages of 4 KiB that takes as long as all the rest.
LARGE_PAGES = "glibc.malloc.hugetlb"
# One heap for all threads, and none of the pictures in it: else holes stay where they were, a third
# of all memory after some thousand renders.
MEMORY = f"{LARGE_PAGES}=1:glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=1048576"


def main() -> int:
    """Run the command; for one that serves, in an environment where memory is cheap."""
    if SERVING & {*sys.argv[1:2]}:
        ensure_large_pages()
    from thumbor_renuo.cli import main as run  # noqa: PLC0415  (it imports all there is)

    return run()


def ensure_large_pages() -> None:
    """Begin this process anew, once, if its C library was not told how to keep pictures.

    It reads its tunables before anything of ours runs. Where they do not exist, nothing changes.
    """
    tunables = os.environ.get(TUNABLES, "")
    if sys.platform != "linux" or LARGE_PAGES in tunables:
        return
    os.environ[TUNABLES] = ":".join(filter(None, (tunables, MEMORY)))
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606  (what was run already)


if __name__ == "__main__":
    sys.exit(main())
