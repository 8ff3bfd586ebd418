"""Independent references: what each operator must compute, from the formula of its paper. One row per operator.

To add an operator, add a row to `REFERENCES`, and look at nothing but the paper while you write it:

- ``value`` and ``partials``, one for each tensor input, are expressions of tests/python/reference_language.py. Write
  them so that no digits cancel, in the tails as well: they are evaluated in long double, where they must be far better
  than a float everywhere (`test_references.py` proves it against mpmath). At a kink, ``partials`` has the slope that
  PyTorch has. ``1 + exp(x)`` may overflow, but ``exp(x) / exp(x)`` may not.
- At +-infinity the reference is the limit. Nothing has to be done for it: where an expression gives NaN at an infinity,
  it is evaluated at huge numbers instead. NaN gives NaN.
- ``inputs`` are the operator's tensor inputs in order; the first may have any name, the others and the arguments have
  those of the schema. ``samples`` holds values, besides the default, for each input after the first and for each
  argument, in the order of the schema: the first input is swept over every float for the default, and for each sample.
  Coefficients are an input each, with numbers behind the tensor's name (references_with_coefficients.py).
- ``builtin`` is PyTorch's function to compare with: called with the inputs in order and the arguments by name. Where
  it is wrong by more than 1e-12 in double (hardsigmoid and celu calculate with a constant that is a float), a composition
  that gives NaN where the slope is a number (softsign, tanhshrink) or missing, the formula takes its place.
"""

from reference_row import Reference
from references_adaptive import ADAPTIVE
from references_gated import GATED
from references_others import OTHERS
from references_rectifiers import RECTIFIERS
from references_self_gated import SELF_GATED
from references_squashing import SQUASHING
from references_with_coefficients import WITH_COEFFICIENTS

REFERENCES: tuple[Reference, ...] = (
    *RECTIFIERS,
    *SELF_GATED,
    *SQUASHING,
    *OTHERS,
    *ADAPTIVE,
    *GATED,
    *WITH_COEFFICIENTS,
)

BY_NAME = {reference.name: reference for reference in REFERENCES}
