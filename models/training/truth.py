"""What is true of an episode: cue levels (1 = shows), heads' targets. Grounded in what the sensors can show."""
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from emotions import CONFUSION, FAMILY_INDEX as K
from features import C, EXPRESSIONS, FRAMES, SEGMENTS, V
from latent import A
from lexicon import CUE, CUES, FAMILIES, TERMS
from words import OWN

NEUTRAL_BELOW = 0.17  # a family weaker than this is not named
SHOWS = 0.27  # an action unit (1 = as strong as people show it) from which a cue is said to be there
AU_CUES = {
    "brow_drawn": (4,), "inner_brow": (1,), "eyes_wide": (5,), "eyes_narrow": (7,), "eyes_closed": (43,), "smile": (12,), "smirk": (14,), "corners_down": (15,),
    "chin": (17,), "nose": (9,), "upper_lip": (10,), "lips_pressed": (24,), "lips_stretched": (20,), "mouth_open": (26,),
}
LOOKS = {
    "look_sad": ("sad", ("sadness", "boredom", "embarrassment")), "look_happy": ("happy", ("joy", "amusement", "calm", "interest")),
    "look_angry": ("angry", ("anger", "frustration", "disgust", "confusion")), "look_afraid": ("fear", ("fear", "surprise", "sadness")),
    "look_disgusted": ("disgust", ("disgust", "contempt", "anger")), "look_surprised": ("surprise", ("surprise", "interest", "fear")),
}
# voice cues: (up, down, column of the shift, how much shows); dB, semitones, syllables/s
_VOICE_CUES = (("higher", "lower", 0, 1.8), ("livelier", "flatter", 1, 0.9), ("faster", "slower", 2, 0.4), ("clearer", "rougher", 3, 0.8), ("brighter", "duller", 4, 2.4), ("louder", "quieter", 6, 2.2))


@dataclass
class Truth:
    cues: np.ndarray  # [B,N,NC] level, 1 = shows
    vad: np.ndarray  # [B,N,3]
    told: np.ndarray  # [B,N,3] as far as it can be perceived: what a description may say
    feeling: np.ndarray  # [B,N,families] likewise
    labels: np.ndarray  # [B,N,NL] soft
    reliability: np.ndarray  # [B,N,3]
    change: np.ndarray  # [B,N]
    sudden: np.ndarray  # [B,N]
    cause: np.ndarray  # [B,N] number of the utterance that the latest change came from, words.NO_CAUSE
    evidence: np.ndarray  # [B,N] how much of the person could be perceived lately, 0..1


def judge(latents: list, m, hops: int) -> Truth:
    stack = lambda name: np.stack([getattr(x, name) for x in latents])  # noqa: E731
    B, last = len(latents), slice(FRAMES - 1, None, FRAMES)
    vad, feeling = stack("vad")[:, last], stack("feeling")[:, last]
    cues = np.zeros((B, hops, len(CUES)), np.float32)
    _face_cues(cues, stack, m, last)
    _voice_cues(cues, m, hops)
    _caption_cues(cues, m)
    reliability = _reliability(m, hops)
    seen = lfilter([0.35], [1, -0.65], reliability[..., 0] * (1 - m.covered[:, last] * 0.7), axis=1) / np.maximum(1 - 0.65 ** np.arange(1, hops + 1), 0.2)
    strength = np.clip(np.maximum(m.visible.max(-1), 0), 0, 1)[:, last]
    face_tells = np.clip(seen, 0, 1) * np.where(strength > 0.12, 1, 0.7)
    voice_tells = 0.55 * reliability[..., 1]
    evidence = 1 - (1 - face_tells) * (1 - voice_tells) * (1 - 0.6 * reliability[..., 2])
    k = np.clip(evidence * 1.15, 0, 1)[..., None]
    told_feeling, told = feeling * k, vad * k
    blind = np.clip(1 - face_tells / 0.35, 0, 1) * (1 - reliability[..., 2])
    _by_voice_alone(told_feeling, told, blind)
    labels = _labels(told_feeling)
    tellable = np.concatenate([vad[..., :1] * _pleasure_heard(blind)[..., None], vad[..., 1:]], -1)
    before = np.concatenate([np.repeat(tellable[:, :1], 3, 1), tellable[:, :-3]], 1)[:, :hops]
    change = np.clip(np.linalg.norm(tellable - before, axis=-1) / 0.6, 0, 1)
    return Truth(cues, vad, told, told_feeling, labels, reliability, change, stack("sudden")[:, last], m.cause, evidence)


def rated(rng, x: Truth) -> Truth:
    """What one rater would have noted instead (AffectGPT 2024's coarse stage): a single answer where people differ
    (emotions.CONFUSION), cues over- and overlooked, a leaning of their own."""
    B = len(x.cues)
    odds = np.cumsum(CONFUSION / CONFUSION.sum(1, keepdims=True), 1)
    seen_as = (rng.random((B, len(FAMILIES), 1)) > odds).sum(-1).clip(0, len(FAMILIES) - 1)
    feeling = np.einsum("bnf,bfg->bng", x.feeling, np.eye(len(FAMILIES), dtype=np.float32)[seen_as])
    feeling[..., K["neutral"]] = 0
    cues = x.cues * np.exp(rng.normal(0, 0.35, (B, 1, len(CUES)))) + 1.4 * (rng.random((B, 1, len(CUES))) < 0.015)
    leaning = rng.normal(0, 0.12, (B, 1, 3))
    shifted = lambda v: np.clip(v + leaning, -1, 1).astype(np.float32)  # noqa: E731
    return replace(x, cues=cues.astype(np.float32), vad=shifted(x.vad), told=shifted(x.told), feeling=feeling, labels=_labels(feeling))


def _pleasure_heard(blind: np.ndarray) -> np.ndarray:
    """The share of valence that can be told, 1 where the face or words tell it."""
    return 1 - 0.55 * blind


def _by_voice_alone(feeling, vad, blind) -> None:
    """A voice tells how aroused somebody is, hardly whether gladly: families become the plain ones of their quarter."""
    arousal, pleasant = vad[..., 1], vad[..., 0] > 0
    plain = np.zeros_like(feeling)
    for name, sign, glad in (("interest", 1, True), ("frustration", 1, False), ("calm", -1, True), ("boredom", -1, False)):
        plain[..., K[name]] = np.clip(1.6 * sign * arousal, 0, 1) * (pleasant == glad)
    feeling[:] = feeling * (1 - 0.65 * blind[..., None]) + plain * blind[..., None]
    vad[..., 0] *= _pleasure_heard(blind)


def _recent(x: np.ndarray, weight: np.ndarray, span: int) -> np.ndarray:
    """Weighted mean over the last `span` frames, 0 where nothing was seen. x [B,T,...], weight [B,T]."""
    w = weight.reshape(*weight.shape, *([1] * (x.ndim - 2)))
    ones = np.ones(span)
    return lfilter(ones, [1.0], x * w, axis=1) / np.maximum(lfilter(ones, [1.0], w, axis=1), 1e-3)


def _face_cues(cues, stack, m, last) -> None:
    put = lambda name, x: cues.__setitem__((..., CUE[name]), np.maximum(x, 0))  # noqa: E731
    sure = m.valid * (1 - m.covered)
    there = (_recent(m.valid, np.ones_like(m.valid), 4)[:, last] > 0.4) & m.face_on[:, None]
    clear = there & (_recent(m.covered, m.valid, 4)[:, last] < 0.5)
    units = _recent(m.visible, sure, 4)[:, last] / SHOWS * clear[..., None]
    quiet = (_recent(m.talking, np.ones_like(m.valid), 4)[:, last] < 0.2)[..., None]
    u = lambda a: units[..., A[a]]  # noqa: E731
    for name, (a,) in AU_CUES.items():
        mouth = a in (17, 20, 24, 26)
        put(name, u(a) * (quiet[..., 0] if mouth else 1))
    put("inner_brow", u(1) * (u(2) < 0.7 * np.maximum(u(1), 0.1)))
    put("brow_raised", np.minimum(u(1) * 1.1, u(2)))
    put("broad_smile", np.minimum(u(12) / 2, np.maximum(u(25), u(26)) / 0.9))
    put("cheeks", np.minimum(u(6), u(12)))
    put("smile", u(12) * (u(12) > 0))
    feeling = stack("feeling")[:, last]
    looks = _recent(m.posterior, sure, 4)[:, last]
    for name, (expression, families) in LOOKS.items():
        fits = feeling[..., [K[f] for f in families]].max(-1) > 0.15
        put(name, looks[..., EXPRESSIONS.index(expression)] / 0.45 * fits * clear)
    motion = np.abs(np.diff(stack("pose"), axis=1, prepend=0)).sum(-1) + 0.05 * stack("nod") + 0.05 * stack("shake")
    lively = _recent(m.visible.max(-1) + 0.5 * m.talking + motion, sure, 9)[:, last]
    put("still_face", np.where(clear, 1.5 - lively / 0.16, 0))
    gaze, pose = _recent(stack("gaze"), sure, 4)[:, last], _recent(stack("pose"), sure, 4)[:, last]
    nod, shake = _recent(stack("nod"), sure, 5)[:, last], _recent(stack("shake"), sure, 5)[:, last]
    for name, x in (
        ("gaze_away", np.abs(gaze[..., 0]) / 0.35), ("gaze_down", -gaze[..., 1] / 0.35), ("head_down", -pose[..., 1] / 0.2), ("head_tilt", np.abs(pose[..., 2]) / 0.18),
        ("head_turned", np.abs(pose[..., 0]) / 0.28), ("nod", nod / 0.35), ("shake", shake / 0.35),
    ):
        put(name, x * there)
    put("blinking", _recent(m.blinks, m.valid, 18)[:, last] / 0.2 * there)
    put("talking", _recent(m.talking, m.valid, 4)[:, last] / 0.5 * clear)
    put("face_covered", _recent(m.covered, m.valid, 5)[:, last] / 0.6 * there)
    gone = 1 - _recent(m.valid, np.ones_like(m.valid), 6)[:, last]
    put("face_gone", gone / 0.8)


def _voice_cues(cues, m, hops) -> None:
    B = len(m.speech)
    last = slice(SEGMENTS - 1, None, SEGMENTS)
    use = m.speech * m.heard
    span = 15
    amount = lfilter(np.ones(span), [1.0], use, axis=1)[:, last]
    shift = _recent(m.shift, use, span)[:, last]
    ready = (amount >= 5) & (m.voice_known[:, last] > 0.25)
    for up, down, i, shows in _VOICE_CUES:
        x = np.where(ready, shift[..., i] / shows, 0)
        cues[..., CUE[up]], cues[..., CUE[down]] = np.maximum(x, 0), np.maximum(-x, 0)
    heard = m.heard.reshape(B, hops, SEGMENTS).mean(-1)
    speaking = use.reshape(B, hops, SEGMENTS).mean(-1)
    cues[..., CUE["speaking"]] = speaking / 0.6
    silent = 1 - lfilter(np.ones(20), [1.0], use, axis=1)[:, last] / 2
    cues[..., CUE["pausing"]] = np.where((heard > 0.5) & (np.arange(hops) >= 3), silent * 1.4, 0)
    gone = 1 - lfilter(np.ones(3) / 3, [1.0], heard, axis=1)
    gone[:, :2] = 1 - heard[:, :2]
    cues[..., CUE["voice_gone"]] = gone / 0.8


def _caption_cues(cues, m) -> None:
    c = m.caption[:, :, OWN] * np.clip(m.caption[:, :, OWN, C["trust"] : C["trust"] + 1] * 1.6, 0, 1)  # what is read poorly is not claimed
    now = lambda name: np.maximum(c[..., C[name]], np.pad(c[..., C[name]], ((0, 0), (1, 0)))[:, :-1] * 0.9)  # noqa: E731
    low = np.minimum(c[..., C["valence"]], np.pad(c[..., C["valence"]], ((0, 0), (1, 0)))[:, :-1] * 0.9)
    for name, x in (("words_positive", now("valence") / 0.3), ("words_negative", -low / 0.3), ("words_question", now("question") * 1.5), ("words_hedged", now("hedge") * 1.5), ("words_intense", now("arousal") / 0.35)):
        cues[..., CUE[name]] = np.maximum(x, 0)


def _reliability(m, hops) -> np.ndarray:
    B = len(m.face_on)
    face = (m.valid * np.clip(m.quality, 0, 1) * (1 - 0.85 * m.covered)).reshape(B, hops, FRAMES).mean(-1)
    use = (m.speech * m.heard).astype(np.float32)
    trust = m.voice[..., V["quality"]].reshape(B, -1)
    voice = np.clip(lfilter(np.ones(30), [1.0], use * trust, axis=1)[:, SEGMENTS - 1 :: SEGMENTS] / 12, 0, 1) * (0.6 + 0.4 * m.voice_known[:, SEGMENTS - 1 :: SEGMENTS])
    caption = np.clip(lfilter([1.0], [1.0, -0.6], m.caption[:, :, OWN, C["present"]] * m.caption[:, :, OWN, C["trust"]], axis=1), 0, 1)
    return np.stack([face, voice, caption], -1).astype(np.float32)


_FAMILY_OF = np.array([FAMILIES.index(t.family) for t in TERMS])
_LOW, _HIGH = np.array([t.low for t in TERMS]), np.array([t.high for t in TERMS])


def fit(strength: np.ndarray) -> np.ndarray:
    """How well each term fits families of these strengths: [..., families] -> [..., NL], 1 inside the term's span."""
    x = strength[..., _FAMILY_OF]
    return np.clip(1 - 5 * np.maximum(np.maximum(_LOW - x, x - _HIGH), 0), 0, 1)


def _labels(feeling: np.ndarray) -> np.ndarray:
    strong = np.where(feeling >= NEUTRAL_BELOW, feeling, 0)
    none = strong.max(-1, keepdims=True) <= 0
    weight = strong / np.maximum(strong.max(-1, keepdims=True), 1e-6)
    weight[..., K["neutral"]] = np.where(none[..., 0], 1.0, np.clip(0.5 - strong.max(-1), 0, 1))
    spread = np.clip(weight @ CONFUSION, 0, 1)
    level = np.where(strong > 0, strong, np.maximum(strong.max(-1, keepdims=True) * 0.8, 0.3))
    return (spread[..., _FAMILY_OF] * fit(level)).astype(np.float32)
