"""Loads the shared library, which registers the operators with torch."""

import pathlib

import torch

from torchactiv import _built_for

version: str = _built_for.version
_folder = pathlib.Path(__file__).resolve().parent
cmake_prefix_path: str = str(_folder / "share" / "cmake")
include_path: str = str(_folder / "include")
library_path: str = str(_folder / _built_for.library)


def check_torch(torch_version: str) -> None:
    """Raises ImportError unless the library was built for that version of torch.

    libtorch keeps its C++ interface within a minor version only; with another one loading would crash, or worse, work.

    Example:
        >>> import torch
        >>> check_torch(torch.__version__)
    """
    minor = ".".join(torch_version.split(".")[:2])
    if minor != _built_for.torch_version:
        raise ImportError(
            f"torchactiv {version} was built for torch {_built_for.torch_version} and cannot be loaded into torch "
            f"{torch_version}: run `pip install 'torch=={_built_for.torch_version}.*'`, or build torchactiv again for "
            "this torch by `pip install --no-build-isolation --force-reinstall --no-deps .` in its source folder"
        )


def load() -> None:
    """Loads the library once; torch.ops.torchactiv then has the operators."""
    check_torch(str(torch.__version__))
    if library_path not in torch.ops.loaded_libraries:
        torch.ops.load_library(library_path)  # type: ignore[no-untyped-call]
