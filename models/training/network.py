"""affect-nano: streaming encoders, pre-fusion over a rolling memory, a small causal language model, heads.

Everything here runs both ways with the same code: over a whole episode (training) and over one hop with explicit
fixed-shape state (the exported graphs). Shapes: B people, N hops, d width of the language model.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from features import CAPTION, CAPTIONS, FACE, FRAMES, PERSPECTIVES, SEGMENTS, VOICE

MASKED = -1e4
SLOPES = (0.0, 0.0, 0.02, 0.05, 0.12, 0.3, 0.7, 1.5)  # one per head: how fast a hop key fades with its age in hops
TOKENS_PER_HOP = 2
SAID = 8
NUMBERS = 8  # utterances are numbered modulo this


@dataclass(frozen=True)
class Size:
    """Widths and depths; the defaults are what the pack ships."""

    vocabulary: int
    labels: int
    cues: int
    d: int = 256
    layers: int = 6
    heads: int = 8
    kv_heads: int = 2
    head: int = 32
    hidden: int = 704
    encoder: int = 96
    modality: int = 128
    shown: int = 64
    cross: int = 256
    memory: int = 8
    window: int = 64
    rope: float = 1000.0

    @property
    def slots(self) -> int:
        """Cache slots: the sink, then the window's tokens, newest last."""
        return 1 + TOKENS_PER_HOP * self.window


def rms(x: Tensor, weight: Tensor) -> Tensor:
    return fn.rms_norm(x, x.shape[-1:], weight.to(x.dtype), 1e-6)


class CausalBlock(nn.Module):
    """x + W2 silu(W1 depthwise(rms x)). State: the last (k-1)*dilation normed frames."""

    def __init__(self, width: int, dilation: int, kernel: int = 4):
        super().__init__()
        self.kernel, self.dilation = kernel, dilation
        self.context = (kernel - 1) * dilation
        self.norm = nn.Parameter(torch.ones(width))
        self.taps = nn.Parameter(torch.randn(kernel, width) * 0.3)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width, bias=False)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        y, steps = rms(x, self.norm), x.shape[1]
        z = torch.cat([state.to(y.dtype), y], 1)
        c = sum(z[:, i * self.dilation : i * self.dilation + steps] * self.taps[i] for i in range(self.kernel))
        return x + self.down(fn.silu(self.up(c))), z[:, -self.context :]


class Encoder(nn.Module):
    """Rows at a fixed rate to one vector a hop. A row that is not valid is a learned vector, never zeros as a value."""

    def __init__(self, spans: list[tuple[int, int]], valid: int, per_hop: int, width: int, out: int, dilations: tuple[int, ...]):
        super().__init__()
        self.spans, self.valid, self.per_hop, self.width = spans, valid, per_hop, width
        self.register_buffer("scale", torch.ones(spans[-1][1]))  # 1 / spread of each feature: small ones are no less telling
        tail = spans[-1]  # how far to trust the row: given to every perspective
        extra = tail[1] - tail[0] if len(spans) > 1 else 0
        self.views = nn.ModuleList(nn.Linear(b - a + (extra if (a, b) != tail else 0), width) for a, b in spans)
        self.mix = nn.Linear(len(spans) * width, width)
        self.missing = nn.Parameter(torch.randn(width) * 0.3)
        self.blocks = nn.ModuleList(CausalBlock(width, dilation) for dilation in dilations)
        self.out = nn.Linear(per_hop * width, out)

    def states(self) -> list[tuple[int, int]]:
        return [(block.context, self.width) for block in self.blocks]

    def forward(self, x: Tensor, state: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        """x [B, N, per_hop, features] -> vector [B, N, out], present [B, N] (share of valid rows), next state."""
        batch, hops = x.shape[:2]
        rows = x.reshape(batch, hops * self.per_hop, x.shape[-1])
        scaled, tail = rows * self.scale.to(rows.dtype), self.spans[-1]
        parts = []
        for (a, b), view in zip(self.spans, self.views):
            part = scaled[..., a:b]
            if (a, b) != tail:
                part = torch.cat([part, scaled[..., tail[0] : tail[1]]], -1)
            parts.append(fn.silu(view(part)))
        valid = (rows[..., self.valid : self.valid + 1] > 0.5).to(rows.dtype)
        h = self.mix(torch.cat(parts, -1)) * valid + self.missing * (1 - valid)
        states = []
        for block, context in zip(self.blocks, state):
            h, following = block(h, context)
            states.append(following)
        vector = self.out(fn.silu(h).reshape(batch, hops, self.per_hop * self.width))
        return vector, valid.reshape(batch, hops, self.per_hop).mean(-1), states


class Shown(nn.Module):
    """What the senses measured lately, each feature's mean where it counts, past all mixing: what evidence rests on.

    Face: valid rows of two hops; voice: active and voiced segments of three; one's own captions of two. State: the sums
    of the hops before.
    """

    def __init__(self, width: int):
        super().__init__()
        self.read = nn.ModuleList(nn.Linear(n, width) for n in (len(FACE), 2 * len(VOICE), 2 * len(CAPTION)))

    @staticmethod
    def state_shapes() -> dict[str, tuple[int, ...]]:
        return {"face_sum": (1, len(FACE) + 1), "voice_sum": (2, 2 * len(VOICE) + 2), "caption_row": (1, len(CAPTION))}

    def forward(self, face: Tensor, voice: Tensor, caption: Tensor, scales: list[Tensor], state: dict[str, Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Rows as `Front.forward`, their features' scales -> [B,N,3,width], mean face rows [B,N,64], next state."""
        following = {}
        seen, following["face_sum"] = lately(state["face_sum"], weighed(face, face[..., FACE.index("valid"), None]))
        active, voiced = ((voice[..., VOICE.index(n), None] > least).to(voice.dtype) for n, least in (("active", 0.3), ("voiced", 0.12)))
        heard, following["voice_sum"] = lately(state["voice_sum"], torch.cat([weighed(voice, active), weighed(voice, voiced)], -1))
        said = torch.cat([state["caption_row"], caption[:, :, 0]], 1)
        following["caption_row"] = said[:, -1:]
        n = len(VOICE)
        parts = (mean(seen), torch.cat([mean(heard[..., : n + 1]), mean(heard[..., n + 1 :])], -1), torch.cat([said[:, 1:], said[:, :-1]], -1))
        scaled = (x * scale.repeat(x.shape[-1] // len(scale)) for x, scale in zip(parts, scales))
        return torch.stack([fn.silu(read(x)) for read, x in zip(self.read, scaled)], 2), parts[0], following


def weighed(rows: Tensor, weight: Tensor) -> Tensor:
    """Sum over a hop's rows, and the sum of their weights. [B,N,rows,n] -> [B,N,n+1]."""
    return torch.cat([(rows * weight).sum(2), weight.sum(2)], -1)


def lately(before: Tensor, now: Tensor) -> tuple[Tensor, Tensor]:
    """Running sum of [B,N,n] over this hop and the ones of `before` [B,M,n], next `before`."""
    depth, hops = before.shape[1], now.shape[1]
    everything = torch.cat([before, now], 1)
    return sum(everything[:, i : i + hops] for i in range(depth + 1)), everything[:, -depth:]


def mean(sums: Tensor) -> Tensor:
    return sums[..., :-1] / sums[..., -1:].clamp(min=1)


class PreFusion(nn.Module):
    """Queries of this hop attend over the last hops' vectors of every modality, a gate adds the present ones.

    After AffectGPT's attention pre-fusion, with a rolling memory; modalities that are not there are masked out of the
    attention and of the gate, and a learned null key keeps the softmax defined when nothing is there at all.
    """

    def __init__(self, size: Size, heads: int = 4):
        super().__init__()
        m = size.modality
        self.size, self.heads = size, heads
        self.norm = nn.Parameter(torch.ones(m))
        self.kind = nn.Parameter(torch.randn(3, m) * 0.1)
        self.absent = nn.Parameter(torch.randn(3, m) * 0.1)
        self.query = nn.Linear(3 * m + 3, TOKENS_PER_HOP * m)
        self.key, self.value = nn.Linear(m, m, bias=False), nn.Linear(m, m, bias=False)
        self.null_key, self.null_value = nn.Parameter(torch.randn(m) * 0.1), nn.Parameter(torch.zeros(m))
        self.age = nn.Parameter(-0.15 * torch.arange(size.memory).flip(0).float().repeat(heads, 1))
        self.gate = nn.Linear(3 * m + 3, TOKENS_PER_HOP * 3)
        self.out = nn.Linear(2 * m, size.d)
        self.place = nn.Parameter(torch.randn(TOKENS_PER_HOP, size.d) * 0.3)
        # What modalities mean together (a smile over bleak words): products, which neither attention nor gate can make.
        self.cross = nn.Linear(3 * m + 3 + TOKENS_PER_HOP * m + 3 * size.shown, 2 * size.cross)
        self.crossed = nn.Linear(size.cross, TOKENS_PER_HOP * size.d, bias=False)
        nn.init.zeros_(self.crossed.weight)

    def forward(self, now: Tensor, present: Tensor, memory: Tensor, was: Tensor, shown: Tensor):
        """now [B,N,3,m], present [B,N,3], memory [B,M-1,3,m], was [B,M-1,3], shown [B,N,3,w] -> tokens [B,N,n,d], next memory, next was."""
        batch, hops, _, m = now.shape
        depth, heads = self.size.memory, self.heads
        here = (present > 0).to(now.dtype)[..., None]
        current = (rms(now, self.norm) + self.kind) * here + self.absent * (1 - here)
        everything = torch.cat([memory.to(current.dtype), current], 1)
        seen = torch.cat([was, present], 1)
        summary = torch.cat([current.flatten(2), present.to(current.dtype)], -1)
        q = self.query(summary).reshape(batch, hops, TOKENS_PER_HOP, heads, m // heads).transpose(2, 3)
        key, value, mask = self.windows(self.key(everything), hops), self.windows(self.value(everything), hops), self.windows(seen[..., None], hops)
        key = torch.cat([key, self.null_key.expand(batch, hops, 1, m).to(key.dtype)], 2)
        value = torch.cat([value, self.null_value.expand(batch, hops, 1, m).to(value.dtype)], 2)
        slots = depth * 3 + 1
        key = key.reshape(batch, hops, slots, heads, m // heads).permute(0, 1, 3, 4, 2)
        value = value.reshape(batch, hops, slots, heads, m // heads).transpose(2, 3)
        bias = (mask[..., 0] <= 0).float() * MASKED
        bias = bias[:, :, None, None] + self.age[:, :, None].expand(heads, depth, 3).reshape(heads, 1, depth * 3)
        bias = torch.cat([bias, bias.new_zeros(batch, hops, heads, 1, 1)], -1)
        weights = torch.softmax((q @ key).float() / math.sqrt(m // heads) + bias, -1).to(value.dtype)
        read = (weights @ value).transpose(2, 3).reshape(batch, hops, TOKENS_PER_HOP, m)
        gate = torch.sigmoid(self.gate(summary)).reshape(batch, hops, TOKENS_PER_HOP, 3) * here[..., 0][:, :, None]
        tokens = self.out(torch.cat([read, gate @ current.to(gate.dtype)], -1)) + self.place
        a, b = self.cross(torch.cat([summary, read.flatten(2).to(summary.dtype), shown.flatten(2).to(summary.dtype)], -1)).chunk(2, -1)
        tokens = tokens + self.crossed(fn.silu(a) * b).reshape(batch, hops, TOKENS_PER_HOP, -1)
        return tokens, everything[:, -(depth - 1) :], seen[:, -(depth - 1) :]

    def windows(self, x: Tensor, hops: int) -> Tensor:
        """[B, M-1+N, 3, c] -> the last M entries of every hop, [B, N, 3M, c], oldest first."""
        depth = self.size.memory
        if hops == 1:
            return x.reshape(x.shape[0], 1, depth * 3, x.shape[-1])
        return x.unfold(1, depth, 1).permute(0, 1, 4, 2, 3).reshape(x.shape[0], hops, depth * 3, x.shape[-1])


class Front(nn.Module):
    """Three streaming encoders and the pre-fusion."""

    def __init__(self, size: Size):
        super().__init__()
        self.size = size
        width, m = size.encoder, size.modality
        self.face = Encoder(list(PERSPECTIVES.values()), FACE.index("valid"), FRAMES, width, m, (1, 3))
        self.voice = Encoder([(0, len(VOICE))], VOICE.index("valid"), SEGMENTS, width, m, (1, 4))
        self.caption = Encoder([(0, len(CAPTION))], CAPTION.index("valid"), CAPTIONS, 64, m, (2, 6))
        self.shown = Shown(size.shown)
        self.fusion = PreFusion(size)

    def state_shapes(self) -> dict[str, tuple[int, ...]]:
        shapes = {}
        for name in ("face", "voice", "caption"):
            for i, shape in enumerate(getattr(self, name).states()):
                shapes[f"{name}{i}"] = shape
        shapes.update(self.shown.state_shapes())
        shapes["memory"] = (self.size.memory - 1, 3, self.size.modality)
        shapes["present"] = (self.size.memory - 1, 3)
        return shapes

    def standardise(self, face: Tensor, voice: Tensor, caption: Tensor) -> None:
        """Sets the scale of every feature from rows like those to come: a radian counts for no less than a share."""
        for name, x in (("face", face), ("voice", voice), ("caption", caption)):
            encoder = getattr(self, name)
            rows = x.reshape(-1, x.shape[-1])
            spread = rows[rows[:, encoder.valid] > 0.5].std(0)
            encoder.scale.copy_(torch.where(spread > 1e-3, 1 / spread.clamp(0.1, 3), 1.0))

    def empty(self, batch: int) -> dict[str, Tensor]:
        device = self.fusion.kind.device
        return {name: torch.zeros(batch, *shape, device=device) for name, shape in self.state_shapes().items()}

    def forward(self, face: Tensor, voice: Tensor, caption: Tensor, state: dict[str, Tensor]):
        """face [B,N,3,64], voice [B,N,5,32], caption [B,N,2,20] -> tokens [B,N,n,d], shown [B,N,3,w], mean face rows [B,N,64], next state."""
        following: dict[str, Tensor] = {}
        vectors, present = [], []
        for name, x in (("face", face), ("voice", voice), ("caption", caption)):
            encoder = getattr(self, name)
            context = [state[f"{name}{i}"] for i in range(len(encoder.blocks))]
            vector, there, states = encoder(x, context)
            vectors.append(vector)
            present.append(there)
            following.update({f"{name}{i}": s for i, s in enumerate(states)})
        shown, seen, measured = self.shown(face, voice, caption, [self.face.scale, self.voice.scale, self.caption.scale], state)
        tokens, following["memory"], following["present"] = self.fusion(
            torch.stack(vectors, 2), torch.stack(present, 2), state["memory"], state["present"], shown
        )
        return tokens, shown, seen, following | measured


class Layer(nn.Module):
    """A pre-norm transformer layer with grouped key-value heads and SwiGLU."""

    def __init__(self, size: Size):
        super().__init__()
        self.size = size
        inner, kv = size.heads * size.head, size.kv_heads * size.head
        self.norm1, self.norm2 = nn.Parameter(torch.ones(size.d)), nn.Parameter(torch.ones(size.d))
        self.qkv = nn.Linear(size.d, inner + 2 * kv, bias=False)
        self.out = nn.Linear(inner, size.d, bias=False)
        self.gate_up = nn.Linear(size.d, 2 * size.hidden, bias=False)
        self.down = nn.Linear(size.hidden, size.d, bias=False)

    def project(self, x: Tensor, turn) -> tuple[Tensor, Tensor, Tensor]:
        """x [B,S,d] -> q [B,H,S,h], k and v [B,KV,S,h]; q and k rotated where `turn` says so."""
        s, (batch, steps, _) = self.size, x.shape
        q, k, v = self.qkv(rms(x, self.norm1)).split([s.heads * s.head, s.kv_heads * s.head, s.kv_heads * s.head], -1)
        q = q.reshape(batch, steps, s.heads, s.head).transpose(1, 2)
        k = k.reshape(batch, steps, s.kv_heads, s.head).transpose(1, 2)
        v = v.reshape(batch, steps, s.kv_heads, s.head).transpose(1, 2)
        return rotate(q, turn), rotate(k, turn), v

    def finish(self, x: Tensor, read: Tensor) -> Tensor:
        """Residual, then the feed-forward. read [B,H,S,h]."""
        x = x + self.out(read.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))
        gate, up = self.gate_up(rms(x, self.norm2)).chunk(2, -1)
        return x + self.down(fn.silu(gate) * up)


def rotate(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = turn
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def scores(q: Tensor, k: Tensor) -> Tensor:
    """q [B,H,S,h], k [B,KV,P,h] -> [B,H,S,P] without copying the shared keys."""
    batch, heads, steps, head = q.shape
    groups = k.shape[1]
    grouped = q.reshape(batch, groups, heads // groups * steps, head)
    return (grouped @ k.transpose(-1, -2)).reshape(batch, heads, steps, k.shape[2]) * (head**-0.5)


def read_values(weights: Tensor, v: Tensor) -> Tensor:
    batch, heads, steps, keys = weights.shape
    groups = v.shape[1]
    grouped = weights.reshape(batch, groups, heads // groups * steps, keys)
    return (grouped @ v).reshape(batch, heads, steps, v.shape[-1])


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """[B,H,S,h] read by q from k, v [B,KV,P,h] under bias, broadcastable to [B,H,S,P]."""
    return read_values(torch.softmax(scores(q, k).float() + bias, -1).to(v.dtype), v)


class AffectNano(nn.Module):
    """The whole model. A sequence is [sink | 2 tokens a hop] and, on branches, BOS(task, said) [PLAN tags SEP] words EOS."""

    def __init__(self, size: Size):
        super().__init__()
        self.size = size
        self.front = Front(size)
        self.embed = nn.Embedding(size.vocabulary, size.d)
        self.sink = nn.Parameter(torch.randn(size.d) * 0.3)
        self.said = nn.Linear(SAID, size.d, bias=False)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.norm = nn.Parameter(torch.ones(size.d))
        self.heads = nn.ModuleDict(
            {"vad": nn.Linear(size.d, 6), "labels": nn.Linear(size.d, size.labels), "cues": nn.Linear(size.d, 2 * size.cues), "scalars": nn.Linear(size.d, 5)}
        )
        self.evidence = nn.Linear(3 * size.shown, size.cues)
        # Speaks or not: what shows now against what was said last. The prefix itself never knows what was said.
        self.gate_now, self.gate_said = nn.Linear(size.d, 48), nn.Linear(SAID + 16, 48)
        self.gate = nn.Linear(48, 1)
        # Which utterance the latest change came from, at every hop: only to teach the memory what the task <cause> asks for.
        self.cause = nn.Linear(size.d, NUMBERS + 1)
        self.register_buffer("slopes", torch.tensor(SLOPES), persistent=False)
        self.reset()

    def reset(self) -> None:
        nn.init.normal_(self.embed.weight, std=0.04)
        nn.init.zeros_(self.said.weight)
        nn.init.zeros_(self.evidence.weight)
        for layer in self.layers:
            for w in (layer.qkv, layer.gate_up):
                nn.init.normal_(w.weight, std=0.05)
            for w in (layer.out, layer.down):
                nn.init.normal_(w.weight, std=0.05 / math.sqrt(2 * self.size.layers))

    def turn(self, position: Tensor) -> tuple[Tensor, Tensor]:
        """Rotation for positions [..., S] -> cos, sin [..., S, h/2]."""
        head = self.size.head
        rate = self.size.rope ** (-torch.arange(0, head, 2, device=position.device).float() / head)
        angle = position[..., None].float() * rate
        return angle.cos(), angle.sin()

    def begin(self, task: Tensor, said: Tensor) -> Tensor:
        return self.embed(task) + self.said(said)

    def judge(self, hidden: Tensor, shown: Tensor) -> dict[str, Tensor]:
        """Heads over the second token of a hop, [..., d]; a cue is also read off what was shown [..., 3, w]; logits except for vad."""
        mean, spread = self.heads["vad"](hidden).float().chunk(2, -1)
        cue, strength = self.heads["cues"](hidden).float().chunk(2, -1)
        scalars = self.heads["scalars"](hidden).float()
        return {
            "vad": torch.tanh(mean), "vad_sd": 0.03 + fn.softplus(spread - 1.0), "labels": self.heads["labels"](hidden).float(),
            "cues": cue + self.evidence(shown.flatten(-2)).float(), "cue_strength": strength, "reliability": scalars[..., :3], "confidence": scalars[..., 3], "change": scalars[..., 4],
        }

    def speaks(self, hidden: Tensor, told: dict[str, Tensor], said: Tensor) -> Tensor:
        """Logit of having something to say, [...]: hidden [...,d] and heads of the hop, said [...,8]."""
        spoken = said[..., :1]
        apart = (told["vad"] - said[..., 1:4]) * spoken
        far = apart.pow(2).sum(-1, keepdim=True).add(1e-6).sqrt()
        seen = torch.cat([told["vad"], told["vad_sd"], torch.sigmoid(told["reliability"]), torch.sigmoid(told["change"])[..., None], far, far * far, far * said[..., 4:5], spoken * torch.exp(-10 * said[..., 4:5])], -1)
        seen = torch.cat([said, apart.abs()[..., :2], seen], -1).detach()
        return self.gate(fn.silu(self.gate_now(hidden.detach()) + self.gate_said(seen)))[..., 0]

    def watch(self, tokens: Tensor):
        """A whole episode. tokens [B,N,n,d] -> hidden of hops [B,N,d], keys, values per layer."""
        batch, hops = tokens.shape[:2]
        x = torch.cat([self.sink.expand(batch, 1, -1).to(tokens.dtype), tokens.reshape(batch, TOKENS_PER_HOP * hops, -1)], 1)
        bias = episode_bias(hops, self.size.window, self.slopes)
        turn = self.turn(torch.zeros(1, device=x.device))
        keys, values = [], []
        for layer in self.layers:
            q, k, v = layer.project(x, turn)
            keys.append(k)
            values.append(v)
            x = layer.finish(x, attend(q, k, v, bias))
        return rms(x, self.norm)[:, TOKENS_PER_HOP::TOKENS_PER_HOP], keys, values

    def speak(self, ids: Tensor, said: Tensor, row: Tensor, hop: Tensor, keys: list[Tensor], values: list[Tensor]) -> Tensor:
        """Branches of an episode, teacher forced. ids [R,T] (BOS first), said [R,8], row and hop [R] -> hidden [R,T,d]."""
        rows, steps = ids.shape
        x = torch.cat([self.begin(ids[:, :1], said[:, None]), self.embed(ids[:, 1:])], 1)
        device = x.device
        hops = (keys[0].shape[2] - 1) // TOKENS_PER_HOP
        age = hop[:, None, None] - torch.arange(hops, device=device).repeat_interleave(TOKENS_PER_HOP)
        back = torch.where((age >= 0) & (age < self.size.window), -self.slopes[:, None] * age, MASKED)
        back = fn.pad(back, (1, 0))[:, :, None].expand(rows, len(SLOPES), steps, -1)
        future = torch.triu(torch.full((steps, steps), MASKED, device=device), 1).expand(rows, len(SLOPES), steps, steps)
        bias = torch.cat([back, future], -1)
        turn = self.turn(torch.arange(1, steps + 1, device=device))
        for layer, k0, v0 in zip(self.layers, keys, values):
            q, k, v = layer.project(x, turn)
            k0, v0 = k0.index_select(0, row), v0.index_select(0, row)
            x = layer.finish(x, attend(q, torch.cat([k0, k], 2), torch.cat([v0, v], 2), bias))
        return rms(x, self.norm)

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden @ self.embed.weight.t().to(hidden.dtype)


def episode_bias(hops: int, window: int, slopes: Tensor) -> Tensor:
    """[H, S, S] for [sink | 2 tokens a hop]: the band, fading with age; the sink always seen."""
    hop = torch.cat([torch.full((1,), -1, device=slopes.device), torch.arange(hops, device=slopes.device).repeat_interleave(TOKENS_PER_HOP)])
    age, sink = hop[:, None] - hop[None], (hop < 0)[None]
    seen = (age < window) & torch.ones_like(age, dtype=torch.bool).tril() | sink
    fade = -slopes[:, None, None] * age.clamp(min=0).float() * (~sink).float()
    return torch.where(seen, fade, MASKED)
