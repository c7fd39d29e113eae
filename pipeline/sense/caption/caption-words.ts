/** How a caption becomes words for the learned reader: the same as `models/training/captions/words.py` does it. */

const MOST_WORDS = 64;

const CONTRACTIONS: Readonly<Record<string, string>> = {
  "can't": 'can not',
  cant: 'can not',
  cannot: 'can not',
  "won't": 'will not',
  wont: 'will not',
  "shan't": 'shall not',
  "ain't": 'is not',
  aint: 'is not',
  "let's": 'let us',
  im: 'i am',
  ive: 'i have',
  youre: 'you are',
  youve: 'you have',
  theyre: 'they are',
  theyve: 'they have',
  thats: "that 's",
  whats: "what 's",
  theres: "there 's",
  hes: "he 's",
  shes: "she 's",
  gonna: 'going to',
  wanna: 'want to',
  gotta: 'got to',
  "'cause": 'because',
  cos: 'because',
  til: 'till',
  ok: 'okay',
  yeah: 'yes',
  yep: 'yes',
  yup: 'yes',
  nope: 'no',
  "mum's": "mum 's",
};
const BARE_NEGATION = /^(do|does|did|is|are|was|were|would|could|should|have|has|had)nt$/;
const ENDINGS: readonly (readonly [ending: string, full: string])[] = [
  ["'m", ' am'],
  ["'re", ' are'],
  ["'ve", ' have'],
  ["'ll", ' will'],
  ["'s", " 's"],
  ["'d", " 'd"],
];
const TOKEN = /[a-z]+(?:'[a-z]+)*|'cause|[0-9]+|[?!,.;:]/g;
const FILLER = /^(um|uh|er|erm|uhm|hmm|mm)$/;
const PAUSE = /[,.;:]/;

/** Lower-case words; `?` and `!` stay, a stop or comma inside is `,`, every number is `#`. At most 64. */
export function captionWords(text: string): string[] {
  const words: string[] = [];
  const plain = text
    .toLowerCase()
    .replace(/[\u2019\u2018]/g, "'")
    .replaceAll('-', ' ');
  for (const [token] of plain.matchAll(TOKEN)) {
    if (FILLER.test(token)) continue;
    if (PAUSE.test(token)) {
      if (words.length > 0 && words.at(-1) !== ',') words.push(',');
    } else if (/^[0-9]/.test(token)) words.push('#');
    else words.push(...expand(token).split(' '));
  }
  while (words.at(-1) === ',') words.pop();
  return words.slice(0, MOST_WORDS);
}

function expand(word: string): string {
  if (Object.hasOwn(CONTRACTIONS, word)) return CONTRACTIONS[word];
  const bare = BARE_NEGATION.exec(word);
  if (bare) return `${bare[1]} not`;
  if (word.endsWith("n't")) return `${word.slice(0, -3)} not`;
  for (const [ending, full] of ENDINGS) {
    if (word.endsWith(ending) && word.length > ending.length) return word.slice(0, -ending.length) + full;
  }
  return word.replaceAll("'", '');
}

const RULES: readonly (readonly [ending: string, full: string])[] = [
  ['ies', 'y'],
  ['ied', 'y'],
  ['iest', 'y'],
  ['ier', 'y'],
  ['ily', 'y'],
  ['sses', 'ss'],
  ['es', 'e'],
  ['es', ''],
  ['s', ''],
  ['ed', 'e'],
  ['ed', ''],
  ['ing', 'e'],
  ['ing', ''],
  ['est', 'e'],
  ['est', ''],
  ['er', 'e'],
  ['er', ''],
  ['ly', ''],
  ['ly', 'le'],
];
const DOUBLES = /^(ed|ing|er|est)$/;

/** What a word may be a regular form of, likeliest first. Irregular forms are words of their own. */
export function* baseForms(word: string): Generator<string> {
  for (const [ending, full] of RULES) {
    if (!word.endsWith(ending) || word.length - ending.length < 2) continue;
    const stem = word.slice(0, -ending.length);
    yield stem + full;
    if (DOUBLES.test(ending) && stem.length > 2 && stem.at(-1) === stem.at(-2)) yield stem.slice(0, -1);
  }
}
