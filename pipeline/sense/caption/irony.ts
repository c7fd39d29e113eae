const PRAISE =
  '(?:great|good|nice(?: one)?|wonderful|fantastic|perfect|lovely|joy|brilliant|awesome|super|terrific|marvellous|excellent|well done)';
const GREAT = '(?:great|wonderful|fantastic|perfect|lovely|brilliant|terrific)';

/** Turns of phrase that are hardly ever meant as they are worded. */
const IRONY: readonly RegExp[] = [
  /(^|\s)\/s\b/,
  /\b(sarcas\w+|air quotes)\b/,
  /\byeah,? right\b/,
  /\bas if\b[.!]*$/,
  /\bthanks a lot\b[.!]*$/,
  /^(oh,? |well,? )?(cheers|thanks) for that,? now\b/,
  /^clearly (some|no)(body|one)\b|\bhardly contain my (excitement|joy)\b/,
  new RegExp(
    `(?:^|^well,? |that's )just (?:${GREAT}|what (?:i|we) need(?:ed)?)\\b(?!,? (?:to|that you|for|what|thank)\\b)`,
  ),
  /^well,? (that|this) (went|worked|turned out) (brilliantly|swimmingly|splendidly|fantastically|perfectly|great)\b/,
  /^(oh )?(yeah|sure),? ('?cause|because|cos)\b.* (so|really|always|never|totally|clearly)\b/,
  /^(oh|well),? what a surprise\b[.!]*$/,
  /\byou don't say\b|\bit must be true\b|\bwhose army\b/,
  /\bnothing better to do\b/,
  /\bgood luck (getting|finding|trying|explaining|reaching|with that)\b/,
  /\b(what could possibly go wrong|how hard can it be|big surprise|what a shock)\b/,
];

/** Praise first, then bad luck: "great, it crashed", "I just love being on hold". */
const PRAISE_OPENS = new RegExp(
  `^(?:(?:well|oh|wow|ah|and|so|yeah)\\b,? )*(?:${PRAISE}|wow|thanks|cheers|(?:i )?(?:just |really |absolutely )*(?:love|enjoy|adore)|(?:i'm )?(?:so |just )?(?:glad|thrilled|delighted)|nice of you|what an? (?:\\w+ )?(?:joy|pleasure|treat|delight|surprise|start))\\b`,
);
const BAD_LUCK =
  /\b(?:on hold|queu\w+|same (?:form|thing|question)|minutes'? notice|jammed|wrong|broken|broke|crash\w*|cancelled|outage|(?:is|are|gone|went|goes) down|running late|delayed|missed|died|flat tyre|redo|ruined|stolen|leaking|stuck|raining|expired|blocked|price up|awful|frustrated|sad|as usual|always ends well|all night|working the weekend|join us finally|genius)\b/;
/** Bad luck only behind an "oh great" or "I just love": people also praise what comes again. */
const ONCE_MORE = /\b(?:again|another|twice|more|now)\b/;
const MARKED = /^(?:(?:well|and|so),? )*(?:oh|(?:i )?just|(?:i )?(?:really |absolutely )?love|what an?)\b/;
const HONEST =
  /\b(?:see|seeing|hear|hearing|meet|talk|speak|chat|together|back|welcome|congrat\w*|thanks?|nothing|not|isn't|don't|happy|please)\b/;

/** Whether praise is meant the other way. `lower`: what was said in lower case; `plain`: the same in plain words. */
export function isIronic(lower: string, plain: string): boolean {
  if (IRONY.some((mark) => mark.test(lower))) return true;
  const opening = PRAISE_OPENS.exec(plain)?.[0];
  if (opening === undefined) return false;
  const rest = plain.slice(opening.length);
  return (BAD_LUCK.test(rest) || (MARKED.test(opening) && ONCE_MORE.test(rest))) && !HONEST.test(rest);
}
