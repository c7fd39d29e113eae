"""Writes a model pack: graphs, state, tokenizer, card, and pack.json with the sha256 of every file, moved in last."""
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from claims import claims
from graphs import export_hop
from features import LAYOUT
from lexicon import CUES, TERMS
from data import PLANNED
from network import SAID, TOKENS_PER_HOP, AffectNano, read_values, scores
from token_graph import cache_names, kv_shape, speak_graph, step_graph, token_core
from vocabulary import EOS, FIRST_CUE, ONCE, PLAN, SEP, TASK, UNSURE

LIMITS = [
    "English descriptions only; captions are only as good as their reader (pipeline/sense/caption).",
    "Trained on simulated sensor readings alone: no recordings of people. Real faces and voices differ; figures on simulation are an upper bound.",
    "Describes what appears and sounds, never what a person feels inside; infers no identity, age, gender, origin, health or intent.",
    "Voice tells arousal better than valence; without the face, valence is uncertain and the description should say so.",
    "A face seen from the side, small, dark or covered is read poorly; reliability and confidence say so.",
    "Clauses about what went on since the last description (brightened, easing) are the weakest: nothing checks them.",
    "A description names some of the cues that show (of the salient ones three in ten), and its wording is plain: greedy decoding takes the usual word.",
    "What a hand at the mouth hides is guessed, too gladly: behind it a smile may be read that the sensors only seemed to measure.",
    "The two real clips that its figures name were looked at while it was made: they are no held-out test.",
]


def write_pack(model: AffectNano, tokenizer: Path, folder: Path, thresholds: dict, training: dict, card: str, keep_fp32: bool = False, version: str = "0.4.0") -> None:
    """Exports everything into `folder`; `publish` moves it to where it is used."""
    folder.mkdir(parents=True, exist_ok=True)
    write_graphs(model, folder, keep_fp32)
    shutil.copy(tokenizer, folder / "tokenizer.json")
    (folder / "README.md").write_text(card)
    state = write_state(model, folder / "state.bin")
    variants = [variant("int8", ["cpu"])] + ([variant("fp32", ["cpu", "cuda", "webgpu"])] if keep_fp32 else [])
    seal(folder, describe_pack(model, tokenizer, thresholds, training, variants, state, version))


def variant(name: str, providers: list[str]) -> dict:
    return {"name": name, "providers": providers, "graphs": {g: f"{g}.{name}.onnx" for g in ("hop", "speak", "step")}}


def seal(folder: Path, spec: dict) -> None:
    """Writes pack.json with the sha256 of every file that the pack names."""
    graphs = [g for v in spec["variants"] for g in v["graphs"].values()]
    files = sorted([*graphs, spec["tokenizer"], spec["card"], "state.bin", *(["report.json"] if (folder / "report.json").exists() else [])])
    spec["files"] = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in files}
    (folder / "pack.json").write_text(json.dumps(spec, indent=1) + "\n")


def publish(source: Path, out: Path, variants: tuple[str, ...] = ("int8",)) -> None:
    """Copies a pack with only some of its variants; file by file, each whole at once, pack.json last, what is not named removed."""
    out.mkdir(parents=True, exist_ok=True)
    spec = json.loads((source / "pack.json").read_text())
    spec["variants"] = [v for v in spec["variants"] if v["name"] in variants]
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".pack-") as folder:
        work = Path(folder)
        for name in spec["files"]:
            if not name.endswith(".onnx") or any(name in v["graphs"].values() for v in spec["variants"]):
                shutil.copy(source / name, work / name)
        seal(work, spec)
        for name in [*spec["files"], "pack.json"]:
            os.replace(work / name, out / name)
    for old in out.iterdir():
        if old.name not in spec["files"] and old.name != "pack.json":
            old.unlink()


def write_graphs(model: AffectNano, work: Path, keep_fp32: bool) -> None:
    hop, token = work / "hop.fp32.onnx", token_core(model)
    export_hop(model, hop)
    if keep_fp32:
        write_decoder(model, token, work, "fp32")
    onnx.save(quantised(onnx.load(str(hop))), str(work / "hop.int8.onnx"))
    write_decoder(model, quantised(token), work, "int8")
    if not keep_fp32:
        hop.unlink()


def write_decoder(model: AffectNano, token: onnx.ModelProto, work: Path, name: str) -> None:
    for kind, graph in (("step", step_graph(model, token, name == "int8")), ("speak", speak_graph(model, token, name == "int8", ONCE))):
        onnx.checker.check_model(graph)
        onnx.save(graph, str(work / f"{kind}.{name}.onnx"))


def quantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """8-bit weights in blocks of 32. Level 4 lets the kernel round activations to 8 bits too, block by block within a
    row, so that a row's result does not depend on who shares its batch; in float it is ten times slower on a CPU."""
    quantizer = MatMulNBitsQuantizer(model, bits=8, block_size=32, is_symmetric=True, accuracy_level=4)
    quantizer.process()
    return quantizer.model.model


@torch.no_grad()
def sink_cache(model: AffectNano) -> list[torch.Tensor]:
    """k0, v0, k1, ... of the sink token: the only slot that is filled before the first hop."""
    x, turn, cache = model.sink.view(1, 1, -1), model.turn(torch.zeros(1)), []
    for layer in model.layers:
        q, k, v = layer.project(x, turn)
        cache += [k[0], v[0]]
        x = layer.finish(x, read_values(torch.softmax(scores(q, k), -1), v))
    return cache


def write_state(model: AffectNano, path: Path) -> list[dict]:
    state = [{"name": n, "shape": list(s)} for n, s in model.front.state_shapes().items()]
    shape, offset = kv_shape(model), 0
    with path.open("wb") as file:
        for name, first in zip(cache_names(model.size), sink_cache(model)):
            block = np.zeros(shape, np.float32)
            block[:, :1] = first.numpy()
            file.write(block.tobytes())
            state.append({"name": name, "shape": list(shape), "initial": {"file": path.name, "offset": offset}})
            offset += block.nbytes
    return state


def describe_pack(model: AffectNano, tokenizer: Path, thresholds: dict, training: dict, variants: list, state: list, version: str) -> dict:
    size = model.size
    return {
        "format": 1, "name": "affect-nano", "version": version, "license": "Apache-2.0", "languages": ["en"],
        "description": "Reads a face, a voice and captions hop by hop and puts into words how a person appears and sounds.",
        "training": training, "limits": LIMITS, "featuresVersion": LAYOUT["version"], "hopMs": LAYOUT["hopMs"], "windowHops": size.window,
        "fusedTokens": TOKENS_PER_HOP, "vocabulary": size.vocabulary, "variants": variants, "state": state,
        "branch": [{"name": n, "shape": [size.kv_heads, size.head]} for n in cache_names(size, "b")],
        "saidSize": SAID, "tasks": TASK, "planned": list(PLANNED), "tokens": {"eos": EOS, "plan": PLAN, "unsure": UNSURE, "sep": SEP, "firstCue": FIRST_CUE}, "maxTokens": 80,
        "labels": [{"term": t.term, "family": t.family, "valence": t.valence, "arousal": t.arousal, "dominance": t.dominance} for t in TERMS],
        "cues": [{"name": c.name, "cue": c.cue, "direction": c.direction, "modality": c.modality} for c in CUES],
        "claims": claims(tokenizer), "thresholds": thresholds, "tokenizer": "tokenizer.json", "card": "README.md",
    }
