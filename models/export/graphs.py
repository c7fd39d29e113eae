"""The exported graphs: one hop, one decoding step, and a chunk of decoding with the loop inside.

The modules below are the incremental forms of `network.AffectNano`; the step is exported once and becomes the body
of an ONNX Loop, so that the loop, the step and the training forward share their arithmetic.
"""
import sys
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from features import CAPTION, CAPTIONS, FACE, FRAMES, SEGMENTS, VOICE  # noqa: E402
from network import MASKED, SAID, TOKENS_PER_HOP, AffectNano, attend, read_values, rms, scores  # noqa: E402

OPSET = 21
HEADS = ("vad", "vad_sd", "labels", "cues", "cue_strength", "reliability", "confidence", "change")
EOS = 0


def cache_names(size, prefix: str = "") -> list[str]:
    return [f"{prefix}{kind}{i}" for i in range(size.layers) for kind in "kv"]


def fade_of_slots(model: AffectNano, oldest: int) -> tuple[Tensor, Tensor]:
    """Bias [H, 1, slots] of a cache whose newest hop has age 0, and the age [slots] of every slot (the sink: -1)."""
    age = torch.arange(oldest, -1, -1).repeat_interleave(TOKENS_PER_HOP)
    fade = -model.slopes[:, None, None] * age.float()
    return torch.cat([fade.new_zeros(len(model.slopes), 1, 1), fade], -1), torch.cat([torch.tensor([-1]), age])


class Hop(nn.Module):
    """One hop for everybody: encoders, pre-fusion, the hop's tokens through the language model, heads, p(silent)."""

    def __init__(self, model: AffectNano):
        super().__init__()
        self.model, size = model, model.size
        self.states = list(model.front.state_shapes()) + cache_names(size)
        n = TOKENS_PER_HOP
        fade, age = fade_of_slots(model, size.window - 1)
        own = torch.full((n, n), MASKED).triu(1)  # a hop's second token sees its first
        self.register_buffer("fade", torch.cat([fade.expand(-1, n, -1)[..., :-n], own.expand(fade.shape[0], -1, -1)], -1))
        self.register_buffer("age", age)
        cos, sin = model.turn(torch.zeros(1))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def forward(self, face, voice, caption, said, count, *states):
        model, n = self.model, TOKENS_PER_HOP
        state = dict(zip(self.states, states))
        tokens, following = model.front(face[:, None], voice[:, None], caption[:, None], state)
        fused = x = tokens[:, 0]
        bias = self.fade[None] + torch.where(self.age[None] <= count[:, None], 0.0, MASKED)[:, None, None]
        for i, layer in enumerate(model.layers):
            q, k, v = layer.project(x, (self.cos, self.sin))
            # Evict the oldest hop: the sink, the remaining hops, this hop.
            keys = torch.cat([state[f"k{i}"][:, :, :1], state[f"k{i}"][:, :, 1 + n :], k], 2)
            values = torch.cat([state[f"v{i}"][:, :, :1], state[f"v{i}"][:, :, 1 + n :], v], 2)
            following[f"k{i}"], following[f"v{i}"] = keys, values
            x = layer.finish(x, attend(q, keys, values, bias))
        hidden = rms(x, model.norm)[:, n - 1 : n]
        told = model.judge(hidden)
        silent = torch.sigmoid(-model.speaks(hidden, told, said[:, None]))
        heads = [told[h] if h.startswith("vad") else torch.sigmoid(told[h]) for h in HEADS]
        return tuple(h[:, 0] for h in (*heads, silent)) + (fused,) + tuple(following[name] for name in self.states)


class Step(nn.Module):
    """One token on a branch off the caches."""

    def __init__(self, model: AffectNano):
        super().__init__()
        self.model = model
        fade, age = fade_of_slots(model, model.size.window - 1)
        self.register_buffer("fade", fade)
        self.register_buffer("age", age)
        self.register_buffer("to_words", model.embed.weight.detach().t().contiguous())  # a constant, to be quantised
        cos, sin = model.turn(torch.arange(0, 256))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def forward(self, count, said, token, position, bias, *caches):
        model, layers = self.model, self.model.size.layers
        prefix, branch = caches[: 2 * layers], caches[2 * layers :]
        is_first = (position == 1).to(torch.float32)
        x = torch.nn.functional.embedding(token[:, None], model.embed.weight) + (model.said(said) * is_first)[:, None]
        seen = self.fade[None] + torch.where(self.age[None] < count[:, None], 0.0, MASKED)[:, None, None]
        at = position.reshape(1)
        turn = self.cos.index_select(0, at), self.sin.index_select(0, at)
        following = []
        for i, layer in enumerate(model.layers):
            q, k, v = layer.project(x, turn)
            keys, values = torch.cat([branch[2 * i], k], 2), torch.cat([branch[2 * i + 1], v], 2)
            following += [keys, values]
            both = torch.cat([scores(q, prefix[2 * i]) + seen, scores(q, keys)], -1)
            weights = torch.softmax(both, -1)
            slots = model.size.slots
            x = layer.finish(x, read_values(weights[..., :slots], prefix[2 * i + 1]) + read_values(weights[..., slots:], values))
        logits = (rms(x, model.norm) @ self.to_words)[:, 0] + bias
        return (logits, *following)


def export_hop(model: AffectNano, path: Path) -> None:
    hop = Hop(model).eval()
    shapes = {**model.front.state_shapes(), **{n: kv_shape(model) for n in cache_names(model.size)}}
    batch = 2
    inputs = {
        "face": torch.zeros(batch, FRAMES, len(FACE)), "voice": torch.zeros(batch, SEGMENTS, len(VOICE)), "caption": torch.zeros(batch, CAPTIONS, len(CAPTION)),
        "said": torch.zeros(batch, SAID), "count": torch.zeros(batch, dtype=torch.long), **{n: torch.zeros(batch, *s) for n, s in shapes.items()},
    }
    save(hop, inputs, [*HEADS, "p_silent", "fused", *(f"next_{n}" for n in hop.states)], {}, path)


def kv_shape(model: AffectNano) -> tuple[int, int, int]:
    return model.size.kv_heads, model.size.slots, model.size.head


def export_step(model: AffectNano, path: Path) -> None:
    size, batch, length = model.size, 2, 3
    branch = cache_names(size, "b")
    inputs = {
        "count": torch.ones(batch, dtype=torch.long), "said": torch.zeros(batch, SAID), "token": torch.zeros(batch, dtype=torch.long),
        "position": torch.tensor(1), "bias": torch.zeros(batch, size.vocabulary),
        **{n: torch.zeros(batch, *kv_shape(model)) for n in cache_names(size)},
        **{n: torch.zeros(batch, size.kv_heads, length, size.head) for n in branch},
    }
    save(Step(model).eval(), inputs, ["logits"] + [f"next_{n}" for n in branch], {n: {2: torch.export.Dim("T")} for n in branch}, path)


def save(module: nn.Module, inputs: dict[str, Tensor], outputs: list[str], extra: dict, path: Path) -> None:
    """Export with a dynamic batch, constants folded, weights inside the file."""
    batch = torch.export.Dim("B")
    shapes = [({0: batch} | extra.get(name, {})) if x.ndim else {} for name, x in inputs.items()]
    fixed = 5  # the named arguments before *caches or *states
    with torch.no_grad():
        program = torch.onnx.export(
            module, tuple(inputs.values()), input_names=list(inputs), output_names=outputs, dynamo=True, opset_version=OPSET,
            dynamic_shapes=(*shapes[:fixed], tuple(shapes[fixed:])), verbose=False, optimize=True,
        )
    program.save(str(path), external_data=False)
    exported = onnx.load(str(path))
    forget_origin(exported)
    onnx.save(exported, str(path))


def forget_origin(model: onnx.ModelProto) -> None:
    """The exporter notes in every node which source line it came from, with the paths of the exporting machine."""
    def clear(graph: onnx.GraphProto) -> None:
        for part in (graph, *graph.node, *graph.value_info, *graph.input, *graph.output):
            del part.metadata_props[:]
            part.ClearField("doc_string")
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    clear(attribute.g)

    del model.metadata_props[:]
    clear(model.graph)


def loop_graph(step_path: Path, path: Path, ban: range) -> None:
    """Wrap the step into a Loop: greedy choice, ended rows stay at EOS, an emitted tag is banned for the rest."""
    step = onnx.load(str(step_path))
    g = step.graph
    vocabulary = g.output[0].type.tensor_type.shape.dim[1].dim_value
    branch = [i.name for i in g.input if i.name[:2] in ("bk", "bv")]
    prefix = [i for i in g.input if i.name in ("count", "said") or (i.name[0] in "kv" and i.name[1:].isdigit())]
    once = [t if t in ban else -1 for t in range(vocabulary)]  # only tokens in `ban` can match themselves
    constants = [
        helper.make_tensor("L_one", TensorProto.INT64, [], [1]), helper.make_tensor("L_eos", TensorProto.INT64, [], [EOS]),
        helper.make_tensor("L_once", TensorProto.INT64, [1, vocabulary], once), helper.make_tensor("L_banned", TensorProto.FLOAT, [], [-1e9]),
        helper.make_tensor("L_axis1", TensorProto.INT64, [1], [1]), helper.make_tensor("L_true", TensorProto.BOOL, [], [True]),
    ]
    rename = {"token": "l_token", "position": "l_position", "bias": "l_bias"}
    rename |= {b: f"l_{b}" for b in branch} | {f"next_{b}": f"l_next_{b}" for b in branch}
    body = []
    for node in g.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = [rename.get(x, x) for x in node.input]
        copy.output[:] = [rename.get(x, x) for x in node.output]
        body.append(copy)
    node = helper.make_node
    body += [
        node("ArgMax", ["logits"], ["l_best"], axis=-1, keepdims=0), node("Where", ["l_ended", "L_eos", "l_best"], ["l_token_next"]),
        node("Equal", ["l_token_next", "L_eos"], ["l_ended_next"]),
        node("Unsqueeze", ["l_token_next", "L_axis1"], ["l_column"]), node("Equal", ["l_column", "L_once"], ["l_hit"]),
        node("Where", ["l_hit", "L_banned", "l_bias"], ["l_bias_next"]), node("Add", ["l_position", "L_one"], ["l_position_next"]),
        node("Not", ["l_ended_next"], ["l_alive"]), node("Cast", ["l_alive"], ["l_alive_int"], to=TensorProto.INT64),
        node("ReduceMax", ["l_alive_int"], ["l_any"], keepdims=0), node("Cast", ["l_any"], ["l_go_on"], to=TensorProto.BOOL),
        node("Identity", ["l_token_next"], ["l_emit"]),
    ]
    info = helper.make_tensor_value_info
    shape = {o.name: [d.dim_value or d.dim_param for d in o.type.tensor_type.shape.dim] for o in g.input}
    carried = [("token", TensorProto.INT64, ["B"]), ("ended", TensorProto.BOOL, ["B"]), ("position", TensorProto.INT64, []), ("bias", TensorProto.FLOAT, ["B", vocabulary])]
    open_length = lambda b: [None if isinstance(d, str) else d for d in shape[b]]  # noqa: E731
    ins = [info("l_step", TensorProto.INT64, []), info("l_condition", TensorProto.BOOL, [])]
    ins += [info(f"l_{n}", t, s) for n, t, s in carried] + [info(f"l_{b}", TensorProto.FLOAT, open_length(b)) for b in branch]
    outs = [info("l_go_on", TensorProto.BOOL, [])] + [info(f"l_{n}_next", t, s) for n, t, s in carried]
    outs += [info(f"l_next_{b}", TensorProto.FLOAT, open_length(b)) for b in branch] + [info("l_emit", TensorProto.INT64, ["B"])]
    loop_body = helper.make_graph(body, "decode", ins, outs)
    ends = [f"next_{b}" for b in branch]
    rows = [
        node("Equal", ["token", "L_eos"], ["L_fresh"]),
        node("Loop", ["max_tokens", "L_true", "token", "L_fresh", "position", "bias", *branch], ["L_t", "L_e", "L_p", "next_bias", *ends, "L_tokens"], body=loop_body),
        node("Transpose", ["L_tokens"], ["tokens"], perm=[1, 0]),
    ]
    inputs = prefix + [i for i in g.input if i.name in ("token", "position", "bias") or i.name in branch] + [info("max_tokens", TensorProto.INT64, [])]
    outputs = [info("tokens", TensorProto.INT64, ["B", "N"]), info("next_bias", TensorProto.FLOAT, ["B", vocabulary])]
    outputs += [info(e, TensorProto.FLOAT, [shape[b][0], shape[b][1], "U", shape[b][3]]) for e, b in zip(ends, branch)]
    graph = helper.make_graph(rows, "speak", inputs, outputs, list(g.initializer) + constants)
    model = helper.make_model(graph, opset_imports=step.opset_import, ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
