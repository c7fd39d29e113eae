"""Captions of a simulated call: what the reader of words (pipeline/sense/caption) makes of the person's own utterances
and of the others', and which utterance a change came from.
"""
import numpy as np

from emotions import FAMILY_INDEX as K
from features import C, CAPTION, CAPTIONS, FRAMES, SEGMENTS
from network import NUMBERS

OWN, OTHERS = 0, 1
NO_CAUSE = -1
LAGS = (0.25, 0.3, 0.2, 0.15, 0.1)  # hops from the end of the words to the change they cause
REMEMBERED = 40  # hops
_KINDS = (("joy", "joy"), ("sadness", "sadness"), ("anger", "anger"), ("fear", "fear"), ("surprise", "surprise"), ("disgust", "disgust"))


def captions(rng, latents: list, speech: np.ndarray, on: np.ndarray, hops: int) -> tuple[np.ndarray, np.ndarray, list]:
    """-> rows [B,N,2,CAPTION], cause [B,N]: the number of the utterance that the latest change came from, or NO_CAUSE;
    and for each episode (hop of a change, (hop, row) of the utterance that it came from or None)."""
    rows = np.zeros((len(latents), hops, CAPTIONS, len(CAPTION)), np.float32)
    cause, origins = np.full((len(latents), hops), NO_CAUSE), [[] for _ in latents]
    spoke = speech.reshape(len(latents), hops, SEGMENTS).mean(-1) > 0.3
    for b in np.flatnonzero(on):
        others = rng.random() < 0.7
        rows[b, :, OWN, C["valid"]], rows[b, :, OTHERS, C["valid"]] = 1, others
        meant = _utterances(rng, latents[b], spoke[b], others, hops)
        came_from = origins[b] = _causes(rng, latents[b], meant, others, hops)
        number, trusted = {}, set()
        for n, (t, who) in enumerate(sorted(meant)):
            number[t, who] = n
            if _read(rng, rows[b, t, who], *meant[t, who], latents[b].feeling[min(t * FRAMES + FRAMES - 1, len(latents[b].feeling) - 1)] * (who == OWN)):
                trusted.add((t, who))
            for bit in range(3):
                rows[b, t, who, C[f"turn{1 << bit}"]] = n >> bit & 1
        _mark(cause[b], came_from, number, trusted, hops)
    return rows, cause, origins


def _utterances(rng, latent, spoke: np.ndarray, others: bool, hops: int) -> dict:
    """(hop, who) -> valence and intensity that the words carry."""
    last = slice(FRAMES - 1, None, FRAMES)
    words, vad = latent.words[last], latent.vad[last]
    meant = {}
    for t in np.flatnonzero(spoke & (rng.random(hops) < 0.55)):
        telling = rng.random() < 0.55
        meant[t, OWN] = (float(words[t]) * rng.uniform(0.6, 1.2) if telling else rng.normal(0, 0.1), max(float(vad[t, 1]), 0) * telling)
    for t in np.flatnonzero(~spoke & (rng.random(hops) < 0.35)) if others else ():
        meant[t, OTHERS] = (rng.uniform(-0.9, 0.9), rng.uniform(0, 0.6)) if rng.random() < 0.12 else (rng.normal(0, 0.1), rng.uniform(0, 0.2))
    return meant


def _causes(rng, latent, meant: dict, others: bool, hops: int) -> list[tuple[int, tuple | None]]:
    """Gives most changes something that was said shortly before: (hop of the change, key of the utterance or None)."""
    found = []
    for frame, pleasure, arousal in latent.moves:
        hop, key = frame // FRAMES, None
        if rng.random() < 0.65:
            t = hop - int(rng.choice(len(LAGS), p=LAGS))
            if 0 <= t < hops:
                key = (t, OTHERS if others and rng.random() < 0.65 else OWN)
                meant[key] = (np.sign(pleasure) * rng.uniform(0.35, 0.95) if abs(pleasure) > 0.2 else rng.normal(0, 0.2), float(np.clip(abs(arousal) + rng.normal(0.1, 0.2), 0, 1)))
        found.append((hop, key))
    return found


def _mark(cause: np.ndarray, came_from: list, number: dict, trusted: set, hops: int) -> None:
    """Only an utterance that was read well, and whose number has not come round again, can be named."""
    heard = np.zeros(hops, int)
    for t, _ in number:
        heard[t:] += 1
    for hop, key in came_from:
        until = min(hop + REMEMBERED, hops)
        cause[hop:] = NO_CAUSE
        if key in trusted:
            n = number[key]
            span = np.arange(hop, until)
            cause[span[heard[hop:until] - n <= NUMBERS]] = n % NUMBERS


def _read(rng, row: np.ndarray, valence: float, intensity: float, feeling: np.ndarray) -> bool:
    """What the reader makes of words; -> whether it can be trusted. Half are read poorly and known to be,
    as of the 200 lines of test/pipeline/sense/caption."""
    clear = rng.random() < 0.5
    trust = rng.uniform(0.55, 1) if clear else rng.uniform(0.05, 0.5)
    v = valence * rng.uniform(0.6, 1.15) + rng.normal(0, 0.1) if clear else valence * rng.uniform(0, 0.6) * rng.choice((1, -1), p=(0.85, 0.15)) + rng.normal(0, 0.15)
    v = float(np.clip(v, -1, 1))
    row[C["present"]], row[C["valence"]], row[C["trust"]], row[C["negated"]] = 1, v, trust, rng.random() < 0.1
    row[C["positive"]], row[C["negative"]] = max(v, 0) * rng.uniform(0.5, 1), max(-v, 0) * rng.uniform(0.5, 1)
    row[C["arousal"]] = np.clip(0.6 * intensity + rng.exponential(0.08), 0, 1)
    row[C["hedge"]] = rng.random() < 0.08 + 0.5 * feeling[K["confusion"]]
    row[C["question"]] = rng.random() < 0.12 + 0.3 * (feeling[K["confusion"]] + feeling[K["interest"]])
    for name, family in _KINDS:
        row[C[name]] = float(clear and rng.random() < 0.6 * feeling[K[family]]) * rng.uniform(0.3, 1)
    row[C["length"]] = rng.uniform(0.05, 0.6)
    return clear
