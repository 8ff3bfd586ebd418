"""What is one node in a graph of :mod:`torch.fx`, as the modules of torch.nn are."""

from typing import Any

from torch import nn
from torch.fx import Proxy, Tracer

__all__ = ["Leaf"]


class Leaf(nn.Module):
    """A module that is traced as a whole; in front of PyTorch's module among the bases.

    So it follows train() and eval(), counts batches when the graph runs, and runs its hooks then.

    Example:
        >>> import torch, torchactiv
        >>> model = torch.nn.Sequential(torchactiv.nn.LayerNormAct(4), torchactiv.nn.RReLU())
        >>> [node.op for node in torch.fx.symbolic_trace(model).graph.nodes]
        ['placeholder', 'call_module', 'call_module', 'output']
    """

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """The result, or its place in the graph."""
        for value in inputs + tuple(named.values()) if named else inputs:
            if isinstance(value, Proxy) and isinstance(value.tracer, Tracer):
                return _traced(self, value.tracer, inputs, named)
        return super().__call__(*inputs, **named)


def _traced(module: nn.Module, tracer: Tracer, inputs: tuple[Any, ...], named: dict[str, Any]) -> Any:
    def node(*inputs: Any, **named: Any) -> Proxy:
        return tracer.create_proxy("call_module", tracer.path_of_module(module), inputs, named)

    return tracer.call_module(module, node, inputs, named)
