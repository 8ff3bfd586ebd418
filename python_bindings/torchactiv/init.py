"""Initialisation that activations ask for."""

import torch
from torch import Tensor, nn

__all__ = ["lecun_normal_"]


def lecun_normal_(tensor: Tensor, generator: torch.Generator | None = None) -> Tensor:
    r"""Fills a layer's weight with :math:`N(0, 1 / \text{fan\_in})`, which keeps the variance of what passes through.

    With it, and :class:`torchactiv.nn.AlphaDropout` in place of dropout, networks of selu normalise themselves.

    Source: LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.6; Klambauer et al. 2017, Self-Normalizing
    Neural Networks, arXiv:1706.02515.

    Args:
        tensor: a weight of two dimensions or more.
        generator: what the numbers are drawn from; PyTorch's by default.

    Returns:
        The same tensor.

    Raises:
        ValueError: a tensor of fewer dimensions.

    Example:
        >>> import torch, torchactiv
        >>> weight = torchactiv.init.lecun_normal_(torch.empty(50, 10_000))
        >>> round(weight.std().item(), 3)
        0.01
    """
    if tensor.dim() < 2:
        raise ValueError(f"lecun_normal_: tensor must have 2 dimensions or more, got shape {list(tensor.shape)}")
    return nn.init.kaiming_normal_(tensor, nonlinearity="linear", generator=generator)
