"""Renders the sources that are derived from the catalogue.

Every `<path>.jinja` below a folder of templates becomes `<path>` below the output folder; a template sees `operators`,
the list that tools/describe_catalogue.cpp prints, `version`, and `torch_modules`, the names in torch.nn. Usage:

    python tools/render_templates.py --catalogue catalogue.json --version 0.1.0 TEMPLATES OUTPUT
"""

import argparse
import json
import pathlib

import jinja2
import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalogue", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("templates", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()

    operators = json.loads(options.catalogue.read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(options.templates),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    # What Python writes as lambd is lambda in LibTorch.
    environment.filters["libtorch"] = lambda name: {"lambd": "lambda"}.get(name, name)
    environment.filters["start"] = lambda initial: tuple(initial) if isinstance(initial, list) else initial
    for template in sorted(options.templates.rglob("*.jinja")):
        name = template.relative_to(options.templates)
        target = options.output / name.with_suffix("")
        text = environment.get_template(name.as_posix()).render(
            operators=operators, version=options.version, torch_modules=dir(torch.nn)
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:  # an unchanged file stays as old as it is
            target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
