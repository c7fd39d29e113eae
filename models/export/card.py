"""The model card, with its figures filled in from the report."""
import json

TEXT = """# affect-nano {version}

Reads a face, a voice and captions hop by hop (500 ms) and puts into words how a person *appears* and *sounds*. Made for one
CPU core. It describes what shows; it does not know what anybody feels.

## What it is
- Streaming encoders (face in four views with a projection each: action units, expression posterior, head and gaze motion,
  quality; voice; captions), an attention pre-fusion over the last 8 hops in which a modality that is not there is masked, two
  fused tokens a hop, a causal language model of 5 layers, 192 wide ({parameters}), 64 hops (32 s) remembered, text decoded on a branch.
- Cues are decoded before the words (`BOS <plan> tags <sep> words`): the tags are the evidence.
- 8-bit weights in blocks of 32 (activations rounded within a row at most): a person's text does not depend on who shares the batch.

## How it was trained
{training}

A simulator of calls (`models/training`): latent affect over time makes action units, expression posteriors, prosody and
captions as this project's sensors would measure them: gains, leaks between units, pose, noise, speech on the mouth, blinks,
hands over the face, lost tracks, baselines learnt from whatever was there at first. Its ranges were set around what the
sensors gave on two real clips. Descriptions are composed so that every clause is true of the simulated cues.
Sources: Du et al. 2014 and EMFACS (action units), Emo-DB measurements and Scherer (voice), CREMA-D's vote table
(confusions between raters). The words' valence, arousal and dominance are the authors'; no norm table was copied.
One stage only: a coarse and a fine stage have not been tried yet.

## How to run it
- `hop` once per hop for everybody: `count` is the number of hops before this one; `said` is what was said last ([1, valence,
  arousal, dominance of that hop's heads, min(hops since, 20) / 20, 0, 0, 0]; all zero before the first description). It only
  reaches the gate (`p_silent`) and a branch's first token: the memory stays pure perception.
- Speak when `1 - p_silent >= thresholds.speak`. Abstain when `1 - (1 - face) (1 - .55 voice) (1 - .6 caption)` of the
  reliabilities is below `thresholds.abstain`; the text then says by itself that too little comes through.
- `speak` from the task token at position 1, `count` now including the last hop, the same `said`. `bias` of the first chunk: +1e4 on
  `<plan>`, -1e9 on the tag of every cue whose probability is below its `thresholds.cue`; later chunks take `next_bias`. The graph bans
  `<plan>`, `<sep>` and each tag once emitted, and a row that has ended goes on with `<eos>`.
- Tags between `<plan>` and `<sep>` are the evidence; what follows is the text. Labels are those with a probability of at least
  `thresholds.label`.

## Limits
{limits}
- The figures below are from held-out seeds of the same simulator: an upper bound for real people.
- The figures were measured without the runtime's check of claims (`claims` in pack.json), which forbids clauses that the numbers deny.

## What it does not infer
Identity, age, gender, origin, health, diagnosis, truthfulness, intent. It does not rank people.

## Figures
`evaluate.py`, {episodes} held-out episodes of 12 s, running free (the model's own words come back as what was said).

| | int8 | fp32 |
| --- | --- | --- |
{rows}

{clips}
The int8 graphs are what ships; the fp32 column is over the first half of the same episodes.
"""


def write_card(spec: dict, report: dict) -> str:
    a, b = report["int8"], report["fp32"]
    cc = lambda r, who: " / ".join(f"{r['concordance'][who][n]:.2f}" for n in ("valence", "arousal", "dominance"))  # noqa: E731
    table = [
        ("CCC valence / arousal / dominance, all", cc(a, "all"), cc(b, "all")),
        ("... face only", cc(a, "face only"), cc(b, "face only")),
        ("... voice only", cc(a, "voice only"), cc(b, "voice only")),
        ("within one / two sd", *(f"{r['spread']['within one sd']:.2f} / {r['spread']['within two sd']:.2f}" for r in (a, b))),
        ("label F (precision, recall)", *(f"{r['labels']['F']:.2f} ({r['labels']['precision']:.2f}, {r['labels']['recall']:.2f})" for r in (a, b))),
        ("evidence precision of the text (lenient)", *(f"{r['evidence']['precision']:.3f} ({r['evidence']['lenient']:.3f})" for r in (a, b))),
        ("salient cues mentioned", *(f"{r['evidence']['recall_of_salient']:.2f}" for r in (a, b))),
        ("speaks at the right hop, precision / recall", *(f"{r['speaking']['precision']:.2f} / {r['speaking']['recall']:.2f}" for r in (a, b))),
        ("... within a hop", *(f"{r['speaking']['precision_within_a_hop']:.2f} / {r['speaking']['recall_within_a_hop']:.2f}" for r in (a, b))),
        ("distinct texts, hedged texts", *(f"{r['texts']['distinct']:.2f}, {r['texts']['hedged']:.2f}" for r in (a, b))),
        ("calibration error of confidence (ECE)", *(f"{r['confidence']['ECE']:.3f}" for r in (a, b))),
        ("abstention precision / recall", *(f"{r['abstention']['precision']:.2f} / {r['abstention']['recall']:.2f}" for r in (a, b))),
        ("voice alone tells high from low arousal (AUC)", *(f"{r['voice alone tells high from low arousal (AUC)']:.2f}" for r in (a, b))),
        ("face alone names joy, sadness, anger, surprise, neutral", *(f"{r['face alone names joy, sadness, anger, surprise, neutral']:.2f}" for r in (a, b))),
    ]
    clips = report.get("clips", {}).get("tears-to-laughter")
    told = f"Real clip, tears to laughter: mean valence {clips['mean valence in tears']} in tears, {clips['mean valence laughing']} laughing, the turn at {clips['turn at s']} s (the hand leaves the face at about 9.5 s).\n" if clips else ""
    return TEXT.format(
        version=spec["version"], parameters=f"{spec['training']['parameters'] / 1e6:.1f} M parameters in all", training="- " + "\n- ".join(f"{k}: {v}" for k, v in spec["training"].items()),
        limits="- " + "\n- ".join(spec["limits"]), episodes=a["episodes"], rows="\n".join(f"| {n} | {x} | {y} |" for n, x, y in table), clips=told,
    )


if __name__ == "__main__":
    import sys
    from pathlib import Path

    folder = Path(sys.argv[1])
    print(write_card(json.loads((folder / "pack.json").read_text()), json.loads((folder / "report.json").read_text())))
