"""Measures a pack on held-out seeds and on traces of real clips; calibrates its thresholds.

    python evaluate.py PACK --report report.json [--episodes 256] [--traces FOLDER]
    python evaluate.py PACK --calibrate thresholds.json
"""
import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "export"))
from clips import clips  # noqa: E402
from features import F, V  # noqa: E402
from grammar import CLEAR  # noqa: E402
from lexicon import CUES, FAMILIES, TERMS, TERMS_OF  # noqa: E402
from parse import cues_in, hedged  # noqa: E402
from runtime import TELLS, Listener, Pack  # noqa: E402
from shifts import score  # noqa: E402
from simulate import ABSTAIN_BELOW, batch  # noqa: E402
from tasks import LITTLE, SHOWN_BY, expression, sentiment  # noqa: E402

HELD_OUT = 900_000_000
NAMES = [c.name for c in CUES]
TELL_FACE = (*SHOWN_BY, "face_gone", "face_covered")  # what the task <expression> is about
NEVER = 2


def concordance(p: np.ndarray, t: np.ndarray) -> float:
    return float(2 * np.cov(p, t, bias=True)[0, 1] / (p.var() + t.var() + (p.mean() - t.mean()) ** 2 + 1e-9))


class Heard:
    """Heads [E,N,...], descriptions and gold of many episodes."""

    def __init__(self, pack: Pack, episodes: int, hops: int = 24, forced: bool = False, seed: int = HELD_OUT, group: int = 64):
        self.batches, heads, self.told = [], [], []
        for i in range(0, episodes, group):
            x = batch(seed + i, group, hops)
            listener, rows, told = Listener(pack, group), [], []
            for t in range(hops):
                if forced:
                    listener.said, listener.since = x.said[:, t].copy(), np.round(x.said[:, t, 4] * 20).astype(int)
                out, texts = listener.push(x.face[:, t], x.voice[:, t], x.caption[:, t], speak=np.zeros(group) if forced else None)
                rows.append(out)
                told.append(texts)
            self.batches.append(x)
            heads.append({n: np.stack([r[n] for r in rows], 1) for n in rows[0] if n != "fused"})
            self.told += [[told[t][b] for t in range(hops)] for b in range(group)]
        self.heads = {n: np.concatenate([h[n] for h in heads]) for n in heads[0]}
        gold = lambda name: np.concatenate([getattr(b.truth, name) for b in self.batches])  # noqa: E731
        self.vad, self.labels, self.cues, self.feeling, self.evidence, self.reliability = (gold(n) for n in ("vad", "labels", "cues", "feeling", "evidence", "reliability"))
        self.spoken, self.late = np.concatenate([b.spoken for b in self.batches]), np.concatenate([b.late for b in self.batches])
        self.face = np.concatenate([b.face[..., F["valid"]].any((1, 2)) for b in self.batches])
        self.voice = np.concatenate([b.voice[..., V["valid"]].any((1, 2)) for b in self.batches])


def set_f(p: np.ndarray, gold: np.ndarray) -> tuple[float, float, float]:
    """Precision and recall averaged over the corpus first, then F, as MER-UniBench does."""
    rows = gold.any(-1)
    hit = (p & gold)[rows].sum(-1)
    precision, recall = (hit / np.maximum(p[rows].sum(-1), 1)).mean(), (hit / gold[rows].sum(-1)).mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9)), float(precision), float(recall)


def cue_threshold(p: np.ndarray, true: np.ndarray, aim: float = 0.9) -> float:
    """The lowest threshold with precision `aim` (texts choose among what is above it, and are right more often than that); where none has it, the one of the best precision at some recall."""
    best, best_precision = 0.5, 0.0
    for threshold in np.arange(0.3, 0.9, 0.02):
        said = p >= threshold
        if said.sum() < 25:
            break
        precision = true[said].mean()
        if precision >= aim:
            return round(float(threshold), 2)
        if precision > best_precision:
            best, best_precision = threshold, precision
    return round(float(best), 2)


def unit_threshold(p: np.ndarray, true: np.ndarray) -> float:
    """The threshold of the best F."""
    f1 = lambda t: 2 * ((p >= t) & true).sum() / max((p >= t).sum() + true.sum(), 1)  # noqa: E731
    return round(float(max(np.arange(0.2, 0.7, 0.02), key=f1)), 2)


def perceived(reliability: np.ndarray) -> np.ndarray:
    """How much of a person the senses can tell, 0..1."""
    return 1 - np.prod(1 - reliability * np.array(TELLS), -1)


def calibrate(pack: Pack, episodes: int) -> dict:
    heard = Heard(pack, episodes, forced=True, seed=HELD_OUT + 50_000_000)
    probability, level = heard.heads["cues"].reshape(-1, len(CUES)), heard.cues.reshape(-1, len(CUES))
    cue = [cue_threshold(probability[:, i], level[:, i] >= 1) for i in range(len(CUES))]
    labels = heard.labels.reshape(-1, len(TERMS)) > 0.4
    units = [unit_threshold(probability[:, i], level[:, i] >= CLEAR) if c.name in TELL_FACE else NEVER for i, c in enumerate(CUES)]
    label = max(np.arange(0.2, 0.6, 0.02), key=lambda t: set_f(heard.heads["labels"].reshape(-1, len(TERMS)) > t, labels)[0])
    learnt = np.arange(heard.spoken.shape[1])[None] >= heard.late[:, None]
    speaks, gold = 1 - heard.heads["p_silent"][learnt], heard.spoken[learnt]
    f1 = lambda t: 2 * ((speaks >= t) & gold).sum() / max((speaks >= t).sum() + gold.sum(), 1)  # noqa: E731
    weak, tell = heard.evidence < ABSTAIN_BELOW, perceived(heard.heads["reliability"])
    poor = lambda t: 2 * ((tell < t) & weak).sum() / max((tell < t).sum() + weak.sum(), 1)  # noqa: E731
    best = lambda options, score: round(float(max(options, key=score)), 2)  # noqa: E731
    return dict(speak=best(np.arange(0.2, 0.7, 0.02), f1), cue=cue, every=dict(expression=units), label=round(float(label), 2), abstain=best(np.arange(0.14, 0.42, 0.02), poor))


def evidence(heard: Heard) -> dict:
    """Cue clauses of the generated texts, found by key words, against what the sensors showed."""
    claimed, strict, lenient, salient, recalled, wrong = 0, 0, 0, 0, 0, {}
    for e, texts in enumerate(heard.told):
        for t, told in enumerate(texts):
            if not told:
                continue
            found = cues_in(told.text)
            for name in found:
                level = heard.cues[e, t, NAMES.index(name)]
                claimed, strict, lenient = claimed + 1, strict + (level >= 1), lenient + (level >= 0.7)
                if level < 0.7:
                    wrong[name] = wrong.get(name, 0) + 1
            strong = [NAMES[i] for i in np.flatnonzero(heard.cues[e, t] >= 1.5)]
            salient, recalled = salient + len(strong), recalled + len(set(strong) & set(found))
    worst = dict(sorted(wrong.items(), key=lambda x: -x[1])[:8])
    return dict(claims=claimed, precision=strict / max(claimed, 1), lenient=lenient / max(claimed, 1), recall_of_salient=recalled / max(salient, 1), worst=worst)


_WORDS = sorted([(w, i) for i, t in enumerate(TERMS) for w in (t.term, t.noun)], key=lambda x: -len(x[0]))
_WORD = re.compile(r"\b(" + "|".join(re.escape(w) for w, _ in _WORDS) + r")\b")
_TERM = dict(reversed(_WORDS))


def words(heard: Heard) -> dict:
    """The label words of the texts: do they fit the truth, and is their valence on the right side?"""
    fit, side = [], []
    for e, texts in enumerate(heard.told):
        for t, told in enumerate(texts):
            for word in _WORD.findall(told.text.lower())[:1] if told else []:
                term = TERMS[_TERM[word]]
                fit.append(heard.labels[e, t, _TERM[word]] > 0.2)
                if abs(heard.vad[e, t, 0]) > 0.25 and abs(term.valence) > 0.15:
                    side.append(term.valence * heard.vad[e, t, 0] > 0)
    return dict(found=len(fit), fit=round(float(np.mean(fit)), 3), right_side_of_valence=round(float(np.mean(side)), 3))


def speaking(heard: Heard) -> dict:
    said = np.array([[t is not None for t in texts] for texts in heard.told])
    gold = heard.spoken
    near = gold | np.pad(gold, ((0, 0), (1, 0)))[:, :-1] | np.pad(gold, ((0, 0), (0, 1)))[:, 1:]
    near_said = said | np.pad(said, ((0, 0), (1, 0)))[:, :-1] | np.pad(said, ((0, 0), (0, 1)))[:, 1:]
    return dict(rate=float(said.mean()), gold_rate=float(gold.mean()), precision=float(gold[said].mean()), recall=float(said[gold].mean()), precision_within_a_hop=float(near[said].mean()), recall_within_a_hop=float(near_said[gold].mean()))


def calibration(probability: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error."""
    edge = np.clip((probability * bins).astype(int), 0, bins - 1)
    return float(sum(abs(probability[edge == b].mean() - right[edge == b].mean()) * (edge == b).mean() for b in range(bins) if (edge == b).any()))


def families_told(heads: dict) -> np.ndarray:
    """The family whose best term scores highest."""
    return np.stack([heads["labels"][..., TERMS_OF[f]].max(-1) for f in FAMILIES], -1).argmax(-1)


def measure(pack: Pack, episodes: int) -> dict:
    heard = Heard(pack, episodes)
    heads, late = heard.heads, slice(3, None)  # after two seconds
    cc = lambda rows: {n: round(concordance(heads["vad"][rows][:, late, i].ravel(), heard.vad[rows][:, late, i].ravel()), 3) for i, n in enumerate(("valence", "arousal", "dominance"))}  # noqa: E731
    everybody = np.ones(len(heard.face), bool)
    error = np.abs(heads["vad"] - heard.vad)
    label_f = set_f(heads["labels"].reshape(-1, len(TERMS)) > pack.spec["thresholds"]["label"], heard.labels.reshape(-1, len(TERMS)) > 0.4)
    texts = [t.text for row in heard.told for t in row if t]
    arousal = heard.vad[..., 1]
    voice_only = (heard.voice & ~heard.face)[:, None] & (heard.reliability[..., 1] > 0.4)
    high, low = heads["vad"][..., 1][voice_only & (arousal > 0.3)], heads["vad"][..., 1][voice_only & (arousal < -0.1)]
    five = [FAMILIES.index(f) for f in ("joy", "amusement", "sadness", "anger", "surprise", "neutral")]
    strongest, strength = heard.feeling.argmax(-1), heard.feeling.max(-1)
    gold_family = np.where(strength < 0.17, FAMILIES.index("neutral"), strongest)
    clear = (heard.face & ~heard.voice)[:, None] & np.isin(gold_family, five) & ((strength > 0.5) | (strength < 0.05)) & (heard.reliability[..., 0] > 0.5)
    fold = np.arange(len(FAMILIES))
    fold[FAMILIES.index("amusement")] = FAMILIES.index("joy")
    said_family = families_told(heads)
    weak = heard.evidence < ABSTAIN_BELOW
    quiet = perceived(heads["reliability"]) < pack.spec["thresholds"]["abstain"]
    return {
        "episodes": episodes, "hops": int(heard.vad.shape[0] * heard.vad.shape[1]),
        "concordance": {"all": cc(everybody), "face only": cc(heard.face & ~heard.voice), "voice only": cc(heard.voice & ~heard.face), "words only": cc(~heard.face & ~heard.voice), "both": cc(heard.face & heard.voice)},
        "spread": {"within one sd": round(float((error < heads["vad_sd"]).mean()), 3), "within two sd": round(float((error < 2 * heads["vad_sd"]).mean()), 3)},
        "labels": dict(zip(("F", "precision", "recall"), (round(x, 3) for x in label_f))),
        "evidence": evidence(heard), "label words": words(heard), "speaking": speaking(heard),
        "texts": {"count": len(texts), "distinct": round(len(set(texts)) / max(len(texts), 1), 3), "hedged": round(float(np.mean([hedged(t) for t in texts])), 3), "words": round(float(np.mean([len(t.split()) for t in texts])), 1)},
        "confidence": {"ECE": round(calibration(heads["confidence"].ravel(), (error[..., :2].max(-1) < 0.25).ravel()), 3)},
        "abstention": {"precision": round(float(weak[quiet].mean()), 3), "recall": round(float(quiet[weak].mean()), 3)},
        "voice alone tells high from low arousal (AUC)": round(float((high[:, None] > low[None]).mean()), 3),
        "face alone names joy, sadness, anger, surprise, neutral": round(float((fold[said_family[clear]] == fold[gold_family[clear]]).mean()), 3),
        "shifts": score(heads, heard.evidence, [m for b in heard.batches for m in b.moves]),
        "tasks": answers(pack, episodes),
    }


def sets_f(pairs: list[tuple[set, set]]) -> float:
    """Set-based F of (predicted, gold) pairs; pairs without gold are left out."""
    rows = [(p, g) for p, g in pairs if g]
    precision, recall = np.mean([len(p & g) / max(len(p), 1) for p, g in rows]), np.mean([len(p & g) / len(g) for p, g in rows])
    return round(float(2 * precision * recall / max(precision + recall, 1e-9)), 3)


def _named(text: str, separator: str = ", ") -> set[str]:
    return {x.split(" ")[0] if x.startswith("AU") else x for x in text.rstrip(".").split(separator)} - {"No action unit stands out", "The face cannot be seen", LITTLE.rstrip(".")}


_FAMILY = {t.term: t.family for t in TERMS}


def _families(text: str) -> set[str]:
    """Families of the terms of an answer: its few words stand for their many synonyms."""
    return {_FAMILY.get(term, term) for term in _named(text)}


def answers(pack: Pack, episodes: int, group: int = 64) -> dict:
    """The other tasks, asked of everybody at two hops; labels with and without the cues first."""
    signs, exact, planned, free, units, hit, silent_right = [], [], [], [], [], [], []
    for i in range(0, episodes, group):
        x, listener = batch(HELD_OUT + 20_000_000 + i, group, 24), Listener(pack, group)
        for t in range(24):
            heads, _ = listener.push(x.face[:, t], x.voice[:, t], x.caption[:, t])
            if t not in (13, 23):
                continue
            told = {task: [text for text, _ in listener.ask(heads, task)] for task in ("sentiment", "labels", "expression", "cause")}
            unplanned = [text for text, _ in listener.ask(heads, "labels", plan=False)]
            for b in range(group):
                truth = x.truth
                units.append((_named(told["expression"][b]), _named(expression(truth.cues[b, t])[0])))
                if truth.evidence[b, t] < ABSTAIN_BELOW:
                    continue
                v = truth.told[b, t, 0]
                exact.append(told["sentiment"][b] == sentiment(truth.told[b, t]))
                if abs(v) >= 0.12:
                    signs.append((v > 0) == ("ositive" in told["sentiment"][b]))
                gold = {TERMS[k].family for k in np.flatnonzero(truth.labels[b, t] > 0.4)}
                planned.append((_families(told["labels"][b]), gold))
                free.append((_families(unplanned[b]), gold))
                named = told["cause"][b].rstrip(".").split(": ")[-1]
                (silent_right if truth.cause[b, t] < 0 else hit).append(named == ("none" if truth.cause[b, t] < 0 else str(truth.cause[b, t])))
    mean = lambda x: round(float(np.mean(x)), 3)  # noqa: E731
    return {
        "asked": len(exact), "sentiment: same of seven answers": mean(exact), "sentiment: right side": mean(signs), "labels: F of families, cues first": sets_f(planned), "labels: F of families, without": sets_f(free),
        "expression: F of action units": sets_f(units), "cause: right utterance where there is one": mean(hit), "cause: says none where there is none": mean(silent_right), "causes asked": len(hit),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--calibrate", type=Path)
    parser.add_argument("--variant", default="int8")
    parser.add_argument("--episodes", type=int, default=256)
    parser.add_argument("--traces", type=Path)
    options = parser.parse_args()
    loaded = Pack(options.pack, options.variant)
    if options.calibrate:
        options.calibrate.write_text(json.dumps(calibrate(loaded, options.episodes)))
    if options.report:
        report = measure(loaded, options.episodes)
        if options.traces:
            report["clips"] = clips(loaded, options.traces)
        options.report.write_text(json.dumps(report, indent=1) + "\n")
        print(json.dumps({k: v for k, v in report.items() if k != "clips"}))
