"""What the sensors would measure of a latent trajectory, in the layout of models/features.json, for a batch of episodes.

Gains, noise, leaks, confusions, baselines and losses are drawn anew for every episode, broadly: a domain randomisation
around what was measured on real media (../packs/affect-nano/README.md), not a fit to it.
"""
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from scipy.signal import lfilter

from emotions import FAMILY_INDEX as K
from features import AUS, EXPRESSIONS, F, FACE, FRAMES, SEGMENTS, V, VOICE
from latent import A
from words import captions

AU_COUNT = len(AUS)
# How well a mesh shows a unit: weak ones (9, 10, 14, 15, 17) are smoothed away by its regularisation.
GAIN = np.array([{1: 0.9, 2: 0.9, 4: 0.85, 5: 0.7, 6: 0.9, 7: 0.9, 9: 0.5, 10: 0.6, 12: 1.25, 14: 0.45, 15: 0.3, 17: 0.5, 20: 0.6, 24: 0.55, 25: 1.0, 26: 0.9, 43: 1.0}[a] for a in AUS])
# How much people's resting faces differ in each (sd over about 110 photographed people).
REST = np.array([{4: 0.12, 6: 0.25, 7: 0.25, 5: 0.3, 12: 0.25, 14: 0.03, 15: 0.08, 20: 0.2, 25: 0.15, 43: 0.3}.get(a, 0.45) for a in AUS])
# Appearance that an expression net reads, from shown units: rows as EXPRESSIONS.
_LOOK = {
    "angry": {4: 3.2, 7: 1.4, 24: 1.6, 10: 0.6, 17: 0.4}, "disgust": {9: 3.4, 10: 2.4, 7: 0.6, 17: 0.5}, "fear": {1: 1.8, 5: 2.0, 20: 2.2, 25: 0.6, 4: 0.6},
    "happy": {12: 6.0, 6: 1.2, 25: 0.6}, "sad": {1: 1.6, 4: 1.4, 15: 2.8, 17: 1.5, 43: 0.8}, "surprise": {26: 2.2, 25: 1.3, 5: 1.6, 1: 1.0, 2: 1.6},
    "neutral": {12: -1.5, 25: -0.8, 4: -0.6, 26: -0.6, 1: -0.4},
}
LOOK = np.array([[_LOOK[e].get(a, 0) for a in AUS] for e in EXPRESSIONS], np.float32)
_EXTRA = {"sad": {"sadness": 2.8, "boredom": 0.4}, "angry": {"anger": 1.6, "frustration": 0.9}, "happy": {"joy": 0.8, "calm": 0.6}, "fear": {"fear": 1.4}, "disgust": {"disgust": 1.2, "contempt": 0.5}, "surprise": {"surprise": 1.0}}
EXTRA = np.zeros((len(EXPRESSIONS), len(K)), np.float32)
for _e, _f in _EXTRA.items():
    for _name, _value in _f.items():
        EXTRA[EXPRESSIONS.index(_e), K[_name]] = _value


def wander(rng, shape, keep: float, sd, axis: int = 1) -> np.ndarray:
    """First-order noise of standard deviation sd along `axis`."""
    white = rng.standard_normal(shape, np.float32) * sd * np.sqrt(1 - keep * keep)
    return lfilter([1.0], [1.0, -keep], white, axis=axis).astype(np.float32)


def over(x: np.ndarray, weight: np.ndarray, span: int) -> np.ndarray:
    """Mean of x [B,S] over the last `span` rows that count; before any does, x itself."""
    total = lambda v: lfilter(np.ones(span), [1.0], v, axis=1)  # noqa: E731
    count = total(weight.astype(np.float32))
    return np.where(count > 0, total(x * weight) / np.maximum(count, 1), x)


def baseline(values, seconds, prior, prior_s, before_s, before):
    """The sensors' running neutral: prior and own evidence weighed in seconds; what it was when each row came.

    values [B,T,n], seconds [B,T] or [B,T,n] learnt at each row, prior [n], prior_s [n], before_s [B] earlier evidence with mean `before` [B,n].
    """
    s = seconds[..., None] if seconds.ndim == 2 else seconds
    seen = np.cumsum(s, 1) - s
    total = np.cumsum(s * values, 1) - s * values
    b = before_s[:, None, None]
    return (prior * prior_s + b * before[:, None] + total) / (prior_s + b + seen)


@dataclass
class Measured:
    face: np.ndarray  # [B,N,3,64]
    voice: np.ndarray  # [B,N,5,32]
    caption: np.ndarray  # [B,N,2,20] own words, others' words
    cause: np.ndarray  # [B,N] number of the utterance that the latest change came from, words.NO_CAUSE
    origins: list  # per episode: (hop of a change, (hop, row) of the utterance that it came from or None)
    visible: np.ndarray  # [B,T,A] units as far as this sensor can show them, without noise
    posterior: np.ndarray  # [B,T,7]
    valid: np.ndarray  # [B,T]
    covered: np.ndarray  # [B,T]
    quality: np.ndarray  # [B,T]
    talking: np.ndarray  # [B,T] 0..1
    blinks: np.ndarray  # [B,T]
    speech: np.ndarray  # [B,S] active segments
    heard: np.ndarray  # [B,S] voice rows valid
    shift: np.ndarray  # [B,S,7] voice shift of the person's own neutral as it sounds (dB, semitones)
    voice_known: np.ndarray  # [B,S] how far the voice's baseline is the person's own
    face_on: np.ndarray  # [B]
    voice_on: np.ndarray  # [B]
    caption_on: np.ndarray  # [B]


def turns(rng, segments: int) -> np.ndarray:
    """Who speaks when: [S] 0/1 per 100 ms. Some only listen, some hold forth."""
    out = np.zeros(segments, np.float32)
    share = rng.choice((0.0, 0.25, 0.5, 0.8, 1.0), p=(0.12, 0.2, 0.33, 0.25, 0.1))
    t, on = 0, rng.random() < share
    while t < segments:
        n = int(rng.integers(8, 70)) if on else int(rng.integers(4, 50) * (1.6 - share))
        out[t : t + n] = on
        t += max(n, 3)
        on = (not on and rng.random() < max(share, 0.05) + 0.3) if share < 1 else True
    if share == 0:
        out[:] = 0
    return out


def measure(rng, latents: list, hops: int, everything: bool = False) -> Measured:
    """`everything`: nobody's face, voice or captions are off for the whole of an episode."""
    B, T, S = len(latents), hops * FRAMES, hops * SEGMENTS
    stack = lambda name: np.stack([getattr(x, name) for x in latents])  # noqa: E731
    speech = np.stack([turns(rng, S) for _ in range(B)])
    u = rng.random(B)
    face_on, voice_on = u >= 0.25, (u < 0.17) | (u >= 0.42)  # 17 % voice only, 17 % face only, 8 % words only
    caption_on = (rng.random(B) < 0.4) | ~face_on & ~voice_on
    if everything:
        face_on, voice_on, caption_on = (np.ones(B, bool) for _ in range(3))
    # frames see the speech of their own sixth of a second
    at = np.minimum((np.arange(T) * SEGMENTS / FRAMES).astype(int), S - 1)
    return _assemble(rng, latents, stack, speech, at, face_on, voice_on, caption_on, B, T, S, hops)


def _assemble(rng, latents, stack, speech, at, face_on, voice_on, caption_on, B, T, S, hops) -> Measured:
    face, visible, posterior, valid, covered, quality, talking, blinks = _face(rng, stack, speech[:, at], face_on, B, T)
    voice, heard, shift, known = _voice(rng, stack, speech, voice_on, B, S)
    caption, cause, origins = captions(rng, latents, speech, caption_on, hops)
    return Measured(
        face.reshape(B, hops, FRAMES, -1), voice.reshape(B, hops, SEGMENTS, -1), caption, cause, origins, visible, posterior, valid, covered, quality, talking, blinks,
        speech, heard, shift, known, face_on, voice_on, caption_on,
    )


def _face(rng, stack, speaking, face_on, B, T):
    shown, feeling, weeping = stack("shown"), stack("feeling"), stack("weeping")
    expressive = rng.uniform(0.6, 1.3, (B, 1, 1))
    shown = np.clip(shown * expressive * rng.uniform(0.75, 1.2, (B, 1, AU_COUNT)), 0, 1.3).astype(np.float32)
    # Speech moves the mouth, lively talkers their brows.
    lively = rng.uniform(0.4, 1.2, (B, 1))
    syllable = np.abs(wander(rng, (B, T), 0.35, 1.0)) * speaking * lively
    talk = np.zeros((B, T, AU_COUNT), np.float32)
    for a, share in ((25, 0.3), (26, 0.22), (17, 0.12), (20, 0.1), (24, 0.1), (12, 0.06), (10, 0.06)):
        talk[..., A[a]] = share * syllable * rng.uniform(0.4, 1.4, (B, 1))
    accent = np.maximum(wander(rng, (B, T), 0.7, 1.0) - 1.2, 0) * speaking
    for a in (1, 2):
        talk[..., A[a]] += 0.3 * accent
    displayed = shown + talk
    pose = stack("pose") + wander(rng, (B, T, 3), 0.9, rng.uniform(0.02, 0.09, (B, 1, 1)))
    beat = np.sin(np.arange(T) * rng.uniform(1.6, 2.6, (B, 1)) + rng.uniform(0, 6.28, (B, 1)))
    pose[..., 1] += 0.12 * stack("nod") * beat
    pose[..., 0] += 0.14 * stack("shake") * beat
    blink_rate = rng.choice((0.03, 0.06, 0.2), (B, 1), p=(0.5, 0.4, 0.1)) * (1 + 0.8 * feeling[..., K["fear"]])
    blinks = (rng.random((B, T)) < blink_rate).astype(np.float32)
    covered, lower, lost = _cover(rng, feeling, weeping, B, T)
    scale = rng.uniform(0.2, 1.6, (B, 1)) * np.exp(wander(rng, (B, T), 0.97, 0.06))
    visible, measured = _units(rng, displayed, pose, blinks, covered, lower, scale, B, T)
    posterior = _posterior(rng, displayed, feeling, weeping, pose, covered, lower, B, T)
    # A clear picture is trusted in full; a hand is noticed most of the time.
    noticed = np.where(rng.random((B, 1)) < 0.75, rng.uniform(0.5, 0.8, (B, 1)), rng.uniform(0, 0.3, (B, 1)))
    plain = np.where(rng.random((B, 1)) < 0.6, 1.0, rng.uniform(0.4, 1.0, (B, 1)))
    quality = plain * (1 - noticed * np.maximum(covered, lower)) - 0.35 * np.maximum(np.abs(pose[..., 0]) - 0.5, 0) - 0.3 * (scale < 0.3)
    quality = np.clip(quality + (plain < 1) * wander(rng, (B, T), 0.6, 0.04), 0.03, 1)
    valid = ((rng.random((B, T)) > 0.01) & ~lost & face_on[:, None]).astype(np.float32)
    rel, prel, ownness = _face_baseline(rng, measured, posterior, quality * valid, B, T)
    row = np.zeros((B, T, len(FACE)), np.float32)
    n = AU_COUNT
    row[..., :n], row[..., n : 2 * n] = measured, rel
    row[..., F["pAngry"] : F["pAngry"] + 7], row[..., F["prelAngry"] : F["prelAngry"] + 7] = posterior, prel
    row[..., F["yaw"] : F["yaw"] + 3] = pose
    row[:, 1:, F["yawVelocity"] : F["yawVelocity"] + 3] = np.diff(pose, axis=1) * 3
    gaze = stack("gaze") + wander(rng, (B, T, 2), 0.7, 0.12) + rng.normal(0, 0.08, (B, 1, 2))
    shut = measured[..., A[43], None] > 0.7
    row[..., F["gazeX"] : F["gazeX"] + 2] = np.where(shut, 0, np.clip(gaze, -1, 1))
    row[..., F["nodEnergy"]] = np.clip(stack("nod") + np.abs(wander(rng, (B, T), 0.8, 0.12)), 0, 1)
    row[..., F["shakeEnergy"]] = np.clip(stack("shake") + np.abs(wander(rng, (B, T), 0.8, 0.12)), 0, 1)
    smooth = lfilter([0.4], [1, -0.6], syllable + 0.1 * np.abs(rng.standard_normal((B, T))), axis=1)
    row[..., F["mouthMotion"]] = np.clip(smooth * rng.uniform(0.6, 1.3, (B, 1)), 0, 1)
    row[..., F["blink"]], row[..., F["faceScale"]] = blinks, np.clip(scale, 0, 2)
    row[..., F["quality"]], row[..., F["ownness"]], row[..., F["valid"]] = quality, ownness, 1
    row *= valid[..., None]
    return row, visible, posterior, valid, np.maximum(covered, 0.6 * lower) * valid, quality, speaking * np.clip(lively, 0, 1), blinks * valid


def _cover(rng, feeling, weeping, B, T):
    """A hand over the face (all of it garbage, or the face lost), at the mouth (the lower half garbage), a face out of view."""
    covered, lower, lost = np.zeros((B, T), np.float32), np.zeros((B, T), np.float32), np.zeros((B, T), bool)
    for b in range(B):
        # Hands go to the face most when somebody weeps, and stay while it passes.
        for _ in range(rng.poisson(0.006 * T + 1.0 * (weeping[b].max() > 0.3))):
            hidden = 2 * weeping[b] + feeling[b, :, K["embarrassment"]] + 0.2 * feeling[b, :, K["sadness"]] + 0.12
            s = int(np.searchsorted(np.cumsum(hidden), rng.random() * hidden.sum()))
            n, kind = int(rng.integers(5, 26)), rng.random()
            if kind < 0.3:
                covered[b, s : s + n] = 1
            elif kind < 0.6:
                lost[b, s : s + n] = True
                covered[b, max(0, s - 2) : s] = 1
            else:
                lower[b, s : s + n + int(rng.integers(0, 20))] = 1
        if rng.random() < 0.12:
            s = int(rng.integers(0, T))
            lost[b, s : s + int(rng.integers(6, 60))] = True
    return covered, lower, lost


_LOWER = np.array([a in (10, 12, 14, 15, 17, 20, 24, 25, 26) for a in AUS], np.float32)
# The units are distances between the same few points, so they move together: (shown, also moves, by how much).
_TIED = (
    (12, 15, -0.3), (12, 6, 0.35), (12, 7, 0.25), (12, 20, 0.1), (12, 10, 0.25), (12, 25, 0.2), (26, 25, 0.7), (25, 26, 0.5), (25, 24, -0.3), (25, 17, -0.3),
    (1, 2, 0.6), (2, 1, 0.6), (1, 4, -0.15), (4, 1, -0.4), (4, 2, -0.3), (9, 10, 0.4), (17, 24, 0.3), (6, 7, 0.8), (7, 6, 0.8), (4, 7, 0.2), (6, 9, 0.2),
    (43, 5, -0.9), (43, 7, 0.5), (43, 6, 0.3), (5, 43, -0.4), (5, 7, -0.4), (7, 43, 0.4), (7, 5, -0.5), (20, 12, 0.3),
)


def _units(rng, displayed, pose, blinks, covered, lower, scale, B, T):
    """Gains, ties between units, leaks of the pose, bias, noise, drift, drop-out, garbage under a hand."""
    gain = GAIN * np.exp(rng.normal(0, 0.35, (B, 1, AU_COUNT))) * (rng.random((B, 1, AU_COUNT)) > 0.1)
    visible = (displayed * gain).astype(np.float32)
    visible[..., A[4]] *= np.clip((scale - 0.2) / 0.25, 0, 1)  # read from folds between the brows: lost on small faces
    leak = rng.normal(0, 0.04, (B, AU_COUNT, AU_COUNT)).astype(np.float32)
    for a, b, share in _TIED:
        leak[:, A[a], A[b]] += share * rng.uniform(0.2, 1.5, B)
    turned = np.concatenate([pose, np.abs(pose[..., :1])], -1)
    measured = visible + displayed @ leak + turned @ rng.normal(0, 0.5, (B, 4, AU_COUNT)).astype(np.float32)
    measured[..., A[14]] += rng.uniform(0, 0.5, (B, 1)) * turned[..., 3]
    blink = blinks * rng.uniform(0.3, 1.2, (B, 1))
    for a, share in ((43, 1), (5, -0.9), (7, 0.8), (6, 0.3)):
        measured[..., A[a]] += share * blink
    measured += rng.normal(0, 1, (B, 1, AU_COUNT)) * REST * rng.uniform(0.6, 1.2, (B, 1, 1)) + wander(rng, (B, T, AU_COUNT), 0.5, rng.uniform(0.02, 0.1, (B, 1, 1)) * rng.uniform(0.5, 1.5, (B, 1, AU_COUNT)))
    measured += wander(rng, (B, T, AU_COUNT), 0.97, rng.uniform(0.01, 0.07, (B, 1, 1)))
    garbage = wander(rng, (B, T, AU_COUNT), 0.8, 0.4) + rng.normal(0, 0.7, (B, 1, AU_COUNT))
    garbage -= 0.2 * lower[..., None]
    hidden = np.maximum(covered[..., None], lower[..., None] * np.maximum(_LOWER, 0.35)) * rng.uniform(0.4, 1.0, (B, 1, 1))
    return visible * (1 - hidden), clip_units(measured * (1 - hidden) + garbage * hidden)


def clip_units(x: np.ndarray) -> np.ndarray:
    """The ranges that the face sense leaves."""
    x = np.clip(x, -1, 1.5)
    x[..., A[14]] = np.clip(x[..., A[14]], 0, 1)
    x[..., A[15]] = np.maximum(x[..., A[15]], -0.45)
    return x.astype(np.float32)


def _posterior(rng, displayed, feeling, weeping, pose, covered, lower, B, T):
    """The expression net: from what is displayed, with its own taste, temperature and blind spots."""
    n = len(EXPRESSIONS)
    logits = (displayed @ LOOK.T) * rng.uniform(0.5, 1.3, (B, 1, 1)) * np.exp(rng.normal(0, 0.25, (B, 1, n))) + (feeling @ EXTRA.T) * rng.uniform(0.3, 1.4, (B, 1, 1))
    logits[..., EXPRESSIONS.index("sad")] += weeping * rng.uniform(0.5, 3.5, (B, 1))
    logits[..., EXPRESSIONS.index("happy")] -= weeping * displayed[..., A[12]] * 4
    for other, most in (("happy", 1.5), ("angry", 1.5), ("fear", 1.5), ("disgust", 1.0)):
        logits[..., EXPRESSIONS.index(other)] += weeping * rng.uniform(-0.5, most, (B, 1))
    logits[..., EXPRESSIONS.index("neutral")] += rng.uniform(1.2, 3.4, (B, 1))
    logits += rng.normal(0, 0.45, (B, 1, n)) - np.array([0, 1.2, 0, 0, 0, 0.3, 0])
    logits += wander(rng, (B, T, n), 0.7, rng.uniform(0.15, 0.7, (B, 1, 1))) + pose @ rng.normal(0, 0.9, (B, 3, n))
    logits *= rng.uniform(0.7, 2.4, (B, 1, 1))
    hidden = np.maximum(covered, rng.uniform(0.5, 1.0, (B, 1)) * lower)[..., None]
    without_mouth = rng.uniform(0, 1.5, (B, 1, n)) * np.array([e in ("fear", "neutral") for e in EXPRESSIONS])
    logits = logits * (1 - hidden) + hidden * (wander(rng, (B, T, n), 0.85, 1.2) + rng.normal(0, 1.0, (B, 1, n)) + without_mouth)
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


_PRIOR_POSTERIOR = np.array([{"neutral": 0.74, "sad": 0.1, "fear": 0.07, "angry": 0.04, "happy": 0.03}.get(e, 0.01) for e in EXPRESSIONS], np.float32)


def _face_baseline(rng, measured, posterior, trust, B, T):
    """Neutral learnt while the face seems neutral (a fallible guess; at first, sometimes, whatever is there)."""
    both = np.concatenate([measured, posterior], -1)
    seems = posterior[..., EXPRESSIONS.index("neutral")] > rng.uniform(0.2, 0.55, (B, 1))
    seems &= np.max(measured[..., [A[12], A[25], A[26], A[43]]], -1) < rng.uniform(0.5, 1.0, (B, 1))
    half = rng.uniform(5, 7, (B, 1))
    before_s = np.where(rng.random(B) < 0.5, rng.exponential(30, B), 0).astype(np.float32)
    eager = np.where(rng.random((B, 1)) < 0.15, rng.uniform(1, 6, (B, 1)), 0)  # seconds learnt without asking
    seconds = np.where(trust > 0.2, 1 / 6, 0)
    learnt = seconds * (seems | (np.cumsum(seconds, 1) + before_s[:, None] < eager))
    # What an earlier part of the call taught: near the person's neutral, sometimes swallowed some emotion.
    quiet = np.median(both, axis=1)
    lowest = np.where(np.abs(both).sum(-1, keepdims=True) <= np.quantile(np.abs(both).sum(-1), 0.3, axis=1)[:, None, None], both, np.nan)
    with np.errstate(invalid="ignore"):
        neutral = np.nanmean(lowest, axis=1)
    mix = np.where(rng.random((B, 1)) < 0.8, 0, rng.uniform(0, 1, (B, 1)))
    before = np.nan_to_num(neutral * (1 - mix) + quiet * mix) + rng.normal(0, 0.04, neutral.shape)
    prior = np.concatenate([np.zeros(AU_COUNT), _PRIOR_POSTERIOR]).astype(np.float32)
    prior_s = np.array([2.0] * AU_COUNT + [6.0] * len(EXPRESSIONS)) * rng.uniform(0.7, 1.4, (B, 1, 1))
    base = baseline(both, learnt, prior, prior_s, before_s, before)
    own = before_s[:, None] + np.cumsum(learnt, 1) - learnt
    rel = both - base
    return rel[..., :AU_COUNT], rel[..., AU_COUNT:], own / (own + half)


# What the voice sense tracks: population mean and seconds that outweigh it (pipeline/sense/voice), spread between people.
_TRACKED = {
    "loud": (-27, 1, 7), "f0": (29.3, 0.2, 0), "range": (7, 3, 1.8), "hnr": (12, 1.5, 3), "alpha": (-12, 1.5, 4.5), "hammarberg": (22, 1.5, 5),
    "flux": (-2, 3, 0.5), "rate": (4.8, 6, 0.7), "centroid": (9.5, 2, 0.35), "mfcc1": (4, 1.5, 3), **{f"mfcc{i}": (0, 1.5, 2.5) for i in range(2, 9)},
}
_Q = {name: i for i, name in enumerate(_TRACKED)}
_MEAN, _PRIOR_S, _BETWEEN = (np.array([v[i] for v in _TRACKED.values()], np.float32) for i in range(3))
_WITHIN = np.array([4.5, 2.0, 1.2, 3.5, 5, 6, 0.45, 0.6, 0.6, 2.5, 2.2, 2.2, 2.2, 1.8, 1.8, 1.8, 1.8], np.float32)
_MFCC_SD = np.array([3, 2.5, 2.5, 2.5, 2, 2, 2, 2], np.float32)
F0_RANGE, RATE = _Q["range"], _Q["rate"]


def _voice(rng, stack, speech, voice_on, B, S):
    frame = np.minimum((np.arange(S) * FRAMES / SEGMENTS).astype(int), stack("sounded").shape[1] - 1)
    strength = rng.uniform(0.2, 0.6, (B, 1, 1)) * np.exp(rng.normal(0, 0.3, (B, 1, 7)))
    shift = (stack("sounded")[:, frame] * strength).astype(np.float32)
    shift += wander(rng, (B, S, 7), 0.97, np.array([0.6, 0.5, 0.15, 0.4, 0.8, 1.0, 0.9]))
    weeping = stack("weeping")[:, frame]
    person = rng.normal(0, 1, (B, len(_MEAN))) * _BETWEEN + _MEAN
    person[:, _Q["f0"]] = np.where(rng.random(B) < 0.5, 25.1, 33.3) + rng.normal(0, 2.0, B)
    rng_f0, rng_range, rate, hnr, alpha, hammarberg, loud = (shift[..., i] for i in range(7))
    moved = np.zeros((B, S, len(_MEAN)), np.float32)
    for name, value in (("loud", loud), ("f0", rng_f0), ("range", rng_range), ("hnr", hnr), ("alpha", alpha), ("hammarberg", hammarberg), ("rate", rate)):
        moved[..., _Q[name]] = value
    bright = alpha / 8 + loud / 16
    moved[..., _Q["flux"]] = 0.5 * loud / 6 + 0.2 * bright
    moved[..., _Q["centroid"]] = 0.35 * bright
    timbre = rng.normal(0, 0.7, (B, 1, 8)) + np.array([-2.2, -0.6, 0.4, -0.4, 0.2, -0.2, 0.2, 0])
    moved[..., _Q["mfcc1"] :] = bright[..., None] * timbre
    value = person[:, None] + moved + wander(rng, (B, S, len(_MEAN)), 0.45, _WITHIN * rng.uniform(0.6, 1.2, (B, 1, 1)))
    breath = rng.random((B, S)) < 0.07
    active = (speech > 0) & ~breath
    # Range over 2 s and rate over 3 s (pipeline/sense/voice/recent.ts): both lag, and a jump of F0 widens the range until it has passed.
    slow = wander(rng, (B, S, 2), 0.93, 1.0)
    jump = maximum_filter1d(moved[..., _Q["f0"]], 20, axis=1, origin=9) - minimum_filter1d(moved[..., _Q["f0"]], 20, axis=1, origin=9)
    value[..., F0_RANGE] = person[:, None, F0_RANGE] + over(moved[..., F0_RANGE], active, 20) + 0.9 * jump + slow[..., 0] * 1.4
    value[..., RATE] = person[:, None, RATE] + over(moved[..., RATE], active, 30) + slow[..., 1] * 0.5
    voiced = np.clip((0.65 + 0.25 * wander(rng, (B, S), 0.3, 1.0)) * active, 0, 1)
    pitched = voiced > 0.12
    lost = np.zeros((B, S), bool)
    for b in np.flatnonzero(rng.random(B) < 0.15):
        s = int(rng.integers(0, S))
        lost[b, s : s + int(rng.integers(10, 90))] = True
    heard = voice_on[:, None] & ~lost
    quality = np.clip(rng.choice((1.0, 0.9, 0.7, 0.4), (B, 1), p=(0.5, 0.2, 0.2, 0.1)) + wander(rng, (B, S), 0.8, 0.06), 0.05, 1)
    noisy = 1 - quality
    value += noisy[..., None] * wander(rng, value.shape, 0.5, 0.8 * _WITHIN)
    value[..., _Q["hnr"]] -= 5 * noisy
    known, base = _voice_baseline(rng, value, moved, active & heard & (quality > 0.25), pitched, person, B, S)
    row = _voice_rows(rng, value, base, active, voiced, pitched, shift, weeping, quality, known, B, S)
    return row * heard[..., None], heard, shift, known


def _voice_baseline(rng, value, moved, usable, pitched, person, B, S):
    """Half a second of doubt aside, the first five seconds of speech teach whatever they hold; later only calm speech does."""
    arousal = (moved[..., _Q["loud"]] / 5 + moved[..., _Q["f0"]] / 2.7 + moved[..., _Q["alpha"]] / 6 - moved[..., _Q["hammarberg"]] / 7) / 4
    before_s = np.where(rng.random(B) < 0.55, rng.exponential(25, B), 0).astype(np.float32)
    seconds = 0.1 * usable
    early = np.cumsum(seconds, 1) + before_s[:, None] < 5
    learnt = seconds * (early | (np.abs(arousal) < 1.2))
    each = np.repeat(learnt[..., None], value.shape[-1], -1)
    for name in ("f0", "hnr"):
        each[..., _Q[name]] *= pitched
    before = person + rng.normal(0, 0.25, person.shape) * _WITHIN + np.where(rng.random((B, 1)) < 0.3, rng.uniform(0, 0.6, (B, 1)), 0) * moved.mean(1)
    base = baseline(value, each, _MEAN, _PRIOR_S, before_s, before)
    own = before_s[:, None] + np.cumsum(learnt, 1) - learnt
    return own / (own + 5), base


def _voice_rows(rng, value, base, active, voiced, pitched, shift, weeping, quality, known, B, S):
    rel = value - base
    row = np.zeros((B, S, len(VOICE)), np.float32)
    sounding, ever = active.astype(np.float32), (np.cumsum(active, 1) > 15).astype(np.float32)
    recent = lfilter(np.ones(25), [1.0], sounding, axis=1) > 5
    put = lambda name, x, when: row.__setitem__((..., V[name]), np.clip(x, -4, 4) * when)  # noqa: E731
    g = lambda name: value[..., _Q[name]]  # noqa: E731
    r = lambda name: rel[..., _Q[name]]  # noqa: E731
    put("loudnessAbs", (g("loud") + 40) / 20, sounding)
    put("loudnessRel", r("loud") / 10, sounding)
    put("loudnessPeakRel", (r("loud") + 4 + 2 * np.abs(rng.standard_normal((B, S)))) / 10, sounding)
    put("f0Abs", (g("f0") - 32) / 12, pitched)
    put("f0Rel", r("f0") / 6, pitched)
    put("f0Slope", rng.standard_normal((B, S)) * (0.9 + 0.12 * shift[..., 1]), pitched)
    put("f0RangeRel", r("range") / 4, ever * recent)
    put("voiced", voiced, 1)
    put("active", active * np.clip(0.9 + 0.2 * rng.standard_normal((B, S)), 0.3, 1), 1)
    put("hnrAbs", (g("hnr") - 10) / 10, pitched)
    put("hnrRel", r("hnr") / 4, pitched)
    put("alphaAbs", (g("alpha") + 15) / 15, sounding)
    put("alphaRel", r("alpha") / 8, sounding)
    put("hammarbergAbs", (g("hammarberg") - 20) / 15, sounding)
    put("hammarbergRel", r("hammarberg") / 8, sounding)
    put("fluxRel", r("flux") / 2, sounding)
    put("rateRel", r("rate") / 2, ever * recent)
    rough = np.clip(1 - 0.2 * shift[..., 3] + 0.8 * weeping, 0.2, 3)
    put("jitter", np.abs(rng.standard_normal((B, S))) * 0.35 * rough + 0.1, pitched)
    put("shimmer", np.abs(rng.standard_normal((B, S))) * 0.3 * rough + 0.2, pitched)
    put("centroidRel", r("centroid"), sounding)
    row[..., V["mfcc1Rel"] : V["mfcc8Rel"] + 1] = np.clip(rel[..., _Q["mfcc1"] :] / _MFCC_SD / 2, -4, 4) * sounding[..., None]
    since = np.arange(S) - np.maximum.accumulate(np.where(active, np.arange(S), -25), 1)
    put("pause", np.clip(since * 0.02, 0, 1), 1)
    put("quality", quality, 1)
    put("ownness", known, 1)
    row[..., V["valid"]] = 1
    return row
