"""Composes a description whose every clause is true of the cues, hedged, with how things went on since the last one."""
import random
from dataclasses import dataclass

import numpy as np

from lexicon import CUE, CUES, FAMILIES, TERMS, TERMS_OF, core_term
from phrases import CLAUSES, NOUNS
from truth import NEUTRAL_BELOW

CLEAR = 1.12  # a cue is only mentioned when it shows with some margin
_ABSENT = ("face_gone", "face_covered", "voice_gone")
_FACE = [c.name for c in CUES if c.modality == "face" and c.name not in _ABSENT and c.name != "talking"]
_VOICE = [c.name for c in CUES if c.modality == "voice" and c.name not in (*_ABSENT, "pausing", "speaking")]
_WORDS = [c.name for c in CUES if c.modality == "caption"]
_POSITIVE = {"joy", "amusement", "calm", "interest"}
_SAME = ({"smile", "broad_smile"}, {"mouth_open", "broad_smile"}, {"eyes_narrow", "eyes_closed"}, {"gaze_down", "head_down"}, {"gaze_away", "head_turned"}, {"brow_raised", "inner_brow"})


@dataclass
class Moment:
    """What a description is made from. feeling [families] as far as it can be perceived, cues [NC] levels."""

    feeling: np.ndarray
    cues: np.ndarray
    vad: np.ndarray
    evidence: float
    sudden: bool
    said: "Said | None"


@dataclass
class Said:
    hop: int
    vad: np.ndarray
    families: list[tuple[str, float]]
    cues: np.ndarray
    abstained: bool
    slip: np.ndarray | float = 0.0  # how far what the model believed it said was off


def families_of(feeling: np.ndarray) -> list[tuple[str, float]]:
    order = np.argsort(-feeling)[:2]
    found = [(FAMILIES[i], float(feeling[i])) for i in order if feeling[i] >= NEUTRAL_BELOW]
    if len(found) == 2 and found[1][1] < 0.45 * found[0][1]:
        found.pop()
    return found or [("neutral", 0.5)]


def join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def many(things: list[str]) -> bool:
    """Whether the verb after these takes the plural."""
    words = things[0].split()[:3]
    return len(things) > 1 or words[0] not in ("a", "an") and any(w.endswith("s") and not w.endswith("ss") for w in words)


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def choose_cues(rng: random.Random, m: Moment) -> list[str]:
    """What a description of the moment would name."""
    faces, voices, words = choose(rng, m, _FACE, 3), choose(rng, m, _VOICE, 2), choose(rng, m, _WORDS, 1)
    return faces[: 2 if voices else 3] + voices + words


def describe(rng: random.Random, m: Moment) -> tuple[str, list[str]]:
    """-> text, cue names in the order they are mentioned."""
    shows = lambda name: m.cues[CUE[name]] >= CLEAR  # noqa: E731
    missing = [n for n in _ABSENT if shows(n)]
    if "face_gone" in missing and "face_covered" in missing:
        missing.remove("face_covered")
    if m.evidence < 0.25:
        return abstain(rng, missing)
    faces, voices, words = choose(rng, m, _FACE, 3), choose(rng, m, _VOICE, 2), choose(rng, m, _WORDS, 1)
    if not voices and shows("pausing") and rng.random() < 0.25:
        voices = ["pausing"]
    if rng.random() < 0.5 and faces and voices:
        faces = faces[:2]
    families = families_of(m.feeling)
    state = State(rng, families, faces, voices, m)
    return state.sentence(words, missing)


def choose(rng: random.Random, m: Moment, names: list[str], most: int) -> list[str]:
    """The most salient cues that clearly show, with a little chance in it; near-synonyms are said once."""
    there = [n for n in names if m.cues[CUE[n]] >= CLEAR]
    there.sort(key=lambda n: -min(m.cues[CUE[n]], 2.5) - rng.random() * 0.8 + (0.5 if n in ("blinking", "head_turned") else 0))
    picked: list[str] = []
    for n in there:
        if len(picked) < most and not any(n in pair and pair & set(picked) for pair in _SAME):
            picked.append(n)
    return picked if rng.random() < 0.8 else picked[: rng.randint(1, most)]


# Disjoint, and the usual word for each first: greedy decoding takes the likeliest, which must be the fitting one.
_DEGREES = ((0.32, ("a little ", "a little ", "slightly ", "faintly ", "mildly ")), (0.62, ("", "", "", "rather ", "somewhat ")), (9.0, ("very ", "very ", "deeply ", "clearly ", "strongly ", "quite ")))
_SUBJECTS = ("the person", "they", "the speaker", "")


class State:
    """One sentence in the making."""

    def __init__(self, rng, families, faces, voices, m: Moment):
        self.rng, self.families, self.faces, self.voices, self.m = rng, families, faces, voices, m
        self.pick = lambda options: options[int(rng.random() * len(options))]
        self.main, self.strength = families[0]
        self.degree = self.pick(next(words for top, words in _DEGREES if self.strength < top)) if self.main != "neutral" and rng.random() < 0.15 else ""

    def term(self, family: str, strength: float) -> int:
        if self.rng.random() < 0.6:
            return core_term(family, strength)
        fitting = [i for i in TERMS_OF[family] if TERMS[i].low <= strength <= TERMS[i].high]
        return self.pick(fitting or TERMS_OF[family][:3])

    def adjectives(self) -> str:
        terms = [TERMS[self.term(f, x)].term for f, x in self.families]
        if len(terms) == 1 and self.rng.random() < 0.12:
            other = TERMS[self.term(*self.families[0])].term
            terms += [other] if other not in terms else []
        return self.degree + join(terms)

    def noun(self) -> str:
        return TERMS[self.term(self.main, self.strength)].noun

    def subject(self) -> tuple[str, bool]:
        name = self.pick(("the person", "the person", "they", ""))
        return name, name == "they"

    def lead(self) -> str:
        """Subject and hedge: 'the person appears a little sad'."""
        name, plural = self.subject()
        verbs = ["appears", "seems"] + (["sounds"] if self.voices and self.voices[0] not in ("pausing",) and not self.faces else []) + (["looks"] if self.faces and not self.voices else [])
        verb = self.pick(verbs)
        still = self.m.said is not None and not self.m.said.abstained and self.m.said.families[0][0] == self.main and self.rng.random() < 0.35
        now = "still " if still else "now " if self.m.said is not None and not still and self.rng.random() < 0.2 else ""
        maybe = self.pick(("perhaps ", "possibly ", "")) if self.m.evidence < 0.5 and self.rng.random() < 0.6 else ""
        if plural:
            verb = verb[:-1]
        return f"{name + ' ' if name else ''}{now}{verb} {maybe}{self.adjectives()}"

    def face_clauses(self) -> list[str]:
        return [self.pick(CLAUSES[n]) for n in self.faces]

    def voice_clause(self) -> str:
        if self.voices == ["pausing"]:
            return self.pick(CLAUSES["pausing"])
        words = join([self.pick(CLAUSES[n]) for n in self.voices])
        return f"{self.pick(('the voice', 'their voice', 'the tone'))} {self.pick(('is', 'sounds', 'has become', 'comes across as'))} {words}{self.pick((' than usual', ' than before', ' than is usual for them', '')) if ' ' not in words else ''}"

    def nouns(self) -> list[str]:
        return [self.pick(NOUNS[n]) for n in self.faces + self.voices]

    def progress(self) -> str:
        """What became of things since the last description: only what its valence and arousal can tell."""
        said, m = self.m.said, self.m
        if said is None:
            return ""
        if said.abstained:
            return "" if m.cues[CUE["face_gone"]] >= 0.8 or m.cues[CUE["face_covered"]] >= 0.8 else self.pick(("", "", "the picture is clearer now"))
        dv, da = (float(m.vad[i] - said.vad[i]) for i in (0, 1))
        suddenly = self.pick((" quickly", " suddenly", " all at once")) if m.sudden and self.rng.random() < 0.4 else ""
        if abs(dv) > 0.25:
            up = ("the mood has brightened", "the expression has lightened", "the mood has lifted", "a turn for the better", "things look brighter than before")
            down = ("the mood has darkened", "the brightness before has gone", "the mood has sunk", "a turn for the worse", "things look heavier than before")
            moved = self.pick(up if dv > 0 else down)
            return moved + (suddenly if " has " in moved else "")
        if abs(da) > 0.28:
            more = ("there is more energy than before", "things have picked up", "the tension has risen") if m.vad[0] > -0.2 else ("there is more energy than before", "the tension has risen")
            return self.pick(more if da > 0 else ("there is less energy than before", "things have calmed", "things have settled"))
        change = float(np.linalg.norm(m.vad[:2]) - np.linalg.norm(said.vad[:2]))
        if abs(change) > 0.12 and float(m.vad[0] * said.vad[0]) > 0:
            return self.pick(("more so than before", "it is getting stronger", "it seems to be building") if change > 0 else ("less so than before", "it is easing", "it seems to be fading"))
        if abs(dv) < 0.15 and abs(da) < 0.15:
            return self.pick(("little has changed", "this is holding steady", "much as before", ""))
        return ""

    def sentence(self, words: list[str], missing: list[str]) -> tuple[str, list[str]]:
        faces, voices = self.faces, self.voices
        tags = faces + voices
        spoken = [self.pick(CLAUSES[n]) for n in words]
        gaps = [self.pick(CLAUSES[n]) for n in missing if self.rng.random() < 0.8]
        told_gaps = [n for n in missing if any(g in CLAUSES[n] for g in gaps)]
        clauses = self.face_clauses() + ([self.voice_clause()] if voices else []) + spoken
        way = self.rng.random()
        progress = self.progress() if self.rng.random() < 0.75 else ""
        plain = voices != ["pausing"] and bool(tags)
        if not clauses:
            body = self.lead()
        elif way < 0.3:
            body = f"{self.lead()}{self.pick((': ', ': ', '; ', ', as ', ' - '))}{join(clauses)}"
        elif way < 0.5 and plain:
            body = f"{self.lead()}, with {join(self.nouns() + [self.pick(NOUNS[n]) for n in words])}"
        elif way < 0.66 and plain:
            things = self.nouns() + [self.pick(NOUNS[n]) for n in words]
            verb = self.pick(("suggest", "point to", "hint at", "may mean") if many(things) else ("suggests", "points to", "hints at", "may mean"))
            body = f"{join(things)} {verb} {self.noun()}"
        elif way < 0.8:
            body = f"{join(clauses)}; {self.lead()}"
        elif way < 0.9:
            body = f"{join(clauses)}, {self.pick(('which suggests', 'a sign, it seems, of', 'as if in', 'hinting at'))} {self.noun()}"
        else:
            noun = self.noun()
            openings = ("signs of", "an air of", "what comes across as" if voices else "what looks like") + (() if noun.endswith("s") else ("there seems to be some", "there appears to be"))
            body = f"{self.pick(openings)} {noun}: {join(clauses)}"
        if progress:
            body = f"{body}; {progress}" if self.rng.random() < 0.8 or progress.startswith(("a ", "more", "less", "much")) else f"{progress}: {body}"
        if gaps:
            body += f"{self.pick(('; ', ', though ', ' - '))}{join(gaps)}"
        return capital(body) + ".", tags + words + told_gaps


_NOTHING = (
    "Too little can be seen or heard to say.", "There is not enough to go on at the moment.", "Too little shows to tell how the person feels.", "The signal is too poor to read anything from it.",
    "Hard to say: too little comes through.", "Nothing reliable can be said right now.", "It is unclear how the person appears; too little comes through.",
)
_BECAUSE = (
    "{why}, so too little can be read.", "{why}; nothing can be said for now.", "{why}, and there is not enough to go on.", "Hard to say, as {low}.", "Too little to go on: {low}.", "{why}; the mood cannot be told.",
)


def abstain(rng: random.Random, missing: list[str]) -> tuple[str, list[str]]:
    if not missing or rng.random() < 0.15:
        return rng.choice(_NOTHING), []
    why = join([rng.choice(CLAUSES[n]) for n in missing])
    return rng.choice(_BECAUSE).format(why=capital(why), low=why), missing
