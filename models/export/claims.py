"""Words that claim something, and what the heads must say for them: the runtime bans them otherwise.

What names a feeling needs its label (or the cue that a word also belongs to), what tells of a change needs the change.
Words of cues alone are not watched: they follow the tags, which are.
Only tokens that begin such words and no other can be watched; most of these words are one token.
"""
import re
from collections import defaultdict
from pathlib import Path

from tokenizers import Tokenizer

from data import corpus
from lexicon import CUES, TERMS
from phrases import CLAUSES, NOUNS

LEAST_LABEL = 0.2
SHORTEST, MOST_NAMED = 4, 6  # shorter pieces begin too much, and a word of many cues claims little
# A clause after ";" tells of a change or of what is missing, so without any the sentence ends.
FELL, ROSE, MOVED = {"of": "valence", "to": -0.12}, {"of": "valence", "from": 0.12}, {"of": "valenceDistance", "from": 0.12}
GONE, COVERED, MUTE = ({"cue": [c.name for c in CUES].index(n)} for n in ("face_gone", "face_covered", "voice_gone"))
CHANGES = (
    ("brightened lightened lifted brighter better", [ROSE]),
    ("darkened sunk worse brightness", [FELL]),
    ("mood expression", [MOVED]),
    ("tension", [{"of": "arousal", "from": 0.12}]),
    ("stronger building", [{"of": "intensity", "from": 0.0}]),
    ("easing fading", [{"of": "intensity", "to": 0.0}]),
    ("hidden covered covers", [COVERED]),
    ("visible camera", [GONE]),
    ("sound audio microphone", [MUTE]),
    ("picture", []),
    (";", [MOVED, GONE, COVERED, MUTE]),
)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def claims(path: Path) -> list[dict]:
    """-> [{tokens, when}]: tokens that may come only while one of the conditions holds."""
    tokenizer = Tokenizer.from_file(str(path))
    told = [{"tokens": [ids[0] for word in words.split() if len(ids := pieces(tokenizer, word)) == 1], "when": when} for words, when in CHANGES]
    taken = {token for claim in told for token in claim["tokens"]}
    grouped = defaultdict(list)
    for token, (cues, labels) in sorted(named(tokenizer).items()):
        if token not in taken and len(tokenizer.id_to_token(token)) >= SHORTEST and len(cues) + len(labels) <= MOST_NAMED:
            grouped[tuple(sorted(cues)), tuple(sorted(labels))].append(token)
    told += [{"tokens": tokens, "when": [*({"cue": c} for c in cues), *({"label": i, "from": LEAST_LABEL} for i in labels)]} for (cues, labels), tokens in grouped.items() if labels]
    return [claim for claim in told if claim["tokens"]]


def pieces(tokenizer: Tokenizer, word: str) -> list[int]:
    """The tokens of a word within a sentence."""
    return tokenizer.encode(word if word == ";" else f" {word}").ids


def named(tokenizer: Tokenizer) -> dict[int, tuple[set[int], set[int]]]:
    """token: (cues, labels) one of which it names, for tokens that begin no other word of the descriptions."""
    found: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for i, cue in enumerate(CUES):
        for phrase in (*CLAUSES[cue.name], *NOUNS.get(cue.name, ())):
            for word in _WORD.findall(phrase):
                found[pieces(tokenizer, word)[0]][0].add(i)
    for i, term in enumerate(TERMS):
        for name in (term.term, term.noun):
            found[pieces(tokenizer, name.split()[0])[0]][1].add(i)
    for word in glue():
        found.pop(pieces(tokenizer, word)[0], None)
    return found


def glue(episodes: int = 300) -> set[str]:
    """Words of the descriptions that are neither a cue's nor a feeling's."""
    phrases = {p for c in CUES for p in (*CLAUSES[c.name], *NOUNS.get(c.name, ()))}
    names = sorted({n for t in TERMS for n in (t.term, t.noun)} | phrases, key=len, reverse=True)
    ours = re.compile("|".join(rf"\b{re.escape(n)}\b" for n in names))
    return {word for text in corpus(3 * 10**8, episodes) for word in _WORD.findall(ours.sub(" ", text.lower()))}
