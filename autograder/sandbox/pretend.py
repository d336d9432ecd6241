"""Pretend that there is a GPU: tensors stay in the CPU's memory and carry a mark that says where they would be.

Within `Pretence` every function of torch is looked at. What moves (`to`, `cuda`, `cpu`, a factory's
`device`) changes the mark, what asks (`device`, `is_cuda`) gets it, and what mixes tensors of two
places raises as CUDA would. A tensor of which nothing is known (a gradient that autograd has made)
is held against nobody. So whether a submission moves what it must can be seen on any machine.
`torch.cuda.is_available()` stays false: torch's own optimizers would believe it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

CPU = torch.device("cpu")

# Each access makes another object of these: they are equal, and not the same.
_DEVICE, _IS_CUDA = torch.Tensor.device.__get__, torch.Tensor.is_cuda.__get__  # type: ignore[attr-defined]
_MOVING = {torch.Tensor.to, torch.Tensor.type_as, torch.Tensor.cuda, torch.Tensor.cpu}
_TO_NUMPY: set[Any] = {torch.Tensor.numpy, torch.Tensor.__array__}
# What may involve two places: indices may be on the CPU, and a setter is how `Module.to` changes a parameter's memory.
_MIXING = {
    torch.Tensor.__getitem__, torch.Tensor.copy_, torch.Tensor.__setitem__, torch.Tensor.data.__set__,  # type: ignore[attr-defined]
    torch.Tensor.new_tensor, torch._has_compatible_shallow_copy_type,
}  # fmt: skip


def place_of(tensor: torch.Tensor) -> torch.device | None:
    """Where the tensor would be, as far as that is known: those inside a transform of torch.func have no memory."""
    try:
        found = getattr(tensor.untyped_storage(), "place", None)
    except NotImplementedError:
        return None
    return found if isinstance(found, torch.device) else None


def put(tensor: torch.Tensor, place: torch.device) -> torch.Tensor:
    """The same tensor, marked: views and `.data` share the mark, since they share the memory."""
    with suppress(NotImplementedError):
        tensor.untyped_storage().place = place  # type: ignore[attr-defined]
    return tensor


class Pretence(TorchFunctionMode):
    """While it is entered, `device` seems to be there."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.device = _indexed(device)

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        if func == _DEVICE:
            return place_of(args[0]) or func(*args)
        if func == _IS_CUDA:
            return (place_of(args[0]) or CPU).type == self.device.type
        if func is torch.Tensor.get_device:
            return -1 if (place_of(args[0]) or CPU) == CPU else self.device.index
        if func is torch._C._nn._parse_to:  # of `Module.to`, which then moves tensor by tensor
            return func(*args, **given)
        if func in _MOVING:
            return self._moved(func, args, given)
        if func in _TO_NUMPY and place_of(args[0]) == self.device:
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. "
                "Use Tensor.cpu() to copy the tensor to host memory first."
            )
        wanted = given.get("device")
        if wanted is not None:
            wanted = self._named(wanted)
            given["device"] = CPU
        tensors = list(_tensors((args, given)))
        place = wanted or self._common_place(func, tensors)
        result = func(*args, **given)
        for tensor in _tensors(result):
            if wanted is not None or (place is not None and place_of(tensor) is None):
                put(tensor, place if place is not None else CPU)
        return result

    def _common_place(self, func: Any, tensors: list[torch.Tensor]) -> torch.device | None:
        """Where the result of a function of these tensors would be. Raises if they do not go together."""
        if not tensors:
            return CPU
        places = [place_of(tensor) for tensor in tensors]
        if func in _MIXING:
            return places[0]
        there = any(place == self.device for place in places)
        here = any(
            place == CPU and tensor.dim() > 0 for place, tensor in zip(places, tensors, strict=True)
        )  # a scalar on the CPU goes with everything
        if there and here:
            raise RuntimeError(
                f"Expected all tensors to be on the same device, but found at least two devices, {self.device} and cpu!"
            )
        if there:
            return self.device
        return CPU if all(place == CPU for place in places) else None

    def _moved(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        tensor, *rest = args
        place, dtype = place_of(tensor), tensor.dtype
        if func is torch.Tensor.cuda:
            place = self.device
        elif func is torch.Tensor.cpu:
            place = CPU
        else:
            for value in (
                *rest,
                *kwargs.values(),
            ):  # a device, a dtype, or a tensor that has both; all else changes neither
                if isinstance(value, torch.Tensor):
                    place, dtype = place_of(value), value.dtype
                elif isinstance(value, torch.dtype):
                    dtype = value
                elif isinstance(value, (str, int, torch.device)) and not isinstance(value, bool):
                    place = self._named(value)
        if place == place_of(tensor):
            result = tensor.to(dtype)
            return result if place is None or result is tensor else put(result, place)
        return put(tensor.to(dtype, copy=True), place or CPU)

    def _named(self, device: Any) -> torch.device:
        return _indexed(torch.device("cuda", device) if isinstance(device, int) else torch.device(device))


def _indexed(device: torch.device) -> torch.device:
    """With the number that is meant where none is given."""
    return torch.device(device.type, device.index or 0) if device.type != "cpu" else CPU


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
