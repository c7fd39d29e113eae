"""The sensors' layout, read from models/features.json so that no list is ever typed twice."""
import json
from pathlib import Path

LAYOUT = json.loads((Path(__file__).parent.parent / "features.json").read_text())
FACE, VOICE, CAPTION = (LAYOUT[m]["features"] for m in ("face", "voice", "caption"))
FRAMES, SEGMENTS, CAPTIONS = LAYOUT["face"]["framesPerHop"], LAYOUT["voice"]["segmentsPerHop"], LAYOUT["caption"]["rowsPerHop"]
F = {name: i for i, name in enumerate(FACE)}
V = {name: i for i, name in enumerate(VOICE)}
C = {name: i for i, name in enumerate(CAPTION)}

AUS = [int(name[2:]) for name in FACE if name.startswith("au")]
EXPRESSIONS = [name[1:].lower() for name in FACE if name[0] == "p" and name[1].isupper()]

# EmoLLM's several perspectives: contiguous spans of the face row, each with a projection of its own.
PERSPECTIVES = {
    "action units": (F["au1"], F["pAngry"]),
    "expression": (F["pAngry"], F["yaw"]),
    "motion": (F["yaw"], F["faceScale"]),
    "quality": (F["faceScale"], len(FACE)),
}
