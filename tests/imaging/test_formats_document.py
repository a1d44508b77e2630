"""The tables of docs/formats.md are what the installed decoders and the limits say.

Run `python -m tests.imaging.test_formats_document` in the checkout to write them anew.
"""

from pathlib import Path

from cxrview.imaging import limits
from cxrview.imaging.dicom import element_limits, overlays
from cxrview.imaging.dicom.codecs import codecs
from tests.imaging import damaged_pictures

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- made from the decoders: {} -->", "<!-- end -->"


def transfer_syntaxes() -> str:
    """Return the table of what is decoded and by what, then the list of what is not."""
    rows = ["| Transfer syntax | UID | Decoder in use | Also installed |", "| --- | --- | --- | --- |"]
    for codec in codecs():
        if codec.used:
            used, idle = ", ".join(codec.used), ", ".join(codec.idle)
            rows.append(f"| {codec.name} | {codec.uid} | {used} | {idle} |")
    refused = [f"- {codec.name} ({codec.uid})" for codec in codecs() if not codec.used]
    return "\n".join([*rows, "", "Refused with a sentence that names it:", "", *refused])


def size_limits() -> str:
    """Return the table of limits."""
    rows = {
        "Size of a file": f"{limits.MAX_FILE_BYTES // 2**30} GiB",
        "Pixels of one frame": f"{limits.MAX_PIXELS // 10**6} million",
        "Rows, columns": f"{limits.MAX_SIDE}",
        "Frames of a file": f"{limits.MAX_FRAMES}",
        "Pixels of a JPEG, counted in every pass": f"{limits.MAX_SCANNED_PIXELS // 10**6} million",
        "Pixels of all frames when decoded": f"{limits.MAX_DECODED_BYTES // 2**20} MiB",
        "Items of sequences, fragments of pixels": f"{element_limits.MAX_ITEMS}",
        "A file that is deflated, when inflated": f"{element_limits.MAX_INFLATED_BYTES // 2**20} MiB",
        "Pixels of overlays, all their planes": f"{overlays.MAX_OVERLAY // 10**6} million",
        "Memory for decoding": f"{limits.MOST_MEMORY / 10**9:g} GB",
        "Work of a processor core": f"{limits.FEW_SECONDS:g} s and 1 s for each "
        f"{limits.PIXELS_A_SECOND / 10**6:g} million pixels, at most {limits.MOST_SECONDS:g} s",
    }
    return "\n".join(
        ["| What | Limit |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]
    )


PARTS = {
    "transfer syntaxes": transfer_syntaxes,
    "damaged pictures": damaged_pictures.table,
    "limits": size_limits,
}


def section(text: str, name: str) -> tuple[int, int]:
    """Return where the made part `name` begins and ends in `text`."""
    start = text.index(BEGIN.format(name)) + len(BEGIN.format(name))
    return start, text.index(END, start)


def test_document_says_what_the_decoders_do():
    text = DOCUMENT.read_text("utf-8")
    for name, make in PARTS.items():
        start, end = section(text, name)
        assert text[start:end].strip() == make()


def test_every_compression_of_still_images_is_decoded():
    decoded = {codec.uid for codec in codecs() if codec.used}
    stills = "1.2.840.10008.1.2.4."
    assert {
        stills + end for end in ["50", "51", "57", "70", "80", "81", "90", "91", "201", "202", "203"]
    } <= decoded
    assert {"1.2.840.10008.1.2" + end for end in ("", ".1", ".1.99", ".2", ".5")} <= decoded


if __name__ == "__main__":
    content = DOCUMENT.read_text("utf-8")
    for part, build in PARTS.items():
        first, last = section(content, part)
        content = f"{content[:first]}\n{build()}\n{content[last:]}"
    DOCUMENT.write_text(content, "utf-8")
