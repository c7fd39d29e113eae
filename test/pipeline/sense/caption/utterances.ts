import { type Labelled, labelled } from './measure.ts';

/**
 * 200 things people say on video calls, written by hand for this test (none comes from the simulator or from a data set), each
 * with the sign of the sentiment that a listener would hear in the words alone. British and American, at work, at home, with
 * support and with friends; about a third without punctuation, as live captions come. An older set than `held-out.txt`.
 *
 * HELD OUT: the 80 lines of `HELD_OUT` are measured, never tuned or trained on: a failing line here is reported, not repaired.
 * The 120 of `DEVELOPMENT` are among what the reader learns from. One author wrote both: strangers' words may fare worse.
 */
type Kind = 'negation' | 'irony' | 'hedge' | 'question' | 'idiom' | 'misleading' | 'plain';

/** One utterance a line. */
function lines(kind: Kind, block: string): Labelled[] {
  return block
    .trim()
    .split('\n')
    .map((line) => labelled(line.trim(), kind));
}

export const HELD_OUT: readonly Labelled[] = [
  ...lines(
    'negation',
    `+ It's honestly not too shabby for a first go.
    + there's nothing I'd change about it
    + I've never felt more at home in a team.
    + Wouldn't say no to another week of this!
    + You haven't let anyone down, far from it.
    + no complaints on our end so far
    - This isn't what we agreed on.
    - I wouldn't recommend it to anyone.
    - I've not slept properly in days
    - Nobody bothered to tell us.
    - It doesn't feel right and I'm not comfortable signing it.
    - that's not exactly helpful is it`,
  ),
  ...lines(
    'irony',
    `- Well, isn't that just typical, the one day I'm off.
    - oh good it's frozen again
    - Love it when the invite changes five minutes before.
    - Thanks for nothing.
    - brilliant so we get to do the whole thing twice
    - Yeah, because that worked so well last time.
    - What a lovely surprise, another bill.
    - Top marks to whoever deleted the folder.`,
  ),
  ...lines(
    'hedge',
    `+ I think this might be the best one we've done.
    + it's sort of growing on me to be honest
    + I guess I'm quite proud of it, actually.
    - I'm a bit let down, if I'm being honest.
    - It's maybe getting to be too much for me.
    - I suppose I was kind of hoping for more
    - I could be wrong, but it feels like we're going backwards.
    0 i think it might be on the second floor
    0 It's probably around forty people, give or take.
    0 I guess we could start with the agenda.`,
  ),
  ...lines(
    'question',
    `+ How good was that concert though?
    + can you believe we actually won it
    - Why does nobody ever listen to me?
    - How many times do I have to ask for the same thing?
    - are you kidding me right now
    - What is wrong with this thing?
    0 could you scroll down a little
    0 Did the parcel come in the end?
    0 which of you is taking notes today
    0 Is it the blue one or the grey one?`,
  ),
  ...lines(
    'idiom',
    `+ Honestly, I was on cloud nine all weekend.
    + she passed with flying colours
    + That's music to my ears.
    + You're a lifesaver, honestly.
    + We've turned a corner with the little one's sleep.
    + Hats off to the whole crew!
    - I'm at the end of my tether with them.
    - it's been one thing after another since monday
    - The whole plan's gone pear-shaped.
    - He threw me under the bus in front of the client.
    - i'm running on empty here
    - That's the last straw.`,
  ),
  ...lines(
    'misleading',
    `+ That burger was insanely good, I could've died happy.
    + your set was wicked you absolutely killed it up there
    + Bug's gone, no more crashes, we're in the clear.
    + I cried laughing, you lot are ridiculous.
    - The fun part is over and now I can't even afford the rent.
    - my nice new laptop is dead as a doornail
    0 The attack surface section goes on page four.
    0 we run the stress test on thursday after the freeze
    0 You can fire off the email once the conflict is merged.
    0 Sorry, could you bear with me one second, please?
    0 The party with the interest in the trust is the grantor.
    0 add the error margin and the gross figure to the table`,
  ),
  ...lines(
    'plain',
    `+ The kids absolutely adored your present.
    + thank you so much that sorted it straight away
    + We had a gorgeous week by the sea.
    + I got the job!
    + Really chuffed with how the kitchen turned out.
    + It's so lovely to see all of your faces.
    + um yeah so the the feedback was really encouraging
    - I've been waiting on hold for an hour and I've had enough.
    - mum's back in hospital and i can't stop thinking about it
    0 so um the next slide is the timeline for the uh migration
    0 I'm just going to grab my charger.
    0 We usually have dinner around seven.
    0 The train gets in at ten past four.
    0 let me put you through to the accounts team
    0 I've sent it over to Karen and Dave.
    0 right so that's item three moving on to item four`,
  ),
];

export const DEVELOPMENT: readonly Labelled[] = [
  ...lines(
    'negation',
    `+ Not bad at all, that.
    + can't complain really
    + There's nothing wrong with it, it works fine.
    + I couldn't be happier for you both.
    + It's not a problem, honestly, happy to help.
    + I don't think it could have gone any better.
    + you're not wrong it does look great
    + We didn't have a single issue all night.
    + I'm not worried any more, the scan came back clear.
    - I don't think this is good.
    - it's not really working for me
    - I'm not thrilled about it, to put it mildly.
    - That wasn't very fair on her.
    - We never hear anything good from them.
    - i haven't got a clue what they want from me
    - It doesn't help that nobody answers.
    - There's no way I'm doing that again.
    0 No, not that one, the one above it.`,
  ),
  ...lines(
    'irony',
    `- Oh great, another outage.
    - Well, that went brilliantly.
    - just what I needed on a friday afternoon
    - Yeah right, like they'll ever call back.
    - Oh fantastic, now the printer's jammed as well.
    - nice one you've deleted the wrong branch
    - Wow, thanks so much for the five minutes' notice.
    - Because I've got nothing better to do, obviously.
    - Great, so we're back to square one.
    - I just love being on hold for forty minutes.
    - what a joy it is to fill in the same form twice
    - Good luck getting an answer out of them.`,
  ),
  ...lines(
    'hedge',
    `+ I think it went pretty well, actually.
    + it's kind of nice having everyone here
    + I suppose we did all right in the end.
    + I mean, it's maybe my favourite one so far.
    + I'm fairly confident we'll make it.
    - I'm a little bit disappointed, I guess.
    - it's maybe not quite what I was hoping for
    - I don't know, it just feels kind of off.
    - I'm not sure I can keep doing this.
    - It might be a bit of a mess, to be honest.
    - i guess i'm just tired of explaining it
    0 I think it's on the third tab, maybe.
    0 it might be about a quarter past
    0 I'm not sure, let me check.
    0 Perhaps we could move it to Wednesday.`,
  ),
  ...lines(
    'question',
    `+ How amazing is this view?
    + isn't she just the sweetest
    + Did you see how well they did?
    + who wouldn't want to come back here
    - Why is this still broken?
    - How could you say that to her?
    - what on earth were they thinking
    - Do you have any idea how long I've been waiting?
    - Seriously, who thought this was a good idea?
    0 What time does it start?
    0 can you see my screen okay
    0 Would you like me to share it now?
    0 is that good for everyone on thursday
    0 Do you want the good one or the cheap one?
    0 Could I get your order number, please?`,
  ),
  ...lines(
    'idiom',
    `+ I'm over the moon, I really am.
    + we absolutely smashed it
    + You knocked it out of the park.
    + That really made my day.
    + fingers crossed it's looking up
    + It's a weight off my shoulders.
    + I'm on top of the world today.
    + they went above and beyond for us
    + It's right up my street, that.
    - I'm fed up to the back teeth with it.
    - We dropped the ball on this one.
    - it's doing my head in
    - I'm at my wits' end, honestly.
    - That really gets on my nerves.
    - i've had it up to here with this supplier
    - It's a complete car crash.
    - He's really rubbed me up the wrong way.
    - it all went down the drain`,
  ),
  ...lines(
    'misleading',
    `+ Problem solved, thanks to you.
    + that's a sick beat mate love it
    + No worries at all, I'm enjoying the break.
    + I'm dying, that's hilarious.
    + We absolutely killed it on Friday.
    + It's scary how good he is at this.
    - I'm sick of this.
    - The support line is a joke.
    - it's the best they can do apparently and it's rubbish
    0 The deadline is on Friday.
    0 just kill the process and start it again
    0 Sorry for the wait, thanks for your patience.
    0 The critical path is in the shared folder.
    0 drop the files in the trash and hit save
    0 It's a free trial with no hidden values in the fine print.
    0 We'll fight for the slot at the award panel, then a lunch like last time.
    0 the play button is on the top left
    0 Thanks, bye, speak to you on Monday.`,
  ),
  ...lines(
    'plain',
    `+ I'm so happy for you!
    + This is exactly what we hoped for.
    + it was such a good laugh last night
    + You've been really helpful, thank you.
    + Mum's feeling much better now.
    + that's brilliant news well done
    + I really appreciate you staying late.
    + Everyone loved it, honestly.
    + the baby slept through the night
    - I'm really upset about what she said.
    - The app keeps crashing and I've lost all my work.
    - i'm absolutely knackered and everything hurts
    - It's been a horrible week.
    - They cancelled on us again.
    0 I'll be there about six.
    0 so the second column is the total
    0 Um, let me just, uh, find the right window.
    0 We moved the meeting to room four.
    0 My sister lives in Leeds with her two kids.
    0 you're on mute I think
    0 It's a blue car with four doors.
    0 I'll send the notes round after the call.
    0 we're going to the shops then picking up Sam
    0 Next up is the budget for the second quarter.`,
  ),
];
