"""Texts that others wrote, in tables and on terminals."""

import csv
import io

import pytest

from cxrview.safe_text import CsvWriter, guarded, legible, unguarded, visible

TEXTS = (
    "a.png",
    "=1+1",
    "+x",
    "-x",
    "@SUM(A1)",
    "-0.25",
    "1e-3",
    "'=1",
    "''@",
    "'a",
    "'",
    "",
    "\tx",
    "\rx",
    "-",
    "=",
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_guarded_is_no_formula_and_comes_back(text):
    cell = guarded(text)
    assert unguarded(cell) == text
    number = text in ("-0.25", "1e-3")
    assert (cell == text) == (number or not text.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r")))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "a", " a"])
def test_a_row_is_one_row_whatever_line_ends_are_in_it(text, end):
    file = io.StringIO(newline="")
    writer = CsvWriter(file, end)
    writer.writerow([text, 1, None, -0.5])
    writer.writerow(["next"])
    file.seek(0)
    assert list(csv.reader(file)) == [[text, "1", "", "-0.5"], ["next"]]
    assert file.getvalue().endswith(f"next{end}")


def test_bytes_that_are_no_unicode_become_readable():
    assert legible("caf\udce9.png") == "caf\\xe9.png"
    assert legible("é.png") == "é.png"


def test_nothing_commands_a_terminal():
    text = "\x1b]0;title\x07 \x9b2J \u202egnp.exe \udc9b\r\n\t é 胸部"
    shown = visible(text, "\n\t")
    assert shown == "\\x1b]0;title\\x07 \\x9b2J \\u202egnp.exe \\x9b\\x0d\n\t é 胸部"
    assert "\n" not in visible(text)


def test_a_table_that_is_seen_commands_no_terminal():
    file = io.StringIO()
    CsvWriter(file, seen=True).writerow(["\x1b[2J.png", "b"])
    assert file.getvalue() == "\\x1b[2J.png,b\n"
