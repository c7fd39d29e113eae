"""What each family of feelings does to a face and a voice (sources in ../packs/affect-nano/README.md).

Action units: Du et al. 2014 and EMFACS; voice: shifts of acted speech from the speaker's own neutral (Emo-DB, measured),
Scherer's predictions for loudness; confusions: what raters of CREMA-D answered. Other entries are the authors'.
"""
import numpy as np

from features import AUS
from lexicon import FAMILIES

# family: (valence, arousal, dominance) at full strength; {AU: (level, presence)}; voice: F0 st, F0 range st, syllables/s,
# harmonics to noise dB, alpha ratio dB, Hammarberg dB, loudness dB
_FAMILY = {
    "neutral": ((0, -0.05, 0.05), {}, (0, 0, 0, 0, 0, 0, 0)),
    "joy": ((0.85, 0.4, 0.4), {12: (0.9, 1), 6: (0.7, 0.75), 25: (0.65, 0.7)}, (9.2, 3.2, 0.2, -0.6, 9.6, -10, 6)),
    "amusement": ((0.8, 0.65, 0.3), {12: (0.95, 1), 6: (0.85, 0.85), 25: (0.8, 0.95), 26: (0.5, 0.6), 7: (0.4, 0.4), 43: (0.3, 0.3)}, (8, 4, 0.3, -1, 8, -8, 6)),
    "calm": ((0.5, -0.5, 0.3), {12: (0.28, 0.7), 43: (0.15, 0.3)}, (-1.5, -0.5, -0.6, 1.5, -4, 4, -4)),
    "interest": ((0.45, 0.45, 0.25), {1: (0.4, 0.65), 2: (0.45, 0.65), 12: (0.3, 0.6), 5: (0.25, 0.35)}, (3, 2, 0.6, 0, 3, -3, 2)),
    "surprise": ((0.1, 0.75, -0.15), {1: (0.9, 0.95), 2: (0.9, 0.95), 25: (0.7, 1), 26: (0.8, 0.85), 5: (0.7, 0.7)}, (7, 4, 0.3, -0.5, 5, -4, 4)),
    "sadness": ((-0.8, -0.2, -0.45), {4: (0.6, 0.7), 15: (0.8, 0.85), 1: (0.7, 0.6), 6: (0.3, 0.35), 17: (0.6, 0.6), 43: (0.35, 0.4)}, (0.1, -1.6, -1.4, 0.5, -4, 6.3, -6)),
    "anger": ((-0.75, 0.75, 0.5), {4: (0.9, 1), 7: (0.75, 0.9), 24: (0.7, 0.75), 10: (0.4, 0.3), 17: (0.4, 0.4), 5: (0.4, 0.25), 9: (0.3, 0.2), 25: (0.5, 0.2)}, (8.3, 2.2, 0.3, -2, 11.4, -12, 9)),
    "frustration": ((-0.6, 0.5, 0), {4: (0.7, 0.85), 24: (0.7, 0.7), 7: (0.4, 0.5), 14: (0.4, 0.3), 43: (0.3, 0.2), 17: (0.3, 0.25)}, (4, 1, 0.4, -1.5, 7, -7, 5)),
    "fear": ((-0.75, 0.75, -0.6), {1: (0.8, 1), 4: (0.6, 0.8), 20: (0.8, 0.85), 25: (0.6, 0.9), 2: (0.6, 0.57), 5: (0.8, 0.7), 26: (0.4, 0.33)}, (6.9, -1, 0.6, -0.2, 3.8, -2.6, 2)),
    "disgust": ((-0.65, 0.3, 0.15), {9: (0.9, 0.95), 10: (0.8, 0.9), 17: (0.6, 0.7), 4: (0.5, 0.5), 7: (0.5, 0.5), 25: (0.3, 0.3), 15: (0.4, 0.3)}, (3.7, 0.5, -1.1, -0.2, 3.7, -4.9, 1)),
    "contempt": ((-0.5, 0.15, 0.55), {14: (0.9, 1), 12: (0.3, 0.5), 43: (0.3, 0.3)}, (-1, -1.5, -0.4, 0.2, 1, -1, -1)),
    "boredom": ((-0.3, -0.6, -0.15), {43: (0.6, 0.8), 14: (0.2, 0.2), 15: (0.25, 0.3)}, (-1.5, -2, -0.9, 2, -2, 2, -5)),
    "confusion": ((-0.25, 0.25, -0.35), {4: (0.6, 0.85), 7: (0.5, 0.6), 1: (0.3, 0.4), 2: (0.3, 0.4), 24: (0.25, 0.3)}, (1.5, 1.5, -0.9, 0, 0, 0, -2)),
    "embarrassment": ((-0.3, 0.35, -0.5), {12: (0.4, 0.65), 24: (0.5, 0.6), 17: (0.3, 0.3), 20: (0.3, 0.3), 43: (0.3, 0.3)}, (1.5, -1, -0.3, -0.3, -1, 1, -4)),
}
# Weeping looks like sadness with strain: eyes shut, lips stretched or parted, sometimes close to a smile.
_WEEPING = {4: (0.7, 0.75), 7: (0.8, 0.8), 6: (0.8, 0.8), 10: (0.4, 0.4), 15: (0.7, 0.7), 17: (0.7, 0.7), 20: (0.5, 0.5), 25: (0.5, 0.55), 43: (0.6, 0.6), 1: (0.9, 0.7), 2: (0.7, 0.5), 12: (0.45, 0.5)}

FAMILY_INDEX = {f: i for i, f in enumerate(FAMILIES)}
VAD = np.array([_FAMILY[f][0] for f in FAMILIES], np.float32)
VOICE_SHIFT = np.array([_FAMILY[f][2] for f in FAMILIES], np.float32)
WEEPING_VOICE = np.array((3, 0.5, -1, -2.5, -1, 2, -2), np.float32)


def _table(units: dict) -> np.ndarray:
    return np.array([units.get(a, (0, 0)) for a in AUS], np.float32).T


FACE_LEVEL = np.stack([_table(_FAMILY[f][1])[0] for f in FAMILIES])  # [families, AUs]
FACE_PRESENCE = np.stack([_table(_FAMILY[f][1])[1] for f in FAMILIES])
WEEPING_LEVEL, WEEPING_PRESENCE = _table(_WEEPING)

# What else raters see when the first is shown (share relative to the right answer), for soft label targets.
CONFUSED = {
    "anger": {"disgust": 0.3, "frustration": 0.6, "neutral": 0.14}, "frustration": {"anger": 0.6, "confusion": 0.25, "sadness": 0.15, "disgust": 0.15},
    "joy": {"amusement": 0.6, "calm": 0.2, "interest": 0.2}, "amusement": {"joy": 0.7, "surprise": 0.05}, "sadness": {"fear": 0.4, "disgust": 0.15, "neutral": 0.4, "frustration": 0.2},
    "disgust": {"sadness": 0.15, "anger": 0.2, "fear": 0.15, "contempt": 0.2}, "fear": {"sadness": 0.2, "surprise": 0.3, "disgust": 0.1, "neutral": 0.2},
    "surprise": {"fear": 0.25, "interest": 0.25}, "contempt": {"neutral": 0.3, "disgust": 0.25, "amusement": 0.1}, "boredom": {"sadness": 0.2, "neutral": 0.4, "calm": 0.2},
    "confusion": {"frustration": 0.3, "neutral": 0.2, "fear": 0.1, "anger": 0.1}, "embarrassment": {"fear": 0.2, "neutral": 0.2, "sadness": 0.15}, "calm": {"neutral": 0.5, "joy": 0.3},
    "interest": {"joy": 0.3, "neutral": 0.3, "surprise": 0.2}, "neutral": {"calm": 0.25, "boredom": 0.08},
}
CONFUSION = np.eye(len(FAMILIES), dtype=np.float32)
for _shown, _others in CONFUSED.items():
    for _other, _share in _others.items():
        CONFUSION[FAMILY_INDEX[_shown], FAMILY_INDEX[_other]] = _share
