"""What torchactiv has, from the command line: the whole catalogue, all about one activation, and plots."""

import argparse
import inspect
import os
import signal
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from torchactiv import __version__, _registry, functional, nn

OPTIONAL = "tabulate", "matplotlib"  # libraries that are imported only when needed


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit status: 0; 1 where a library is missing or a file cannot be written; 2 where a name or a file format
        is not known, or what shall be written is no file.

    Example:
        >>> main(["show", "mihs"])
        2
    """
    options = _parser().parse_args(arguments)
    try:
        print({"list": _list, "show": _show, "plot": _plot}[options.command](options))
    except ModuleNotFoundError as error:
        library = (error.name or "").split(".")[0]
        if library not in OPTIONAL:
            raise
        return _failed(1, f"{library} is missing, which `pip install {library}` installs")
    except OSError as error:
        return _failed(1, str(error))
    except ValueError as error:
        return _failed(2, str(error))
    return 0


def _failed(status: int, message: str) -> int:
    print(message, file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m torchactiv", description=__doc__)
    parser.add_argument("--version", action="version", version=f"torchactiv {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    listing = commands.add_parser("list", help="a table of all activations, by family, and names of what else there is")
    families = list(dict.fromkeys(entry["family"] for entry in _registry.entries()))
    listing.add_argument("--family", choices=families, help="this family only")

    show = commands.add_parser("show", help="all that is known of one activation, and how exact and fast it is")
    show.add_argument("name", help="of the function or module, or another that libraries have for it")

    plot = commands.add_parser("plot", help="a figure of one or several activations")
    plot.add_argument("names", nargs="+", metavar="name")
    plot.add_argument("--derivatives", action="store_true", help="their derivatives as well, as dashed lines")
    plot.add_argument("-o", "--output", help="the file, in the format of its ending, or .png; default: the names")
    return parser


def _list(options: argparse.Namespace) -> str:
    from torchactiv import _tables

    entries = _registry.entries()
    table = _tables.catalogue([e for e in entries if options.family in (None, e["family"])])
    return table if options.family else f"{table}\n\n{_beside(entries)}"


def _beside(entries: list[_registry.Entry]) -> str:
    """What there is that is no activation: gates by name, normalisations, blocks."""
    names = {entry["name"] for entry in entries}
    functions = [name for name in functional.__all__ if name.removesuffix("_") not in names]
    modules = {name for name in nn.__all__ if isinstance(getattr(nn, name), type)} - {e["module"] for e in entries}
    lines = [
        f"torchactiv.{library} has beside these, of which `show` tells as well: {', '.join(sorted(found))}."
        for library, found in {"functional": functions, "nn": modules}.items()
    ]
    return "\n\n".join(textwrap.fill(line, 120, break_on_hyphens=False) for line in lines)


def _show(options: argparse.Namespace) -> str:
    if beyond_catalogue := _registry.beyond_catalogue(options.name):
        return _documentation(beyond_catalogue)
    module, entry = _registry.module_name(options.name), _registry.find(options.name)
    if module != entry["module"]:  # SwiGLU is a block, and swiglu its gate
        return _documentation({"nn": module})
    from torchactiv import _tables

    return _tables.description(entry)


def _documentation(names: dict[str, str]) -> str:
    """What the docstrings say of a function and of a module, which are named by their libraries."""
    parts = []
    for library, name in names.items():
        called = getattr({"functional": functional, "nn": nn}[library], name)
        parts += [f"torchactiv.{library}.{name}{inspect.signature(called)}", inspect.getdoc(called) or ""]
    return "\n\n".join(parts)


def _plot(options: argparse.Namespace) -> str:
    entries = [_registry.find(name) for name in options.names]
    names = [entry["name"] for entry in entries]
    default = "-".join(names) if len(names) <= 4 else "activations"
    output = _file(default if options.output is None else options.output)
    from torchactiv import _plot

    _plot.figure(entries, derivatives=options.derivatives).savefig(output, dpi=150)
    return f"written to {output}"


def _file(given: str) -> Path:
    """The file that is written, with the ending that Matplotlib would give it."""
    file = Path(given.rstrip("."))
    names_something = os.path.basename(given).strip(". ")
    if names_something and not file.suffix:
        file = file.with_name(f"{file.name}.png")
    if not names_something or Path(given).is_dir() or file.is_dir():
        raise ValueError(f"--output must be the name of a file, not of a folder, got {given!r}")
    return file


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # when nobody reads on, as `head` does not, end as other programs do
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
