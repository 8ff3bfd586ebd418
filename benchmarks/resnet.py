"""ResNet-50 (He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition, arXiv:1512.03385), as PyTorch's
modules make it and with normalisation, shortcut and activation in one."""

from collections.abc import Callable

from torch import Tensor, nn

# Normalises the channels, adds a shortcut where there is one, and activates unless told not to.
Normalisation = Callable[[int], nn.Module]


class Plain(nn.Module):
    """PyTorch's way with as little memory as it takes: the activation in place."""

    def __init__(self, channels: int, activation: nn.Module | None) -> None:
        super().__init__()
        self.norm, self.activation = nn.BatchNorm2d(channels), activation

    def forward(self, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        x = self.norm(x)
        if shortcut is not None:
            x += shortcut
        return x if self.activation is None else self.activation(x)


class Bottleneck(nn.Module):
    def __init__(self, before: int, width: int, stride: int, norm: Normalisation, without: Normalisation) -> None:
        super().__init__()
        after = 4 * width
        self.narrow = nn.Conv2d(before, width, 1, bias=False)
        self.middle = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.widen = nn.Conv2d(width, after, 1, bias=False)
        self.norms = nn.ModuleList([norm(width), norm(width), norm(after)])
        self.shortcut = None
        if stride > 1 or before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), without(after))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        x = self.norms[0](self.narrow(x))
        x = self.norms[1](self.middle(x))
        return self.norms[2](self.widen(x), shortcut)


def resnet50(norm: Normalisation, without: Normalisation) -> nn.Sequential:
    """`without` normalises and does not activate."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), norm(64), nn.MaxPool2d(3, 2, 1)]
    before = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            width, stride = 64 << stage, 2 if stage > 0 and block == 0 else 1
            layers.append(Bottleneck(before, width, stride, norm, without))
            before = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 1000))
