"""The pack in onnxruntime, hop by hop: a reference of what the TypeScript runtime does, for checks and evaluation."""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

FORBIDDEN, FORCED, NAMED, UNSURE_SD = -1e9, 1e4, 5e3, 0.35
TELLS = (1, 0.55, 0.6)  # how much face, voice and captions can tell (as training/truth.py and pipeline/describe/abstention.ts)


@dataclass
class Description:
    hop: int
    text: str
    cues: list[int]
    tokens: list[int]


class Pack:
    """A loaded pack; `variant` by name."""

    def __init__(self, folder: Path, variant: str = "int8", threads: int = 1):
        self.spec = json.loads((folder / "pack.json").read_text())
        graphs = next(v for v in self.spec["variants"] if v["name"] == variant)["graphs"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.hop, self.speak, self.step = (ort.InferenceSession(str(folder / graphs[g]), options, providers=["CPUExecutionProvider"]) for g in ("hop", "speak", "step"))
        self.tokenizer = Tokenizer.from_file(str(folder / self.spec["tokenizer"]))
        self.names = [o.name for o in self.hop.get_outputs()]
        self.cache = [s["name"] for s in self.spec["state"] if s["name"][0] in "kv" and s["name"][1:].isdigit()]
        blob = (folder / "state.bin").read_bytes()
        self.initial = {}
        for s in self.spec["state"]:
            size = int(np.prod(s["shape"]))
            at = s.get("initial", {}).get("offset")
            self.initial[s["name"]] = (np.zeros(size, np.float32) if at is None else np.frombuffer(blob, np.float32, size, at)).reshape(s["shape"])

    def begin(self, batch: int) -> dict[str, np.ndarray]:
        return {n: np.repeat(x[None], batch, 0) for n, x in self.initial.items()}

    def feel(self, face, voice, caption, said, count, state) -> tuple[dict, dict]:
        """One hop for everybody -> heads, next state."""
        out = dict(zip(self.names, self.hop.run(None, dict(face=face, voice=voice, caption=caption, said=said, count=count, **state))))
        return out, {n: out.pop(f"next_{n}") for n in state}

    def say(self, state, count, said, heads, weak=None, task: str = "describe", chunk: int = 8, plan: bool | None = None) -> list[list[int]]:
        """Token rows of an answer for everybody: `heads` as the hop gave them, `weak` [B] who cannot be told of."""
        spec, batch, cues = self.spec, len(count), heads["cues"]
        eos, first = spec["tokens"]["eos"], spec["tokens"]["firstCue"]
        weak = np.zeros(batch, bool) if weak is None or task == "expression" else weak
        plan = task in spec["planned"] if plan is None else plan
        bias = np.zeros((batch, spec["vocabulary"]), np.float32)
        every = spec["thresholds"].get("every", {}).get(task)
        low = cues < np.array(every or spec["thresholds"]["cue"], np.float32)
        bias[:, first : first + cues.shape[1]] = np.where(low, FORBIDDEN, NAMED if every else 0)
        bias[:, spec["tokens"]["plan"]] = np.where(~weak & plan, FORCED, FORBIDDEN)
        bias[:, spec["tokens"]["unsure"]] = np.where(weak, FORCED, FORBIDDEN)
        for b in range(batch if every is None else 0):
            bias[b, self.denied(said[b], heads["vad"][b], heads["vad_sd"][b], cues[b], heads["labels"][b])] = FORBIDDEN
        branch = self.empty_branch(batch)
        token, position, rows = np.full(batch, spec["tasks"][task]), 1, [[] for _ in range(batch)]
        fixed = {n: state[n] for n in self.cache}
        while position < spec["maxTokens"]:
            most = min(chunk, spec["maxTokens"] - position)
            tokens, bias, *caches = self.speak.run(None, dict(count=count, said=said, token=token, position=np.array(position), bias=bias, max_tokens=np.array(most), **fixed, **branch))
            branch = dict(zip(branch, caches))
            for row, new in zip(rows, tokens):
                row.extend(int(t) for t in new)
            token, position = tokens[:, -1], position + tokens.shape[1]
            if (token == eos).all():
                break
        return [r[: r.index(eos)] if eos in r else r for r in rows]

    def empty_branch(self, batch: int) -> dict[str, np.ndarray]:
        """The caches of branches on which nothing was said yet."""
        return {b["name"]: np.zeros((batch, b["shape"][0], 0, b["shape"][1]), np.float32) for b in self.spec["branch"]}

    def denied(self, said, vad, sd, cues, labels) -> list[int]:
        """Tokens of claims that the numbers deny (as models/runtime/claims.ts)."""
        moved = {
            "valence": vad[0] - said[1], "valenceDistance": abs(vad[0] - said[1]), "arousal": vad[1] - said[2],
            "intensity": np.hypot(*vad[:2]) - np.hypot(said[1], said[2]),
        }

        def holds(condition: dict) -> bool:
            if "cue" in condition:
                return cues[condition["cue"]] >= self.spec["thresholds"]["cue"][condition["cue"]]
            if "label" in condition:
                return labels[condition["label"]] >= condition["from"]
            return said[0] > 0 and sd[0] < UNSURE_SD and condition.get("from", -9) <= moved[condition["of"]] <= condition.get("to", 9)

        return [t for claim in self.spec["claims"] if not any(holds(c) for c in claim["when"]) for t in claim["tokens"]]

    def weak(self, reliability) -> np.ndarray:
        """[B] whether too little of a person is perceived to speak of them."""
        return 1 - np.prod(1 - reliability * np.array(TELLS), -1) < self.spec["thresholds"]["abstain"]

    def read(self, tokens: list[int]) -> tuple[str, list[int]]:
        """Text and cue indices of a token row."""
        t = self.spec["tokens"]
        first, last = t["firstCue"], t["firstCue"] + len(self.spec["cues"])
        cues = [x - first for x in tokens if first <= x < last]
        return self.tokenizer.decode([x for x in tokens if x >= last]).strip(), cues


class Listener:
    """Follows a batch of people over their hops as the runtime does: heads, gate, descriptions."""

    def __init__(self, pack: Pack, batch: int):
        self.pack, self.batch = pack, batch
        self.state, self.hops = pack.begin(batch), 0
        self.said, self.since = np.zeros((batch, pack.spec["saidSize"]), np.float32), np.zeros(batch, int)

    def push(self, face, voice, caption, speak=None) -> tuple[dict, list[Description | None]]:
        """`speak` [B] overrides the gate (teacher forcing)."""
        said = self.said.copy()
        said[:, 4] = np.where(said[:, 0] > 0, np.minimum(self.since, 20) / 20, 0)
        count = np.full(self.batch, self.hops)
        heads, self.state = self.pack.feel(face, voice, caption, said, count, self.state)
        gate = 1 - heads["p_silent"] >= self.pack.spec["thresholds"]["speak"] if speak is None else np.asarray(speak, bool)
        out: list[Description | None] = [None] * self.batch
        self.since += 1
        rows = np.flatnonzero(gate)
        if len(rows):
            state = {n: self.state[n][rows] for n in self.pack.cache}
            told = self.pack.say(state, count[rows] + 1, said[rows], {n: x[rows] for n, x in heads.items()}, self.pack.weak(heads["reliability"][rows]))
            for b, tokens in zip(rows, told):
                text, cues = self.pack.read(tokens)
                out[b] = Description(self.hops, text, cues, tokens)
            self.said[rows, 0], self.said[rows, 1:4], self.since[rows] = 1, heads["vad"][rows], 1
        self.hops += 1
        return heads, out

    def ask(self, heads: dict, task: str, plan: bool | None = None) -> list[tuple[str, list[int]]]:
        """The answer to a task for everybody after the hop last pushed: text, cues named first."""
        told = self.pack.say({n: self.state[n] for n in self.pack.cache}, np.full(self.batch, self.hops), self.said, heads, self.pack.weak(heads["reliability"]), task, plan=plan)
        return [self.pack.read(tokens) for tokens in told]
