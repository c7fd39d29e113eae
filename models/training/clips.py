"""A pack on traces of real clips (traces.sh): the turn of valence, and whether what the
texts claim of face and voice is in the rows. The rule for a claim is written here, apart from the simulator's truth."""
from pathlib import Path

import numpy as np

from features import F, V
from parse import cues_in
from replay import replay, rows_of
from runtime import Pack

SHOWS = 0.25
_UNITS = {
    "brow_drawn": 4, "brow_raised": 2, "inner_brow": 1, "eyes_wide": 5, "eyes_narrow": 7, "eyes_closed": 43, "smile": 12, "broad_smile": 12, "cheeks": 6, "smirk": 14,
    "corners_down": 15, "chin": 17, "nose": 9, "upper_lip": 10, "lips_pressed": 24, "lips_stretched": 20, "mouth_open": 26,
}
_LOOKS = {"look_sad": "pSad", "look_happy": "pHappy", "look_angry": "pAngry", "look_afraid": "pFear", "look_disgusted": "pDisgust", "look_surprised": "pSurprise"}
_MOTIONS = {"nod": ("nodEnergy", 0.3), "shake": ("shakeEnergy", 0.3), "gaze_away": ("gazeX", 0.3), "gaze_down": ("gazeY", -0.3), "head_tilt": ("roll", 0.15), "head_turned": ("yaw", 0.25), "head_down": ("pitch", -0.15), "talking": ("mouthMotion", 0.35)}

# What a voice must have measured (mean over active segments) for a claim of it; dB, semitones and syllables as models/features.json scales them.
_VOICE = {
    "louder": ("loudnessRel", 0.15), "quieter": ("loudnessRel", -0.15), "higher": ("f0Rel", 0.2), "lower": ("f0Rel", -0.2), "livelier": ("f0RangeRel", 0.15), "flatter": ("f0RangeRel", -0.15),
    "faster": ("rateRel", 0.15), "slower": ("rateRel", -0.15), "brighter": ("alphaRel", 0.2), "duller": ("alphaRel", -0.2), "rougher": ("hnrRel", -0.15), "clearer": ("hnrRel", 0.15),
}


def in_the_voice(name: str, rows: np.ndarray) -> bool | None:
    """Likewise for a claim about the voice, in rows of the last 1.5 s."""
    heard, active = rows[:, V["valid"]] > 0, rows[:, V["active"]] > 0.3
    if name == "voice_gone":
        return bool(heard.mean() < 0.5)
    if name in ("speaking", "pausing"):
        return bool(active[-5:].any()) if name == "speaking" else bool(heard.any() and not active[-5:].all())
    if name not in _VOICE:
        return None
    if not active.any():
        return False
    feature, least = _VOICE[name]
    value = rows[active, V[feature]].mean()
    return bool(value < least if least < 0 else value > least)


def in_the_rows(name: str, rows: np.ndarray) -> bool | None:
    """Whether a claim about the face holds in these rows [n, features]; None for what rows cannot tell."""
    rows = rows[rows[:, F["valid"]] > 0]
    if not len(rows):
        return name == "face_gone" if name in (*_UNITS, *_LOOKS, *_MOTIONS, "face_gone") else None
    mean = rows.mean(0)
    if name in _UNITS:
        return bool(max(mean[F[f"au{_UNITS[name]}"]], mean[F[f"rel{_UNITS[name]}"]]) > SHOWS)
    if name in _LOOKS:
        return bool(mean[F[_LOOKS[name]]] > 0.35)
    if name in _MOTIONS:
        feature, least = _MOTIONS[name]
        value = mean[F[feature]]
        return bool(value < least if least < 0 else (abs(value) if feature in ("gazeX", "roll", "yaw") else value) > least)
    if name == "face_covered":
        return bool(mean[F["quality"]] < 0.6)
    return False if name == "face_gone" else None


def holds(name: str, rows: dict[str, np.ndarray], t: int) -> bool | None:
    """Whether a claim made at the end of hop t holds in what was measured; None for what is neither seen nor heard."""
    seen, heard = rows["face"][max(0, t - 1) : t + 1].reshape(-1, len(F)), rows["voice"][max(0, t - 2) : t + 1].reshape(-1, len(V))
    held = in_the_voice(name, heard)
    return in_the_rows(name, seen) if held is None else held


def clips(pack: Pack, folder: Path) -> dict:
    """Per clip: valence by hop, texts, claims that hold, and where a clip that goes from tears to laughter turns."""
    out = {}
    for path in sorted(folder.glob("*.json")):
        rows = rows_of(path)
        told = replay(pack, rows)
        valence = [float(h["vad"][0]) for h, _, _ in told]
        known = [held for t, (_, text, _) in enumerate(told) if text for c in cues_in(text) if (held := holds(c, rows, t)) is not None]
        entry = {"valence": [round(v, 2) for v in valence], "texts": [f"{(t + 1) / 2:.1f} s: {text}" for t, (_, text, _) in enumerate(told) if text], "claims": len(known), "claims that hold": sum(known)}
        if path.stem.startswith("tears"):
            clear = [float(h["vad"][0] - h["vad_sd"][0]) for h, _, _ in told]  # above 0: glad beyond doubt
            entry["turn at s"] = next(((t + 1) / 2 for t in range(12, len(valence)) if min(clear[t : t + 4]) > 0), None)
            entry["mean valence in tears"], entry["mean valence laughing"] = round(float(np.mean(valence[1:12])), 2), round(float(np.mean(valence[21:])), 2)
        out[path.stem] = entry
    return out
