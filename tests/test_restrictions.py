"""What is forbidden is found in the source and in the trace, and honest code is left alone."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.exercise import discover, misconception_of
from autograder.grading.restrictions import NAMED, Finding, find_in_source, find_in_trace, restriction

CONV = NAMED["conv-call"]


def find(text: str, roots=("corr2d",), helpers=None, forbidden=CONV) -> list[Finding]:
    sources = {name: textwrap.dedent(source) for name, source in (helpers or {}).items()}
    return find_in_source(textwrap.dedent(text), sources, roots, forbidden)


HONEST = {
    "loops": """
        import torch
        def corr2d(X, K):
            h, w = K.shape
            Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1, dtype=X.dtype, device=X.device)
            for i in range(Y.shape[0]):
                for j in range(Y.shape[1]):
                    Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
            return Y
        def conv2d(X, K):
            return corr2d(X, K.flip(0, 1))
        """,
    "unfold method and einsum": """
        import torch
        def corr2d(X, K):
            return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)
        """,
    "F.unfold, F.pad and F.relu": """
        import torch.nn.functional as F
        def corr2d(X, K):
            X = F.pad(X, (0, 0, 0, 0))
            columns = F.unfold(F.relu(X)[None, None], K.shape)
            return (K.reshape(1, -1) @ columns).reshape(X.shape[0] - K.shape[0] + 1, -1)
        """,
    "nn.Unfold, nn.Fold and nn.Linear": """
        from torch import nn
        unfold = nn.Unfold((2, 2))
        def corr2d(X, K):
            return nn.Fold((4, 4), (1, 1))(K.reshape(1, -1) @ nn.Unfold(K.shape)(X[None, None]))
        """,
    "FFT": """
        import torch
        def corr2d(X, K):
            size = X.shape
            product = torch.fft.rfft2(X) * torch.fft.rfft2(K, s=size).conj()
            return torch.fft.irfft2(product, s=size)[:size[0] - K.shape[0] + 1, :size[1] - K.shape[1] + 1]
        """,
    "as_strided": """
        import torch as th
        def corr2d(X, K):
            X = X.contiguous()
            s = X.stride()
            size = (X.size(0) - K.size(0) + 1, X.size(1) - K.size(1) + 1, *K.shape)
            return th.tensordot(th.as_strided(X, size, (*s, *s)), K, dims=([2, 3], [0, 1]))
        """,
    "sliding windows of numpy": """
        import numpy as np
        def corr2d(X, K):
            windows = np.lib.stride_tricks.sliding_window_view(X.numpy(), tuple(K.shape))
            return np.einsum("ijkl,kl->ij", windows, K.numpy())
        """,
    "an unused import": """
        import torch
        from torch.nn.functional import conv2d as library_conv2d, max_pool2d
        import torch.nn.functional as F
        from scipy.signal import correlate2d
        def corr2d(X, K):
            return (X * K).sum()
        """,
    "an unused import inside": """
        def corr2d(X, K):
            from torch.nn.functional import conv2d
            import scipy.signal
            return (X * K).sum()
        """,
    "comments, strings and docstrings": '''
        """F.conv2d is forbidden; torch.nn.functional.conv2d too."""
        def corr2d(X, K):
            """Like F.conv2d(X, K), but not `torch.nn.functional.conv2d`."""
            # return F.conv2d(X, K)
            "F.max_pool2d"
            message = "torch.nn.functional.conv2d"
            print("same as nn.Conv2d", message, f"F.conv2d{X}")
            return (X * K).sum()
        ''',
    "a guarded demo": """
        import torch
        import torch.nn.functional as F
        def corr2d(X, K):
            return (X * K).sum()
        if __name__ == "__main__":
            X, K = torch.randn(4, 4), torch.randn(2, 2)
            conv = torch.nn.Conv2d(1, 1, 2)
            corr2d = F.conv2d
            print(F.conv2d(X[None, None], K[None, None]), conv(X))
        """,
    "a guarded demo, the other way round": """
        import torch.nn.functional as F
        def corr2d(X, K):
            return (X * K).sum()
        if "__main__" == __name__ and True:
            corr2d = F.conv2d
        """,
    "an unguarded demo": """
        import torch, torch.nn.functional as F
        def corr2d(X, K):
            return (X * K).sum()
        X, K = torch.randn(4, 4), torch.randn(2, 2)
        Y = F.conv2d(X[None, None], K[None, None])
        print(torch.allclose(corr2d(X, K), Y))
        assert corr2d(X, K).shape == F.conv2d(X[None, None], K[None, None]).shape[2:]
        """,
    "functions that compare, called at import": """
        import torch, torch.nn.functional as F
        def corr2d(X, K):
            return apply(X, K, torch.mul)
        def apply(X, K, f):
            return f(X, K)
        def compare(f, g):
            print(f(torch.ones(2, 2), torch.ones(2, 2)), g)
        def demo():
            compare(corr2d, F.conv2d)
        demo()
        compare(corr2d, torch.nn.functional.conv2d)
        """,
    "a helper that no root reaches": """
        from torch import nn
        import torch.nn.functional as F
        def with_torch(X, K):
            return F.conv2d(X[None, None], K[None, None])
        class WithTorch(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(1, 1, 2)
                self.pool = nn.MaxPool2d(2)
        def corr2d(X, K):
            return (X * K).sum()
        reference = WithTorch()
        """,
    "own functions with these names": """
        import torch
        def conv2d(X, K):
            return (X * K).sum()
        def max_pool2d(X):
            return X.amax()
        def correlate(X, K): return conv2d(X, K)
        def corr2d(X, K):
            return conv2d(X, K) + max_pool2d(X) + correlate(X, K)
        """,
    "own functions after a star import": """
        from torch.nn.functional import *
        from torch import *
        def conv2d(X, K):
            return (X * K).sum()
        def corr2d(X, K):
            return conv2d(relu(X), K) + zeros(1)
        """,
    "own functions instead of imported ones": """
        from torch.nn.functional import conv2d, relu
        def conv2d(X, K):
            return (X * K).sum()
        def corr2d(X, K):
            return conv2d(relu(X), K)
        """,
    "the last definition wins, as in a notebook": """
        import torch.nn.functional as F
        def corr2d(X, K):
            return F.conv2d(X[None, None], K[None, None])
        expected = corr2d
        def corr2d(X, K):
            return (X * K).sum()
        """,
    "a class with methods of these names": """
        from torch import nn
        class Convolver(nn.Module):
            def conv2d(self, X, K):
                return (X * K).sum()
            def convolve(self, X, K):
                return self.conv2d(X, K)
        def corr2d(X, K):
            convolver = Convolver()
            return convolver.convolve(X, K) + Convolver().conv2d(X, K)
        """,
    "attributes of these names": """
        class Config:
            def __init__(self, **options):
                self.__dict__.update(options)
        class Net:
            def __init__(self):
                self.conv2d = lambda X, K: (X * K).sum()
                self.add_module("max_pool2d", None)
            def add_module(self, name, module):
                setattr(self, name, module)
            def run(self, X, K):
                self.max_pool2d
                return self.conv2d(X, K)
        def corr2d(X, K):
            config = Config(correlate=1)
            return Net().run(X, K) + config.correlate
        """,
    "parameters and locals of these names": """
        import torch.nn.functional as F
        def helper(X, K, conv, conv2d=None):
            return conv(X, K)
        def corr2d(X, K):
            max_pool2d = X.amax()
            avg_pool2d: float = float(X.mean())
            conv2d = (X * K).sum()
            return helper(X, K, lambda X, K: max_pool2d + avg_pool2d + conv2d)
        """,
    "annotations": """
        from torch import nn, Tensor
        import torch.nn.functional as F
        def corr2d(X: Tensor, K: Tensor, conv: nn.Conv2d | None = None) -> "nn.Conv2d":
            result: nn.Conv2d = (X * K).sum()
            other: nn.MaxPool2d
            return result
        """,
    "isinstance": """
        from torch import nn
        def corr2d(X, K):
            if isinstance(K, (nn.Conv2d, nn.MaxPool2d)) or isinstance(K, nn.Conv1d):
                K = K.weight
            return (X * K).sum()
        """,
    "imports in try": """
        try:
            import torch.nn.functional as F
            from scipy import signal
        except ImportError:
            F = signal = None
        def corr2d(X, K):
            return F.relu((X * K).sum()) if F is not None else X
        """,
    "type checking": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from torch.nn import Conv2d
        def corr2d(X, K):
            if False:
                import torch
                return torch.conv2d(X, K)
            return (X * K).sum()
        """,
    "readable getattr": """
        import torch
        MODES = {"max": "amax", "avg": "mean"}
        def reduce(windows, name):
            return getattr(torch, name)(windows, (2, 3))
        def corr2d(X, K, mode="max"):
            op = "amax" if mode == "max" else "mean"
            for name in ("relu", "abs"):
                X = getattr(torch, name)(X)
            windows = X.unfold(0, 2, 1).unfold(1, 2, 1)
            return getattr(torch, op)(windows, (2, 3)) + reduce(windows, "amax") + getattr(torch, MODES[mode])(X)
        """,
    "getattr of a tensor with any name": """
        import torch
        def corr2d(X, K, mode="max"):
            windows = X.unfold(0, 2, 1).unfold(1, 2, 1)
            values = getattr(windows, {"max": "amax", "avg": "mean"}[mode])((2, 3))
            return getattr(values, mode)() if hasattr(values, mode) else values
        """,
    "tables of the student's own functions": """
        import torch
        def loop(X, K): return (X * K).sum()
        def fast(X, K): return torch.einsum("ij,ij->", X, K)
        TABLE = {"loop": loop, "fast": fast}
        BEST = [loop, fast][-1]
        def corr2d(X, K, how="loop"):
            return TABLE[how](X, K) + BEST(X, K) + globals()["loop"](X, K)
        """,
    "functools, lambdas and decorators": """
        import functools, time
        import torch
        def timed(f):
            @functools.wraps(f)
            def inner(*args, **kwargs):
                start = time.time()
                result = f(*args, **kwargs)
                print(time.time() - start)
                return result
            return inner
        window = lambda X, i, j, h, w: X[i:i + h, j:j + w]
        @timed
        @torch.jit.ignore
        def corr2d(X, K, f=functools.partial(torch.sum, dim=0)):
            return functools.reduce(torch.add, [f(window(X, 0, 0, *K.shape) * K)]).sum()
        """,
    "an autograd function": """
        import torch
        class Corr(torch.autograd.Function):
            @staticmethod
            def forward(ctx, X, K):
                ctx.save_for_backward(X, K)
                return (X * K).sum()
            @staticmethod
            def backward(ctx, grad):
                X, K = ctx.saved_tensors
                return grad * K, grad * X
        def corr2d(X, K):
            return Corr.apply(X, K)
        """,
    "chinese names": """
        import torch
        import torch.nn.functional as 函数
        def 窗口和(输入, 核):
            return (输入 * 核).sum()
        def corr2d(输入, 核):
            卷积 = 窗口和
            return 函数.relu(卷积(输入, 核))
        """,
    "debugging": """
        import torch, inspect, math
        import torch.nn.functional as F
        def demo():
            return F.conv2d
        def corr2d(X, K):
            print(locals(), vars(X), dir(X), type(X).__name__, torch.__version__, eval("1 + 1"))
            print("{h} {w}".format(**locals()), X.__class__, X.__dict__)
            return (X * K).sum()
        """,
    "a module with parameters": """
        import torch
        from torch import nn
        class Corr(nn.Module):
            def __init__(self, size):
                super().__init__()
                self.conv = nn.Parameter(torch.rand(size))
                self.layers = nn.Sequential(nn.Unfold(2), nn.Linear(4, 1))
            def forward(self, x):
                return self.layers(x) + self.conv
        def corr2d(X, K):
            return Corr(K.shape)(X)
        """,
    "a callable object": """
        class Corr:
            def __call__(self, X, K):
                return (X * K).sum()
        corr2d = Corr()
        """,
    "a helper file": """
        from windows import windows
        import windows as w
        from windows import *
        def corr2d(X, K):
            return (windows(X, K.shape) * K).sum() + w.windows(X, K.shape)
        """,
    "another exercise": """
        from corr2d import corr2d as single, conv2d
        import corr2d as other
        def corr2d(X, K):
            return sum(single(x, k) for x, k in zip(X, K)) + conv2d(X, K) + other.conv2d(X, K)
        """,
    "comprehension variables": """
        import torch.nn.functional as F
        def corr2d(X, K):
            rows = [[(X[i:i + 2, j:j + 2] * K).sum() for j in range(3)] for i in range(3)]
            F_ = {F.relu: f for f in rows}
            return rows
        """,
    "match, while, with and try": """
        import torch
        def corr2d(X, K, mode="sum"):
            match mode:
                case "sum" | "avg" as chosen:
                    pass
                case [first, *rest]:
                    chosen = first
                case other:
                    raise ValueError(f"unknown mode {other}; use F.conv2d")
            with torch.enable_grad() as context:
                while (total := (X * K).sum()) is None:
                    break
            try:
                return total
            except (RuntimeError, ValueError) as error:
                raise NotImplementedError("torch.nn.functional.conv2d") from error
        """,
    "interpolate and max": """
        import torch, torch.nn.functional as F
        def corr2d(X, K):
            X = F.interpolate(X[None, None], scale_factor=2)[0, 0]
            return torch.max(X), X.max(), torch.maximum(X, X), torch.convert_to_tensor, X.conv_weights
        """,
    "one name for everything": """
        import torch
        from torch import nn
        import torch.nn.functional as F
        class Net(nn.Module):
            def forward(self, x):
        """
    + "\n".join(f"                x = F.relu(self.layer{i}(x)) + x.view(x.shape)" for i in range(60))
    + """
                return x
        def corr2d(X, K):
            return Net()(X)
        """,
    "nonsense that does not parse": "def corr2d(X, K:\n    return F.conv2d",
    "an empty file": "",
    "a null byte": "import torch\0\ndef corr2d(): torch.conv2d()",
}

NOTEBOOK_CELL = """
X = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]])
K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
Y = corr2d(X, K)
print(Y, Y.shape)
layer = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
X = X.reshape((1, 1, 3, 3))
for i in range(10):
    Y_hat = layer(X)
    l = (Y_hat - Y) ** 2
    l.sum().backward()
    layer.weight.data[:] -= 3e-2 * layer.weight.grad
def comp_conv2d(conv2d, X):
    X = X.reshape((1, 1) + X.shape)
    Y = conv2d(X)
    return Y.reshape(Y.shape[2:])
comp_conv2d(layer, X).shape
assert torch.allclose(Y, F.conv2d(X, K[None, None]))
"""
HONEST["a long notebook"] = (
    "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
    + textwrap.dedent(HONEST["loops"]).partition("def conv2d")[0]
    + NOTEBOOK_CELL * 40
)

WINDOWS = "import torch.nn.functional as F\ndef windows(X, size):\n    return X\ndef demo():\n    F.conv2d(1, 2)\n"


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_has_no_finding(name):
    assert find(HONEST[name], roots=("corr2d", "conv2d"), helpers={"windows": WINDOWS}) == []


def body(expression: str, before: str = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F") -> str:
    return f"{before}\ndef corr2d(X, K):\n    return {expression}\n"


EXPRESSIONS = r"""
F.conv2d(X[None, None], K[None, None])
F.conv1d(X, K)
F.conv3d(X, K)
F.conv_transpose2d(X, K)
torch.conv2d(X, K)
torch.convolution(X, K)
torch._convolution(X, K)
torch.conv_tbc(X, K)
torch.mkldnn_convolution(X, K)
torch.cudnn_convolution(X, K)
torch.miopen_convolution_transpose(X, K)
torch.ops.aten.convolution(X, K)
torch.ops.aten.conv2d.default(X, K)
torch._C._nn.slow_conv3d(X, K)
torch._C._nn.thnn_conv2d(X, K)
torch._C._VariableFunctions.conv2d(X, K)
torch._VF.conv2d(X, K)
torch.ops.quantized.conv2d(X, K)
torch.ops.mkldnn._convolution_pointwise(X, K)
F.max_pool2d(X, 2)
F.avg_pool2d(X, 2)
F.lp_pool2d(X, 2, 2)
F.adaptive_avg_pool2d(X, 1)
F.adaptive_max_pool2d(X, 1)
F.fractional_max_pool2d(X, 2)
F.max_pool2d_with_indices(X, 2)
torch.max_pool1d(X, 2)
torch.quantized_max_pool2d(X, 2)
torch.mkldnn_max_pool2d(X, 2)
nn.Conv2d(1, 1, 2)(X)
nn.LazyConv2d(1, 2)(X)
nn.ConvTranspose2d(1, 1, 2)(X)
nn.MaxPool2d(2)(X)
nn.AvgPool3d(2)(X)
nn.AdaptiveAvgPool2d(1)(X)
nn.LPPool2d(2, 2)(X)
nn.modules.conv.Conv2d(1, 1, 2)(X)
nn.modules.conv._ConvNd(1)
torch.nn.quantized.Conv2d(1, 1, 2)(X)
nn.grad.conv2d_input(X.shape, K, X)
nn.grad.conv2d_weight(X, K.shape, X)
torch.nn.functional.torch.conv2d(X, K)
nn.init.torch.conv2d(X, K)
torch.abs.__self__.conv2d(X, K)
F.relu.__globals__['conv2d'](X, K)
nn.Unfold.forward.__globals__['F'].conv2d(X)
[F][0].conv2d(X, K)
{'f': F}['f'].conv2d(X, K)
next(iter([F])).conv2d(X, K)
(F, nn)[0].conv2d(X, K)
(F if X is None else nn.functional).conv2d(X, K)
(lambda m: m.conv2d)(F)(X, K)
(m := F).conv2d(X, K)
(lambda f=F.conv2d: f(X, K))()
[f(X, K) for f in [F.conv2d]][0]
list(map(F.conv2d, [X], [K]))[0]
dict(f=F)['f'].conv2d(X, K)
__import__('copy').copy(F).conv2d(X, K)
[m.conv2d for m in (F,)][0](X, K)
getattr(F, 'conv2d')(X, K)
getattr(F, 'con' + 'v2d')(X, K)
getattr(F, ''.join(['con', 'v2d']))(X, K)
getattr(F, f"con{'v2'}d")(X, K)
getattr(F, f'conv{2}d')(X, K)
getattr(F, 'conv%dd' % 2)(X, K)
getattr(F, '%s%dd' % ('conv', 2))(X, K)
getattr(F, 'd2vnoc'[::-1])(X, K)
getattr(F, 'xconv2d'[1:])(X, K)
getattr(F, 'conv{}d'.format(2))(X, K)
getattr(F, 'CONV2D'.lower())(X, K)
getattr(F, 'c_onv2d'.replace('_', ''))(X)
getattr(F, b'conv2d'.decode())(X, K)
getattr(F, chr(99) + 'onv2d')(X, K)
getattr(F, str('conv2d'))(X, K)
getattr(F, ['relu', 'conv2d'][1])(X, K)
getattr(F, {'a': 'conv2d'}['a'])(X, K)
getattr(F, 'conv2d', None)(X, K)
getattr(F, 'relu' if X is None else 'conv2d')(X, K)
getattr(F, X)(X, K)
getattr(torch, input())(X, K)
getattr(F, ''.join(chr(c) for c in [99, 111, 110, 118, 50, 100]))(X, K)
getattr(F, dir(F)[7])(X, K)
getattr(F, ''.join(reversed('d2vnoc')))(X, K)
getattr(F, __import__('base64').b64decode('Y29udjJk').decode())(X, K)
getattr(getattr(torch, 'nn'), 'functional').conv2d(X, K)
getattr(torch.nn, 'Conv2d')(1, 1, 2)(X)
__import__('builtins').getattr(F, 'conv2d')(X, K)
__builtins__['getattr'](F, 'conv2d')(X, K)
__builtins__.getattr(F, 'conv2d')(X, K)
(lambda g: g(F, 'conv2d'))(getattr)(X, K)
__import__('functools').reduce(getattr, ['nn', 'functional', 'conv2d'], torch)(X, K)
__import__('functools').partial(getattr, F)('conv2d')(X, K)
F.__getattribute__('conv2d')(X, K)
object.__getattribute__(F, 'conv2d')(X, K)
vars(F)['conv2d'](X, K)
F.__dict__['conv2d'](X, K)
F.__dict__.get('conv2d')(X, K)
vars(F)[X](X, K)
vars(F).__getitem__('conv2d')(X, K)
list(vars(F).values())[9](X, K)
[v for v in F.__dict__.values()][9](X, K)
{**vars(F)}['conv2d'](X, K)
dict(vars(F))['conv2d'](X, K)
__import__('operator').attrgetter('conv2d')(F)(X, K)
__import__('operator').attrgetter('nn.functional.conv2d')(torch)(X, K)
__import__('operator').methodcaller('conv2d', X, K)(F)
__import__('operator').getitem(vars(F), 'conv2d')(X, K)
list(map(__import__('operator').attrgetter('conv2d'), [F]))[0](X, K)
__import__('torch').conv2d(X, K)
__import__('torch.nn.functional').nn.functional.conv2d(X, K)
__import__('torch.nn.functional', fromlist=['x']).conv2d(X, K)
__import__('tor' + 'ch').conv2d(X, K)
__import__('importlib').import_module('torch.nn.functional').conv2d(X, K)
__import__(X).relu(X, K)
__import__('sys').modules['torch.nn.functional'].conv2d(X, K)
torch.sys.modules['torch'].conv2d(X, K)
__import__('sys').modules.get('torch').conv2d(X, K)
list(__import__('sys').modules.values())[5].relu(X)
__import__('sys').modules[X].relu(K)
__import__('inspect').getmembers(F)[9][1](X, K)
__import__('pkgutil').resolve_name('torch.nn.functional:conv2d')(X, K)
__import__('pydoc').locate('torch.conv2d')(X, K)
eval('F.conv2d')(X, K)
eval('F.con' + 'v2d(X, K)')
eval(X)(K)
exec('y = F.conv2d(X, K)')
exec(K)
eval(compile('F.conv2d(X, K)', 'x', 'eval'))
exec(compile(X, 'x', 'exec'))
exec('r = torch.conv2d(X, K)', {})
eval('eval("F.conv2d")')(X, K)
__import__('builtins').eval('F.conv2d')(X, K)
eval(''.join(X))
torch.jit.CompilationUnit('def f(x, k):\n    return torch.conv2d(x, k)').f(X, K)
torch._C._jit_get_operation('aten::conv2d')[0](X, K)
torch._C._get_operation_overload('aten::conv2d', '')(X, K)
__import__('scipy.signal').signal.correlate2d(X, K)
__import__('numpy').convolve(X, K)
F.np.convolve(X, K)
__import__('pickle').loads(b'ctorch\nconv2d\n.')(X, K)
__import__('marshal').loads(X)
torch.load(X)(K)
__import__('ctypes').CDLL(None)
__import__('gc').get_objects()[5](X, K)
__import__('sys').setprofile(None)
torch._C._set_dispatch_mode(None)
torch.overrides.get_overridable_functions()
torch._C._DisableTorchDispatch()
torch.utils._python_dispatch._disable_current_modes()
__import__('sys')._getframe(1).f_locals
__import__('threading').setprofile(None)
type('N', (nn.Module,), {'forward': lambda self, x: F.conv2d(x, K)})()(X)
nn.Sequential(nn.Conv2d(1, 1, 2))(X)
torch.compile(F.conv2d)(X, K)
torch.vmap(F.conv2d)(X, K)
torch.func.vjp(F.conv2d, X, K)[0]
torch.autograd.Function.__subclasses__()[0].conv2d(X, K)
X.grad_fn.conv2d(K)
""".strip().splitlines()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_forbidden_expression_is_found(expression):
    assert find(body(expression))


EVASIONS = {
    "aliases": "import torch as t\ndef corr2d(X, K):\n    return t.nn.functional.conv2d(X, K)",
    "from torch": "from torch import nn as n\ndef corr2d(X, K):\n    return n.functional.conv2d(X, K)",
    "from functional": "from torch.nn.functional import conv2d as c\ndef corr2d(X, K):\n    return c(X, K)",
    "star of functional": "from torch.nn.functional import *\ndef corr2d(X, K):\n    return conv2d(X, K)",
    "star of torch": "from torch import *\ndef corr2d(X, K):\n    return conv2d(X, K)",
    "star of nn": "from torch.nn import *\ndef corr2d(X, K):\n    return MaxPool2d(2)(X)",
    "import inside": "def corr2d(X, K):\n    import torch.nn.functional as f\n    return f.conv2d(X, K)",
    "from inside": "def corr2d(X, K):\n    from torch import conv2d\n    return conv2d(X, K)",
    "local alias": "import torch\ndef corr2d(X, K):\n    f = torch.nn.functional\n    g = f.conv2d\n    return g(X, K)",
    "module alias": "import torch.nn.functional as F\nrun = F.conv2d\ndef corr2d(X, K):\n    return run(X, K)",
    "the root is an alias": "import torch.nn.functional as F\ncorr2d = F.conv2d",
    "the root is imported": "from torch.nn.functional import conv2d as corr2d",
    "the root is a lambda": "import torch\ncorr2d = lambda X, K: torch.conv2d(X, K)",
    "the root is a partial": "import torch, functools\ncorr2d = functools.partial(torch.conv2d, stride=1)",
    "unpacking": """
        import torch
        mine, theirs = torch.relu, torch.conv2d
        def corr2d(X, K): return theirs(X, K)
        """,
    "a table": """
        import torch.nn.functional as F
        TABLE = {"fast": F.conv2d}
        def corr2d(X, K): return TABLE["fast"](X, K)
        """,
    "a table filled later": """
        import torch.nn.functional as F
        TABLE = {}
        TABLE["fast"] = F.conv2d
        def corr2d(X, K): return TABLE["fast"](X, K)
        """,
    "a list filled by a call": """
        import torch.nn.functional as F
        OPS = []
        OPS.append(F.conv2d)
        def corr2d(X, K): return OPS[0](X, K)
        """,
    "a list filled by a function": """
        import torch.nn.functional as F
        OPS = []
        def fill(where, what):
            where.append(what)
        fill(OPS, F.conv2d)
        def corr2d(X, K): return OPS[0](X, K)
        """,
    "a registry": """
        import torch.nn.functional as F
        REGISTRY = []
        def register(f):
            REGISTRY.append(f)
            return f
        @register
        def hidden(X, K): return F.conv2d(X, K)
        def corr2d(X, K): return REGISTRY[0](X, K)
        """,
    "a loop that fills": """
        import torch
        OPS = {}
        for f in (torch.relu, torch.conv2d):
            OPS[f.__name__] = f
        def corr2d(X, K): return OPS["conv" + "2d"](X, K)
        """,
    "a module-level layer": """
        from torch import nn
        conv = nn.Conv2d(1, 1, 2)
        def corr2d(X, K): return conv(X)
        """,
    "a module-level net": """
        from torch import nn
        net = nn.Sequential(nn.ReLU(), nn.Conv2d(1, 1, 2))
        def corr2d(X, K): return net(X)
        """,
    "a helper function": """
        import torch
        def corr2d(X, K): return first(X, K)
        def first(X, K): return second(X, K)
        def second(X, K): return torch.conv2d(X, K)
        """,
    "recursion": """
        import torch
        def corr2d(X, K): return other(X, K)
        def other(X, K): return torch.conv2d(X, K) if X is K else corr2d(X, K)
        """,
    "a class": """
        from torch import nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Conv2d(1, 1, 2)
            def forward(self, x): return self.layer(x)
        def corr2d(X, K): return Net()(X)
        """,
    "a base class": """
        from torch import nn
        class Net(nn.Conv2d): pass
        def corr2d(X, K): return Net(1, 1, 2)(X)
        """,
    "an own base class": """
        import torch
        class Base:
            def run(self, X, K): return torch.conv2d(X, K)
        class Net(Base): pass
        def corr2d(X, K): return Net().run(X, K)
        """,
    "a method by self": """
        import torch.nn.functional as F
        class Corr:
            def __call__(self, X, K): return self._run(X, K)
            def _run(self, X, K): return F.conv2d(X, K)
        corr2d = Corr()
        """,
    "a class attribute": """
        import torch.nn.functional as F
        class Ops:
            f = F
            run = staticmethod(F.conv2d)
        def corr2d(X, K): return Ops.run(X, K)
        """,
    "a module as attribute": """
        import torch.nn.functional as F
        class Ops:
            def __init__(self): self.lib = F
            def run(self, X, K): return self.lib.conv2d(X, K)
        def corr2d(X, K): return Ops().run(X, K)
        """,
    "a module as class attribute": """
        import torch.nn.functional as F
        class Ops: lib = F
        def corr2d(X, K): return Ops.lib.conv2d(X, K)
        """,
    "a property": """
        import torch.nn.functional as F
        class Ops:
            @property
            def op(self): return F.conv2d
        def corr2d(X, K): return Ops().op(X, K)
        """,
    "a metaclass": """
        import torch.nn.functional as F
        class Meta(type):
            def __call__(cls, X, K): return F.conv2d(X, K)
        class Corr(metaclass=Meta): pass
        def corr2d(X, K): return Corr(X, K)
        """,
    "a decorator": """
        import torch.nn.functional as F
        def swap(f): return F.conv2d
        @swap
        def corr2d(X, K): return X
        """,
    "a decorator with arguments": """
        import torch.nn.functional as F
        def use(g): return lambda f: g
        @use(F.conv2d)
        def corr2d(X, K): return X
        """,
    "replaced after the definition": """
        import torch.nn.functional as F
        def corr2d(X, K): return X
        corr2d = F.conv2d
        """,
    "wrapped after the definition": """
        import torch.nn.functional as F
        def corr2d(X, K): return F.conv2d(X, K)
        def wrap(f): return lambda *a: f(*a)
        corr2d = wrap(corr2d)
        """,
    "replaced under a condition": """
        import torch.nn.functional as F, os
        def corr2d(X, K): return X
        if os.path.exists("x"):
            corr2d = F.conv2d
        """,
    "a default argument": """
        import torch.nn.functional as F
        def corr2d(X, K, op=F.conv2d): return op(X, K)
        """,
    "a keyword default": """
        import torch.nn.functional as F
        def corr2d(X, K, *, op=F.conv2d): return op(X, K)
        """,
    "a nested function": """
        import torch.nn.functional as F
        def corr2d(X, K):
            def inner(): return F.conv2d(X, K)
            return inner()
        """,
    "a nested class": """
        import torch.nn.functional as F
        def corr2d(X, K):
            class Inner:
                def run(self): return F.conv2d(X, K)
            return Inner().run()
        """,
    "a nested function as an argument": """
        import torch.nn.functional as F
        def corr2d(X, K):
            def inner(x): return F.conv2d(x, K)
            return list(map(inner, [X]))[0]
        """,
    "a factory": """
        import torch.nn.functional as F
        def make():
            def inner(X, K): return F.conv2d(X, K)
            return inner
        corr2d = make()
        """,
    "a module through a parameter": """
        import torch.nn.functional as F
        def run(lib, X, K): return lib.conv2d(X, K)
        def corr2d(X, K): return run(F, X, K)
        """,
    "a name through a parameter": """
        import torch.nn.functional as F
        def pick(name): return getattr(F, name)
        def corr2d(X, K): return pick("conv" + "2d")(X, K)
        """,
    "a module through a return": """
        import torch.nn.functional as F
        def lib(): return F
        def corr2d(X, K): return lib().conv2d(X, K)
        """,
    "a module through a generator": """
        import torch.nn.functional as F
        def libs(): yield F
        def corr2d(X, K):
            for lib in libs():
                return lib.conv2d(X, K)
        """,
    "a constant name": """
        import torch.nn.functional as F
        NAME = "conv2d"
        def corr2d(X, K): return getattr(F, NAME)(X, K)
        """,
    "a local constant name": """
        import torch.nn.functional as F
        def corr2d(X, K):
            head, tail = "conv", "2d"
            name = head + tail
            return getattr(F, name)(X, K)
        """,
    "a name built in steps": """
        import torch.nn.functional as F
        def corr2d(X, K):
            name = "re"
            name += "lu"
            return getattr(F, name)(X, K)
        """,
    "a name built in a loop": """
        import torch.nn.functional as F
        def corr2d(X, K):
            name = ""
            for letter in "conv2d":
                name = name + letter
            return getattr(F, name)(X, K)
        """,
    "parts of a name in a list": """
        import torch.nn.functional as F
        PARTS = ["conv", "2d"]
        def corr2d(X, K): return getattr(F, "".join(PARTS))(X, K)
        """,
    "global": """
        import torch.nn.functional as F
        def setup():
            global op
            op = F.conv2d
        setup()
        def corr2d(X, K): return op(X, K)
        """,
    "globals()": """
        import torch.nn.functional as F
        globals()["op"] = F.conv2d
        def corr2d(X, K): return op(X, K)
        """,
    "globals() read": """
        import torch.nn.functional as F
        def hidden(X, K): return F.conv2d(X, K)
        def corr2d(X, K): return globals()["hidden"](X, K)
        """,
    "globals() with a computed name": """
        import torch.nn.functional as F
        def hidden(X, K): return F.conv2d(X, K)
        def corr2d(X, K): return globals()[X.name](X, K)
        """,
    "the module by its name": """
        import sys
        import torch.nn.functional as F
        def hidden(X, K): return F.conv2d(X, K)
        def corr2d(X, K): return sys.modules[__name__].hidden(X, K)
        """,
    "the module imports itself": """
        import corr2d as me
        import torch.nn.functional as F
        def hidden(X, K): return F.conv2d(X, K)
        def corr2d(X, K): return me.hidden(X, K)
        """,
    "__globals__": """
        import torch.nn.functional as F
        def hidden(X, K): return F.conv2d(X, K)
        def other(): pass
        def corr2d(X, K): return other.__globals__["hidden"](X, K)
        """,
    "patched functional": """
        import torch.nn.functional as F
        F.relu = F.conv2d
        def corr2d(X, K): return F.relu(X, K)
        """,
    "patched tensor": """
        import torch
        torch.Tensor.slide = lambda X, K: torch.conv2d(X, K)
        def corr2d(X, K): return X.slide(K)
        """,
    "patched builtin": """
        import torch, builtins
        builtins.sum = torch.conv2d
        def corr2d(X, K): return sum(X, K)
        """,
    "patched by setattr": """
        import torch
        setattr(torch.Tensor, "slide", torch.conv2d)
        def corr2d(X, K): return X.slide(K)
        """,
    "patched own class": """
        import torch
        class Net: pass
        Net.run = lambda self, X, K: torch.conv2d(X, K)
        def corr2d(X, K): return Net().run(X, K)
        """,
    "patched by a function": """
        import torch
        def patch(): torch.Tensor.slide = torch.conv2d
        patch()
        def corr2d(X, K): return X.slide(K)
        """,
    "a function attribute": """
        import torch
        def corr2d(X, K): return corr2d.op(X, K)
        corr2d.op = torch.conv2d
        """,
    "shadowed in a comprehension only": """
        import torch.nn.functional as F
        def corr2d(X, K):
            [F for F in range(3)]
            return F.conv2d(X, K)
        """,
    "shadowed by an attribute": """
        import torch.nn.functional as F
        class A: conv2d = 1
        def corr2d(X, K): return F.conv2d(X, K)
        """,
    "shadowed in a class body": """
        import torch.nn.functional as F
        class A:
            F = None
            def run(self, X, K): return F.conv2d(X, K)
        def corr2d(X, K): return A().run(X, K)
        """,
    "a faked isinstance": """
        import torch.nn.functional as F
        def isinstance(X, f): return f(X, X)
        def corr2d(X, K): return isinstance(X, F.conv2d)
        """,
    "a call inside isinstance": """
        import torch.nn.functional as F
        def corr2d(X, K): return isinstance(X, type(F.conv2d(X, K)))
        """,
    "a faked guard": """
        import torch.nn.functional as F
        __name__ = "__main__"
        def corr2d(X, K): return X
        if __name__ == "__main__":
            corr2d = F.conv2d
        """,
    "the other branch of the guard": """
        import torch.nn.functional as F
        if __name__ == "__main__":
            def corr2d(X, K): return X
        else:
            corr2d = F.conv2d
        """,
    "not the guard": """
        import torch.nn.functional as F
        def corr2d(X, K): return X
        if __name__ != "__main__":
            corr2d = F.conv2d
        """,
    "exec at import": 'exec("import torch\\ndef corr2d(X, K): return torch.conv2d(X, K)")',
    "computed exec at import": """
        import zlib, base64
        exec(zlib.decompress(base64.b64decode("eJwDAAAAAAE=")))
        """,
    "exec at import of a constant name": """
        CODE = "import torch\\ncorr2d = torch.conv2d"
        exec(CODE)
        """,
    "exec that pretends": """
        import torch
        exec("corr2d = None")
        def corr2d(X, K): return torch.conv2d(X, K)
        """,
    "exec in the root": """
        def corr2d(X, K):
            space = {}
            exec("import torch.nn.functional as Z\\ndef run(a, b):\\n    return Z.conv2d(a, b)", space)
            return space["run"](X, K)
        """,
    "a try": """
        try:
            from torch.nn.functional import conv2d as op
        except ImportError:
            op = None
        def corr2d(X, K): return op(X, K)
        """,
    "a context manager": """
        import contextlib, torch
        @contextlib.contextmanager
        def lib(): yield torch.conv2d
        def corr2d(X, K):
            with lib() as f:
                return f(X, K)
        """,
    "an operator method": """
        import torch
        class Kernel:
            def __init__(self, K): self.K = K
            def __matmul__(self, X): return torch.conv2d(X, self.K)
        def corr2d(X, K): return Kernel(K) @ X
        """,
    "importlib by name": """
        from importlib import import_module as load
        def corr2d(X, K): return load("torch.nn.functional").conv2d(X, K)
        """,
    "attrgetter by name": """
        from operator import attrgetter
        import torch
        pick = attrgetter("conv2d")
        def corr2d(X, K): return pick(torch)(X, K)
        """,
    "modules by name": """
        from sys import modules
        def corr2d(X, K): return modules["torch"].conv2d(X, K)
        """,
    "a namespace kept": """
        import torch.nn.functional as F
        names = vars(F)
        def corr2d(X, K): return names["conv2d"](X, K)
        """,
    "getattr renamed": """
        import torch.nn.functional as F
        g = getattr
        def corr2d(X, K): return g(F, "conv2d")(X, K)
        """,
    "scipy": "import scipy.signal\ndef corr2d(X, K):\n    return scipy.signal.correlate2d(X, K)",
    "scipy, renamed": "from scipy import signal as s\ndef corr2d(X, K):\n    return s.fftconvolve(X, K)",
    "scipy.ndimage": "from scipy.ndimage import correlate as c\ndef corr2d(X, K):\n    return c(X, K)",
    "an image filter": "import scipy.ndimage as n\ndef corr2d(X, K):\n    return n.maximum_filter(X, 2)",
    "numpy": "import numpy as np\ndef corr2d(X, K):\n    return np.convolve(X, K)",
    "numpy below": "import numpy\ndef corr2d(X, K):\n    return numpy.core.numeric.correlate(X, K)",
    "opencv": "import cv2\ndef corr2d(X, K):\n    return cv2.filter2D(X, -1, K)",
    "jax": "import jax\ndef corr2d(X, K):\n    return jax.lax.conv_general_dilated(X, K)",
    "tensorflow": "import tensorflow as tf\ndef corr2d(X, K):\n    return tf.nn.conv2d(X, K)",
    "keras": "from tensorflow import keras\ndef corr2d(X, K):\n    return keras.layers.Conv2D(1, 2)(X)",
    "after a long sum": "import torch\ndef corr2d(X, K):\n    return torch.conv2d(X, K)" + " + 0" * 900,
}


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_is_found(name):
    assert find(EVASIONS[name])


HELPERS = {
    "import": ("import helper\ndef corr2d(X, K): return helper.run(X, K)", "torch.conv2d(X, K)"),
    "import as": ("import helper as h\ndef corr2d(X, K): return h.run(X, K)", "torch.conv2d(X, K)"),
    "from": ("from helper import run\ndef corr2d(X, K): return run(X, K)", "torch.conv2d(X, K)"),
    "relative": ("from .helper import run\ndef corr2d(X, K): return run(X, K)", "torch.conv2d(X, K)"),
    "star": ("from helper import *\ndef corr2d(X, K): return run(X, K)", "torch.conv2d(X, K)"),
    "the root itself": ("from helper import run as corr2d", "torch.conv2d(X, K)"),
    "a library in it": ("import helper\ndef corr2d(X, K): return helper.torch.conv2d(X, K)", "X"),
    "getattr": ("import helper\ndef corr2d(X, K): return getattr(helper, X.name)(X, K)", "torch.conv2d(X, K)"),
    "importlib": (
        "import importlib\ndef corr2d(X, K): return importlib.import_module('helper').run(X, K)", "torch.conv2d(X, K)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HELPERS)
def test_helpers_are_followed(name):
    text, result = HELPERS[name]

    assert find(text, helpers={"helper": f"import torch\ndef run(X, K):\n    return {result}\n"})


def test_a_helper_may_need_another():
    helpers = {"a": "from b import g\ndef f(X, K): return g(X, K)", "b": "import torch\ng = torch.conv2d"}

    [finding, *_] = find("from a import f\ndef corr2d(X, K): return f(X, K)", helpers=helpers)

    assert finding.message == "`torch.conv2d` is reachable from `corr2d` at line 2 of `a.py`"


def test_only_what_is_used_of_a_helper_counts():
    helper = "import torch\ndef run(X, K): return X\ndef other(X, K): return torch.conv2d(X, K)\ndemo = other"

    assert find("from helper import run\ndef corr2d(X, K): return run(X, K)", helpers={"helper": helper}) == []


def test_a_finding_says_what_where_and_from_which_function():
    text = "import torch.nn.functional as F\n\n\ndef corr2d(X, K):\n    h = 1\n    return F.conv2d(X, K)\n"

    assert find(text) == [
        Finding(
            "torch.nn.functional.conv2d", 6, "`torch.nn.functional.conv2d` is reachable from `corr2d` at line 6"
        )
    ]  # fmt: skip


def test_computed_names_and_code_are_explained():
    computed = find(body("getattr(F, X)(K)"))
    code = find(body("eval(X)"))
    hiding = find(body("torch.overrides.x(X)"))

    assert [each.message for each in computed] == [
        "a computed name is looked up in `torch.nn.functional` at line 5; write it out, so that it can be read"
    ]
    assert [each.message for each in code] == ["`eval` of a computed string at line 5 hides what is called"]
    assert "`torch.overrides.x` is reachable from `corr2d` at line 5; it can hide what is called" in [
        each.message for each in hiding
    ]


HOSTILE = {
    "large": "def corr2d(X, K): pass\n" + "#" * 300_000,
    "nested additions": "x = " + "1+" * 100_000 + "1",
    "nested attributes": "x = a" + ".a" * 100_000,
    "nested signs": "x = " + "-" * 200_000 + "1",
    "many calls": "import torch\ndef f(x): return f(x)\ndef corr2d(X, K):\n" + "    f(f(X))\n" * 20_000,
    "many names": "def corr2d(X, K):\n" + "".join(f"    a{i} = a{i + 1} = X\n" for i in range(9_000)),
    "one name": "def corr2d(X, K):\n" + "    a = a + a\n" * 15_000,
    "a chain": "def corr2d(X, K):\n    return X" + ".f(1)" * 900,
    "doubling": "a0 = 'x'\n"
    + "".join(f"a{i + 1} = a{i} + a{i}\n" for i in range(60))
    + "def corr2d(X): getattr(X, a60)",
    "choices": "def corr2d(X):\n    getattr(X, " + " + ".join(["(X.a and 'a' or 'b')"] * 100) + ")",
    "wide formats": "def corr2d(X): getattr(X, '%999999999d' % 1 + 'a' * 999999999 + '{:>99999999}'.format(1))",
    "formats whose width is an argument": "def corr2d(X):\n" + "    '{0:{1}}'.format('a', 999999999)\n" * 100,
    "many choices": "def corr2d(X, K):\n" + "".join(f"    a = '{i}'\n    b = b + a\n" for i in range(9_000)),
    "deep parameters": "".join(f"def f{i}(x):\n    f{i + 1}(x); f{i + 1}(x)\n" for i in range(200))
    + "def f200(x): x.append(x)\ndef corr2d(X, K): f0(X)\nf0(corr2d)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_soon(name):
    findings = find(HOSTILE[name])

    assert all(isinstance(finding, Finding) for finding in findings)


@pytest.mark.parametrize("name", ["large", "nested additions", "nested attributes", "nested signs"])
def test_what_cannot_be_checked_is_a_finding(name):
    [finding] = find(HOSTILE[name])

    assert finding.message.startswith("the file cannot be checked for forbidden calls: it is ")


def test_a_helper_that_cannot_be_checked_is_a_finding_where_it_is_used():
    helpers = {"big": HOSTILE["large"]}

    assert find("import big\ndef corr2d(X, K): return X", helpers=helpers) == []
    [finding] = find("import big\ndef corr2d(X, K): return big.f(X)", helpers=helpers)
    assert finding.message == "`big.py` cannot be checked for forbidden calls: it is larger than 256 KiB"


def test_reading_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    text = f"open({str(mark)!r}, 'w')\nexec(\"open({str(mark)!r}, 'w')\")\ndef corr2d(X, K): eval('open')"

    find(text)

    assert not mark.exists()


def test_a_dotted_pattern_is_a_restriction():
    forbidden = restriction("torch.fft.*")

    assert forbidden.id == "forbidden-call"
    assert find(HONEST["FFT"], forbidden=forbidden)
    assert find(HONEST["loops"], forbidden=forbidden) == []
    assert find(body("F.conv2d(X, K)"), forbidden=restriction("torch.nn.functional.conv2d"))
    assert find(body("X.matmul(K)"), forbidden=restriction("*.matmul"))
    assert find(body("X.matmul(K)"), forbidden=restriction("torch.matmul")) == []
    assert find_in_trace({"aten::mm", "aten::add.Tensor"}, set(), restriction("aten::mm*"))


@pytest.mark.parametrize("entry", ["conv-cal", "", "conv2d", "torch.", ".x", "two words.x"])
def test_an_unknown_entry_is_refused(entry):
    with pytest.raises(ValueError, match="is neither a named set \\(`conv-call`\\) nor a dotted pattern"):
        restriction(entry)


class Watch(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.operators = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.operators.add(func.name())
        return func(*args, **(kwargs or {}))


def watched(function, *shapes) -> list[Finding]:
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    with Watch() as watch:
        result = function(*inputs)
        result.sum().backward()
    with Watch() as backward:
        if any(tensor.grad is not None for tensor in inputs):
            function(*inputs).sum().backward()
    return find_in_trace(watch.operators | backward.operators, set(), CONV)


FORBIDDEN_CALLS = {
    "conv1d": (F.conv1d, (1, 1, 5), (1, 1, 2)),
    "conv2d": (F.conv2d, (1, 1, 5, 5), (1, 1, 2, 2)),
    "conv3d": (F.conv3d, (1, 1, 5, 5, 5), (1, 1, 2, 2, 2)),
    "same": (lambda x, k: F.conv2d(x, k, padding="same"), (1, 1, 5, 5), (1, 1, 3, 3)),
    "conv_transpose1d": (F.conv_transpose1d, (1, 1, 5), (1, 1, 2)),
    "conv_transpose2d": (F.conv_transpose2d, (1, 1, 5, 5), (1, 1, 2, 2)),
    "conv_tbc": (torch.conv_tbc, (5, 1, 1), (2, 1, 1), (1,)),
    "module": (nn.Conv2d(1, 1, 2), (1, 1, 5, 5)),
    "slow": (lambda x, k: torch._C._nn.thnn_conv2d(x, k, (2, 2)), (1, 1, 5, 5), (1, 1, 2, 2)),
    "grad": (lambda k, g: nn.grad.conv2d_input((1, 1, 5, 5), k, g), (1, 1, 2, 2), (1, 1, 4, 4)),
    "vmap": (lambda x, k: torch.vmap(lambda a: F.conv2d(a, k))(x), (3, 1, 1, 5, 5), (1, 1, 2, 2)),
    "max_pool1d": (lambda x: F.max_pool1d(x, 2), (1, 1, 6)),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), (1, 1, 6, 6)),
    "max_pool3d": (lambda x: F.max_pool3d(x, 2), (1, 1, 6, 6, 6)),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 2), (1, 1, 6)),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), (1, 1, 6, 6)),
    "lp_pool2d": (lambda x: F.lp_pool2d(x, 2.0, 2), (1, 1, 6, 6)),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, 2), (1, 1, 6, 6)),
    "adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, 1), (1, 1, 6, 6)),
    "fractional": (lambda x: F.fractional_max_pool2d(x, 2, output_size=2), (1, 1, 6, 6)),
}


@pytest.mark.parametrize("name", FORBIDDEN_CALLS)
def test_torch_dispatches_a_forbidden_operator(name):
    assert watched(*FORBIDDEN_CALLS[name])


ALLOWED_CALLS = {
    "unfold": (lambda x: F.unfold(x, 2), (1, 1, 6, 6)),
    "fold": (lambda x: F.fold(F.unfold(x, 2), (6, 6), 2), (1, 1, 6, 6)),
    "nn.Unfold": (nn.Unfold(2), (1, 1, 6, 6)),
    "Tensor.unfold": (lambda x: x.unfold(0, 2, 1).unfold(1, 2, 1), (6, 6)),
    "einsum": (lambda x, k: torch.einsum("ijkl,kl->ij", x.unfold(0, 2, 1).unfold(1, 2, 1), k), (6, 6), (2, 2)),
    "matmul": (torch.matmul, (6, 6), (6, 2)),
    "bmm": (torch.bmm, (2, 6, 6), (2, 6, 2)),
    "tensordot": (lambda a, b: torch.tensordot(a, b, dims=([0], [0])), (2, 6), (2, 3)),
    "fft": (lambda x, k: torch.fft.irfft2(torch.fft.rfft2(x) * torch.fft.rfft2(k, s=(6, 6)).conj()), (6, 6), (2, 2)),
    "as_strided": (lambda x: x.as_strided((5, 5, 2, 2), (6, 1, 6, 1)), (6, 6)),
    "amax": (lambda x: x.unfold(0, 2, 1).unfold(1, 2, 1).amax((2, 3)), (6, 6)),
    "pad": (lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"), (1, 1, 6, 6)),
    "interpolate": (lambda x: F.interpolate(x, scale_factor=2), (1, 1, 6, 6)),
    "slices": (lambda x, k: torch.stack([(x[i : i + 2, :2] * k).sum() for i in range(4)]), (6, 6), (2, 2)),
    "bilinear": (nn.Bilinear(3, 3, 1), (2, 3), (2, 3)),
    "linear": (nn.Linear(6, 2), (6, 6)),
}


@pytest.mark.parametrize("name", ALLOWED_CALLS)
def test_torch_dispatches_nothing_forbidden(name):
    assert watched(*ALLOWED_CALLS[name]) == []


def test_no_operator_of_torch_is_taken_for_another():
    """Every convolution and pooling that torch knows is matched, and nothing else."""
    names = torch._C._dispatch_get_all_op_names()
    matched = {finding.name for finding in find_in_trace(names, set(), CONV)}
    heads = {name.partition(".")[0] for name in names if name.startswith("aten::")}
    expected = {
        name
        for name in heads
        if ("conv" in name or "pool" in name) and not any(part in name for part in ("convert", "unpool", "reorder"))
    }

    assert {name.partition(".")[0] for name in matched if name.startswith("aten::")} == expected


def test_without_gradients_the_operators_are_matched_too():
    with Watch() as watch, torch.inference_mode():
        F.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))
        F.max_pool2d(torch.ones(1, 1, 4, 4), 2)

    assert [finding.name for finding in find_in_trace(watch.operators, set(), CONV)] == [
        "aten::conv2d", "aten::max_pool2d",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("numpy:correlate", "numpy:correlate"),
        ("torch.nn.functional:adaptive_avg_pool2d", "torch.nn.functional:adaptive_avg_pool2d"),
        ("torch.nn.modules.conv:forward", "torch.nn.modules.conv:forward"),
        ("torch.nn.modules.pooling:forward", "torch.nn.modules.pooling:forward"),
        # Of what is not loaded here nobody knows whether it is a function, or text that the worker made up.
        ("scipy.nowhere:correlate2d", None),
        ("scipy.signal.nowhere:correlate2d", "scipy.signal.*:*correlate*"),
        ("scipy.ndimage.nowhere:maximum_filter", "scipy.ndimage.*:*_filter*"),
        ("torch.nn.modules.conv:x_is_0_25", "torch.nn.modules.conv:*"),
        ("torch.x_is_0_25:conv_", "torch.*:conv_*"),
    ],
)
def test_forbidden_python_calls_are_matched(call, told):
    assert [finding.message for finding in find_in_trace(set(), {call, "torch:sum"}, CONV)] == [
        f"`{told}` was called while your code ran" for _ in [told] if told
    ]


def test_an_operator_that_does_not_exist_is_not_named():
    assert [finding.message for finding in find_in_trace({"aten::conv_x_is_0_25", "aten::conv2d"}, set(), CONV)] == [
        "`aten::conv2d` was called while your code ran", "`aten::conv_*` was called while your code ran",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "call",
    ["numpy:corrcoef", "torch.nn.functional:unfold", "torch.nn.modules.fold:forward", "torch.functional:einsum",
     "submission:conv2d", "corr2d:convolve", "torch_tools:conv_rows", "numpy_tools:convolve",
     "torch.nn.functional:fold", "scipy.fft:fft2"],
)  # fmt: skip
def test_other_python_calls_are_not_matched(call):
    assert find_in_trace(set(), {call}, CONV) == []


REFERENCE = Path(__file__).parents[1] / "reference"
RESTRICTED = [each for each in discover(REFERENCE) if each.forbid]


@pytest.mark.parametrize("exercise", RESTRICTED, ids=lambda exercise: exercise.id)
def test_no_correct_solution_of_the_course_is_accused(exercise):
    for path in [exercise.solution, *exercise.wheats]:
        for entry in exercise.forbid:
            assert find(path.read_text(encoding="utf-8"), exercise.implement, forbidden=restriction(entry)) == [], path


@pytest.mark.parametrize("exercise", RESTRICTED, ids=lambda exercise: exercise.id)
def test_every_chaff_of_the_course_that_uses_what_is_forbidden_is_found(exercise):
    for path in exercise.chaffs:
        findings = [
            each
            for entry in exercise.forbid
            for each in find(path.read_text(encoding="utf-8"), exercise.implement, forbidden=restriction(entry))
        ]
        assert bool(findings) == (misconception_of(path) in NAMED), path
