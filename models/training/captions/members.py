"""The two kinds of members of the reader's committee: a small convolutional net over word vectors, and hashed word runs."""
import zlib

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from torch import nn
from torch.nn import functional as F

import situations
from augment import vary
from corpus import Said
from words import bases, split

PAD, UNKNOWN = 0, 1
BUCKETS = 1 << 15
CLASSES = 3


class Vocabulary:
    def __init__(self, words: list[str]):
        self.words = words
        self.at = {word: i + 2 for i, word in enumerate(words)}

    def ids(self, tokens: list[str]) -> list[int]:
        return [self._id(token) for token in tokens] or [UNKNOWN]

    def _id(self, word: str) -> int:
        if word in self.at:
            return self.at[word]
        return next((self.at[base] for base in bases(word) if base in self.at), UNKNOWN)


class Net(nn.Module):
    """Words -> vectors -> two convolutions (the second dilated) -> most and mean -> classes."""

    def __init__(self, known: np.ndarray, width: int, hidden: int, drop: float):
        super().__init__()
        self.register_buffer("known", torch.tensor(known))
        self.project = nn.Linear(known.shape[1], width, bias=False)
        self.own = nn.Embedding(len(known), width, padding_idx=PAD)
        nn.init.normal_(self.own.weight, std=0.05)
        self.drop = nn.Dropout(drop)
        self.near = nn.Conv1d(width, hidden, 3, padding=1)
        self.far = nn.Conv1d(hidden, hidden, 3, padding=2, dilation=2)
        self.mix = nn.Linear(2 * hidden, 48)
        self.out = nn.Linear(48, CLASSES)

    def table(self) -> torch.Tensor:
        weight = self.own.weight.clone()
        weight[PAD] = 0
        return self.project(self.known) + weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        mask = (ids != PAD).float()[:, :, None]
        x = self.drop((self.project(self.known[ids]) + self.own(ids)) * mask)
        h = F.relu(self.near(x.transpose(1, 2))).transpose(1, 2) * mask
        h = h + F.relu(self.far(self.drop(h).transpose(1, 2))).transpose(1, 2)
        most = (h * mask - 1e4 * (1 - mask)).max(1)[0]
        mean = (h * mask).sum(1) / mask.sum(1).clamp(min=1).sqrt()
        return self.out(self.drop(F.relu(self.mix(torch.cat([most, mean], 1)))))


def made_up(rng: np.random.Generator, count: int) -> list[Said]:
    out: list[Said] = []
    while len(out) < count:
        text, sign = situations.make(rng)
        tokens = split(text)
        if tokens:
            out.append((tokens, sign))
    return out


def train_net(vocabulary: Vocabulary, known: np.ndarray, said: list[Said], seed: int, epochs: int, made: int, width=40, hidden=72) -> Net:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net(known, width, hidden, 0.35)
    rest = [p for name, p in net.named_parameters() if name != "own.weight"]
    rate, batch = 2.5e-3, 64
    optimizer = torch.optim.AdamW([{"params": [net.own.weight], "weight_decay": 0.2}, {"params": rest, "weight_decay": 0.02}], lr=rate)
    steps = epochs * -(-(len(said) + made) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    for _ in range(epochs):
        net.train()
        data = said + made_up(rng, made)
        order = rng.permutation(len(data))
        for start in range(0, len(order), batch):
            some = [data[i] for i in order[start : start + batch]]
            ids = [_forget(vocabulary.ids(_varied(tokens, sign, said, rng)), rng) for tokens, sign in some]
            loss = F.cross_entropy(net(_padded(ids)), torch.tensor([sign for _, sign in some]), label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.eval()


def _varied(tokens: list[str], sign: int, said: list[Said], rng: np.random.Generator) -> list[str]:
    """Sometimes with something else said before or after that does not change the sign."""
    out = vary(tokens, sign, rng)
    if rng.random() < 0.1:
        other, same = said[rng.integers(len(said))]
        if same in (sign, 0) and len(other) < 12:
            out = out + [","] + other if rng.random() < 0.5 else other + [","] + out
    return out


def _forget(ids: list[int], rng: np.random.Generator) -> list[int]:
    return [UNKNOWN if rng.random() < 0.05 else i for i in ids]


def _padded(ids: list[list[int]]) -> torch.Tensor:
    out = torch.zeros(len(ids), max(4, *map(len, ids)), dtype=torch.long)
    for row, some in enumerate(ids):
        out[row, : len(some)] = torch.tensor(some)
    return out


@torch.no_grad()
def net_scores(net: Net, vocabulary: Vocabulary, said: list[Said]) -> np.ndarray:
    """Log-probabilities [lines, classes]."""
    return np.concatenate([F.log_softmax(net(_padded([vocabulary.ids(t) for t, _ in said[i : i + 256]])), 1).numpy() for i in range(0, len(said), 256)])


def runs(tokens: list[str]) -> list[tuple[int, float]]:
    """Buckets of the runs of one to three words, and of pairs around a word; with what each counts."""
    at = ["^", *(t for t in tokens if t != ","), "$"]
    found = [(" ".join(at[i : i + n]), 1.0) for n in (1, 2, 3) for i in range(len(at) - n + 1)]
    found += [(f"{at[i]} _ {at[i + 2]}", 0.7) for i in range(1, len(at) - 3)]
    return [(zlib.crc32(run.encode()) % BUCKETS, weight) for run, weight in found]


def train_runs(said: list[Said], made: list[Said], made_counts: float, decay: float) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression; -> weights [BUCKETS, classes], bias."""
    data = said + made
    x, y = _matrix(data), np.array([sign for _, sign in data])
    counts = np.r_[np.ones(len(said)), np.full(len(made), made_counts)]
    counts /= counts.sum()
    transposed, rows = x.T.tocsr(), np.arange(len(y))

    def loss(flat: np.ndarray):
        w, b = flat[:-CLASSES].reshape(-1, CLASSES), flat[-CLASSES:]
        p = _softmax(x @ w + b)
        value = -(counts * np.log(p[rows, y] + 1e-12)).sum() + decay * (w**2).sum() / 2
        p[rows, y] -= 1
        p *= counts[:, None]
        return value, np.r_[(transposed @ p + decay * w).ravel(), p.sum(0)]

    best = minimize(loss, np.zeros((BUCKETS + 1) * CLASSES), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
    return best[:-CLASSES].reshape(-1, CLASSES), best[-CLASSES:]


def runs_scores(weights: np.ndarray, bias: np.ndarray, said: list[Said]) -> np.ndarray:
    return np.log(_softmax(_matrix(said) @ weights + bias) + 1e-12)


def _matrix(said: list[Said]) -> csr_matrix:
    found = [(row, bucket, weight) for row, (tokens, _) in enumerate(said) for bucket, weight in runs(tokens)]
    row, bucket, weight = (np.array(part) for part in zip(*found))
    return csr_matrix((weight, (row, bucket)), (len(said), BUCKETS))


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)
