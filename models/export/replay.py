"""Runs a pack over a trace of measured face rows (JSON: fps, timesMs, rows): what the pack makes of a real clip.

    python replay.py PACK TRACE...
"""
import json
import sys
from pathlib import Path

import numpy as np

from runtime import Listener, Pack


def hops_of(trace: dict, frames: int, hop_ms: float, width: int) -> np.ndarray:
    """Rows into slots of the hop grid, [N, frames, width]; a slot without a row stays invalid."""
    times = np.array(trace["timesMs"]) - trace["timesMs"][0]
    slot = np.floor((times + 1) / (hop_ms / frames)).astype(int)
    hops = int(slot.max() // frames + 1)
    out = np.zeros((hops * frames, width), np.float32)
    out[slot] = np.array(trace["rows"], np.float32)
    return out.reshape(hops, frames, width)


def replay(pack: Pack, trace: dict, repeat: int = 1, voice_valid: bool = False) -> list[tuple[dict, str | None, list[int]]]:
    layout = json.loads((Path(__file__).parent.parent / "features.json").read_text())
    face = hops_of(trace, layout["face"]["framesPerHop"], layout["hopMs"], len(layout["face"]["features"]))
    listener, out = Listener(pack, 1), []
    voice = np.zeros((1, layout["voice"]["segmentsPerHop"], len(layout["voice"]["features"])), np.float32)
    if voice_valid:
        names = layout["voice"]["features"]
        voice[..., names.index("valid")] = voice[..., names.index("quality")] = voice[..., names.index("pause")] = 1
    caption = np.zeros((1, layout["caption"]["rowsPerHop"], len(layout["caption"]["features"])), np.float32)
    for hop in list(face) * repeat:
        heads, told = listener.push(hop[None], voice, caption)
        out.append(({n: x[0] for n, x in heads.items()}, told[0].text if told[0] else None, told[0].cues if told[0] else []))
    return out


if __name__ == "__main__":
    loaded = Pack(Path(sys.argv[1]))
    terms = [label["term"] for label in loaded.spec["labels"]]
    for path in sys.argv[2:]:
        print(f"== {path}")
        for t, (heads, text, cues) in enumerate(replay(loaded, json.loads(Path(path).read_text()), voice_valid=True)):
            top = np.argsort(-heads["labels"])[:3]
            shown = [f"{loaded.spec['cues'][i]['name']}:{heads['cues'][i]:.2f}" for i in np.argsort(-heads["cues"])[:4]]
            print(f"{(t + 1) / 2:5.1f}s V{heads['vad'][0]:+.2f} A{heads['vad'][1]:+.2f} D{heads['vad'][2]:+.2f} sd {heads['vad_sd'][0]:.2f} conf {heads['confidence']:.2f} ps {heads['p_silent']:.2f} | {', '.join(terms[i] for i in top)} | {' '.join(shown)}" + (f"\n        >> {text}" if text else ""))
