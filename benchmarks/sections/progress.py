"""How far a section is."""

from collections.abc import Iterable

from subjects import Subject
from tqdm import tqdm


def progress(section: str, subjects: Iterable[Subject]) -> Iterable[Subject]:
    """The subjects, with a bar on a terminal."""
    return tqdm(list(subjects), desc=section, disable=None, leave=False)
