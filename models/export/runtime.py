"""The pack in onnxruntime, hop by hop: a reference of what the TypeScript runtime does, for checks and evaluation."""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

FORBIDDEN, FORCED = -1e9, 1e4


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

    def say(self, state, count, said, cues, chunk: int = 8, plan: bool = True) -> list[list[int]]:
        """Token rows of a description for everybody. cues [B,NC]: what the cue head gives now."""
        spec, batch = self.spec, len(count)
        eos, first = spec["tokens"]["eos"], spec["tokens"]["firstCue"]
        bias = np.zeros((batch, spec["vocabulary"]), np.float32)
        low = cues < np.array(spec["thresholds"]["cue"], np.float32)
        bias[:, first : first + cues.shape[1]][low] = FORBIDDEN
        bias[:, spec["tokens"]["plan"]] = FORCED if plan else FORBIDDEN
        bias[:, eos] = 0 if plan else FORBIDDEN
        branch = {b["name"]: np.zeros((batch, b["shape"][0], 0, b["shape"][1]), np.float32) for b in spec["branch"]}
        token, position, rows = np.full(batch, spec["tasks"]["describe"]), 1, [[] for _ in range(batch)]
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
            if not plan:
                bias[:, eos] = 0
        return [r[: r.index(eos)] if eos in r else r for r in rows]

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
            told = self.pack.say(state, count[rows] + 1, said[rows], heads["cues"][rows])
            for b, tokens in zip(rows, told):
                text, cues = self.pack.read(tokens)
                out[b] = Description(self.hops, text, cues, tokens)
            self.said[rows, 0], self.said[rows, 1:4], self.since[rows] = 1, heads["vad"][rows], 1
        self.hops += 1
        return heads, out
