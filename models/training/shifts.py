"""Shifts as the pipeline finds them (pipeline/describe/shift-detector.ts, in Python), scored against the simulated changes."""
import numpy as np

from features import FRAMES, LAYOUT

HOP_S = LAYOUT["hopMs"] / 1000
SETTLING, LONGEST_DELAY_S, WORTH, PERCEIVED = 20, 5.0, 0.5, 0.6


def found(vad: np.ndarray, enter: float = 0.5, leave: float = 0.25, hold_hops: int = 2) -> list[int]:
    """vad [N,3] -> hops at whose end a shift is certain."""
    out, settled, count, place, leaving = [], vad[0, :2].copy(), 1, None, None
    for t in range(1, len(vad)):
        v = vad[t, :2]
        away = np.linalg.norm(v - settled)
        if away < leave:
            place = leaving = None
            if count < SETTLING:
                count += 1
                settled = settled + (v - settled) / count
            continue
        if leaving is None or (v - settled) @ (leaving - settled) <= 0:
            leaving = v
        if place is not None and np.linalg.norm(v - place[0]) < leave:
            place = (place[0] + (v - place[0]) / (place[1] + 1), place[1] + 1)
        else:
            place = (v.copy(), 1) if away >= enter else None
        if place is not None and place[1] >= hold_hops:
            out.append(t)
            settled, count, place, leaving = place[0], place[1], None, None
    return out


def score(vad: np.ndarray, evidence: np.ndarray, moves: list, find=found) -> dict:
    """F over episodes (vad [E,N,3], evidence [E,N]) and the delay from the onset of a change to the end of the hop that told it.
    Changes of at least WORTH in valence and arousal that could be perceived count; of smaller ones a find is neither right nor wrong."""
    right = wrong = missed = 0
    delays = []
    for v, seen, changes in zip(vad, evidence, moves):
        hops = find(v)
        onsets = [(frame / FRAMES * HOP_S, np.hypot(dv, da) >= WORTH and seen[frame // FRAMES :][:4].min() >= PERCEIVED) for frame, dv, da in changes if frame // FRAMES < len(v) - 4]
        free = [(h + 1) * HOP_S for h in hops]
        for onset, worth in onsets:
            told = next((x for x in free if 0 < x - onset <= LONGEST_DELAY_S), None)
            if told is not None:
                free.remove(told)
            if worth and told is not None:
                right += 1
                delays.append(told - onset)
            missed += worth and told is None
        wrong += len(free)
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    return {"F": round(float(2 * precision * recall / max(precision + recall, 1e-9)), 3), "precision": round(float(precision), 3), "recall": round(float(recall), 3), "changes": int(right + missed), "delay p50 s": round(float(np.median(delays)), 2) if delays else None, "delay p90 s": round(float(np.quantile(delays, 0.9)), 2) if delays else None}
