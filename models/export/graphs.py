"""The graph of one hop, traced from the incremental form of `network.AffectNano`."""
import sys
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from features import CAPTION, CAPTIONS, FACE, FRAMES, SEGMENTS, VOICE  # noqa: E402
from grounding import probabilities  # noqa: E402
from network import MASKED, SAID, TOKENS_PER_HOP, AffectNano, attend, rms  # noqa: E402
from token_graph import cache_names, fade_of_slots, kv_shape  # noqa: E402

OPSET = 23
HEADS = ("vad", "vad_sd", "labels", "cues", "cue_strength", "reliability", "confidence", "change")


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
        tokens, shown, seen, following = model.front(face[:, None], voice[:, None], caption[:, None], state)
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
        told = model.judge(hidden, shown)
        silent = torch.sigmoid(-model.speaks(hidden, told, said[:, None]))
        heads = probabilities(told, seen)
        return tuple(h[:, 0] for h in (*(heads[n] for n in HEADS), silent)) + (fused,) + tuple(following[name] for name in self.states)


def export_hop(model: AffectNano, path: Path) -> None:
    hop = Hop(model).eval()
    shapes = {**model.front.state_shapes(), **{n: kv_shape(model) for n in cache_names(model.size)}}
    batch = 2
    inputs = {
        "face": torch.zeros(batch, FRAMES, len(FACE)), "voice": torch.zeros(batch, SEGMENTS, len(VOICE)), "caption": torch.zeros(batch, CAPTIONS, len(CAPTION)),
        "said": torch.zeros(batch, SAID), "count": torch.zeros(batch, dtype=torch.long), **{n: torch.zeros(batch, *s) for n, s in shapes.items()},
    }
    save(hop, inputs, [*HEADS, "p_silent", "fused", *(f"next_{n}" for n in hop.states)], path)


def save(module: nn.Module, inputs: dict[str, Tensor], outputs: list[str], path: Path) -> None:
    """Export with a dynamic batch, constants folded, weights inside the file."""
    batch = torch.export.Dim("B")
    fixed, shapes = 5, [{0: batch}] * len(inputs)  # the named arguments before *states
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
