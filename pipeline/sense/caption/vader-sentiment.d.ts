/** The package ships no types; this is what is used of it. */
declare module 'vader-sentiment' {
  interface PolarityScores {
    /** Shares of the text, 0..1. */
    readonly neg: number;
    readonly neu: number;
    readonly pos: number;
    /** -1..1 */
    readonly compound: number;
  }
  const vader: { readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): PolarityScores } };
  export default vader;
}
