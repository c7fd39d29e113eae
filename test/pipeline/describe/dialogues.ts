/**
 * Dialogues written by hand to tell whether the cause of a shift is found. The analysed person is `me`; times are seconds.
 * `# title: since dv da cause`: when the affect of `me` began to move, by how much valence and arousal did, and the index of
 * the line that a reader would name, or `none`. Then the lines: who, from, to, words.
 */
const WRITTEN = `
# a promotion: 4 0.7 0.5 1
other 0 1.5 So I talked to the board yesterday.
other 2 4 Congratulations, you got the promotion, they love your work!
# bad news: 4 -0.7 -0.2 1
me 0 1 How was the visit?
other 1.5 4 I am sorry, it is terrible news, grandma died last night.
# a joke: 3 0.5 0.4 0
other 0 3 And then the parrot says, that is what she said, haha, it was hilarious!
me 4.5 5 Oh man.
# an insult: 3.5 -0.6 0.5 1
me 0 2 I finished the draft this morning.
other 2.4 4 You are an idiot, this is stupid and worthless.
# an accusation: 2.5 -0.4 0.5 0
other 0 2.5 You lied to me and you ruined everything, did you not?
me 4 5 What do you mean?
# chatter, and a shift of itself: 6 -0.5 -0.2 none
other 0 2 The meeting is at three in the other room.
me 2.5 4 Yes, I have it in the calendar.
# own words after the shift: 8 0.6 0.4 none
other 0 1 Let me share my screen.
me 9 11 I am so happy, this is wonderful!
# praise in the middle of a longer talk: 4.5 0.5 0.3 1
other 0 2 We went through all of the reports.
other 2.5 4.5 Yours was excellent, really great work.
other 5 7 We will go on with the next item.
# good news that is too long ago: 12 0.5 0.3 none
other 0 2 You won the prize, congratulations, amazing!
# good words and a fall of mood: 4 -0.6 -0.3 none
other 0 2 What a lovely day, I love this weather.
# a refusal: 5 -0.5 -0.1 1
me 0 2 Did they say something about the offer?
other 2.5 5 Yes, unfortunately they rejected it, it was a failure.
# a threat: 2.5 -0.6 0.6 0
other 0 3 If you tell anyone I will kill your project and hurt you badly.
# a compliment before small talk: 2 0.5 0.2 0
other 0 2 You look beautiful today, I am so glad to see you!
other 3.5 5 Shall we begin with the numbers?
# numbers read out: 4.2 0.4 0.3 none
other 0 2 Row four is twelve and row five is nine.
other 2.2 4 Row six is eleven.
# an angry interruption: 5 -0.5 0.4 1
me 0 4 So the plan is that we first go to the coast and then
other 3.5 5 Stop it, I hate this awful plan!
# telling one own bad news: 5 -0.6 -0.3 1
other 0 1.5 And how are you?
me 2 5 Not well, my father died and I feel terrible, awful, so sad.
# relief: 4 0.7 0.1 1
me 0 1.5 What did the doctor say?
other 2 4 Great news, it is nothing, you are healthy and safe!
# a slow afternoon: 8.5 -0.3 -0.4 none
other 0 3 The file is in the folder on the left side.
me 3.5 4 Okay.
other 5 7 And the other file is on the right.
# thanks: 4.2 0.5 0.3 1
me 0 2 I sent you the photographs.
other 2.5 4.5 Thank you so much, they are wonderful, I love them!
# blame among neutral lines: 4 -0.6 0.3 1
other 0 1.5 We lost the contract.
other 2 4 It is your fault, you failed us, it is a disaster.
other 5 6 The next item is the budget.
# a happy memory of itself: 5 0.5 -0.1 none
other 0 2 Please mute yourself while I dial in.
other 2.5 4 Can you see the slides?
# laughing at a disaster in a film: 5 0.6 0.5 1
other 0 2 The ship sank, everybody died, terrible.
other 2.5 5 But then, haha, the funniest scene ever, so funny!
# an apology accepted: 3 0.4 0 0
other 0 3 You were right, I appreciate you, you are the best friend.
me 5 6 It is fine.
# the shift comes before the bad words end, but after they began: 2 -0.6 0.4 0
other 0 5 There was a horrible accident, people were hurt, it was a tragedy, we were scared.
# two causes, the nearer one wins: 6 -0.6 0.5 1
other 0 1.5 Your work is terrible.
other 4.4 6 And you are a liar, a horrible person.
# a hard question: 2 -0.3 0.6 0
other 0 2 Why did you steal the money and lie about it?
# a plain question: 5.5 -0.4 -0.1 none
other 0 2 Do you take the train or the bus?
# nobody said anything: 5 -0.5 0.3 none
# getting calmer after the storm: 6 0.1 -0.5 none
other 0 2 The window is open.
me 2.5 4 I will close it.
# winning together: 2.5 0.7 0.7 1
me 0 1 And?
other 1.3 2.5 We won! We won! Fantastic!
me 3.5 5 Yes, that is great!
# contempt: 4.5 -0.5 0.1 1
me 0 2 I could write the report.
other 2.5 4 You are useless and lazy, what a joke, pathetic.
# bad words that were heard without effect, then a smile long after: 9.5 0.4 0.2 none
other 0 2 The traffic was awful and horrible.
other 6 8 I take the second exit.
# a birthday surprise: 4.5 0.7 0.6 1
other 0 2 Close your eyes for a moment.
other 3 5 Happy birthday! We love you!
# a resignation: 3 -0.5 0.1 0
other 0 3 I feel bad and I am sad to say that I quit, I am leaving the team.
me 4 5 Oh.
# spelling a name: 5 -0.4 0.3 none
other 0 2 It is spelled with a double m.
me 2.3 3 Double m.
other 3.5 4.5 Right, and then an e.
# one own success: 4.5 0.6 0.5 1
other 0 1 Tell me.
me 1.5 4.5 I won the award, it was amazing, I am so proud and happy!
# bad words that came after the fall: 5 -0.5 0.2 none
other 0 2 I am on the second page now.
other 6.5 8 This is terrible and stupid.
# comfort: 6 0.5 0 1
me 0 3 I failed the exam and I feel terrible.
other 3.5 6 You are brilliant and strong, I believe in you, it will be good.
# a scare: 1 -0.5 0.8 0
other 0 1 Watch out, danger, fire!
# pure boredom: 7 -0.3 -0.5 none
other 0 4 Section nine paragraph two says that the form has three copies.
other 4.5 8 Section ten says where they are kept.
# news whose words do not show it: 2 0.6 0.6 0
other 0 2 We are going to have a baby.
# a phone that rings with bad news, after a complaint about a car: 5 -0.6 0.2 none
other 0 1.5 My old car is terrible.
# irony: 3.5 -0.4 0.3 1
me 0 1 It fell down.
other 1.5 3.5 Oh great, well done, you broke it again.
# gallows humour: 4 0.6 0.6 0
other 0 4 I fell on my face, in front of the whole family, it was a disaster.
# comfort that hurts: 3 -0.5 -0.1 0
other 0 3 You are strong, you will find someone better.
# a short no: 3 -0.5 -0.1 1
me 0 2 Would you come with me?
other 2.5 3 No.
# to be put on the spot: 2.5 -0.2 0.5 0
other 0 2.5 Could you present it to the board tomorrow?
# a question of no weight, and a noise outside: 3.5 -0.1 0.5 none
other 0 1.5 Is it Monday or Tuesday?
# politeness, and then a smile at somebody who came in: 5.2 0.5 0.4 none
other 0 1.5 Thank you, that is great.
# an old grief, after kind words to somebody else: 3 -0.6 -0.2 none
other 0 2 Good morning, nice to see you all.
# a promise kept: 4 0.5 0.3 1
me 0 1.5 Did you ask her?
other 2 4 I did, and she agreed, it is a success.
# a complaint that is shared with relish: 2.5 0.3 0.4 0
other 0 2 The food there is awful, I hate it.
# a warning well meant: 3 -0.4 0.4 0
other 0 3 Be careful, there is a serious problem with your account.
# a loss told in passing: 2 -0.6 0.1 0
other 0 2 By the way, the dog is gone.
# a list of complaints, long over when the smile comes: 7 0.4 0.1 none
other 0 3 The room is bad, the sound is awful.
me 4 5 I see.
# envy: 2.5 -0.4 0.2 0
other 0 2 I won the lottery, I am so happy!
`;

export interface Dialogue {
  readonly title: string;
  readonly lines: readonly {
    readonly own: boolean;
    readonly startMs: number;
    readonly endMs: number;
    readonly text: string;
  }[];
  readonly shift: { readonly sinceMs: number; readonly valence: number; readonly arousal: number };
  readonly cause: number | null;
}

export const DIALOGUES: readonly Dialogue[] = WRITTEN.trim().split(/^# /m).slice(1).map(read);

function read(written: string): Dialogue {
  const [head = '', ...lines] = written.trim().split('\n');
  const [, title = '', since, dv, da, cause] = /^(.*): (\S+) (\S+) (\S+) (\S+)$/.exec(head) ?? [];
  return {
    title,
    shift: { sinceMs: Number(since) * 1000, valence: Number(dv), arousal: Number(da) },
    cause: cause === 'none' ? null : Number(cause),
    lines: lines.map((line) => {
      const [who, from, to, ...words] = line.split(' ');
      return { own: who === 'me', startMs: Number(from) * 1000, endMs: Number(to) * 1000, text: words.join(' ') };
    }),
  };
}
