"""The tokenizer: byte-level BPE over the grammar's own texts, specials first."""
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from lexicon import CUES

TASKS = ("describe", "sentiment", "labels", "expression", "cause")
SPECIALS = ["<eos>", *(f"<{t}>" for t in TASKS), "<plan>", "<unsure>", "<sep>", *(f"<cue:{c.name}>" for c in CUES)]
EOS = 0
TASK = {t: SPECIALS.index(f"<{t}>") for t in TASKS}
PLAN, UNSURE, SEP = (SPECIALS.index(t) for t in ("<plan>", "<unsure>", "<sep>"))
FIRST_CUE = SEP + 1
ONCE = range(PLAN, FIRST_CUE + len(CUES))  # said at most once a branch
TARGET = 1536


def learn(texts: list[str], path: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = [c for c in pre_tokenizers.ByteLevel.alphabet() if c.isprintable() and (c.isascii() or c == "Ġ")]
    trainer = trainers.BpeTrainer(vocab_size=TARGET, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(path))
    return tokenizer


def rows(tokenizer: Tokenizer) -> int:
    """Embedding rows: the vocabulary rounded up to whole blocks of the quantiser."""
    return (tokenizer.get_vocab_size() + 31) // 32 * 32
