"""Every colour of the book. Figures, explorables and pages use these and no other.

Style sheets and the drawings of explorables cannot import this file: a test reads them. A category
is never told by its colour alone (see ``style``).
"""

# For categories: colour-blind readers can tell them apart. Okabe and Ito (2008), Color Universal
# Design, https://jfly.uni-koeln.de/color/
OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",  # what comes out, and gold links
    "sky blue": "#56B4E9",  # blue on a dark page
    "bluish green": "#009E73",
    "yellow": "#F0E442",  # not used: too light on paper
    "blue": "#0072B2",  # with attention
    "vermilion": "#D55E00",  # without
    "reddish purple": "#CC79A7",
}

# The same hues, darker or lighter: letters and grounds of light and of dark pages.
TINTS = {
    "blue": ("#00598C", "#E3F0F8", "#286083", "#001A33"),
    "sky blue": ("#7CC6F2", "#16303F", "#4C9CC9"),
    "vermilion": ("#9C4300", "#FBEADF", "#F08A3C", "#F5AB72", "#3B2717"),
    "bluish green": ("#00664A", "#E3F5EE", "#6FD3AE", "#15332A"),
    "orange": ("#7A4F00", "#FDF1D6", "#F0C674", "#3A2E15"),
}
DANGER = ("#A32020", "#FBE6E6", "#FF9D9D", "#421D1D")  # boxes that warn, on pages only

# Letters, lines and grounds, from white to nearly black.
NEUTRALS = (
    *("#FFFFFF", "#F6F8FA", "#F2F5F8", "#E6EDF3", "#E6EBF0", "#DDE3EA", "#DDDDDD"),
    *("#D8DEE6", "#D5DDE5", "#D0D7DE", "#C9D3DD", "#C9D1DA", "#A7B1BD", "#A4AFBA", "#8B949E"),
    *("#888888", "#767676", "#6E7781", "#57606A", "#525C69", "#3D454E", "#343F4D", "#323C49"),
    *("#28313C", "#222222", "#1F2328", "#1C2430", "#1B222C", "#14181E", "#12171E", "#101823"),
    "#05080C",
)


def is_of_the_book(color: str) -> bool:
    """Say whether a colour in hexadecimal digits stands in this file; how opaque it is, is free.

    Args:
        color: `#` and 3, 4, 6 or 8 digits.

    Example:
        >>> is_of_the_book("#0072b2"), is_of_the_book("#8886"), is_of_the_book("#0073B2")
        (True, True, False)
    """
    digits = color.removeprefix("#").upper()
    digits = "".join(digit * 2 for digit in digits) if len(digits) < 6 else digits
    tints = (color for colors in TINTS.values() for color in colors)
    return f"#{digits[:6]}" in {*OKABE_ITO.values(), *tints, *DANGER, *NEUTRALS}
