"""Episodes for training: sensor rows, what is true of them, when to speak and what to say."""
import random
from dataclasses import dataclass

import numpy as np

from grammar import Moment, Said, describe, families_of
from latent import trajectory
from network import SAID
from sensors import measure
from truth import Truth, judge

ABSTAIN_BELOW = 0.25
DULL = 20  # hops after which something is said again, changed or not


@dataclass
class Batch:
    face: np.ndarray
    voice: np.ndarray
    caption: np.ndarray
    truth: Truth
    said: np.ndarray  # [B,N,8] what had been said before this hop
    spoken: np.ndarray  # [B,N] bool: a description is due
    texts: list[list[tuple[str, list[str]] | None]]
    late: np.ndarray  # [B] hops before this one are not to be learnt from for speaking (began late)


def batch(seed: int, size: int, hops: int) -> Batch:
    rng, words = np.random.default_rng(seed), random.Random(seed)
    latents = [trajectory(rng, hops) for _ in range(size)]
    m = measure(rng, latents, hops)
    truth = judge(latents, m, hops)
    said, spoken, texts, late = np.zeros((size, hops, SAID), np.float32), np.zeros((size, hops), bool), [], np.zeros(size, int)
    for b in range(size):
        late[b] = words.randint(1, max(1, hops // 2)) if words.random() < 0.3 else 0
        texts.append(tell(words, rng, truth, b, hops, late[b], said[b], spoken[b]))
        if late[b]:  # that nothing was said so far is no reason to be silent
            late[b] = int(spoken[b].argmax()) if spoken[b].any() else hops
    return Batch(m.face, m.voice, m.caption, truth, said, spoken, texts, late)


def tell(words, rng, truth: Truth, b: int, hops: int, begin: int, state: np.ndarray, spoken: np.ndarray) -> list:
    """Goes through an episode: speak first when there is something to go on, then when it changed, else now and then."""
    texts: list = [None] * hops
    last = None
    for t in range(hops):
        if last is not None:
            heard = np.clip(last.vad + last.slip, -1, 1)
            state[t, :5] = (1, *heard, min(t - last.hop, 20) / 20)
        if t < begin:
            continue
        weak = truth.evidence[b, t] < ABSTAIN_BELOW
        if not due(truth, b, t, last, weak, begin):
            continue
        moment = Moment(truth.feeling[b, t], truth.cues[b, t], truth.told[b, t], float(truth.evidence[b, t]), bool(truth.sudden[b, max(0, t - 2) : t + 1].any()), last)
        texts[t], spoken[t] = describe(words, moment), True
        last = Said(t, truth.told[b, t].copy(), families_of(truth.feeling[b, t]), truth.cues[b, t].copy(), weak)
        last.slip = rng.normal(0, 0.12, 3)  # at run time it is the model's own estimate that was said
    return texts


def due(truth: Truth, b: int, t: int, last: Said | None, weak: bool, begin: int) -> bool:
    """Only what the model can know of what was said decides: how far the affect has gone from it, and how old it is."""
    if last is None:
        return t >= begin + 1 and (not weak or t >= begin + 4)
    since = t - last.hop
    if since >= DULL:
        return True
    if weak != last.abstained:
        return since >= (4 if weak else 2)
    moved = float(np.linalg.norm(truth.told[b, t] - last.vad))
    return not weak and (since >= 2 and moved > 0.32 or since >= 5 and moved > 0.24)
