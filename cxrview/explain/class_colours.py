"""The colours that stand for classes, the same in bars, tables and plots."""

# Chosen so that colour-blind readers tell them apart (a test simulates them); none is amber or red, which
# stand for warning and refusal.
CLASS_COLOURS = {
    "dark": ("#c04f80", "#86a02f", "#45b4f5", "#7d55b8", "#f2a8c0", "#4c8a66"),
    "light": ("#b13269", "#637c10", "#0388dc", "#6f3fc0", "#c06c92", "#1d6340"),
}


def class_colour(theme: str, index: int) -> str:
    """Return the colour, "#rrggbb", of the class at `index` of a card in theme "dark" or "light"."""
    colours = CLASS_COLOURS[theme]
    return colours[index % len(colours)]
