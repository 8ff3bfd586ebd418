"""What README.md and docs/ show is true: the programs run, and the code that is quoted is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torchactiv

ROOT = Path(__file__).resolve().parent.parent.parent


def blocks(language: str, page: str = "README.md") -> list[str]:
    """The contents of the fenced blocks in that language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the README's Python has run."""
    folder = tmp_path_factory.mktemp("readme")
    run(sys.executable, "-c", "\n".join(blocks("python")), folder=folder)
    return folder


def test_python_and_torchscript(folder: Path) -> None:
    assert len(blocks("python")) == 9
    assert (folder / "model.pt").exists()
    assert (folder / "model.onnx").exists()


def test_cpp(folder: Path) -> None:
    (program,), (project,) = blocks("cpp"), blocks("cmake")
    (folder / "main.cpp").write_text(program)
    (folder / "CMakeLists.txt").write_text(project)
    prefix = os.fspath(torchactiv.cmake_prefix_path)
    run("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", folder=folder)
    run("cmake", "--build", "build", folder=folder)
    assert "CPULongType{8}" in run("build/program", folder=folder)


def test_the_walk_through_quotes_what_is_there() -> None:
    """But for the remarks that it adds to lines of the card."""
    sources = ("ops/mish.h", "ops/catalogue.h", "tests/python/references_self_gated.py")
    there = {line.strip() for source in sources for line in (ROOT / source).read_text(encoding="utf-8").splitlines()}
    page = "docs/adding_an_activation.md"
    quoted = [line for block in blocks("cpp", page) + blocks("python", page) for line in block.splitlines()]
    assert len(quoted) > 20
    for line in quoted:
        assert line.strip() in there or line.split("  //")[0].strip() in there, line
