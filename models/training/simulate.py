"""Episodes for training: sensor rows, what is true of them, when to speak and what to say."""
import random
from dataclasses import dataclass

import numpy as np

from grammar import Moment, Said, describe, families_of
from latent import trajectory
from network import SAID
from sensors import measure
from tasks import LITTLE, answer, missing
from truth import Truth, judge, rated

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
    asked: list["Asked"]
    moves: list[list[tuple[int, float, float]]]  # changes of each episode: frame, of valence, of arousal
    late: np.ndarray  # [B] hops before this one are not to be learnt from for speaking (began late)


@dataclass
class Asked:
    """A question at some hop of an episode, and what is true of it. `cues` None: the task has no plan."""

    episode: int
    hop: int
    task: str
    text: str
    cues: list[str] | None
    weak: bool


ASKED = (("sentiment", 0.35), ("labels", 0.6), ("expression", 0.5), ("cause", 0.6))  # chance per episode


def batch(seed: int, size: int, hops: int, coarse: bool = False, everything: bool = False) -> Batch:
    """`coarse`: as one rater would have told it, for the first stage of training; `everything`: no sense is off."""
    rng, words = np.random.default_rng(seed), random.Random(seed)
    latents = [trajectory(rng, hops) for _ in range(size)]
    m = measure(rng, latents, hops, everything)
    truth = judge(latents, m, hops)
    if coarse:
        truth = rated(rng, truth)
    said, spoken, texts, late = np.zeros((size, hops, SAID), np.float32), np.zeros((size, hops), bool), [], np.zeros(size, int)
    for b in range(size):
        late[b] = words.randint(1, max(1, hops // 2)) if words.random() < 0.3 else 0
        texts.append(tell(words, rng, truth, b, hops, late[b], said[b], spoken[b]))
        if late[b]:  # that nothing was said so far is no reason to be silent
            late[b] = int(spoken[b].argmax()) if spoken[b].any() else hops
    asked = [ask(words, truth, b, hops, task) for b in range(size) for task, chance in ASKED if words.random() < chance]
    return Batch(m.face, m.voice, m.caption, truth, said, spoken, texts, asked, [x.moves for x in latents], late)


def ask(words, truth: Truth, b: int, hops: int, task: str) -> Asked:
    t = words.randrange(1, hops)
    named = np.flatnonzero(truth.cause[b] >= 0)
    if task == "cause" and len(named) and words.random() < 0.8:  # questions about a cause mostly come when there is one
        t = int(named[int(words.random() * len(named))])
    moment = moment_of(truth, b, t, None)
    weak = moment.evidence < ABSTAIN_BELOW
    if weak and task != "expression":
        return Asked(b, t, task, LITTLE, missing(moment.cues), True)
    return Asked(b, t, task, *answer(words, task, moment, int(truth.cause[b, t])), False)


def moment_of(truth: Truth, b: int, t: int, last: Said | None) -> Moment:
    return Moment(truth.feeling[b, t], truth.cues[b, t], truth.told[b, t], float(truth.evidence[b, t]), bool(truth.sudden[b, max(0, t - 2) : t + 1].any()), last)


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
        texts[t], spoken[t] = describe(words, moment_of(truth, b, t, last)), True
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
