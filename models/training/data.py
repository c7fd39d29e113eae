"""Simulated episodes as tensors: sensors, targets, and branches as token rows."""
import random
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from features import C
from lexicon import CUE
from network import NUMBERS
from simulate import ABSTAIN_BELOW, Batch, batch
from vocabulary import EOS, FIRST_CUE, PLAN, SEP, TASK, UNSURE
from words import NO_CAUSE

PLANNED = {"describe": 0.9, "labels": 0.6, "expression": 1.0}  # share of branches that name their cues first
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
    cause: Tensor  # [B,N] number of the utterance that the latest change came from, NUMBERS when none, -1 without captions
    speaks: Tensor  # [B,N] 1 when a description is due, 0 when not, -1 when not to be learnt
    rows: list[tuple[Tensor, Tensor, Tensor, Tensor]]  # chunks of branches: ids [R,T], targets [R,T] (-1 none), batch row [R], hop [R]


def encode(tokenizer: Tokenizer, rng: random.Random, task: str, text: str, cues: list[str] | None, weak: bool) -> list[int]:
    """BOS(task) [PLAN or UNSURE, tags, SEP] words EOS. Who cannot tell says so first, so that the runtime can ask for it."""
    plan = weak or cues is not None and rng.random() < PLANNED[task]
    tags = [UNSURE if weak else PLAN, *(FIRST_CUE + CUE[c] for c in cues or ()), SEP] if plan else []
    return [TASK[task], *tags, *tokenizer.encode(text).ids, EOS][:LONGEST]


def example(tokenizer: Tokenizer, seed: int, size: int, hops: int, coarse: bool = False, everything: bool = False, chunk: int = 32) -> Example:
    b: Batch = batch(seed, size, hops, coarse, everything)
    rng = random.Random(seed + 1)
    speaks = torch.from_numpy(b.spoken).float()
    branches = [(encode(tokenizer, rng, a.task, a.text, a.cues, a.weak), a.episode, a.hop) for a in b.asked]
    for e, texts in enumerate(b.texts):
        speaks[e, : b.late[e]] = -1
        for t, told in enumerate(texts):
            if told:
                branches.append((encode(tokenizer, rng, "describe", *told, b.truth.evidence[e, t] < ABSTAIN_BELOW), e, t))
    branches.sort(key=lambda x: len(x[0]))
    rows = [pack(branches[i : i + chunk]) for i in range(0, len(branches), chunk)]
    t = torch.from_numpy
    u = b.truth
    return Example(
        t(b.face), t(b.voice), t(b.caption), t(b.said), t(u.vad), t(u.labels), t(u.cues), t(u.reliability), t(u.change.astype(np.float32)), t(_cause(b)), speaks, rows,
    )


def _cause(b: Batch) -> np.ndarray:
    heard = b.caption[..., C["valid"]].any((1, 2))[:, None]
    return np.where(heard, np.where(b.truth.cause == NO_CAUSE, NUMBERS, b.truth.cause), -1)


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
    b = batch(seed, size, 24)
    return [told[0] for texts in b.texts for told in texts if told] + [a.text for a in b.asked]
