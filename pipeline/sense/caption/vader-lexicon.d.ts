/** The package ships no types; this is what is used of it. */
declare module 'vader-sentiment/src/vader_lexicon.js' {
  /** Word to mean rating, -4..4. */
  export const lexicon: Readonly<Record<string, number>>;
}
