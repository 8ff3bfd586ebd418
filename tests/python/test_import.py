"""What `import torchactiv` does and refuses."""

import pathlib
import subprocess
import sys

import pytest
import torch
import torchactiv
from torchactiv import _built_for, _compiler, _library


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a Python of its own, in another folder than this."""
    return subprocess.run([sys.executable, "-c", program], cwd="/", capture_output=True, text=True, check=False)


def test_another_torch_is_refused_in_one_sentence() -> None:
    major, minor = torch.__version__.split(".")[:2]
    other = f"{major}.{int(minor) + 1}.0+cpu"
    result = run(f"import torch; torch.__version__ = {other!r}; import torchactiv")
    assert result.returncode != 0
    message = result.stderr.strip().splitlines()[-1]
    assert message == (
        f"ImportError: torchactiv {torchactiv.__version__} was built for torch {major}.{minor} and cannot be loaded "
        f"into torch {other}: run `pip install 'torch=={major}.{minor}.*'`, or build torchactiv again for this torch "
        "by `pip install --no-build-isolation --force-reinstall --no-deps .` in its source folder"
    )


def test_nothing_is_loaded_into_another_torch() -> None:
    result = run(
        "import torch; torch.__version__ = '1.0'\n"
        "try:\n    import torchactiv\nexcept ImportError:\n    print(hasattr(torch.ops.torchactiv, 'mish'))"
    )
    assert result.stdout.strip() == "False", result.stderr


@pytest.mark.parametrize("version", [_built_for.torch_version + suffix for suffix in (".0", ".1+cu130", ".0a0+git1")])
def test_a_patch_of_the_same_torch_is_accepted(version: str) -> None:
    _library.check_torch(version)


def test_the_bare_library_registers_the_operators() -> None:
    program = (
        f"import torch; torch.ops.load_library({_library.library_path!r}); x = torch.ones(3, requires_grad=True)\n"
        "torch.ops.torchactiv.mish(x).sum().backward(); print(x.grad is not None)"
    )
    result = run(program)
    assert result.stdout.strip() == "True", result.stderr


def test_the_compiler_is_loaded_by_who_compiles() -> None:
    """It takes as long as importing all of torch."""
    result = run("import sys, torch; import torchactiv, torchactiv.nn; print('torch._dynamo' in sys.modules)")
    assert result.stdout.strip() == "False", result.stderr


def test_functions_are_marked_as_the_compiler_marks_them() -> None:
    def function() -> None: ...

    theirs = dict(vars(torch.compiler.assume_constant_result(function)))
    function.__dict__.clear()
    assert theirs and vars(_compiler.constant_result(function)) == theirs


def test_importing_after_loading_the_library_registers_once() -> None:
    result = run(f"import torch; torch.ops.load_library({_library.library_path!r}); import torchactiv; print('loaded')")
    assert result.stdout.strip() == "loaded", result.stderr


def test_the_cmake_package_is_where_cmake_looks() -> None:
    prefix = pathlib.Path(torchactiv.cmake_prefix_path)
    assert (prefix / "torchactiv" / "torchactivConfig.cmake").is_file()
    assert (pathlib.Path(_library.include_path) / "torchactiv" / "torchactiv.h").is_file()


def test_no_path_of_the_machine_that_built_it_is_in_the_package() -> None:
    folders = [pathlib.Path(__file__).parents[2], pathlib.Path(torch.__file__).parent]
    package = pathlib.Path(torchactiv.__file__).parent
    for file in package.rglob("*"):
        # `make build` records where torch is, which is not beside a package in the tree.
        if file.is_file() and file.name != "torch_root.cmake" and "__pycache__" not in file.parts:
            content = file.read_bytes()
            for folder in folders:
                assert f"{folder}/".encode() not in content, file
