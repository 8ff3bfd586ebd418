"""How docs/accuracy.md is made; whether it is current, `make lint` checks."""

import json
import sys
from pathlib import Path

import pytest
from operators import OPERATORS, Operator, every_operator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))
import document_accuracy

NAMES = [operator.name for operator in OPERATORS]


def rows(operator: str, error: float, *, stride: int = 1, pytorch: bool = True) -> list[document_accuracy.Row]:
    """What the tool writes of one operator."""
    sets = ("baseline", "avx2", "avx512", *(("PyTorch",) if pytorch else ()))
    result = []
    for dtype in ("float32", "bfloat16", "float16"):
        for instruction_set in sets:
            for of in ("value", "x"):
                row = {"operator": operator, "of": of, "instruction_set": instruction_set, "dtype": dtype}
                row |= {"stride": stride, "inputs": 1 << 32, "ulp": error, "ulp_at": "x = 2.5"}
                row |= {"absolute": 2.0**-30, "absolute_at": "x = -7", "tail_ulp": 0} if of == "x" else {}
                row |= {"special_values_wrong": 0}
                row |= {"version": "2.13.0, AVX2"} if instruction_set == "PyTorch" else {}
                result.append(row)
    return result


@every_operator
def test_each_operator_has_its_section(operator: Operator) -> None:
    others = [name for name in NAMES if name != operator.name]
    text = document_accuracy.page(rows(operator.name, 0.75), NAMES)
    assert text.count(f"\n| [{operator.name}](#{operator.name}) |") == 2
    section = text.split(f"\n### {operator.name}\n")[1]
    assert "Every float" in section and "2.13.0, AVX2" in section
    assert section.count("| value | float32 | all | 0.75 | x = 2.5 | 0 |\n") == 1
    assert section.count("| x | float16 | PyTorch | 0.75 | x = 2.5 | 2^-30.00 | x = -7 | 0 |  | 0 |\n") == 1
    assert f"Not measured yet: {', '.join(others)}.\n" in text


def test_instruction_sets_that_agree_share_a_row() -> None:
    found = rows(NAMES[0], 0.75)
    for row in found:
        row["ulp"] = 0.5 if row["instruction_set"] == "baseline" else row["ulp"]
    text = document_accuracy.page(found, NAMES)
    for label, error in (("baseline", "0.5"), ("avx2, avx512", "0.75"), ("PyTorch", "0.75")):
        assert text.count(f"| value | bfloat16 | {label} | {error} |") == 1


def test_a_part_of_the_floats_is_told() -> None:
    text = document_accuracy.page(rows(NAMES[0], 1.0, stride=193, pytorch=False), NAMES)
    assert "| 1 of 193 |\n" in text and "One float of 193; 4,294,967,296 inputs" in text
    assert document_accuracy.missing(rows(NAMES[0], 1.0, stride=193), 1, NAMES) == NAMES
    assert document_accuracy.missing(rows(NAMES[0], 1.0), 1, NAMES) == NAMES[1:]


def test_the_instruction_set_with_the_fewest_floats_is_told() -> None:
    found = rows(NAMES[0], 1.0, pytorch=False)
    for row in found:
        row["stride"] = 7 if row["instruction_set"] == "avx512" else 1
    assert "| 1 of 7 |\n" in document_accuracy.page(found, NAMES)
    assert document_accuracy.missing(found, 1, NAMES) == NAMES


def test_an_interrupted_run_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_accuracy, "DATA", tmp_path / "accuracy.json")
    monkeypatch.setattr(document_accuracy, "PAGE", tmp_path / "accuracy.md")
    first, second, third = NAMES[:3]
    (tmp_path / "accuracy.json").write_text(document_accuracy.dump([*rows(second, 1.0), *rows(third, float("inf"))]))
    left = tmp_path / "left"
    measured = [*rows(second, 2.0), *rows(first, 3.0), *rows(second, 4.0, pytorch=False)]
    left.write_text("".join(json.dumps(row) + "\n" for row in measured) + '{"operator": "')

    monkeypatch.setattr(sys, "argv", ["document_accuracy.py", "--merge", str(left)])
    document_accuracy.main()
    assert not left.exists()
    kernels = iter(rows(second, 4.0, pytorch=False))  # the second time without PyTorch, whose figures stay
    of_second = [row if row["instruction_set"] == "PyTorch" else next(kernels) for row in rows(second, 2.0)]
    expected = [*rows(first, 3.0), *of_second, *rows(third, float("inf"))]
    text = (tmp_path / "accuracy.json").read_text()
    assert document_accuracy.load() == expected and "1e999" in text
    assert text.count("\n") == len(expected) + 2

    monkeypatch.setattr(sys, "argv", ["document_accuracy.py", "--check"])
    document_accuracy.main()
    (tmp_path / "accuracy.md").write_text("by hand")
    with pytest.raises(SystemExit, match=r"docs/accuracy\.json"):
        document_accuracy.main()
