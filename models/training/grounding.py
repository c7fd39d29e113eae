"""What the senses must have measured before a cue of the face is named.

The heads also know what usually goes together: who weeps bows the head. Evidence is only what was seen, so a cue's
probability counts as far as its own measure reaches what people see as that cue.
"""
import torch
from torch import Tensor

from features import FACE
from lexicon import CUES
from truth import AU_CUES, LOOKS

UNIT, LOOK = 0.25, 0.35  # an action unit (1 = as strong as people show it) and a share of the expression posterior that show
NOTHING, FULLY = 0.4, 0.8  # shares of those below which a cue is denied, and from which it counts in full
_UNITS = {name: unit for name, (unit,) in AU_CUES.items()} | {"brow_raised": 2, "broad_smile": 12, "cheeks": 6}
_POSES = {
    "gaze_away": (("gazeX", 0.3), ("gazeX", -0.3)), "gaze_down": (("gazeY", -0.3),), "head_down": (("pitch", -0.18),), "head_tilt": (("roll", 0.16), ("roll", -0.16)),
    "head_turned": (("yaw", 0.26), ("yaw", -0.26)), "nod": (("nodEnergy", 0.3),), "shake": (("shakeEnergy", 0.3),), "talking": (("mouthMotion", 0.3),),
}
# cue: (feature, what it must reach), any of them
GROUNDS: dict[str, tuple[tuple[str, float], ...]] = {
    **{cue: ((f"au{unit}", UNIT), (f"rel{unit}", UNIT)) for cue, unit in _UNITS.items()}, **{cue: ((f"p{expression.capitalize()}", LOOK),) for cue, (expression, _) in LOOKS.items()}, **_POSES,
}


def _table() -> tuple[Tensor, Tensor]:
    """Per cue two features and what a unit of them counts; cues without a measure point at the 1 after the last feature."""
    where, worth = torch.full((len(CUES), 2), len(FACE)), torch.ones(len(CUES), 2)
    for i, cue in enumerate(CUES):
        grounds = GROUNDS.get(cue.name, ())
        for j, (feature, least) in enumerate(grounds and (grounds * 2)[:2]):
            where[i, j], worth[i, j] = FACE.index(feature), 1 / least
    return where, worth


WHERE, WORTH = _table()


def grounded(seen: Tensor) -> Tensor:
    """Mean face rows of late [..., features] -> how far each cue may count [..., cues], 0..1."""
    measured = torch.cat([seen, torch.ones_like(seen[..., :1])], -1)[..., WHERE.flatten()].unflatten(-1, WHERE.shape) * WORTH
    return ((measured.amax(-1) - NOTHING) / (FULLY - NOTHING)).clamp(0, 1)


def probabilities(told: dict[str, Tensor], seen: Tensor) -> dict[str, Tensor]:
    """The heads' answers as they leave the model: logits become probabilities, cues only where they were measured."""
    out = {n: v if n.startswith("vad") else torch.sigmoid(v) for n, v in told.items()}
    return {**out, "cues": out["cues"] * grounded(seen)}
