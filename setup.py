"""Builds the wheel with CMake, for the torch that is installed: pip install . --no-build-isolation"""

import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import ClassVar

from setuptools import Command, Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build import build

source = pathlib.Path(__file__).resolve().parent


def torch_minor() -> str:
    """The version of torch without what comes behind the minor; libtorch keeps its C++ interface within that only."""
    version = importlib.metadata.version("torch")
    match = re.match(r"\d+\.\d+", version)
    assert match, version
    return match.group()


class BuildWithCMake(Command):
    """Configures, builds and installs into the folder that becomes the wheel."""

    user_options: ClassVar[list[tuple[str, str | None, str]]] = []

    def initialize_options(self) -> None:
        self.build_lib: str | None = None  # None, not "", is what set_undefined_options fills in

    def finalize_options(self) -> None:
        self.set_undefined_options("build", ("build_lib", "build_lib"))

    def run(self) -> None:
        default = source / "build" / f"torch-{torch_minor()}"
        build_folder = os.environ.get("TORCHACTIV_BUILD_FOLDER") or str(default)
        assert self.build_lib
        target = pathlib.Path(self.build_lib).resolve()
        shutil.rmtree(target / "torchactiv", ignore_errors=True)  # lest a file of an earlier build goes into the wheel
        configure = ["cmake", "-S", str(source), "-B", build_folder, f"-DPython3_EXECUTABLE={sys.executable}"]
        if shutil.which("ninja") and not os.environ.get("CMAKE_GENERATOR"):
            configure += ["-G", "Ninja"]
        subprocess.run(configure, check=True)
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(len(os.sched_getaffinity(0)))
        subprocess.run(
            ["cmake", "--build", build_folder, "--target", "torchactiv_package", "--parallel", jobs], check=True
        )
        subprocess.run(["cmake", "--install", build_folder, "--prefix", str(target)], check=True)


class BuildAll(build):
    """Nothing but CMake's part: the Python sources are installed by it as well."""

    sub_commands: ClassVar = [("build_with_cmake", None)]


class PlatformWheel(bdist_wheel):
    """Any Python 3 will do, on one platform: only that which built it sees the extension module, others do without."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    """Makes setuptools install into the folder for binary packages."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    version=(source / "VERSION").read_text(encoding="utf-8").strip(),
    packages=[],
    py_modules=[],
    install_requires=[f"torch=={torch_minor()}.*"],
    distclass=BinaryDistribution,
    cmdclass={"build": BuildAll, "build_with_cmake": BuildWithCMake, "bdist_wheel": PlatformWheel},
)
