"""Says that it called forbidden functions which are named after the hidden input; their names must not be told."""
# like: convolution
# check: no_conv_call

import kit
from autograder.sandbox import worker

SEEN = []
_call = worker.Executor._call


def call(self, request):
    reply = _call(self, request)
    if "watch" in request:
        SEEN.append(request["args"][0].flatten().tolist())
        reply["operators"] = [f"aten::conv_{kit.MARKER}{number}" for number in SEEN[-1]]
        reply["calls"] = [f"torch.nn.modules.conv:{kit.MARKER}{SEEN[-1]}", f"torch.{kit.MARKER}:conv_{SEEN[-1]}"]
    return reply


worker.Executor._call = call
corr2d, conv2d = kit.correlate, kit.convolve
