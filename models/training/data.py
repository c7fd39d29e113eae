"""Simulated episodes as tensors: sensors, targets, and branches as token rows."""
import random
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from lexicon import CUE
from simulate import Batch, batch
from vocabulary import EOS, FIRST_CUE, PLAN, SEP, TASK

PLANNED = 0.88  # share of branches that name their cues first
LONGEST = 84


@dataclass
class Example:
    face: Tensor
    voice: Tensor
    caption: Tensor
    said: Tensor
    vad: Tensor
    labels: Tensor
    cues: Tensor  # levels
    reliability: Tensor
    change: Tensor
    speaks: Tensor  # [B,N] 1 when a description is due, 0 when not, -1 when not to be learnt
    rows: list[tuple[Tensor, Tensor, Tensor, Tensor]]  # chunks of branches: ids [R,T], targets [R,T] (-1 none), batch row [R], hop [R]


def encode(tokenizer: Tokenizer, text: str, cues: list[str], plan: bool) -> list[int]:
    tags = [PLAN, *(FIRST_CUE + CUE[c] for c in cues), SEP] if plan else []
    return [TASK["describe"], *tags, *tokenizer.encode(text).ids, EOS]


def example(tokenizer: Tokenizer, seed: int, size: int, hops: int, chunk: int = 32) -> Example:
    b: Batch = batch(seed, size, hops)
    rng = random.Random(seed + 1)
    speaks = torch.from_numpy(b.spoken).float()
    branches = []
    for e, texts in enumerate(b.texts):
        speaks[e, : b.late[e]] = -1
        for t, told in enumerate(texts):
            if told:
                ids = encode(tokenizer, *told, plan=rng.random() < PLANNED)[:LONGEST]
                branches.append((ids, e, t))
    branches.sort(key=lambda x: len(x[0]))
    rows = [pack(branches[i : i + chunk]) for i in range(0, len(branches), chunk)]
    t = torch.from_numpy
    u = b.truth
    return Example(
        t(b.face), t(b.voice), t(b.caption), t(b.said), t(u.vad), t(u.labels), t(u.cues), t(u.reliability), t(u.change.astype(np.float32)), speaks, rows,
    )


def pack(branches: list) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    longest = max(len(ids) for ids, _, _ in branches) - 1
    ids = torch.zeros(len(branches), longest, dtype=torch.long)
    targets = torch.full((len(branches), longest), -1)
    for r, (tokens, _, _) in enumerate(branches):
        ids[r, : len(tokens) - 1] = torch.tensor(tokens[:-1])
        targets[r, : len(tokens) - 1] = torch.tensor(tokens[1:])
    return ids, targets, torch.tensor([e for _, e, _ in branches]), torch.tensor([t for _, _, t in branches])


def corpus(seed: int, size: int) -> list[str]:
    """Texts for the tokenizer."""
    return [told[0] for texts in batch(seed, size, 24).texts for told in texts if told]
