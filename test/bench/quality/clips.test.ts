import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATASETS, loadDataset } from '../../../bench/quality/datasets.ts';
import { findClips, readManifest } from '../../../bench/quality/manifest.ts';
import { predict, predictClips } from '../../../bench/quality/pack-predictions.ts';
import type { UnstampedEvent } from '../../../pipeline/index.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clips-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('a manifest of clips', () => {
  it('is read with paths relative to it, and the task from the form of the gold', async () => {
    const manifest = await file(
      'm.jsonl',
      '{"path":"a.mp4","gold":["happy"]}\n\n{"path":"/b.mp4","gold":"sad"}\n{"path":"c","gold":-1}\n{"path":"d","gold":[1.5]}\n{"path":"e","gold":"sad","task":"emotion"}\n',
    );
    expect(await readManifest(manifest)).toEqual([
      { path: join(dir, 'a.mp4'), gold: ['happy'], task: 'labels' },
      { path: '/b.mp4', gold: 'sad', task: 'label' },
      { path: join(dir, 'c'), gold: -1, task: 'sentiment' },
      { path: join(dir, 'd'), gold: [1.5], task: 'shift' },
      { path: join(dir, 'e'), gold: 'sad', task: 'emotion' },
    ]);
  });

  it('is refused with the number of the line that is wrong', async () => {
    await expect(readManifest(await file('m.jsonl', '{"path":"a","gold":"x"}\n{"gold":"x"}'))).rejects.toThrow(
      /m\.jsonl:2:/,
    );
    await expect(readManifest(join(dir, 'none'))).rejects.toThrow(/cannot be read/);
  });

  it('finds files whatever their ending, names those that are missing, and skips them when told to', async () => {
    const there = await file('there.wav', '');
    const clips = [
      { path: join(dir, 'there'), task: 'label', gold: 'x' },
      { path: join(dir, 'gone'), task: 'label', gold: 'x' },
    ] as const;
    expect(() => findClips(clips, false)).toThrow(/1 of 2 clips are not there[\s\S]*gone[\s\S]*--skip-missing/);
    expect(findClips(clips, true)).toEqual({ found: [{ ...clips[0], path: there }], missing: 1 });
  });
});

describe("the nine sets' label files", () => {
  const load = (name: string, labels: string, split?: string) => loadDataset({ name, labels, media: '/m', split });

  it('knows all nine', () => {
    expect(Object.keys(DATASETS)).toHaveLength(9);
  });

  it('reads one row a clip with its label (MER2023, MER2024) or labels (OV-MERD)', async () => {
    const labels = await file('l.csv', 'name,discrete,valence\nsample_1,Happy,1.2\n');
    for (const name of ['mer2023', 'mer2024'])
      expect(await load(name, labels)).toEqual([{ path: '/m/sample_1', task: 'label', gold: 'happy' }]);
    const open = await file('o.csv', `name,openset\ns1,"['happy', 'excited']"\ns2,[]\n`);
    expect(await load('ov-merd', open)).toEqual([
      { path: '/m/s1', task: 'labels', gold: ['happy', 'excited'] },
      { path: '/m/s2', task: 'labels', gold: ['neutral'] },
    ]);
  });

  it('reads of an exported label.npz what MER-UniBench tests on, its numbers as the emotions of that set', async () => {
    const of = (...rows: string[]): Promise<string> => file('n.csv', ['name,emo,val,split', ...rows, ''].join('\n'));
    const mer = await of('a,happy,1.5,train', 'b,angry,-1,test1', 'c,neutral,-10,test2');
    expect(await load('mer2024', mer)).toEqual([{ path: '/m/b', task: 'label', gold: 'angry' }]);
    expect(await load('mer2024', mer, 'all')).toHaveLength(3);
    expect(await load('mer2024', mer, 'train')).toHaveLength(1);
    const meld = await of('train_dia1_utt0,0,-10,train', 'test_dia0_utt3,6,-10,test');
    expect(await load('meld', meld)).toEqual([{ path: '/m/test_dia0_utt3', task: 'label', gold: 'surprise' }]);
    const iemocap = await of('Ses01F_impro01_F000,0,-10,whole', 'Ses05M_script01_M001,3,-10,whole');
    expect(await load('iemocap', iemocap)).toEqual([{ path: '/m/Ses05M_script01_M001', task: 'label', gold: 'anger' }]);
    const sentiment = await of('v_1,0,1.2,train', 'v_2,0,-0.6,test');
    for (const name of ['cmu-mosi', 'cmu-mosei', 'ch-sims', 'ch-sims-v2'])
      expect(await load(name, sentiment)).toEqual([{ path: '/m/v_2', task: 'sentiment', gold: -0.6 }]);
  });

  it("reads MELD's own CSV, quotes and commas in it too", async () => {
    const csv =
      'Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n' +
      '1,"Why do all you\'re ""coffee mugs"", have numbers?",Mark,surprise,positive,0,3,3,19,"00:14:38,127","00:14:40,378"\n';
    expect(await load('meld', await file('m.csv', csv))).toEqual([
      { path: '/m/dia0_utt3.mp4', task: 'label', gold: 'surprise' },
    ]);
  });

  it("reads the test split of MMSA's tables, the clips of CH-SIMS with four digits", async () => {
    const csv =
      'video_id,clip_id,text,label,annotation,mode\n03bSnISJMiM,1,words,2.4,Positive,train\nvideo_0001,2,more,-0.6,Negative,test\nvideo_0001,3,none,,Negative,test\n';
    const table = await file('label.csv', csv);
    expect(await load('cmu-mosi', table, 'all')).toHaveLength(2);
    for (const name of ['cmu-mosi', 'cmu-mosei', 'ch-sims-v2'])
      expect(await load(name, table)).toEqual([{ path: '/m/video_0001/2.mp4', task: 'sentiment', gold: -0.6 }]);
    expect(await load('ch-sims', table)).toEqual([{ path: '/m/video_0001/0002.mp4', task: 'sentiment', gold: -0.6 }]);
  });

  it("reads CH-SIMS's first release, whose splits are lists of row numbers one folder up", async () => {
    const table = await file('sims/sentiment/label_M.csv', 'video_id,clip_id,label\nv1,1,0.2\nv1,2,-0.4\nv2,13,1.0\n');
    await file('sims/test_index.csv', 'index\n2\n0\n');
    const clip = (path: string, gold: number): object => ({ path, task: 'sentiment', gold });
    expect(await load('ch-sims', table)).toEqual([clip('/m/v2/0013.mp4', 1), clip('/m/v1/0001.mp4', 0.2)]);
    await file('sims/train_index.csv', 'index\n1\n');
    expect(await load('ch-sims', table, 'train')).toEqual([clip('/m/v1/0002.mp4', -0.4)]);
    expect(await load('ch-sims', table, 'all')).toHaveLength(3);
  });

  it("reads IEMOCAP's evaluations in four classes, excitement as happiness, the others and the first four sessions left out", async () => {
    const text =
      '% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n' +
      '[6.2901 - 8.2357]\tSes05F_impro01_F000\tang\t[2.5000, 2.5000, 2.5000]\nC-E2:\tNeutral;\t()\n' +
      '[10.0100 - 11.3925]\tSes05F_impro01_F001\texc\t[2.5000, 2.5000, 2.5000]\n' +
      '[14.8872 - 18.0175]\tSes05F_impro01_F002\txxx\t[2.5000, 2.5000, 2.5000]\n' +
      '[19.0000 - 20.0000]\tSes01F_impro01_F002\tsad\t[2.5000, 2.5000, 2.5000]\n';
    await file('evaluation/Ses05F_impro01.txt', text);
    expect(await load('iemocap', join(dir, 'evaluation'))).toEqual([
      { path: '/m/Ses05F_impro01_F000', task: 'label', gold: 'anger' },
      { path: '/m/Ses05F_impro01_F001', task: 'label', gold: 'happy' },
    ]);
    expect(await load('iemocap', join(dir, 'evaluation'), 'all')).toHaveLength(3);
  });

  it('says what it wants where a column, the file or the set is missing, and how to export pickles', async () => {
    await expect(load('meld', await file('x.csv', 'a,b\n1,2\n'))).rejects.toThrow(
      /no column dialogue_id .*it has: a, b/,
    );
    await expect(load('meld', join(dir, 'none.csv'))).rejects.toThrow(/test_sent_emo\.csv/);
    await expect(load('mer2023', '/x/label-6way.npz')).rejects.toThrow(/Export it: python/);
    await expect(load('nothing', 'x')).rejects.toThrow(/Known: mer2023/);
  });
});

const state = (valence: number) => ({ type: 'affect.state', valence: { mean: valence, sd: 0.1 } }) as UnstampedEvent;
const description = (labels: Readonly<Record<string, number>>, abstained = false) =>
  ({
    type: 'affect.description',
    abstained,
    confidence: 0.8,
    labels: Object.entries(labels).map(([term, score]) => ({ term, score })),
    evidence: [{ cue: 'brow', direction: 'lowered' }],
  }) as unknown as UnstampedEvent;

describe('what a pack said of a clip', () => {
  it('is the labels told with the most weight, without abstentions', () => {
    const events = [
      description({ happy: 0.9, calm: 0.5 }),
      description({ calm: 0.6 }),
      description({ angry: 5 }, true),
    ];
    expect(predict('labels', events)).toEqual({ pred: ['calm', 'happy'], confidence: expect.closeTo(0.8, 10) });
    expect(predict('emotion', events).pred).toBe('calm');
    expect(predict('evidence', events).pred).toEqual(['brow lowered']);
  });

  it('is the mean valence, and the times at which shifts were certain', () => {
    expect(predict('sentiment', [state(0.5), state(-0.1)]).pred).toBeCloseTo(0.2, 10);
    const shift = { type: 'affect.shift', startMs: 3000, endMs: 4500 } as UnstampedEvent;
    expect(predict('shift', [shift]).pred).toEqual([4.5]);
  });
});

describe('predicting with a pack', () => {
  const clips = [{ path: '/none.mp4', task: 'label', gold: 'x' }] as const;
  const options = (path: string) => ({
    packDir: '/none',
    packName: 'p@1',
    file: path,
    signal: new AbortController().signal,
  });

  it('goes on where an interrupted run was: what is there is not made again', async () => {
    const saved = await file('p.jsonl', '{"path":"/none.mp4","pack":"p@1","task":"label","gold":"x","pred":[]}\n');
    expect(await predictClips(clips, options(saved))).toEqual({ resumed: 1 });
  });

  it("does not go on with another pack's predictions, and names the clip that cannot be analysed", async () => {
    const other = await file('q.jsonl', '{"path":"/none.mp4","pack":"q@1","task":"label","gold":"x","pred":[]}\n');
    await expect(predictClips(clips, options(other))).rejects.toThrow(/predictions of "q@1"/);
    await expect(predictClips(clips, options(join(dir, 'new.jsonl')))).rejects.toThrow(
      /\/none\.mp4 could not be analysed/,
    );
  });
});
