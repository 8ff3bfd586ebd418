"""What was measured on."""

import platform
from pathlib import Path

import torch
from measurement import instructions

HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def summary() -> str:
    """The processor, the instruction set in use and the versions that speed depends on."""
    return f"{processor()}, {instructions()}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def details() -> dict[str, str]:
    """More of it, for the page."""
    library, version = platform.libc_ver()
    return {
        "processor": processor(),
        "vector instructions": instructions(),
        "threads": str(torch.get_num_threads()),
        "system": f"{platform.system()} {platform.release()}, {library} {version}",
        "transparent huge pages": huge_pages(),
        "Python": platform.python_version(),
        "PyTorch": torch.__version__,
    }


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def huge_pages() -> str:
    """When the kernel gives huge pages: always, where a program asks for them (madvise), or never."""
    if not HUGE_PAGES.exists():
        return "unknown"
    words = HUGE_PAGES.read_text(encoding="utf-8").split()
    return next((word.strip("[]") for word in words if word.startswith("[")), "unknown")
