"""The model card, with its figures filled in from the report."""
import json

TEXT = """# affect-nano {version}

Reads a face, a voice and captions hop by hop (500 ms) and puts into words how a person *appears* and *sounds*. Made for one
CPU core. It describes what shows; it does not know what anybody feels.

## What it is
- Streaming encoders (face in four views with a projection each: action units, expression posterior, head and gaze motion,
  quality; voice; captions, one's own and those of the others in the call; every feature is scaled by its own spread), a pre-fusion over the last
  8 hops (attention in which a modality that is not there is masked, and products of what the modalities say), two fused tokens a hop, a causal language model of {layers} layers, {width} wide
  ({parameters}), {window} hops ({seconds} s) remembered, text decoded on a branch.
- Five tasks by task token: description, sentiment, labels, facial expression in action units, and the emotion with the number of the
  utterance that caused it ({cause}: a runtime should link words to shifts by other means, as ours does). Where a task has a plan, cues are decoded before the words (`BOS(task) <plan> tags <sep> words`): the
  tags are the evidence. Who cannot be told of begins with `<unsure>` instead.
- Cues are read off the fused memory and, past it, off the means of what the senses measured lately; a cue of the face counts only as
  far as its own measure shows it (`training/grounding.py`, in the graph): context alone names none.
- 8-bit weights in blocks of 32 (activations rounded within a row at most): a person's text does not depend on who shares the batch.

## How it was trained
{training}

A simulator of calls (`models/training`): latent affect over time makes action units, expression posteriors, prosody and
captions as this project's sensors would measure them: gains, leaks between units, pose, noise, speech on the mouth, blinks,
hands over the face, lost tracks, baselines learnt from whatever was there at first, words read wrongly. Its ranges were set around
what the sensors gave on two real clips and on photographs. Descriptions are composed so that every clause is true of the
simulated cues. Sources: Du et al. 2014 and EMFACS (action units), Emo-DB measurements and Scherer (voice), CREMA-D's vote table
(confusions between raters). The words' valence, arousal and dominance are the authors'; no norm table was copied.
Two stages, after AffectGPT 2024: a coarse one that learns from what a single rater would have noted (one answer where people differ,
cues over- and overlooked, a leaning of their own), then a fine one that learns from what is true of the signals; a short second
pass of the fine one begins again at half the rate.

## How to run it
- `hop` once per hop for everybody: `count` is the number of hops before this one; `said` is what was said last ([1, valence,
  arousal, dominance of that hop's heads, min(hops since, 20) / 20, 0, 0, 0]; all zero before the first description). It only
  reaches the gate (`p_silent`) and a branch's first token: the memory stays pure perception.
- Speak when `1 - p_silent >= thresholds.speak`. Abstain when `1 - (1 - face) (1 - .55 voice) (1 - .6 caption)` of the
  reliabilities is below `thresholds.abstain`.
- `speak` from the task token at position 1, `count` now including the last hop, the same `said`. `bias` of the first chunk: +1e4 on
  `<plan>` for the tasks in `planned` (-1e9 for the others), or +1e4 on `<unsure>` and -1e9 on `<plan>` to abstain, -1e9 on the tag of
  every cue whose probability is below its `thresholds.cue` and on the tokens of `claims` that the numbers deny (a change that did not
  happen, a feeling whose label is not there). For a task of
  `thresholds.every` those thresholds hold instead, the tags above them get +5e3 (all of them are named), and no claim is denied. Later chunks take `next_bias`. The graph bans `<plan>`, `<unsure>`, `<sep>` and each tag once emitted, and a row that has ended goes on with `<eos>`.
- Tags before `<sep>` are the evidence; what follows is the text. Labels are those with a probability of at least `thresholds.label`.

## Limits
{limits}
- The figures below are from held-out seeds of the same simulator: an upper bound for real people.

## What it does not infer
Identity, age, gender, origin, health, diagnosis, truthfulness, intent. It does not rank people.

## Figures
`evaluate.py`, {episodes} held-out episodes of 12 s, running free (the model's own words come back as what was said).
int8 is what ships; fp32 and the weights at the end of the coarse stage are over the first half of the same episodes.

| | int8 | fp32 | after the coarse stage |
| --- | --- | --- | --- |
{rows}

{ablation}
{clips}"""

ABLATION = """### What each part earns
`ablate.py`: a small network (heads only, {steps} steps of 16 episodes) without each part, on {episodes} held-out episodes in which face,
voice and captions are all there, and on as many in which they come and go as in calls. Mean, and half the 95 % interval over seeds;
"cues" is the mean average precision of the cue heads.

| | seeds | all there: valence, CCC | arousal, CCC | label F | cues | come and go: valence, CCC | arousal, CCC | label F | cues |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

{fusion}
"""


def _rows(reports: list[dict]) -> list[tuple]:
    cc = lambda r, who: " / ".join(f"{r['concordance'][who][n]:.2f}" for n in ("valence", "arousal", "dominance"))  # noqa: E731
    of = lambda *keys, form="{:.2f}": lambda r: form.format(*(_at(r, k) for k in keys))  # noqa: E731
    two = "{:.2f} / {:.2f}"
    lines = [
        ("CCC valence / arousal / dominance, all", lambda r: cc(r, "all")), *((f"... {who}", lambda r, who=who: cc(r, who)) for who in ("face only", "voice only", "words only")),
        ("within one / two sd", of("spread.within one sd", "spread.within two sd", form=two)),
        ("label F (precision, recall)", of("labels.F", "labels.precision", "labels.recall", form="{:.2f} ({:.2f}, {:.2f})")),
        ("evidence precision of the text (lenient)", of("evidence.precision", "evidence.lenient", form="{:.3f} ({:.3f})")), ("salient cues mentioned", of("evidence.recall_of_salient")),
        ("speaks at the right hop, precision / recall", of("speaking.precision", "speaking.recall", form=two)), ("... within a hop", of("speaking.precision_within_a_hop", "speaking.recall_within_a_hop", form=two)),
        ("shifts: F (precision, recall)", of("shifts.F", "shifts.precision", "shifts.recall", form="{:.2f} ({:.2f}, {:.2f})")), ("shifts: onset to certain, s, p50 / p90", of("shifts.delay p50 s", "shifts.delay p90 s", form=two)),
        ("distinct texts, hedged texts", of("texts.distinct", "texts.hedged", form="{:.2f}, {:.2f}")), ("calibration error of confidence (ECE)", of("confidence.ECE", form="{:.3f}")),
        ("abstention precision / recall", of("abstention.precision", "abstention.recall", form=two)),
        *((name, of(name)) for name in ("voice alone tells high from low arousal (AUC)", "face alone names joy, sadness, anger, surprise, neutral")),
        *((name, of(f"tasks.{name}")) for name in ("sentiment: right side", "sentiment: same of seven answers", "labels: F of families, cues first", "labels: F of families, without", "expression: F of action units", "cause: right utterance where there is one", "cause: says none where there is none")),
    ]
    return [(name, *(tell(r) for r in reports)) for name, tell in lines]


def _at(report: dict, path: str):
    for key in path.split(".") if path not in report else [path]:
        report = report[key]
    return report


def _ablation(told: dict | None) -> str:
    if not told:
        return ""
    cell = lambda x: f"{x[0]:.2f} ± {x[1]:.2f}" if x[1] is not None else f"{x[0]:.2f}"  # noqa: E731
    kinds = [exam + k for exam in ("", "come and go: ") for k in ("valence", "arousal", "labels F", "cues AP")]
    rows = "\n".join(f"| {name} | {r['seeds']} | " + " | ".join(cell(r[k]) for k in kinds) + " |" for name, r in told["summary"].items())
    lost = told["summary"]["no pre-fusion"]["lost"]
    fusion = "What pre-fusion earns over tokens of their own for each modality, seed by seed (the same episodes in the same order): " + ", ".join(f"{k} {lost[k][0]:+.3f} ± {lost[k][1]:.3f}" for k in kinds) + "."
    return ABLATION.format(steps=told["steps"], episodes=told["held-out episodes"], rows=rows, fusion=fusion)


def write_card(spec: dict, report: dict) -> str:
    clip = report.get("clips", {}).get("tears-to-laughter")
    told = f"Real clip, tears to laughter: mean valence {clip['mean valence in tears']} in tears, {clip['mean valence laughing']} laughing, the turn at {clip['turn at s']} s (where valence stays above its own sd; the hand leaves the face at about 9.5 s, and behind it, from 6.5 s, the mean is above 0 already).\n" if clip else ""
    clips = report.get("clips", {}).values()
    if clips:
        told += f"Cue clauses about the two real clips and altered copies (blurred, dark, mirrored, noisy, turned, small): {sum(c['claims that hold'] for c in clips)} of {sum(c['claims'] for c in clips)} hold against what the sensors measured. The graph holds cues of the face to nearly the same rule (`grounding.py`), so this tells that it works, not that the sensors are right.\n"
    table = _rows([report[k] for k in ("int8", "fp32", "coarse") if k in report])
    exact = report.get("incremental")
    if exact:
        told += f"Incremental equals full history: over {exact['hops']} hops ({exact['variant']} graphs in onnxruntime, hop by hop, against PyTorch over the whole at once) no head differs by more than {max(e for n, e in exact.items() if n not in ('hops', 'variant', 'branch')):.0e}; the decoder's logits, token by token off those caches, by no more than {exact['branch']:.0e}.\n"
    training, window = spec["training"], spec["windowHops"]
    return TEXT.format(
        version=spec["version"], parameters=f"{training['parameters'] / 1e6:.1f} M parameters in all", layers=training["layers"], width=training["width"], window=window, seconds=window * spec["hopMs"] // 1000,
        cause=f"the right one in {report['int8']['tasks']['cause: right utterance where there is one']:.0%}",
        training="- " + "\n- ".join(f"{k}: {v}" for k, v in training.items()), limits="- " + "\n- ".join(spec["limits"]), episodes=report["int8"]["episodes"],
        rows="\n".join("| " + " | ".join(row) + " |" for row in table), ablation=_ablation(report.get("ablation")), clips=told,
    )


if __name__ == "__main__":
    import sys
    from pathlib import Path

    folder = Path(sys.argv[1])
    print(write_card(json.loads((folder / "pack.json").read_text()), json.loads((folder / "report.json").read_text())))
