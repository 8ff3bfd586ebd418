"""What README.md shows works: its Python in order, and its C++ program on the model that its Python saved."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torchactiv

README = Path(__file__).resolve().parent.parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    """The contents of the fenced blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


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
    assert len(blocks("python")) == 2
    assert (folder / "model.pt").exists()


def test_cpp(folder: Path) -> None:
    (program,), (project,) = blocks("cpp"), blocks("cmake")
    (folder / "main.cpp").write_text(program)
    (folder / "CMakeLists.txt").write_text(project)
    prefix = os.fspath(torchactiv.cmake_prefix_path)
    run("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", folder=folder)
    run("cmake", "--build", "build", folder=folder)
    assert "CPULongType{8}" in run("build/program", folder=folder)
