/** Answers about a whole call, in words made from its summary. No model is needed for them. */
import type { Summary, Task } from '../events.ts';

/** Valence beyond which a call was clearly one or the other, and beyond which it leaned. */
const CLEARLY = 0.3;
const SLIGHTLY = 0.1;
/** Labels and cues named in a sentence. */
const NAMED = 3;

const ANSWERS: Readonly<Record<Task, (summary: Summary) => string>> = {
  describe,
  sentiment: ({ valence }) => `${sentiment(valence.mean)}.`,
  labels: (summary) => (summary.labels.length > 0 ? `${terms(summary)}.` : 'No label stands out.'),
  expression,
  cause: causes,
};

/** The answer to a task over a call. */
export function answerFromSummary(task: Task, summary: Summary): string {
  return ANSWERS[task](summary);
}

function describe(summary: Summary): string {
  const { seconds, labels, valence, shifts } = summary;
  const what = labels.length > 0 ? `mostly ${terms(summary)}` : 'with nothing that stood out';
  const range = `${valence.min.toFixed(1)} to ${valence.max.toFixed(1)}`;
  const times = shifts.length === 1 ? 'once' : `${shifts.length} times`;
  const moved = shifts.length === 0 ? 'did not shift' : `shifted ${times}`;
  return `Over ${duration(seconds)}: ${what}; ${sentiment(valence.mean).toLowerCase()} on the whole (valence ${range}); the affect ${moved}.`;
}

function sentiment(valence: number): string {
  if (Math.abs(valence) < SLIGHTLY) return 'Neutral';
  const side = valence > 0 ? 'positive' : 'negative';
  return Math.abs(valence) >= CLEARLY ? `${side[0].toUpperCase()}${side.slice(1)}` : `Slightly ${side}`;
}

function terms({ labels }: Summary): string {
  return labels
    .slice(0, NAMED)
    .map(({ term }) => term)
    .join(', ');
}

function expression({ cues }: Summary): string {
  const seen = cues.filter(({ modality }) => modality === 'face').slice(0, NAMED);
  if (seen.length === 0) return 'No movement of the face stood out.';
  return `${seen.map(({ cue, direction, count }) => `${cue} ${direction} (${count} times)`).join(', ')}.`;
}

/** Times of the room, so that they can be looked up; who spoke is in the summary. */
function causes({ shifts }: Summary): string {
  if (shifts.length === 0) return 'The affect did not shift.';
  return shifts
    .map(({ startMs, from, to, cause: { utterance, score } }) => {
      const whose = utterance?.own ? 'own words' : 'words of another';
      const why = utterance ? whose : 'no words that were heard';
      return `At ${duration(startMs / 1000)}: ${words(from)} to ${words(to)}, after ${why} (${score.toFixed(2)}).`;
    })
    .join(' ');
}

function words({ labels, valence }: Summary['shifts'][number]['from']): string {
  return labels[0]?.term ?? sentiment(valence).toLowerCase();
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
