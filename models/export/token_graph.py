"""The decoder's graphs: one token on a branch off a person's caches, and a chunk of tokens with the loop inside.

Written node by node, because the runtime's cost of a token this small is its nodes: the fused operators (com.microsoft's
skip norms and rotation, the standard's Attention) bring it from 480 nodes to 120. `verify.py` holds it against
`network.AffectNano.speak`.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from network import MASKED, SAID, TOKENS_PER_HOP, AffectNano, Layer  # noqa: E402
from vocabulary import EOS  # noqa: E402

FUSED = "com.microsoft"
OPSETS = [helper.make_opsetid("", 23), helper.make_opsetid(FUSED, 1)]
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MOST_POSITIONS = 256
NEVER = -1e9
info = helper.make_tensor_value_info


def cache_names(size, prefix: str = "") -> list[str]:
    return [f"{prefix}{kind}{i}" for i in range(size.layers) for kind in "kv"]


def kv_shape(model: AffectNano) -> tuple[int, int, int]:
    return model.size.kv_heads, model.size.slots, model.size.head


def fade_of_slots(model: AffectNano, oldest: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Bias [H, 1, slots] of a cache whose newest hop has age 0, and the age [slots] of every slot (the sink: -1)."""
    age = torch.arange(oldest, -1, -1).repeat_interleave(TOKENS_PER_HOP)
    fade = -model.slopes[:, None, None] * age.float()
    return torch.cat([fade.new_zeros(len(model.slopes), 1, 1), fade], -1), torch.cat([torch.tensor([-1]), age])


class Nodes:
    """A list of nodes and constants that grows by calling it with an operator; `scope` begins the names it gives."""

    def __init__(self, scope: str):
        self.scope, self.nodes, self.constants = scope, [], []

    def constant(self, name: str, value) -> str:
        array = value.detach().numpy() if isinstance(value, torch.Tensor) else value
        self.constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def __call__(self, operator: str, *inputs: str, out: str | list[str] | None = None, domain: str = "", **attributes) -> str:
        outputs = out if isinstance(out, list) else [out or f"{self.scope}.{operator}{len(self.nodes)}"]
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, domain=domain, **attributes))
        return outputs[0]

    def model(self, name: str, inputs: list, outputs: list) -> onnx.ModelProto:
        return helper.make_model(helper.make_graph(self.nodes, name, inputs, outputs, self.constants), opset_imports=OPSETS, ir_version=10)


@torch.no_grad()
def token_core(model: AffectNano) -> onnx.ModelProto:
    """x [B,1,d], position [1], mask [B,H,1,slots+T+1], caches -> scores [B,1,V], branch caches grown by one."""
    size, g = model.size, Nodes("token")
    inner, kv = size.heads * size.head, size.kv_heads * size.head
    cos, sin = model.turn(torch.arange(MOST_POSITIONS))
    shapes = dict(inner_kv=[inner + kv, kv], inner_k=[inner, kv], queries=[0, size.heads, 1, size.head], keys=[0, size.kv_heads, 1, size.head], read=[0, 1, inner])
    for name, value in dict(cos=cos, sin=sin, **shapes).items():
        g.constant(name, value)
    x, y = "x", None
    for i, layer in enumerate(model.layers):
        normed, x = add_and_norm(g, f"norm{i}.1", layer.norm1, x, y)
        y = attention(g, i, layer, normed, size.head**-0.5)
        normed, x = add_and_norm(g, f"norm{i}.2", layer.norm2, x, y)
        y = feed_forward(g, i, layer, normed)
    normed, _ = add_and_norm(g, "norm", model.norm, x, y)
    linear(g, normed, "words", model.embed.weight, out="scores")
    inputs = [info("x", FLOAT, ["B", 1, size.d]), info("position", INT64, [1]), info("mask", FLOAT, ["B", size.heads, 1, "S"])]
    outputs = [info("scores", FLOAT, ["B", 1, size.vocabulary]), *branches(model, "next_", "U")]
    return g.model("token", [*inputs, *caches(model), *branches(model, "", "T")], outputs)


def add_and_norm(g: Nodes, name: str, weight: torch.Tensor, x: str, y: str | None) -> tuple[str, str]:
    """-> the norm of x + y, and x + y."""
    g.constant(name, weight)
    if y is None:
        return g("RMSNormalization", x, name, epsilon=1e-6, axis=-1), x
    return g("SkipSimplifiedLayerNormalization", x, y, name, out=[f"{name}.out", "", "", f"{name}.sum"], domain=FUSED, epsilon=1e-6), f"{name}.sum"


def linear(g: Nodes, of: str, name: str, weight: torch.Tensor, out: str | None = None) -> str:
    return g("MatMul", of, g.constant(name, weight.t()), out=out)


def attention(g: Nodes, i: int, layer: Layer, x: str, scale: float) -> str:
    g("Split", linear(g, x, f"qkv{i}", layer.qkv.weight), "inner_kv", out=[f"qk{i}", f"value{i}"], axis=-1)
    g("Split", g("RotaryEmbedding", f"qk{i}", "position", "cos", "sin", domain=FUSED), "inner_k", out=[f"query{i}", f"key{i}"], axis=-1)
    k = g("Concat", f"bk{i}", g("Reshape", f"key{i}", "keys"), out=f"next_bk{i}", axis=2)
    v = g("Concat", f"bv{i}", g("Reshape", f"value{i}", "keys"), out=f"next_bv{i}", axis=2)
    # The memory comes as the operator's past; of the memory with the branch, which it gives back, nothing is kept.
    read = g("Attention", g("Reshape", f"query{i}", "queries"), k, v, "mask", f"k{i}", f"v{i}", out=[f"read{i}", f"whole_k{i}", f"whole_v{i}"], scale=scale)
    return linear(g, g("Reshape", read, "read"), f"out{i}", layer.out.weight)


def feed_forward(g: Nodes, i: int, layer: Layer, x: str) -> str:
    g("Split", linear(g, x, f"gate_up{i}", layer.gate_up.weight), out=[f"gate{i}", f"up{i}"], axis=-1, num_outputs=2)
    return linear(g, g("Mul", g("QuickGelu", f"gate{i}", domain=FUSED, alpha=1.0), f"up{i}"), f"down{i}", layer.down.weight)


def caches(model: AffectNano) -> list:
    return [info(n, FLOAT, ["B", *kv_shape(model)]) for n in cache_names(model.size)]


def branches(model: AffectNano, prefix: str, length: str | None) -> list:
    heads, _, head = kv_shape(model)
    return [info(prefix + n, FLOAT, ["B", heads, length, head]) for n in cache_names(model.size, "b")]


def before_tokens(model: AffectNano, core: onnx.ModelProto, small: bool) -> Nodes:
    """What both graphs do around the core, once a run: `mask` [B,H,1,slots+T] of the memory and of the branch so far, a
    `column` of it for the next token, `place` [1], and `x` [B,1,d]: the token, and at position 1 what was said last."""
    g, heads = Nodes("start"), model.size.heads
    g.constants += core.graph.initializer
    fade, age = fade_of_slots(model, model.size.window - 1)
    table = model.embed.weight.detach().numpy()
    if small:
        scale = np.abs(table).max(1, keepdims=True).astype(np.float32) / 127
        g.constant("embed.scale", scale)
        table = np.round(table / scale).astype(np.int8)
    for name, value in dict(
        embed=table, said_weight=model.said.weight.t(), fade=fade[None], age=age[None], nothing=np.float32(0), masked=np.float32(MASKED),
        first=1, axis0=[0], axis1=[1], axes12=[1, 2], of_heads=[heads, 1], of_column=[heads, 1, 1],
    ).items():
        g.constant(name, value)
    known = g("Less", "age", g("Unsqueeze", "count", "axis1"))
    seen = g("Add", "fade", g("Unsqueeze", g("Where", known, "nothing", "masked"), "axes12"))
    people = g("Shape", "count")
    so_far = g("Concat", people, "of_heads", g("Shape", "bk0", start=2, end=3), axis=0)
    g("Concat", seen, g("Expand", "nothing", so_far), out="mask", axis=3)
    g("Expand", "nothing", g("Concat", people, "of_column", axis=0), out="column")
    told = g("Where", g("Equal", "position", "first"), g("MatMul", "said", "said_weight"), "nothing")
    g("Add", look_up(g, "token", small), g("Unsqueeze", told, "axis1"), out="x")
    g("Unsqueeze", "position", "axis0", out="place")
    return g


def look_up(g: Nodes, token: str, small: bool, out: str | None = None) -> str:
    """token [B] -> [B,1,d]; a small table has 8-bit rows with a scale each."""
    column = g("Unsqueeze", token, "axis1")
    if not small:
        return g("Gather", "embed", column, out=out)
    return g("Mul", g("Cast", g("Gather", "embed", column), to=FLOAT), g("Gather", "embed.scale", column), out=out)


def asked(model: AffectNano) -> list:
    """The inputs of both graphs."""
    named = [info("count", INT64, ["B"]), info("said", FLOAT, ["B", SAID]), info("token", INT64, ["B"]), info("position", INT64, []), info("bias", FLOAT, ["B", model.size.vocabulary])]
    return [*named, *caches(model), *branches(model, "", "T")]


def core_nodes(core: onnx.ModelProto, rename: dict[str, str]) -> list[onnx.NodeProto]:
    nodes = []
    for node in core.graph.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = [rename.get(x, x) for x in node.input]
        copy.output[:] = [rename.get(x, x) for x in node.output]
        nodes.append(copy)
    return nodes


def step_graph(model: AffectNano, core: onnx.ModelProto, small: bool) -> onnx.ModelProto:
    """One token for everybody: logits [B,V] with the bias, branch caches grown by one."""
    g = before_tokens(model, core, small)
    g("Concat", "mask", "column", out="mask_now", axis=3)
    g.nodes += core_nodes(core, {"position": "place", "mask": "mask_now"})
    g("Add", g("Squeeze", "scores", "axis1"), "bias", out="logits")
    return g.model("step", asked(model), [info("logits", FLOAT, ["B", model.size.vocabulary]), *branches(model, "next_", "U")])


def speak_graph(model: AffectNano, core: onnx.ModelProto, small: bool, ban: range) -> onnx.ModelProto:
    """A chunk of tokens: greedy choice, ended rows stay at EOS, an emitted tag of `ban` is banned for the rest."""
    vocabulary, names = model.size.vocabulary, cache_names(model.size, "b")
    g = before_tokens(model, core, small)
    once = [[t if t in ban else -1 for t in range(vocabulary)]]  # only tokens in `ban` can match themselves
    for name, value in dict(eos=EOS, step=[1], once=once, banned=np.float32(NEVER), true=True).items():
        g.constant(name, value)
    g("Equal", "token", "eos", out="ended")
    carried = [info("x", FLOAT, ["B", 1, model.size.d]), info("ended", BOOL, ["B"]), info("place", INT64, [1]), info("bias", FLOAT, ["B", vocabulary]), info("mask", FLOAT, ["B", model.size.heads, 1, None])]
    carried += branches(model, "", None)
    body = loop_body(core, carried, small)
    ends = [f"next_{n}" for n in names]
    g("Loop", "max_tokens", "true", *(c.name for c in carried), out=["last_x", "last_ended", "last_place", "next_bias", "last_mask", *ends, "in_turn"], body=body)
    g("Transpose", "in_turn", out="tokens", perm=[1, 0])
    outputs = [info("tokens", INT64, ["B", "N"]), info("next_bias", FLOAT, ["B", vocabulary]), *branches(model, "next_", "U")]
    return g.model("speak", [*asked(model), info("max_tokens", INT64, [])], outputs)


def loop_body(core: onnx.ModelProto, carried: list, small: bool) -> onnx.GraphProto:
    """One round: the core on what is carried, the choice, and what the next round begins with. Names within have a dot in front."""
    inside = {c.name: f".{c.name}" for c in carried}
    caches_grown = {o.name: f".{o.name}" for o in core.graph.output if o.name.startswith("next_")}
    g = Nodes("loop")
    g("Concat", ".mask", "column", out=".next_mask", axis=3)
    g.nodes += core_nodes(core, inside | caches_grown | {"position": ".place", "mask": ".next_mask"})
    best = g("ArgMax", g("Add", g("Squeeze", "scores", "axis1"), ".bias"), axis=-1, keepdims=0)
    g("Where", ".ended", "eos", best, out=".token")
    g("Equal", ".token", "eos", out=".next_ended")
    hit = g("Equal", g("Unsqueeze", ".token", "axis1"), "once")
    g("Where", hit, "banned", ".bias", out=".next_bias")
    g("Add", ".place", "step", out=".next_place")
    look_up(g, ".token", small, out=".next_x")
    alive = g("ReduceMax", g("Cast", g("Not", ".next_ended"), to=INT64), keepdims=0)
    g("Cast", alive, out=".go_on", to=BOOL)
    g("Identity", ".token", out=".emit")
    inputs = [info(".round", INT64, []), info(".condition", BOOL, [])] + [renamed(c, f".{c.name}") for c in carried]
    outputs = [info(".go_on", BOOL, []), *(renamed(c, f".next_{c.name}") for c in carried), info(".emit", INT64, ["B"])]
    return helper.make_graph(g.nodes, "decode", inputs, outputs)


def renamed(value: onnx.ValueInfoProto, name: str) -> onnx.ValueInfoProto:
    copy = onnx.ValueInfoProto()
    copy.CopyFrom(value)
    copy.name = name
    return copy
