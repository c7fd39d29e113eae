"""What is asked besides a description (EmoVerse's tasks, live) and the answers that are true of a moment."""
import numpy as np

from grammar import CLEAR, Moment, choose_cues, families_of
from lexicon import CUE, CUES, TERMS, TERMS_OF, core_term
from words import NO_CAUSE

LITTLE = "Too little to say."
UNITS = {1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser", 6: "cheek raiser", 7: "lid tightener", 9: "nose wrinkler", 10: "upper lip raiser", 12: "lip corner puller", 14: "dimpler", 15: "lip corner depressor", 17: "chin raiser", 20: "lip stretcher", 24: "lip pressor", 25: "lips part", 26: "jaw drop", 43: "eyes closed"}
SHOWN_BY = {
    "brow_drawn": (4,), "brow_raised": (1, 2), "inner_brow": (1,), "eyes_wide": (5,), "eyes_narrow": (7,), "eyes_closed": (43,), "smile": (12,), "broad_smile": (12, 25), "cheeks": (6,),
    "smirk": (14,), "corners_down": (15,), "chin": (17,), "nose": (9,), "upper_lip": (10,), "lips_pressed": (24,), "lips_stretched": (20,), "mouth_open": (26,),
}


def sentiment(vad: np.ndarray) -> str:
    side, far = ("Positive" if vad[0] > 0 else "Negative"), abs(float(vad[0]))
    if far < 0.12:
        return "Neutral."
    return f"Slightly {side.lower()}." if far < 0.3 else f"{side}." if far < 0.6 else f"Very {side.lower()}."


def labels(rng, moment: Moment) -> str:
    """The usual word of each family first, then another that fits."""
    families = families_of(moment.feeling)
    found = [core_term(f, x) for f, x in families]
    main, strength = families[0]
    fitting = [i for i in TERMS_OF[main] if TERMS[i].low <= strength <= TERMS[i].high and i not in found]
    if fitting and rng.random() < 0.7:
        found.append(fitting[int(rng.random() * len(fitting))])
    return ", ".join(dict.fromkeys(TERMS[i].term for i in found)) + "."


def expression(cues: np.ndarray) -> tuple[str, list[str]]:
    gone = [n for n in ("face_gone", "face_covered") if cues[CUE[n]] >= 1]
    if gone:
        return "The face cannot be seen.", gone[:1]
    names = [n for n in SHOWN_BY if cues[CUE[n]] >= CLEAR]
    shown = sorted({u for n in names for u in SHOWN_BY[n]})
    return (", ".join(f"AU{u} {UNITS[u]}" for u in shown) if shown else "No action unit stands out") + ".", names


def cause(moment: Moment, number: int) -> str:
    """EmoVerse's pair: what shows, and the number of the utterance it came from."""
    family, strength = families_of(moment.feeling)[0]
    return f"{TERMS[core_term(family, strength)].noun}: {'none' if number == NO_CAUSE else number}."


def answer(rng, task: str, moment: Moment, number: int) -> tuple[str, list[str] | None]:
    """-> text, cues to name first (None: the task has no plan)."""
    if task == "expression":
        return expression(moment.cues)
    if task == "cause":
        return cause(moment, number), None
    if task == "sentiment":
        return sentiment(moment.vad), None
    return labels(rng, moment), choose_cues(rng, moment)


def missing(cues: np.ndarray) -> list[str]:
    return [c.name for c in CUES if c.name in ("face_gone", "face_covered", "voice_gone") and cues[CUE[c.name]] >= CLEAR]
