"""The ways to execute PyTorch's calls beside one by one."""

from __future__ import annotations

import os
from collections.abc import Callable

from .call import Expression, FrameworkObject, Mode, Name, Names, wrapped


def _forgotten(names: Names) -> Names:
    """torch.compile stops compiling a function after eight shapes, flags and dtypes: begin anew."""
    names["torch"]._dynamo.reset()
    return {}


def _trace(names: Names) -> Names:
    torch = names["torch"]

    def trace(function: Callable[..., FrameworkObject]) -> Callable[..., FrameworkObject]:
        def run(*tensors: object, **flags: object) -> FrameworkObject:
            return torch.jit.trace(lambda *inputs: function(*inputs, **flags), tensors)(*tensors)

        return run

    return {"trace": trace}


def _export(names: Names) -> Names:
    torch = names["torch"]

    def export(function: Callable[..., FrameworkObject]) -> Callable[..., FrameworkObject]:
        def run(*tensors: object, **flags: object) -> FrameworkObject:
            forward = {"forward": lambda module, *inputs: function(*inputs, **flags)}
            module = type("Module", (torch.nn.Module,), forward)()
            return torch.export.export(module, tensors).module()(*tensors)

        return run

    return {"export": export}


def _on_cuda(call: Expression) -> Expression:
    others = (Expression(Name("cuda"), (tensor,)) for tensor in call.args[1:])
    on_device = Expression(call.function, (Expression(Name("x.cuda")), *others), call.kwargs)
    return Expression(Name("cpu"), (on_device,))


def _to_and_fro(names: Names) -> Names:
    return {"cuda": lambda tensor: tensor.cuda(), "cpu": lambda tensor: tensor.cpu()}


def _no_gpu() -> str | None:
    return None if os.path.exists("/proc/driver/nvidia/version") else "no NVIDIA GPU"


MODES = (
    Mode(
        name="compile",
        expression=wrapped("torch.compile", fullgraph=True, dynamic=False),
        names=_forgotten,
    ),
    Mode(name="jit_trace", expression=wrapped("trace"), names=_trace),
    Mode(name="export", expression=wrapped("export"), names=_export),
    Mode(name="cuda", expression=_on_cuda, names=_to_and_fro, why_absent=_no_gpu),
)
