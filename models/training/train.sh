#!/bin/sh
# Reproduces models/packs/affect-nano: simulates, trains in two stages, takes parts out, exports, calibrates, measures, publishes.
#
#   pip install -r requirements.txt
#   ./train.sh                     about two hours and a half on one core; seed 2. May be stopped and started again: it goes on
#   ./train.sh --smoke             a few steps into a temporary folder, checked in onnxruntime, under a minute
#
# PYTHON, MINUTES, AGAIN, SEED, RUN (working folder) and TRACES (what traces.sh made of real clips, optional) may be set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
seed=${SEED:-2}

if [ "${1:-}" = "--smoke" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  export OMP_NUM_THREADS=1  # threads that wait for one another cost more than they bring here
  "$python" "$here/train.py" --out "$work/run" --steps 3 --corpus 60 --seed "$seed" --tiny --no-bf16 --threads 1
  "$python" "$here/../export/from_checkpoint.py" "$work/run" "$work/out" --keep-fp32
  "$python" "$here/../export/verify.py" "$work/run" "$work/run/pack" --hops 70 --texts 6
  echo "smoke run passed"
  exit 0
fi

run=${RUN:-$here/run}
"$python" "$here/train.py" --out "$run" --minutes "${MINUTES:-86}" --again "${AGAIN:-16}" --seed "$seed"
"$python" "$here/ablate.py" --out "$run/ablation.json"
"$python" "$here/../export/from_checkpoint.py" "$run" "$run/draft" --keep-fp32
"$python" "$here/../export/verify.py" "$run" "$run/pack" --report "$run/incremental.json"
"$python" "$here/../export/from_checkpoint.py" "$run" "$here/../packs/affect-nano" --measure --ablation "$run/ablation.json" \
  --incremental "$run/incremental.json" ${TRACES:+--traces "$TRACES"}
