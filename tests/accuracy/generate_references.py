"""Writes the C++ of tests/python/references.py: references.inc, and headers.inc, which includes every header of ops/.

Usage: python tests/accuracy/generate_references.py OUTPUT_DIRECTORY
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from reference_language import translate  # noqa: E402
from references import BY_NAME, REFERENCES, Reference  # noqa: E402


def function(reference: Reference) -> str:
    """A template that calculates the value and the partial derivatives."""
    names = {name: f"inputs[{i}]" for i, name in enumerate(reference.inputs)}
    names |= {name: f"arguments[{i}]" for i, name in enumerate(reference.arguments)}
    statements, results = translate(reference.expressions, names)
    lines = [*statements, *(f"outputs[{i}] = {result};" for i, result in enumerate(results))]
    comments = [f"// {expression}" for expression in reference.expressions]
    return "\n".join(
        [
            *comments,
            "template <class T>",
            f"void {reference.name}(const T* inputs, [[maybe_unused]] const T* arguments, T* outputs) {{",
            *(f"  {line}" for line in lines),
            "}\n",
        ]
    )


def row(reference: Reference) -> str:
    """The initialiser of a References row, see tests/accuracy/reference.h."""

    def variables(names: tuple[str, ...]) -> str:
        samples = (f'{{"{n}", {{{", ".join(map(repr, reference.samples.get(n, ())))}}}}}' for n in names)
        return "{" + ", ".join(samples) + "}"

    name, count = reference.name, len(reference.inputs)
    functions = f"block<formula::{name}<double>, {count}>, formula::{name}<long double>"
    return f'    {{"{name}", {variables(reference.inputs)}, {variables(reference.arguments)}, {functions}}},'


def main(directory: Path) -> None:
    """Write both files."""
    operators = re.findall(r"^OPERATOR\((\w+),", (ROOT / "ops" / "catalogue.h").read_text(), re.MULTILINE)
    if missing := [name for name in operators if name not in BY_NAME]:
        sys.exit(f"tests/python/references.py has no row for {', '.join(missing)}")
    directory.mkdir(parents=True, exist_ok=True)
    header = "// Made by tests/accuracy/generate_references.py from tests/python/references.py. Do not edit.\n\n"
    functions = "\n".join(map(function, REFERENCES))
    rows = "\n".join(map(row, REFERENCES))
    (directory / "references.inc").write_text(
        f"{header}namespace formula {{\n\n{functions}\n}}  // namespace formula\n\n"
        f"const std::vector<Reference> rows{{\n{rows}\n}};\n"
    )
    includes = "".join(f'#include "ops/{name}.h"\n' for name in operators)
    (directory / "headers.inc").write_text(header + includes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
