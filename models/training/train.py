"""Trains affect-nano on freshly simulated episodes; resumable, one process.

    python train.py --out run --minutes 86 --again 16
"""
import argparse
import math
import os
import time
from pathlib import Path

import torch
import torch.nn.functional as fn
from tokenizers import Tokenizer
from torch import Tensor

from data import Example, corpus, example
from lexicon import CUES, TERMS
from network import AffectNano, Size
from vocabulary import learn, rows

TINY = ((2, 24, 1.0),)
SHAPES = ((16, 24, 0.72), (8, 48, 0.14), (4, 96, 0.14))  # episodes, hops, share of steps: long ones see eviction
TEXT, GATE, VAD, LABELS, CUE, STRENGTH, RELIABILITY, CONFIDENCE, CHANGE, CAUSE = 1.0, 1.0, 0.6, 4.0, 4.0, 1.0, 0.3, 0.1, 0.5, 0.5


def concordance(p: Tensor, t: Tensor) -> Tensor:
    p, t = p.reshape(-1, 3), t.reshape(-1, 3)
    covariance = ((p - p.mean(0)) * (t - t.mean(0))).mean(0)
    return 2 * covariance / (p.var(0, unbiased=False) + t.var(0, unbiased=False) + (p.mean(0) - t.mean(0)) ** 2 + 1e-6)


def losses(model: AffectNano, x: Example) -> dict[str, Tensor]:
    tokens, shown, *_ = model.front(x.face, x.voice, x.caption, model.front.empty(len(x.face)))
    hidden, keys, values = model.watch(tokens)
    told = model.judge(hidden, shown)
    out, learnt = {}, x.speaks >= 0
    out["gate"] = fn.binary_cross_entropy_with_logits(model.speaks(hidden, told, x.said).float()[learnt], x.speaks[learnt])
    total, count = hidden.new_zeros((), dtype=torch.float32), 0
    for ids, targets, row, hop in x.rows:
        spoken = model.speak(ids, x.said[row, hop], row, hop, keys, values)
        known = targets >= 0
        total = total + fn.cross_entropy(model.logits(spoken[known]).float(), targets[known], reduction="sum")
        count += int(known.sum())
    out["text"] = total / max(count, 1)
    asked = x.cause >= 0
    guess = model.cause(hidden[asked]).float()
    out["cause"] = fn.cross_entropy(guess, x.cause[asked]) if asked.any() else guess.sum() * 0
    return out | head_losses(told, x)


def head_losses(told: dict[str, Tensor], x: Example) -> dict[str, Tensor]:
    out = {}
    error = told["vad"] - x.vad
    sd = told["vad_sd"]
    out["vad"] = (1 - concordance(told["vad"], x.vad)).mean() + (error**2 / (2 * sd**2) + sd.log()).clamp(max=8).mean() + 2 * (error**2).mean()
    out["labels"] = fn.binary_cross_entropy_with_logits(told["labels"], x.labels)
    there = ((x.cues - 0.85) / 0.3).clamp(0, 1)
    out["cues"] = fn.binary_cross_entropy_with_logits(told["cues"], there)
    strength = (x.cues / 3).clamp(0, 1)
    out["strength"] = (((torch.sigmoid(told["cue_strength"]) - strength) ** 2) * (0.1 + there)).mean()
    out["reliability"] = fn.binary_cross_entropy_with_logits(told["reliability"], x.reliability)
    right = (error.detach()[..., :2].abs().amax(-1) < 0.25).float()
    out["confidence"] = fn.binary_cross_entropy_with_logits(told["confidence"], right)
    out["change"] = fn.binary_cross_entropy_with_logits(told["change"], x.change)
    return out


WEIGHTS = dict(text=TEXT, gate=GATE, vad=VAD, labels=LABELS, cues=CUE, strength=STRENGTH, reliability=RELIABILITY, confidence=CONFIDENCE, change=CHANGE, cause=CAUSE)


def schedule(done: float, top: float, step: int) -> float:
    """Warm up, hold, then a cosine to 2 %. `done` is the share of the pass that is over."""
    return top * min(1, (step + 1) / 150) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * min(1, max(0, (done - 0.1) / 0.9)))))


class Run:
    """A training run with its checkpoint."""

    def __init__(self, args):
        self.args, self.out = args, Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(args.seed)
        path = self.out / "tokenizer.json"
        self.tokenizer = Tokenizer.from_file(str(path)) if path.exists() else learn(corpus(10**8 + args.seed, args.corpus), path)
        self.model = AffectNano(Size(rows(self.tokenizer), len(TERMS), len(CUES)))
        trial = example(self.tokenizer, 2 * 10**8 + args.seed, 4 if args.tiny else 256, 24)
        self.model.front.standardise(trial.face, trial.voice, trial.caption)
        matrices = [p for p in self.model.parameters() if p.ndim > 1]
        vectors = [p for p in self.model.parameters() if p.ndim <= 1]
        groups = [dict(params=matrices, weight_decay=0.05), dict(params=vectors, weight_decay=0.0)]
        self.optimizer = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.97), fused=True)
        self.average = {n: p.detach().clone() for n, p in self.model.state_dict().items()}
        self.step, self.spent, self.episodes = 0, 0.0, 0
        self.resume()

    def resume(self) -> None:
        path = self.out / "checkpoint.pt"
        if path.exists():
            saved = torch.load(path)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.average, self.step, self.spent, self.episodes = saved["average"], saved["step"], saved["spent"], saved["episodes"]
            print(f"resumed at step {self.step}", flush=True)

    def save(self) -> None:
        state = dict(seed=self.args.seed, model=self.model.state_dict(), optimizer=self.optimizer.state_dict(), average=self.average, step=self.step, spent=self.spent, episodes=self.episodes)
        torch.save(state, self.out / "checkpoint.tmp")
        os.replace(self.out / "checkpoint.tmp", self.out / "checkpoint.pt")
        torch.save(self.average, self.out / "model.tmp")
        os.replace(self.out / "model.tmp", self.out / "model.pt")

    def shape(self) -> tuple[int, int]:
        u = torch.rand((), generator=torch.Generator().manual_seed(self.step + 7)).item()
        shapes = TINY if self.args.tiny else SHAPES
        for size, hops, share in shapes:
            if u < share:
                return size, hops
            u -= share
        return shapes[0][:2]

    def progress(self) -> tuple[float, float]:
        """Share of the present pass, and the rate it begins with: the second pass starts at half of the first one's."""
        first, again = self.args.minutes * 60, self.args.again * 60
        if self.spent < first or not again:
            return max(self.spent / first, self.step / self.args.steps), self.args.rate
        return (self.spent - first) / again, self.args.rate / 2

    def once(self, coarse: bool) -> dict[str, float]:
        size, hops = self.shape()
        x = example(self.tokenizer, self.args.seed * 10**7 + self.step, size, hops, coarse)
        rate = schedule(*self.progress(), self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=self.args.bf16):
            parts = losses(self.model, x)
        total = sum(WEIGHTS[n] * p for n, p in parts.items())
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        if torch.isfinite(norm):
            self.optimizer.step()
        keep = min(0.998, 1 - 1 / (self.step / 10 + 1.01))
        for n, p in self.model.state_dict().items():
            self.average[n].lerp_(p, 1 - keep)
        self.step += 1
        self.episodes += size
        return {n: float(p.detach()) for n, p in parts.items()}

    def keep_coarse(self) -> None:
        """The weights at the end of the coarse stage, to tell what the fine one gains."""
        if not (self.out / "coarse.pt").exists():
            torch.save(self.average, self.out / "coarse.pt")
            print(f"fine from step {self.step}", flush=True)

    def go(self) -> None:
        limit, saved, window, began = (self.args.minutes + self.args.again) * 60, time.time(), [], self.spent
        start = time.time()
        while self.spent < limit and self.step < self.args.steps:
            coarse = self.spent < self.args.minutes * 60 and self.progress()[0] < self.args.coarse
            if not coarse:
                self.keep_coarse()
            window.append(self.once(coarse))
            self.spent = began + time.time() - start
            if self.step % 50 == 0:
                mean = {n: sum(w[n] for w in window) / len(window) for n in window[0]}
                print(f"{self.step} {self.spent:.0f}s " + " ".join(f"{n} {v:.4f}" for n, v in mean.items()), flush=True)
                window = []
            if time.time() - saved > 60:
                self.save()
                saved = time.time()
        self.save()
        print(f"done: {self.step} steps, {self.episodes} episodes, {self.spent:.0f} s", flush=True)


def arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--again", type=float, default=0, help="minutes of a second pass, with the rate anew")
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--coarse", type=float, default=0.3, help="share of the first pass that learns from single raters' notes")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--corpus", type=int, default=6000, help="episodes whose texts the tokenizer learns from")
    parser.add_argument("--tiny", action="store_true", help="two episodes a step, for a smoke run")
    parser.add_argument("--no-bf16", dest="bf16", action="store_false")
    return parser.parse_args(argv)


if __name__ == "__main__":
    options = arguments()
    torch.set_num_threads(options.threads)
    Run(options).go()
