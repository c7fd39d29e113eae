"""What each part earns: the same small network trained with a part taken out, several seeds each, heads only.

    python ablate.py --out ablation.json [--steps 400] [--seeds 3] [--only NAME ...]

Every second step has face, voice and captions all there, the others as calls have them: senses off, lost, come back.
Measured on both. Resumes: a variant and seed that the report has already is not run again.
"""
import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import network
from data import Example, example
from evaluate import concordance, set_f
from features import FACE, VOICE
from lexicon import CUES, TERMS
from network import AffectNano, PreFusion, Size, rms
from train import WEIGHTS, head_losses, schedule
from vocabulary import learn

SMALL = dict(d=128, layers=2, heads=8, kv_heads=2, head=16, hidden=320, encoder=64, modality=96)
HELD_OUT = 910_000_000
MODALITIES = ("face", "voice", "caption")
RELATIVE = {"face": [i for i, n in enumerate(FACE) if n.startswith(("rel", "prel")) or n == "ownness"], "voice": [i for i, n in enumerate(VOICE) if "Rel" in n or n == "ownness"]}


class Apart(nn.Module):
    """No pre-fusion: every modality has a token of its own, and the language model must do the mixing."""

    def __init__(self, size: Size):
        super().__init__()
        m = size.modality
        self.size, self.norm = size, nn.Parameter(torch.ones(m))
        self.kind, self.absent = nn.Parameter(torch.randn(3, m) * 0.1), nn.Parameter(torch.randn(3, m) * 0.1)
        self.out, self.shown, self.place = nn.Linear(m, size.d), nn.Linear(size.shown, size.d), nn.Parameter(torch.randn(3, size.d) * 0.3)

    def forward(self, now: Tensor, present: Tensor, memory: Tensor, was: Tensor, shown: Tensor):
        here = (present > 0).to(now.dtype)[..., None]
        current = (rms(now, self.norm) + self.kind) * here + self.absent * (1 - here)
        return self.out(current) + self.shown(shown) + self.place, memory, was


class Uncrossed(PreFusion):
    """Pre-fusion by attention and gate alone, without the products of what the senses say."""

    def __init__(self, size: Size):
        super().__init__(size)
        self.crossed.weight.requires_grad_(False)  # it begins at zero


class Late(nn.Module):
    """Late fusion: a whole network per modality, their answers weighed by how much each trusts itself."""

    def __init__(self, size: Size):
        super().__init__()
        self.towers = nn.ModuleDict({m: AffectNano(size) for m in MODALITIES})

    def told(self, x: Example) -> dict[str, Tensor]:
        each = [judged(tower, only(x, m)) for m, tower in self.towers.items()]
        trust = torch.softmax(torch.stack([t["reliability"][..., i] for i, t in enumerate(each)], -1), -1)
        mix = lambda name: sum(t[name] * trust[..., i : i + 1] for i, t in enumerate(each))  # noqa: E731
        out = {n: mix(n) for n in ("vad", "vad_sd", "labels", "cues", "cue_strength")}
        scalars = {n: mix_scalar(each, trust, n) for n in ("confidence", "change")}
        return out | scalars | {"reliability": torch.stack([t["reliability"][..., i] for i, t in enumerate(each)], -1)}


def mix_scalar(each: list, trust: Tensor, name: str) -> Tensor:
    return sum(t[name] * trust[..., i] for i, t in enumerate(each))


def judged(model: AffectNano, x: Example) -> dict[str, Tensor]:
    tokens, shown, *_ = model.front(x.face, x.voice, x.caption, model.front.empty(len(x.face)))
    return model.judge(model.watch(tokens)[0], shown)


def only(x: Example, modality: str) -> Example:
    return replace(x, **{m: torch.zeros_like(getattr(x, m)) for m in MODALITIES if m != modality})


def absolute(x: Example) -> Example:
    """Without the person's own baseline: what is relative to it is not told."""
    face, voice = x.face.clone(), x.voice.clone()
    face[..., RELATIVE["face"]], voice[..., RELATIVE["voice"]] = 0, 0
    return replace(x, face=face, voice=voice)


def same(x: Example) -> Example:
    return x


UNSCALED, UNREAD = "features as they come", "cues from the memory alone"
# name: (what the network is shown, tokens a hop, fusion, late, share of the run that is coarse)
VARIANTS = {
    "all": (same, 2, PreFusion, False, 0.5), "face only": (lambda x: only(x, "face"), 2, PreFusion, False, 0.5), "voice only": (lambda x: only(x, "voice"), 2, PreFusion, False, 0.5),
    "captions only": (lambda x: only(x, "caption"), 2, PreFusion, False, 0.5), "no pre-fusion": (same, 3, Apart, False, 0.5), "late fusion": (same, 2, PreFusion, True, 0.5),
    "pre-fusion without products": (same, 2, Uncrossed, False, 0.5), UNSCALED: (same, 2, PreFusion, False, 0.5), UNREAD: (same, 2, PreFusion, False, 0.5),
    "no baseline": (absolute, 2, PreFusion, False, 0.5), "fine stage only": (same, 2, PreFusion, False, 0.0), "coarse stage only": (same, 2, PreFusion, False, 1.0),
}


def build(name: str, vocabulary: int) -> nn.Module:
    _, network.TOKENS_PER_HOP, fusion, late, _ = VARIANTS[name]
    network.PreFusion = fusion
    size = Size(vocabulary, len(TERMS), len(CUES), **SMALL)
    return Late(size) if late else AffectNano(size)


def standardise(model: nn.Module, x: Example) -> None:
    for part in model.modules():
        if isinstance(part, network.Front):
            part.standardise(x.face, x.voice, x.caption)


def run(name: str, seed: int, steps: int, tokenizer, exams: dict[str, list[Example]]) -> dict[str, float]:
    torch.manual_seed(seed)
    view, *_, coarse = VARIANTS[name]
    model = build(name, tokenizer.get_vocab_size())
    if name != UNSCALED:
        standardise(model, exams["trial"][0])
    if name == UNREAD:
        model.evidence.weight.requires_grad_(False)
    told = model.told if isinstance(model, Late) else lambda x: judged(model, x)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.97), weight_decay=0.02, fused=True)
    for step in range(steps):
        x = view(example(tokenizer, (100 + seed) * 10**6 + step, 16, 24, coarse=step < coarse * steps, everything=step % 2 == 0))
        for group in optimizer.param_groups:
            group["lr"] = schedule(step / steps, 2e-3, step)
        with torch.autocast("cpu", torch.bfloat16):
            parts = head_losses(told(x), x)
        optimizer.zero_grad(set_to_none=True)
        sum(WEIGHTS[n] * p for n, p in parts.items()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return marks({n: collect(told, [view(x) for x in xs]) for n, xs in exams.items()})


@torch.no_grad()
def collect(told, examples: list[Example]) -> tuple[np.ndarray, ...]:
    """-> vad, its truth, label probabilities, their truth, cue probabilities, theirs; after two seconds."""
    out = []
    for x in examples:
        answer = told(x)
        out.append([t[:, 4:].flatten(0, 1).numpy() for t in (answer["vad"], x.vad, torch.sigmoid(answer["labels"]), x.labels, torch.sigmoid(answer["cues"]), x.cues)])
    return tuple(np.concatenate(columns) for columns in zip(*out))


def marks(heard: dict[str, tuple]) -> dict[str, float]:
    """Of either exam; the labels' threshold is set on the trial."""
    _, _, p, gold, *_ = heard.pop("trial")
    threshold = max(np.arange(0.1, 0.6, 0.02), key=lambda t: set_f(p > t, gold > 0.4)[0])
    out = {}
    for exam, (vad, true, p, gold, cues, shown) in heard.items():
        for i, n in enumerate(("valence", "arousal", "dominance")):
            out[f"{exam}{n}"] = round(concordance(vad[:, i], true[:, i]), 4)
        out[f"{exam}labels F"] = round(set_f(p > threshold, gold > 0.4)[0], 4)
        there = shown >= 1
        out[f"{exam}cues AP"] = round(float(np.mean([average_precision(cues[:, i], there[:, i]) for i in np.flatnonzero(there.sum(0) > 20)])), 4)
    return out


def average_precision(p: np.ndarray, true: np.ndarray) -> float:
    true = true[np.argsort(-p)]
    return float((np.cumsum(true) / np.arange(1, len(true) + 1))[true].mean())


def held_out(tokenizer, seed: int, episodes: int, everything: bool = True) -> list[Example]:
    return [example(tokenizer, seed + i, 64, 24, everything=everything) for i in range(episodes // 64)]


def summary(runs: dict) -> dict:
    """Mean and half the 95 % interval, and what is lost against the whole, seed by seed (the same episodes and order)."""
    out = {}
    for name in VARIANTS:
        rows = {key.rsplit(" #", 1)[1]: r for key, r in runs.items() if key.rsplit(" #", 1)[0] == name}
        kinds = [k for k in next(iter(rows.values()), {}) if k != "seconds"]
        whole = {seed: runs.get(f"all #{seed}") for seed in rows}
        if rows:
            lost = {k: interval([whole[s][k] - r[k] for s, r in rows.items() if whole[s]]) for k in kinds}
            out[name] = {"seeds": len(rows), **{k: interval([r[k] for r in rows.values()]) for k in kinds}, **({"lost": lost} if name != "all" else {})}
    return out


def interval(values: list[float]) -> list[float | None]:
    """Mean, half the 95 % interval (Student)."""
    n = len(values)
    t = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57}.get(n, 2.0)
    return [round(float(np.mean(values)), 3) if n else None, round(float(t * np.std(values, ddof=1) / n**0.5), 3) if n > 1 else None]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(VARIANTS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    words = learn(["."], Path(options.out.with_suffix(".tokenizer")))
    runs = json.loads(options.out.read_text())["runs"] if options.out.exists() else {}
    exams = {"": held_out(words, HELD_OUT, 256), "come and go: ": held_out(words, HELD_OUT + 20_000, 256, everything=False), "trial": held_out(words, HELD_OUT + 10_000, 128)}
    for seed in range(1, options.seeds + 1):
        for name in options.only:
            key, began = f"{name} #{seed}", time.time()
            if key not in runs:
                runs[key] = {**run(name, seed, options.steps, words, exams), "seconds": round(time.time() - began)}
                print(key, runs[key], flush=True)
                options.out.write_text(json.dumps({"steps": options.steps, "seeds": seed, "episodes a step": 16, "held-out episodes": sum(len(x.face) for x in exams[""]), "summary": summary(runs), "runs": runs}, indent=1) + "\n")
    options.out.with_suffix(".tokenizer").unlink(missing_ok=True)
