"""Latent trajectories of one person in a call: what they feel, show and sound like, before any sensor.

Frames are 1/6 s (features.FRAMES a hop). Arrays: T frames, A action units.
"""
from dataclasses import dataclass

import numpy as np

from emotions import FACE_LEVEL, FACE_PRESENCE, FAMILY_INDEX, VAD, VOICE_SHIFT, WEEPING_LEVEL, WEEPING_PRESENCE, WEEPING_VOICE
from features import AUS, FRAMES
from lexicon import FAMILIES

A = {a: i for i, a in enumerate(AUS)}
K = FAMILY_INDEX
_WEIGHT = np.array([{"joy": 1.6, "amusement": 1.3, "sadness": 1.6, "anger": 1.4, "surprise": 1.2, "neutral": 0}.get(f, 0.9) for f in FAMILIES])
_WEIGHT /= _WEIGHT.sum()
_CUMULATIVE = np.cumsum(_WEIGHT)


@dataclass
class Latent:
    feeling: np.ndarray  # [T, families] intensities 0..1
    shown: np.ndarray  # [T, A] action units as displayed
    sounded: np.ndarray  # [T, 7] voice shifts at full acted strength (see emotions)
    vad: np.ndarray  # [T, 3]
    pose: np.ndarray  # [T, 3] yaw, pitch, roll, rad
    gaze: np.ndarray  # [T, 2]
    nod: np.ndarray  # [T]
    shake: np.ndarray  # [T]
    words: np.ndarray  # [T] valence the words carry (sarcasm: not the feeling's)
    sudden: np.ndarray  # [T] 1 while a shift takes under a second
    weeping: np.ndarray  # [T]
    moves: list  # (frame, change of valence, change of arousal) of every change worth naming


def _pick(rng) -> int:
    return int(np.searchsorted(_CUMULATIVE, rng.random()))


def _segment(rng, first: bool, wept: bool):
    """One target: feeling, shown, sounded, words offset, vad offset, weeping."""
    feeling = np.zeros(len(FAMILIES), np.float32)
    kind = rng.random()
    lingers = wept and rng.random() < 0.45  # who has wept is seldom at ease at once
    if not lingers and kind < (0.4 if first else 0.24):
        return feeling, np.zeros(len(AUS), np.float32), np.zeros(7, np.float32), None, np.zeros(3, np.float32), 0.0
    k, strength = (K["sadness"], float(rng.uniform(0.25, 0.6))) if lingers else (_pick(rng), float(rng.uniform(0.2, 1.0) ** 0.85))
    feeling[k] = strength
    offset, words, weeping = np.zeros(3, np.float32), None, 0.0
    if kind > 0.88:
        feeling[_pick(rng)] += float(rng.uniform(0.15, 0.5))
    shown = (feeling[:, None] ** 0.75 * FACE_LEVEL * (rng.random(FACE_LEVEL.shape) < FACE_PRESENCE) * rng.uniform(0.65, 1.25, FACE_LEVEL.shape)).max(0)
    sounded = feeling @ VOICE_SHIFT * np.where(rng.random(7) < 0.2, 0, rng.uniform(0.6, 1.4, 7))
    if k == K["sadness"] and strength > 0.45 and rng.random() < 0.55:
        weeping = strength
        shown = strength * WEEPING_LEVEL * (rng.random(len(AUS)) < WEEPING_PRESENCE) * rng.uniform(0.65, 1.25, len(AUS))
        sounded = WEEPING_VOICE * strength * rng.uniform(0.6, 1.4, 7)
        offset[1] = 0.35 * strength
    elif kind < 0.30:  # a smile over something else: lip corners without cheeks
        shown[A[12]], shown[A[6]] = max(shown[A[12]], rng.uniform(0.4, 0.8)), shown[A[6]] * 0.2
        offset[0] = 0.2
    elif kind < 0.34:  # sarcasm: the words say the opposite
        feeling[:] = 0
        feeling[K["contempt"]], words = strength, float(rng.uniform(0.3, 0.9))
        shown = strength * FACE_LEVEL[K["contempt"]] * rng.uniform(0.7, 1.2)
    return feeling, shown.astype(np.float32), sounded.astype(np.float32), words, offset, weeping


def trajectory(rng, hops: int, still: bool = False) -> Latent:
    """Holds, slow drifts and sudden shifts between targets; the face shows them in bursts, habits and accidents on top. `still`: one hold."""
    t_end = hops * FRAMES
    feeling, shown = np.zeros((t_end, len(FAMILIES)), np.float32), np.zeros((t_end, len(AUS)), np.float32)
    sounded, vad = np.zeros((t_end, 7), np.float32), np.zeros((t_end, 3), np.float32)
    words, sudden, weeping = np.zeros(t_end, np.float32), np.zeros(t_end, np.float32), np.zeros(t_end, np.float32)
    now, t, first, moves = None, 0, True, []
    while t < t_end:
        goal = _segment(rng, first, now is not None and now[5] > 0)
        fast = rng.random() < 0.5
        move = 1 if first else int(rng.integers(2, 7)) if fast else int(rng.integers(8, 26))
        hold = int(rng.integers(6, 42)) if rng.random() < 0.7 else int(rng.integers(40, 120))
        n = t_end if still else min(move + hold, t_end - t)
        w = np.minimum(1.0, (np.arange(n) + 1) / move)[:, None].astype(np.float32)
        w = w * w * (3 - 2 * w)
        before = now or goal
        at = slice(t, t + n)
        for target, i in ((feeling, 0), (shown, 1), (sounded, 2)):
            target[at] = before[i] * (1 - w) + goal[i] * w
        v0, v1 = (np.clip(s[0] @ VAD, -1, 1) + s[4] for s in (before, goal))
        vad[at] = v0 * (1 - w) + v1 * w
        words[at] = vad[at, 0] if goal[3] is None else goal[3]
        weeping[at] = before[5] * (1 - w[:, 0]) + goal[5] * w[:, 0]
        if not first and np.hypot(*(v1 - v0)[:2]) > 0.3:
            moves.append((t, float(v1[0] - v0[0]), float(v1[1] - v0[1])))
        if fast and not first:
            sudden[t : t + min(n, move + 3)] = 1
        now, t, first = goal, t + n, False
    shown *= _bursts(rng, t_end)
    _accidents(rng, shown, sounded, hops)
    pose, gaze, nod, shake = _head(rng, feeling, weeping, t_end)
    return Latent(feeling, np.clip(shown, 0, 1.2), sounded, np.clip(vad, -1, 1), pose, gaze, nod, shake, words, sudden, weeping, moves)


def _bursts(rng, t_end: int) -> np.ndarray:
    """Faces show what lasts in bursts: a slow envelope, mostly near 1."""
    knots = np.clip(rng.normal(0.95, 0.25, t_end // 6 + 3), 0.25, 1.3)
    return np.interp(np.arange(t_end) / 6, np.arange(len(knots)), knots)[:, None].astype(np.float32)


def _accidents(rng, shown, sounded, hops: int) -> None:
    """Movements and tones that mean nothing."""
    for _ in range(rng.poisson(0.09 * hops)):
        s, n = int(rng.integers(0, len(shown))), int(rng.integers(3, 16))
        shown[s : s + n, int(rng.integers(0, len(AUS)))] += rng.uniform(0.15, 0.55)
    for _ in range(rng.poisson(0.07 * hops)):
        s, n, i = int(rng.integers(0, len(shown))), int(rng.integers(9, 27)), int(rng.integers(0, 7))
        sounded[s : s + n, i] += rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) * (8, 4, 1.2, 3, 8, 8, 7)[i]


def _events(rng, chance: np.ndarray, low: float, high: float, shortest: int = 5, longest: int = 22) -> np.ndarray:
    out = np.zeros(len(chance), np.float32)
    for s in np.flatnonzero(rng.random(len(chance)) < chance):
        out[s : s + int(rng.integers(shortest, longest))] = rng.uniform(low, high)
    return out


def _head(rng, feeling, weeping, t_end: int):
    """Poses and movements, likelier with what they often go with; chances per frame."""
    f = lambda *names: feeling[:, [K[n] for n in names]].sum(1)  # noqa: E731
    side = lambda: rng.choice((-1.0, 1.0))  # noqa: E731
    pose, gaze = np.zeros((t_end, 3), np.float32), np.zeros((t_end, 2), np.float32)
    pose[:, 0] = side() * _events(rng, 0.006 + 0.01 * f("boredom", "contempt"), 0.25, 0.8)
    down = _events(rng, 0.0015 + 0.03 * f("sadness", "embarrassment") + 0.03 * weeping, 0.2, 0.6, 8, 30)
    pose[:, 1] = _events(rng, 0.003 + 0.01 * f("amusement"), 0.1, 0.35) - down
    pose[:, 2] = side() * _events(rng, 0.005 + 0.03 * f("confusion", "interest"), 0.18, 0.5)
    gaze[:, 0] = side() * _events(rng, 0.006 + 0.025 * f("boredom", "sadness", "embarrassment", "contempt"), 0.3, 0.9)
    gaze[:, 1] = _events(rng, np.full(t_end, 0.004), 0.3, 0.7) - np.maximum(_events(rng, 0.004 + 0.03 * f("sadness", "embarrassment"), 0.3, 0.9), 0.8 * down)
    nod = _events(rng, 0.006 + 0.02 * f("interest", "joy", "calm"), 0.4, 1.2, 6, 15)
    shake = _events(rng, 0.003 + 0.02 * f("frustration", "disgust", "anger"), 0.4, 1.2, 6, 15)
    return pose, gaze, nod, shake
