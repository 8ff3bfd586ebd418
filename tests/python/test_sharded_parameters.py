"""Modules whose parameters are sharded before they have values, as PyTorch's fully_shard makes large models."""

from collections.abc import Iterator

import pytest
import torch
import torch.distributed as dist
import torchactiv
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard


@pytest.fixture(scope="module")
def mesh() -> Iterator[DeviceMesh]:
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    dist.destroy_process_group()


@pytest.mark.parametrize(
    "name", ["PELU", "APL", "BSpline", "KANEdge", "MaxAffine", "Polynomial", "Rational", "RationalC"]
)
def test_parameters_start_as_they_do_in_one_piece(name: str, mesh: DeviceMesh) -> None:
    expected = getattr(torchactiv.nn, name)(num_parameters=3, dtype=torch.float64)
    with torch.device("meta"):
        module = getattr(torchactiv.nn, name)(num_parameters=3, dtype=torch.float64)
    fully_shard(module, mesh=mesh)
    module.to_empty(device="cpu")
    module.reset_parameters()
    for (key, mine), whole in zip(module.state_dict().items(), expected.state_dict().values(), strict=True):
        assert torch.equal(mine.full_tensor(), whole), key
