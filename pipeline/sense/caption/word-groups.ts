/**
 * Words of six emotions, chosen and written for this project from everyday English. `*` ends a stem. Only words that mean
 * the feeling nearly always: ambiguous ones ("sick", "cold", "like") would make cues out of small talk.
 */
const EMOTIONS = ['joy', 'sadness', 'anger', 'fear', 'surprise', 'disgust'] as const;

export type Emotion = (typeof EMOTIONS)[number];

const GROUPS: Readonly<Record<Emotion, string>> = {
  joy: `happy happi* joy joyf* joyous* glad gladly delight* cheer cheerf* cheering smil* laugh* laughter giggl* grin grinning fun funny
    hilarious amus* enjoy* excit* thrill* ecsta* elat* bliss* euphor* overjoy* jubil* love loved loves loving lovely wonderful*
    fantastic* awesome amazing brilliant chuffed buzzing yay hooray hurray woohoo haha* hehe* lol celebrat* proud proudly grateful* thankful* relieved relief
    contented pleased pleasure merry radiant beaming`,
  sadness: `sad sadly sadness sadden* sadder saddest unhapp* cry cries cried crying tears tearful* weep* wept sob sobbing sobbed grief griev*
    mourn* sorrow* miserabl* misery depress* heartbr* heartache hopeless* despair* despond* gloom* melanchol* lonely loneliness lonesome
    hurts hurting disappoint* discourag* dishearten* regret* homesick bereav* devastat* downcast dejected forlorn
    upset miss missed missing ache aching tragic tragedy pity pitiful defeated worthless`,
  anger: `angr* anger* mad furious* fury rage raging enrag* outrag* livid irate annoy* irritat* frustrat* infuriat* exasperat* aggravat*
    resent* hostil* hate hated hates hating hatred bitter bitterly pissed damn dammit damned bullshit stupid idiot* idiotic
    ridiculous unfair unacceptable insult* offend* offensive fuming seething agitated argu* yell* shout* scream*  grr* ugh
    intolerab* vengef* spite* jealous*`,
  fear: `afraid fear fears fearf* feared scare scared scares scary scaring frighten* fright terrif* terror* panic* anxi* worr* nervous* dread*
    horror horrif* alarm* apprehens* uneasy unease petrif* threat* threaten* intimidat* phobia* paranoi* insecure desperat* trembl*
    shaking shaky tense tension stress* overwhelm* danger* unsafe risky helpless* vulnerab* creepy spooky haunt* timid distress*
    freak* jitter* hesitant doom*`,
  surprise: `surpris* shock shocked shocking shocker astonish* astound* amazed amazement stun stunned stunning startl* unexpected* sudden suddenly wow whoa
    woah gosh omg gasp* speechless unbelievabl* incredibl* incredulous disbelief baffl* bewilder* dumbfound* flabbergast* stagger*
    jaw-dropping mind-blowing unforeseen unreal blimey wtf huh perplex* puzzl* wonder* unpredict* eye-opening`,
  disgust: `disgust* gross grossed yuck* yucky ew eww* ick icky nause* revolt* repuls* repugn* repell* revulsion vile foul filth* filthy sicken*
    nasty rotten rotting stink* stinky stench putrid rancid slimy vomit* puke puking barf gag gagging loath* abhor* detest* despis*
    contempt* scorn* appall* horrid hideous distaste* unsavory unsavoury mouldy moldy sleaz* obscene grotesque odious abominab*
    cringe*`,
};

const exact = new Map<string, Emotion>();
const stems = new Map<string, Emotion>();
for (const emotion of EMOTIONS) {
  for (const word of GROUPS[emotion].split(/\s+/)) {
    if (word.endsWith('*')) stems.set(word.slice(0, -1), emotion);
    else exact.set(word, emotion);
  }
}

const SHORTEST_STEM = 3;

/** The emotion that a lower-case word names, if any. */
export function emotionOf(word: string): Emotion | undefined {
  const named = exact.get(word);
  if (named !== undefined) return named;
  for (let length = word.length; length >= SHORTEST_STEM; length--) {
    const emotion = stems.get(word.slice(0, length));
    if (emotion !== undefined) return emotion;
  }
  return undefined;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

export const NEGATIONS = set(`not no never none nobody nothing neither nor cannot without hardly barely scarcely
  don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't haven't hasn't hadn't ain't
  dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt havent hasnt hadnt aint`);

export const INTENSIFIERS =
  set(`very really so extremely totally absolutely completely utterly incredibly super truly deeply
  seriously literally insanely terribly awfully too fucking freaking damn`);

/** They make the next words weaker. */
export const SOFTENERS = set('slightly somewhat kinda sorta kind sort bit little fairly partly almost mildly less');

export const HEDGES =
  set(`maybe perhaps possibly probably presumably apparently somewhat seemingly guess suppose think believe seems
  seem might may could sorta kinda roughly almost fairly unsure uncertain`);

export const HEDGE_PHRASES: readonly RegExp[] = [
  /\b(kind|sort) of\b/,
  /\bnot (really )?sure\b/,
  /\bi (don't|dont|do not) know\b/,
  /\bmore or less\b/,
  /\bi mean\b/,
  /\ba (bit|little)\b/,
];

export const QUESTION_START =
  /^(who|what|when|where|why|how|which|whose|is|are|do|does|did|can|could|would|will|should|have|has|am|was|were|(is|are|was|were|do|does|did|can|could|would|have|has)n'?t)\b/;
