"""Write the manual page and the completions of bash, zsh and fish, from the parser of the command line.

python packaging/shell_files.py FOLDER     # with a Python that has cxrview installed
"""

import argparse
import sys
from pathlib import Path

from cxrview import NOTICE, __version__
from cxrview.cli import main as cli

NAMES = {"man": "cxrview.1", "bash": "cxrview.bash", "zsh": "_cxrview", "fish": "cxrview.fish"}


class Command:
    """A command by its name, with what it does and its options, those that are not shown left out."""

    def __init__(self, name: str, text: str, parser: argparse.ArgumentParser) -> None:
        self.name, self.text = name, text
        shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
        self.options = [action for action in shown if action.option_strings]
        self.usage = " ".join(parser.format_usage().removeprefix("usage: ").split())


def commands() -> list[Command]:
    """Return the commands that the help lists, in its order."""
    (choice,) = (
        action for action in cli.make_parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return [
        Command(item.dest, item.help or "", choice.choices[item.dest]) for item in choice._choices_actions
    ]


def man(found: list[Command]) -> str:
    """Return the manual page, in the macros of man(7)."""
    lines = [
        f'.TH CXRVIEW 1 "" "cxrview {__version__}" "User Commands"',
        *(".SH NAME", "cxrview \\- review chest radiographs with a model that shows where it looked"),
        *(".SH SYNOPSIS", ".B cxrview", "[\\fICOMMAND\\fR] [\\fIOPTION\\fR]..."),
        *(".SH DESCRIPTION", "Without a command it opens its window.", _roff(NOTICE), ".SH COMMANDS"),
    ]
    for command in found:
        lines += [".SS " + _roff(command.name), _roff(command.text[:1].upper() + command.text[1:] + ".")]
        lines += [".PP", _roff(command.usage)]
        for option in command.options:
            names = ", ".join(option.option_strings)
            value = f" {option.metavar}" if isinstance(option.metavar, str) else ""
            lines += [
                ".TP",
                f"\\fB{_roff(names)}\\fR{_roff(value)}",
                _roff((option.help or "").replace("%%", "%")),
            ]
    codes = " ".join(cli.EXIT_CODES.split())
    return "\n".join([*lines, ".SH EXIT STATUS", _roff(codes), ""])


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped


def _long(command: Command) -> list[str]:
    return [name for option in command.options for name in option.option_strings if name.startswith("--")]


def bash(found: list[Command]) -> str:
    """Return the completion for bash: commands, their options, files."""
    cases = "\n".join(f"        {command.name}) options='{' '.join(_long(command))}' ;;" for command in found)
    names = " ".join(command.name for command in found)
    return f"""# bash completion of cxrview
_cxrview() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} options=
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W '{names}' -- "$word"))
        return
    fi
    case ${{COMP_WORDS[1]}} in
{cases}
    esac
    case $word in
        -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
        *) COMPREPLY=() ;;
    esac
}}
complete -o default -F _cxrview cxrview
"""


def zsh(found: list[Command]) -> str:
    """Return the completion for zsh."""
    names = " ".join(f"{_quoted(command.name + ':' + command.text)}" for command in found)
    cases = "\n".join(f"    {command.name}) options=({' '.join(_long(command))}) ;;" for command in found)
    return f"""#compdef cxrview
local -a commands options
commands=({names})
if (( CURRENT == 2 )); then
  _describe command commands
else
  case $words[2] in
{cases}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    compadd -a options
  else
    _files
  fi
fi
"""


def fish(found: list[Command]) -> str:
    """Return the completion for fish."""
    lines = ["# fish completion of cxrview"]
    for command in found:
        text = _quoted(command.text)
        lines.append(f"complete -c cxrview -n __fish_use_subcommand -a {command.name} -d {text}")
        here = f"complete -c cxrview -n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"{here} -l {name.removeprefix('--')}" for name in _long(command)]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "’") + "'"


def main() -> int:
    """Write the four files into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = commands()
    for name, text in (
        ("man", man(found)),
        ("bash", bash(found)),
        ("zsh", zsh(found)),
        ("fish", fish(found)),
    ):
        (folder / NAMES[name]).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
