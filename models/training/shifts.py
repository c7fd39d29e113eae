"""Shifts as the pipeline finds them (pipeline/describe/shift-detector.ts, in Python), scored against the simulated changes.

    python shifts.py PACK            what other numbers of the rule would find, on held-out simulation
    python shifts.py PACK --cases F  readings of a few episodes and the hops that tell, for the test of the TypeScript
    python shifts.py PACK --calls F  readings and utterances of simulated calls, and what each change came from, for that of causes
"""
import argparse
import itertools
import json
import sys
from pathlib import Path

import numpy as np

from features import C, FRAMES, LAYOUT
from words import OTHERS, OWN

HOP_S = LAYOUT["hopMs"] / 1000
SETTLING, FOLLOWING, LONGEST_DELAY_S, WORTH, PERCEIVED = 20, 2, 5.0, 0.5, 0.6
SEED = 910_000_000
HEADS = ("vad", "vad_sd", "change")  # what the rule reads


def found(vad, sd, change, slack=0.3, enough=0.25, weight=0.5, usual=0.3, sure_sd=0.25, unsure_sd=0.35) -> list[int]:
    """vad and sd [N,2 or 3], change [N] -> hops at whose end a shift is certain."""
    sure = np.clip((unsure_sd - sd[:, :2].astype(float)) / (unsure_sd - sure_sd), 0, 1)
    out, v, settled, count, leaving, evidence, course, following = [], None, None, 1, None, 0.0, None, 0
    for t in range(len(vad)):
        if v is None:
            if sure[t].min() > 0:
                v = settled = vad[t, :2].astype(float)
            continue
        v = v + (vad[t, :2] - v) * sure[t]
        if following:
            following -= 1
            if (v - settled) @ course > 0:
                settled = settled + (v - settled) / 2
                continue
        away = np.linalg.norm(v - settled)
        if away < slack:
            leaving = None
            if count < SETTLING:
                count += 1
                settled = settled + (v - settled) / count
            continue
        if leaving is None or (v - settled) @ (leaving - settled) <= 0:
            leaving, evidence = v, 0.0
        evidence += away - slack + weight * max(0.0, float(change[t]) - usual)
        if evidence >= enough:
            out.append(t)
            course, settled, count, leaving, following = v - settled, v, 1, None, FOLLOWING
    return out


def score(heads: dict, evidence: np.ndarray, moves: list, find=found) -> dict:
    """F over episodes (heads "vad" and "vad_sd" [E,N,3], "change" [E,N], evidence [E,N]) and the delay from the onset of a change to the end of the hop
    that told it. Changes of at least WORTH in valence and arousal that could be perceived count; of smaller ones a find is neither right nor wrong."""
    right = wrong = missed = 0
    delays = []
    for *readings, seen, changes in zip(*(heads[n] for n in HEADS), evidence, moves):
        hops = find(*readings)
        onsets = [(frame / FRAMES * HOP_S, np.hypot(dv, da) >= WORTH and seen[frame // FRAMES :][:4].min() >= PERCEIVED) for frame, dv, da in changes if frame // FRAMES < len(seen) - 4]
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


def false_alarms(heads: dict, find=found, warmup: int = 12) -> float:
    """Shifts told in an hour in which somebody's affect does not move at all; heads of still episodes."""
    told = sum(sum(t >= warmup for t in find(*readings)) for readings in zip(*(heads[n] for n in HEADS)))
    hops = heads["vad"].shape[0] * (heads["vad"].shape[1] - warmup)
    return round(told / (hops * HOP_S / 3600), 1)


def heard(pack, episodes: int, hops: int, still: bool, seed: int = SEED, group: int = 48, everything: bool = False) -> tuple[dict, np.ndarray, list, list]:
    """Heads over simulated episodes, the evidence in them, their changes, what was measured of each group."""
    from latent import trajectory
    from sensors import measure
    from truth import judge

    rows, evidence, moves, measured = [], [], [], []
    for i in range(0, episodes, group):
        rng = np.random.default_rng(seed + i + still)
        latents = [trajectory(rng, hops, still) for _ in range(group)]
        m = measure(rng, latents, hops, everything)
        state, said, out = pack.begin(group), np.zeros((group, pack.spec["saidSize"]), np.float32), []
        for t in range(hops):
            heads, state = pack.feel(m.face[:, t], m.voice[:, t], m.caption[:, t], said, np.full(group, t), state)
            out.append({n: heads[n] for n in HEADS})
        rows.append({n: np.stack([x[n] for x in out], 1) for n in out[0]})
        evidence.append(judge(latents, m, hops).evidence)
        moves += [x.moves for x in latents]
        measured.append(m)
    return {n: np.concatenate([r[n] for r in rows]) for n in rows[0]}, np.concatenate(evidence), moves, measured


def sweep(pack) -> None:
    moving, still = heard(pack, 480, 48, False), heard(pack, 384, 120, True)

    def tell(name: str, find) -> None:
        s = score(*moving[:3], find)
        print(f"{name:34s} F {s['F']:.3f}  precision {s['precision']:.2f}  recall {s['recall']:.2f}  delay p50 {s['delay p50 s']} s, p90 {s['delay p90 s']} s  false in an hour of holding still {false_alarms(still[0], find)}", flush=True)

    for slack, enough, weight in itertools.product((0.27, 0.3, 0.35), (0.15, 0.2, 0.25, 0.3), (0.0, 0.5)):
        tell(f"summed: {slack} {enough} {weight}", lambda v, sd, c: found(v, sd, c, slack, enough, weight))
    for sure, unsure in ((0.2, 0.3), (0.2, 0.35), (0.2, 0.4), (0.25, 0.4), (0.25, 0.45), (8, 9)):
        tell(f"sure: {sure} to {unsure}", lambda v, sd, c: found(v, sd, c, sure_sd=sure, unsure_sd=unsure))


def cases(pack) -> list[dict]:
    """Readings [valence, its sd, arousal, its sd, change] as events carry them, and the hops that tell."""
    heads, *_ = heard(pack, 8, 48, False, group=8)
    v, sd, c = (np.round(heads[n].astype(float), 3) for n in HEADS)
    return [{"readings": rows.tolist(), "told": found(v[e], sd[e], c[e])} for e, rows in enumerate(readings(heads))]


def readings(heads: dict) -> np.ndarray:
    """[E,N,5]: valence, its sd, arousal, its sd, change."""
    v, sd, c = (np.round(heads[n].astype(float), 3) for n in HEADS)
    return np.stack([v[..., 0], sd[..., 0], v[..., 1], sd[..., 1], c], -1)


def calls(pack, episodes: int = 48, hops: int = 48) -> list[dict]:
    """Simulated calls with captions: readings as above, utterances [start ms, end ms, 1 when own, valence, trust, arousal, 1 when a
    question], and of every change worth telling [ms, index of the utterance it came from, or -1]."""
    heads, evidence, moves, (m,) = heard(pack, episodes, hops, False, seed=SEED + 10_000, group=episodes, everything=True)
    rng, out = np.random.default_rng(SEED), []
    for e, rows in enumerate(readings(heads)):
        spoken = [(t, who) for t in range(hops) for who in (OWN, OTHERS) if m.caption[e, t, who, C["present"]] > 0]
        ends = [(t + rng.uniform(0.3, 1)) * HOP_S * 1000 for t, _ in spoken]
        said = [[round(end - rng.uniform(600, 2500)), round(end), int(who == OWN), *(round(float(m.caption[e, t, who, C[n]]), 2) for n in ("valence", "trust", "arousal")), int(m.caption[e, t, who, C["question"]] > 0)] for end, (t, who) in zip(ends, spoken)]
        worth = {frame // FRAMES for frame, dv, da in moves[e] if np.hypot(dv, da) >= WORTH and frame // FRAMES < hops - 4 and evidence[e, frame // FRAMES :][:4].min() >= PERCEIVED}
        out.append({"readings": rows.tolist(), "said": said, "changes": [[round(hop * HOP_S * 1000), spoken.index(key) if key in spoken else -1] for hop, key in m.origins[e] if hop in worth]})
    return out


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent / "export"))
    from runtime import Pack

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--calls", type=Path)
    options = parser.parse_args()
    loaded = Pack(options.pack)
    if options.cases:
        options.cases.write_text(json.dumps(cases(loaded)) + "\n")
    elif options.calls:
        options.calls.write_text(json.dumps(calls(loaded)) + "\n")
    else:
        sweep(loaded)
