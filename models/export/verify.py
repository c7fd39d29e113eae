"""Checks a pack against its weights: incremental (onnxruntime, hop by hop, past evictions) = banded full-history forward
(PyTorch), differences relative where values are above 1; a branch off the caches token by token = the
same branch over the whole history; a text alone = the same text in a batch of 16; chunked loop = single steps. Exits with 1 when one fails.

    python verify.py RUN PACK [--hops 7200]
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from from_checkpoint import load
from grounding import probabilities
from network import MASKED, TOKENS_PER_HOP, attend, rms
from runtime import Listener, Pack
from simulate import batch

TOLERANCE = 1e-4


def full_history(model, x) -> dict[str, np.ndarray]:
    """The banded forward over the whole episode at once, without any state."""
    with torch.no_grad():
        t = torch.from_numpy
        tokens, shown, seen, _ = model.front(t(x.face), t(x.voice), t(x.caption), model.front.empty(len(x.face)))
        hidden = watch_in_blocks(model, tokens)
        heads = probabilities(model.judge(hidden, shown), seen)
    return {"fused": tokens.numpy(), **{n: v.numpy() for n, v in heads.items()}}


def watch_in_blocks(model, tokens, block: int = 256):
    """`AffectNano.watch` for long calls: the same banded attention, some hops at a time, so that an hour fits into memory."""
    size, n, batch = model.size, TOKENS_PER_HOP, tokens.shape[0]
    turn, hidden = model.turn(torch.zeros(1)), []
    past: list = [None] * len(model.layers)
    for start in range(0, tokens.shape[1], block):
        part = tokens[:, start : start + block].flatten(1, 2)
        x = part if start else torch.cat([model.sink.expand(batch, 1, -1), part], 1)
        at = (torch.arange(part.shape[1]) // n + start).float()
        queries = at if start else torch.cat([torch.tensor([-1.0]), at])
        kept = torch.cat([torch.tensor([-1.0]), (torch.arange(n * min(start, size.window)) // n + max(0, start - size.window)).float()]) if start else torch.empty(0)
        hops = torch.cat([kept, queries])
        order = torch.cat([torch.full_like(kept, -1), torch.arange(len(queries)).float()])
        age, sink = queries[:, None] - hops[None], (hops < 0)[None]
        seen = (age < size.window) & (order[None] <= torch.arange(len(queries))[:, None]) | sink & (order[None] <= torch.arange(len(queries))[:, None])
        bias = torch.where(seen, -model.slopes[:, None, None] * age.clamp(min=0) * ~sink, MASKED)
        for i, layer in enumerate(model.layers):
            q, k, v = layer.project(x, turn)
            if past[i] is not None:
                k, v = (torch.cat([old, new], 2) for old, new in zip(past[i], (k, v)))
            x = layer.finish(x, attend(q, k, v, bias))
            last = n * min(start + block, size.window)
            past[i] = tuple(torch.cat([t[:, :, :1], t[:, :, 1:][:, :, -last:]], 2) for t in (k, v))
        hidden.append(rms(x, model.norm)[:, (1 if not start else 0) + n - 1 :: n])
    return torch.cat(hidden, 1)


def incremental_error(model, pack: Pack, hops: int, size: int = 2) -> dict[str, float]:
    x = batch(987, size, hops)
    want, listener, worst = full_history(model, x), Listener(pack, size), {}
    for t in range(hops):
        heads, _ = listener.push(x.face[:, t], x.voice[:, t], x.caption[:, t], speak=np.zeros(size))
        for n, w in want.items():
            worst[n] = max(worst.get(n, 0.0), float(np.abs(heads[n] - w[:, t]).max()) / max(1.0, float(np.abs(w).max())))
    return worst


def batch_texts(pack: Pack, hops: int, size: int = 16) -> tuple[int, int]:
    """-> (texts compared, texts that differ) between a batch of 16 and each person alone."""
    x = batch(654, size, hops)
    together = run(pack, x, range(size))
    differ = compared = 0
    for b in range(0, size, 3):
        for one, many in zip(run(pack, x, [b]), together):
            if many[b] or one[0]:
                compared += 1
                differ += (one[0] and one[0].tokens) != (many[b] and many[b].tokens)
    return compared, differ


def run(pack: Pack, x, who) -> list:
    who, listener = list(who), Listener(pack, len(list(who)))
    return [listener.push(x.face[who, t], x.voice[who, t], x.caption[who, t], speak=x.spoken[who, t])[1] for t in range(x.face.shape[1])]


def branch_error(model, pack: Pack, hops: int = 70, length: int = 24, size: int = 3) -> float:
    """The step graph, token by token off the caches that the hop graph left, against `AffectNano.speak` over the whole
    branch off the whole history: worst difference of a logit, relative where they are above 1."""
    x, listener = batch(432, size, hops), Listener(pack, size)
    for t in range(hops):
        listener.push(x.face[:, t], x.voice[:, t], x.caption[:, t], speak=np.zeros(size))
    ids = torch.randint(1, model.size.vocabulary, (size, length), generator=torch.Generator().manual_seed(5))
    said = np.random.default_rng(5).normal(0, 0.5, (size, pack.spec["saidSize"])).astype(np.float32)
    with torch.no_grad():
        tokens, *_ = model.front(*(torch.from_numpy(f) for f in (x.face, x.voice, x.caption)), model.front.empty(size))
        _, keys, values = model.watch(tokens)
        want = model.logits(model.speak(ids, torch.from_numpy(said), torch.arange(size), torch.full((size,), hops - 1), keys, values)).numpy()
    branch = pack.empty_branch(size)
    fixed = dict(count=np.full(size, hops), said=said, bias=np.zeros((size, pack.spec["vocabulary"]), np.float32), **{n: listener.state[n] for n in pack.cache})
    worst = 0.0
    for i in range(length):
        logits, *grown = pack.step.run(None, dict(token=ids[:, i].numpy(), position=np.array(i + 1), **fixed, **branch))
        branch = dict(zip(branch, grown))
        worst = max(worst, float((np.abs(logits - want[:, i]) / np.maximum(1, np.abs(want[:, i]))).max()))
    return worst


def loop_against_steps(pack: Pack, hops: int = 12) -> bool:
    """The looped graph and the single steps, one token at a time through Python, give the same tokens."""
    x, listener = batch(321, 1, hops), Listener(pack, 1)
    for t in range(hops):
        listener.push(x.face[:, t], x.voice[:, t], x.caption[:, t], speak=[False])
    spec, said, count = pack.spec, np.zeros((1, pack.spec["saidSize"]), np.float32), np.array([hops])
    heads = dict(cues=np.ones((1, len(spec["cues"])), np.float32), vad=np.zeros((1, 3), np.float32), vad_sd=np.zeros((1, 3), np.float32), labels=np.ones((1, len(spec["labels"])), np.float32))
    looped = pack.say(listener.state, count, said, heads)[0]
    branch = pack.empty_branch(1)
    token, stepped, bias = spec["tasks"]["describe"], [], np.zeros((1, spec["vocabulary"]), np.float32)
    bias[0, spec["tokens"]["plan"]], bias[0, spec["tokens"]["unsure"]] = 1e4, -1e9
    bias[0, pack.denied(said[0], heads["vad"][0], heads["vad_sd"][0], heads["cues"][0], heads["labels"][0])] = -1e9
    for i in range(len(looped) + 1):
        logits, *caches = pack.step.run(None, dict(count=count, said=said, token=np.array([token]), position=np.array(i + 1), bias=bias, **{n: listener.state[n] for n in pack.cache}, **branch))
        token, branch = int(logits[0].argmax()), dict(zip(branch, caches))
        stepped.append(token)
        if spec["tokens"]["plan"] <= token < spec["tokens"]["firstCue"] + len(spec["cues"]):
            bias[0, token] = -1e9
    return stepped[:-1] == looped and (stepped[-1] == spec["tokens"]["eos"] or len(looped) >= spec["maxTokens"] - 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--hops", type=int, default=7200)
    parser.add_argument("--texts", type=int, default=24, help="hops over which texts are compared")
    parser.add_argument("--report", type=Path, help="where to write the differences of the first variant, for the card")
    options = parser.parse_args()
    model, failed = load(options.run, "exported.pt"), False
    for variant in ("fp32", "int8"):
        try:
            loaded = Pack(options.pack, variant)
        except StopIteration:
            continue
        errors = incremental_error(model, loaded, options.hops) | {"branch": branch_error(model, loaded)}
        compared, differ = batch_texts(loaded, options.texts)
        steps = loop_against_steps(loaded)
        print(f"{variant}: worst difference over {options.hops} hops", {n: f"{e:.1e}" for n, e in errors.items()})
        print(f"{variant}: texts alone against a batch of 16: {compared} compared, {differ} differ; loop equals steps: {steps}")
        if options.report:
            options.report.write_text(json.dumps({"hops": options.hops, "variant": variant, **{n: float(f"{e:.1e}") for n, e in errors.items()}}) + "\n")
            options.report = None
        failed |= differ > 0 or not steps or (variant == "fp32" and max(errors.values()) > TOLERANCE)
    sys.exit(failed)
