"""Keys and options as an app may give them, for tests of any."""

from typing import Any

from hypothesis import strategies as st

from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath

COMPONENTS = st.one_of(
    st.sampled_from(["smart", "u", "t", "9x9", "filters:blur(1)", "meta", "%41", "..."]),
    st.text(
        st.characters(exclude_characters="/", exclude_categories=["Cc", "Cs"]),
        min_size=1,
        max_size=8,
    ).filter(lambda part: part not in {".", ".."}),
)
keys = st.lists(COMPONENTS, min_size=2, max_size=6).map(lambda parts: "o/" + "/".join(parts))
numbers = st.integers(1, 9999).map(str)


def option(form: str, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """One option: its text, and the parameters that it sets."""
    return st.fixed_dictionaries(values).map(lambda given: (form.format(**given), given))


def word(*choices: str) -> st.SearchStrategy[str]:
    """One of a few words."""
    return st.sampled_from(choices)


# In the order of Thumbor's grammar, in the form that the service writes; each may be absent.
OPTIONS = [
    option("{meta}", meta=word("meta")),
    option("{trim}", trim=word("trim", "trim:bottom-right:9")),
    option(
        "{crop_left}x{crop_top}:{crop_right}x{crop_bottom}",
        crop_left=numbers,
        crop_top=numbers,
        crop_right=numbers,
        crop_bottom=numbers,
    ),
    option(
        "{adaptive}{full}{fit_in}",
        adaptive=word("", "adaptive-"),
        full=word("", "full-"),
        fit_in=word("fit-in"),
    ),
    option(
        "{horizontal_flip}{width}x{vertical_flip}{height}",
        horizontal_flip=word("", "-"),
        width=numbers | word("orig"),
        vertical_flip=word("", "-"),
        height=numbers | word("orig"),
    ),
    option("{halign}", halign=word("left", "right")),
    option("{valign}", valign=word("top", "bottom")),
    option("{smart}", smart=word("smart")),
    option(
        "filters:{filters}",
        filters=st.lists(word("blur(7)", "rgb(20,-20,40)", "fill(red, 1)"), min_size=1).map(
            ":".join
        ),
    ),
]


@st.composite
def option_lists(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Valid options, and the parameters that they mean."""
    chosen = [draw(one) for one in OPTIONS if draw(st.booleans())]
    meant = {name: value for _, given in chosen for name, value in given.items() if value}
    return "/".join(text for text, _ in chosen), meant


def given_parameters(path: ThumbnailPath) -> dict[str, Any]:
    """The parameters that the path names, without the stand-in for the image."""
    return {n: v for n, v in path.parameters.items() if v is not None and n != "image"}
