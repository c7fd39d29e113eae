"""Runs a pack over what the senses measured in a clip (`undertone bench trace`): what the pack makes of it.

    python replay.py PACK TRACE...
"""
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from features import CAPTION, CAPTIONS, LAYOUT  # noqa: E402
from runtime import Listener, Pack  # noqa: E402


def rows_of(path: Path) -> dict[str, np.ndarray]:
    """A trace's rows, [hops, rows, features] per sense; captions are not in it."""
    trace = json.loads(path.read_text())
    if trace["featuresVersion"] != LAYOUT["version"]:
        raise ValueError(f"{path} holds features of version {trace['featuresVersion']}, not {LAYOUT['version']}: measure the clip again")
    shaped = lambda sense, rows: np.array(trace[sense], np.float32).reshape(len(trace[sense]), LAYOUT[sense][rows], -1)  # noqa: E731
    return {"face": shaped("face", "framesPerHop"), "voice": shaped("voice", "segmentsPerHop")}


def replay(pack: Pack, rows: dict[str, np.ndarray]) -> list[tuple[dict, str | None, list[int]]]:
    """-> heads, text and cues of every hop."""
    listener, out = Listener(pack, 1), []
    caption = np.zeros((1, CAPTIONS, len(CAPTION)), np.float32)
    for face, voice in zip(rows["face"], rows["voice"]):
        heads, told = listener.push(face[None], voice[None], caption)
        out.append(({n: x[0] for n, x in heads.items()}, told[0].text if told[0] else None, told[0].cues if told[0] else []))
    return out


if __name__ == "__main__":
    loaded = Pack(Path(sys.argv[1]))
    terms = [label["term"] for label in loaded.spec["labels"]]
    for path in sys.argv[2:]:
        print(f"== {path}")
        for t, (heads, text, cues) in enumerate(replay(loaded, rows_of(Path(path)))):
            top = np.argsort(-heads["labels"])[:3]
            shown = [f"{loaded.spec['cues'][i]['name']}:{heads['cues'][i]:.2f}" for i in np.argsort(-heads["cues"])[:4]]
            print(f"{(t + 1) / 2:5.1f}s V{heads['vad'][0]:+.2f} A{heads['vad'][1]:+.2f} D{heads['vad'][2]:+.2f} sd {heads['vad_sd'][0]:.2f} conf {heads['confidence']:.2f} ps {heads['p_silent']:.2f} | {', '.join(terms[i] for i in top)} | {' '.join(shown)}" + (f"\n        >> {text}" if text else ""))
