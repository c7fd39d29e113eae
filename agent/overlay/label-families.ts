/** Which family of feelings a label belongs to: 182 English terms need not be translated one by one. */

/** The families and terms of the bundled pack; a test holds them to it. */
const TERMS = {
  neutral: 'neutral, composed, even, matter-of-fact, unmoved, reserved, attentive, collected',
  joy: 'content, pleased, glad, warm, friendly, cheerful, happy, light-hearted, joyful, delighted, radiant, elated, excited, thrilled, overjoyed, proud, optimistic, affectionate',
  amusement: 'amused, playful, entertained, tickled, laughing, hilarious, mischievous, exuberant',
  calm: 'calm, relaxed, at ease, serene, peaceful, comfortable, satisfied, relieved, reassured, trusting, grateful, mellow, tranquil',
  interest:
    'interested, curious, engaged, alert, eager, enthusiastic, fascinated, hopeful, keen, inspired, absorbed, expectant',
  surprise:
    'intrigued, surprised, taken aback, startled, astonished, amazed, shocked, stunned, incredulous, caught off guard, awestruck',
  sadness:
    'wistful, subdued, down, disappointed, sad, hurt, dejected, lonely, sorrowful, tearful, grieving, miserable, heartbroken, distraught, hopeless, discouraged, regretful, moved',
  anger:
    'annoyed, irritated, cross, resentful, angry, indignant, stern, hostile, outraged, furious, enraged, bitter, aggrieved, defiant',
  frustration:
    'tense, impatient, frustrated, exasperated, stressed, agitated, strained, fed up, dissatisfied, pressured, restless, determined',
  fear: 'uneasy, wary, worried, nervous, anxious, apprehensive, afraid, alarmed, frightened, panicked, terrified, insecure, overwhelmed, desperate',
  disgust:
    'displeased, put off, uncomfortable, disapproving, disgusted, repelled, revolted, appalled, sickened, averse, offended',
  contempt:
    'smug, dismissive, scornful, contemptuous, superior, sceptical, sarcastic, disdainful, unimpressed, mocking, wry',
  boredom: 'bored, tired, disengaged, listless, indifferent, distracted, apathetic, drained, sluggish, sleepy, absent',
  confusion:
    'puzzled, confused, unsure, doubtful, perplexed, hesitant, lost, conflicted, thoughtful, bewildered, concentrated, searching',
  embarrassment: 'shy, self-conscious, embarrassed, awkward, sheepish, ashamed, guilty, flustered, bashful',
} as const;

export type Family = keyof typeof TERMS;

const FAMILIES: ReadonlyMap<string, Family> = new Map(
  (Object.keys(TERMS) as Family[]).flatMap((family) =>
    TERMS[family].split(', ').map((term) => [term, family] as const),
  ),
);

/** The family of a term; undefined for terms of other packs. */
export function familyOf(term: string): Family | undefined {
  return FAMILIES.get(term);
}
