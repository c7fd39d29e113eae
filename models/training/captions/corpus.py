"""What is learned from, and what must not be: utterances too near to those the reader is measured on are left out."""
import re
from pathlib import Path

from words import bases, split

SIGNS = {"0": 0, "+": 1, "-": 2}
Said = tuple[list[str], int]

_HERE = Path(__file__).parent
_DEVELOPMENT = _HERE / "said/development.txt"
_TESTS = _HERE.parents[2] / "test/pipeline/sense/caption"
_COMMON = set("""i we he she it they you me us him her them my our his their your the a an is am are was were be been being 's have has had do does
did not no to of in on at for with and but so that this there here what who how why when where will would could can 'd , ? ! up out all just go get
got from by as if or about very really""".split())
#: Too near: so much of the telling words of both are shared, or so much of the learned one's own (an idiom inside a sentence).
_SHARED, _HELD = 0.6, 0.75


def read(file: Path) -> list[Said]:
    return [(split(line[2:]), SIGNS[line[0]]) for line in file.read_text().splitlines() if re.match(r"[+0-] ", line)]


def development() -> list[Said]:
    return read(_DEVELOPMENT)


def development_texts() -> list[str]:
    return [line[2:] for line in _DEVELOPMENT.read_text().splitlines() if re.match(r"[+0-] ", line)]


def training(but: list[Said]) -> tuple[list[Said], int]:
    """All that may be learned, without what is too near to `but` and to the held-out lines; -> how many were left out."""
    measured = [_telling(tokens) for tokens, _ in [*but, *_held_out()]]
    by_word: dict[str, list[set[str]]] = {}
    for words in measured:
        for word in words:
            by_word.setdefault(word, []).append(words)
    seen, kept, left_out = set(), [], 0
    for file in sorted((_HERE / "said").glob("*.txt")):
        if file.stem == "development":
            continue
        for tokens, sign in read(file):
            if not tokens or tuple(tokens) in seen:
                continue
            seen.add(tuple(tokens))
            telling = _telling(tokens)
            if any(_near(telling, other) for word in telling for other in by_word.get(word, ())):
                left_out += 1
            else:
                kept.append((tokens, sign))
    return kept, left_out


def _held_out() -> list[Said]:
    lines = read(_TESTS / "held-out.txt")
    older = (_TESTS / "utterances.ts").read_text().partition("export const DEVELOPMENT")[0]
    return lines + [(split(text), SIGNS[sign]) for sign, text in re.findall(r"^\s*(?:`)?([+0-]) (.+?)`?,?$", older, re.M)]


def _telling(tokens: list[str]) -> set[str]:
    words = {word for word in tokens if word not in _COMMON}
    return {min([word, *bases(word)], key=len) for word in words} or set(tokens)


def _near(learned: set[str], measured: set[str]) -> bool:
    shared = len(learned & measured)
    return learned == measured or shared >= 2 and (shared / len(learned | measured) >= _SHARED or shared / len(learned) >= _HELD)
