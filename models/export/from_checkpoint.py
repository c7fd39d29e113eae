"""A run's weights as a pack: exported, calibrated, measured, with its card.

    python from_checkpoint.py RUN OUT              a look at a run that goes on: draft thresholds, no figures
    python from_checkpoint.py RUN OUT --measure    the real thing; leaves RUN/pack (all variants), publishes int8 to OUT
"""
import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from card import write_card  # noqa: E402
from lexicon import CUES, TERMS  # noqa: E402
from network import AffectNano, Size  # noqa: E402
from pack import publish, seal, write_pack  # noqa: E402
from vocabulary import rows  # noqa: E402

SHAPE = Size(0, 0, 0)
DRAFT = dict(speak=0.4, cue=[0.4] * len(CUES), label=0.4, abstain=0.2)


def load(run: Path, weights: str = "model.pt") -> AffectNano:
    """The averaged weights of a run; "exported.pt" are those of its last export."""
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    model = AffectNano(Size(rows(tokenizer), len(TERMS), len(CUES)))
    model.load_state_dict(torch.load(run / weights))
    return model.eval()


def history(run: Path) -> dict:
    """How the weights came to be."""
    saved = torch.load(run / "checkpoint.pt")
    return {
        "seed": saved["seed"], "parameters": sum(p.numel() for p in saved["model"].values()), "layers": SHAPE.layers, "width": SHAPE.d, "steps": saved["step"], "episodes": saved["episodes"], "hours": round(saved["spent"] / 3600, 2),
        "machine": "one thread of a shared two-core CPU", "data": "simulated sensor readings only (models/training), made afresh for every step; no recordings of people", "report": "report.json",
        **({"notes": (run / "notes.txt").read_text().strip()} if (run / "notes.txt").exists() else {}),
    }


def calibrated(folder: Path, episodes: int):
    """The pack in `folder` with thresholds that fit it."""
    from evaluate import calibrate  # noqa: PLC0415
    from runtime import Pack  # noqa: PLC0415

    spec = json.loads((folder / "pack.json").read_text())
    spec["thresholds"] = calibrate(Pack(folder), episodes)
    seal(folder, spec)
    return Pack(folder)


def calibrate_and_measure(run: Path, folder: Path, options) -> None:
    from clips import clips  # noqa: PLC0415
    from evaluate import measure  # noqa: PLC0415
    from runtime import Pack  # noqa: PLC0415

    began, half = time.time(), max(options.episodes // 2, 64)
    loaded = calibrated(folder, options.episodes)
    report = {"int8": measure(loaded, options.episodes), "fp32": measure(Pack(folder, "fp32"), half)}
    if (run / "coarse.pt").exists():
        coarse = run / "coarse-pack"
        write_pack(load(run, "coarse.pt"), run / "tokenizer.json", coarse, DRAFT, history(run), "# after the coarse stage\n")
        report["coarse"] = measure(calibrated(coarse, half), half)
    report["seconds"] = round(time.time() - began)
    if options.traces:
        report["clips"] = clips(loaded, options.traces)
    if options.incremental:
        report["incremental"] = json.loads(options.incremental.read_text())
    if options.ablation:
        report["ablation"] = {k: v for k, v in json.loads(options.ablation.read_text()).items() if k != "runs"}
    spec = json.loads((folder / "pack.json").read_text())
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (folder / "README.md").write_text(write_card(spec, report))
    seal(folder, spec)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--keep-fp32", action="store_true", help="export the fp32 graphs too (they stay in RUN/pack)")
    parser.add_argument("--episodes", type=int, default=256)
    parser.add_argument("--traces", type=Path, help="folder of what the senses measured in real clips (traces.sh), not in the repository")
    parser.add_argument("--ablation", type=Path, help="what ablate.py found, for the report and the card")
    parser.add_argument("--incremental", type=Path, help="what verify.py found, likewise")
    parser.add_argument("--thresholds", type=Path, help="thresholds of an earlier calibration")
    options = parser.parse_args()
    shutil.copy(options.run / "model.pt", options.run / "exported.pt")  # the run may go on while we export
    model, folder = load(options.run, "exported.pt"), options.run / "pack"
    thresholds = json.loads(options.thresholds.read_text()) if options.thresholds else DRAFT
    card = "# affect-nano\n\nA draft from a run that is going on: no figures yet.\n"
    (folder / "report.json").unlink(missing_ok=True)  # of an earlier export
    write_pack(model, options.run / "tokenizer.json", folder, thresholds, history(options.run), card, keep_fp32=options.measure or options.keep_fp32)
    if options.measure:
        calibrate_and_measure(options.run, folder, options)
    publish(folder, options.out)
