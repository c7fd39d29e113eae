/**
 * What people say without saying it, in plain words that the lexicon and the word groups know: idioms, manners and names of
 * things, written for this project from everyday British and American English and from what teachers of English hold common.
 * Order matters: a later entry reads what the earlier ones left. There is no end to idioms: about half of those in words that
 * this list was not made for are missed, and read as saying nothing.
 */
const ME = '(?:me|you|him|her|us|them|everyone)';
const MY = '(?:my|your|his|her|our|their|the)';
const WE = '(?:i|you|he|she|we|they)';
const VERY = '(?:(?:really|absolutely|totally|completely|so|just|an?|total|complete|absolute|bit of an?) )*';

const PHRASES: readonly (readonly [plain: string, ...said: readonly string[]])[] = [
  // Manners and filler.
  [
    '',
    'no (?:worries|problem|bother|trouble)(?: at all)?',
    "(?:not a|isn't a) problem",
    "(?:don't|dont|not to) worry(?: about (?:it|that))?",
    'sorry (?:for|about) the (?:wait|delay|noise|background noise)',
    'sorry to (?:keep you|bother|interrupt|jump in)',
    '(?:thanks|thank you) for (?:your patience|waiting|holding|joining|calling|bearing with)',
    'to be (?:honest|fair|frank)',
    'not (?:only|just)(?= .* but)',
    "(?:what|this|that|which|any|some|same|every|the) (?:kind|sort)s? of|(?<=what'?s )the (?:best|right|easiest|quickest|fastest)",
    "(?:hasn't|haven't|hasnt|havent|can't|cant|couldn't|won't|don't|didn't) stop(?:ped)?",
    // "Never laughed so much" says that it was much.
    'never(?= (?:\\w+ ){1,2}(?:so|such|more|as)\\b)',
    'as well|(?:right|straight) (?:now|away|here|there|then)|all right then',
    '(?:good|great) (?:morning|afternoon|evening|night)',
    // "Good, let's begin" closes what came before it.
    "^(?:good|great|lovely|perfect|brilliant|cool)(?=,? (?:let's|so|now|next|i'll|we'll|can|could)\\b)",
    'the best (?:they|you|we|he|she|it|i) (?:can|could)(?: do)?',
  ],
  // Names of things and plain doings.
  [
    'thing',
    'kill(?:ed|ing|s)? (?:the|that|this|off the|all the) (?:process|task|job|app|server|tab|session|script|lights|call)\\w*',
    '(?:free|risk|drug|clinical) trials?',
    '(?:award|credit|support|help|panic|play|like) (?:panel|button|desk|line|team|page|card|menu)s?',
    'fine print',
    'fight(?:ing)? (?:for|over) (?:the|a) (?:slot|spot|seat|bill)',
    '(?:dead|cut[- ]?off)[- ]?lines?',
  ],
  ['somewhat', '(?:kind|sort) of'],
  // Strong words as praise or emphasis.
  [
    'very',
    '(?:scary|scarily|crazy|insane|insanely|ridiculous|ridiculously|stupidly|awfully|terribly|dangerously)(?: how)?(?= (?:good|great|nice|talented|fast|clever|smart|funny|lovely|cute|beautiful|kind|easy))',
    'pretty(?= (?:much|sure|bad|sad|awful|terrible|good|great|well|nice|happy))',
  ],
  [
    'appreciate',
    "(?<!would you )(?<=\\b(?:i|we|you|they|really|do|quite|don't|dont|didn't|didnt|doesn't|doesnt) )like(?! to)",
  ],
  ['how excellent', 'how well'],
  [
    'excellent',
    'sick (?:beat|track|tune|move|trick|shot|goal|solo|design|view)s?',
    `(?:knock|smash)(?:ed|ing|s)? (?:it|that|this) out of the park`,
    '(?:smash|nail|kill|ace|crush|rock)(?:ed|d|ing) (?:it|that|this)',
    'above and beyond',
    `right up ${MY} (?:street|alley)`,
    "(?:the )?(?:bee's knees|cat's whiskers|dog's bollocks|icing on the cake|best thing since sliced bread)",
    '(?:makes?|made|making) all the difference|strength to strength|d(?:oes|id) the trick|(?:hit|hits) the jackpot|blessing in disguise',
    '(?:like a dream|like magic|leaps and bounds|flying start|silver lining|ray of sunshine|sight for sore eyes|hunky[- ]dory|(?<!long |some |further )way to go)',
    `(?:good as gold|fit as a fiddle|piece of cake|heart of gold|match made in heaven|feather in ${MY} cap|like a house on fire|back on ${MY} feet)`,
    `out of this world|hand it to ${ME}|hats? off|(?:pat on the|pats on the) back|paid off|no harm done|(?:must|can)(?:n't|nt|not) (?:grumble|complain)`,
    "(?:could|couldn't|might) have been worse|(?:could|might) be worse|never (?:been )?better|got (?:the|a|that) (?:job|part|place|promotion|offer)|(?:can't|cannot|cant) wait(?! any| all)",
    '(?:pass|passed|passes) (?:my|his|her|our|all|the|their|with)(?: \\w+)? (?:exams?|tests?|marks|grades)|having a baby|getting (?:married|engaged)|got (?:married|engaged|promoted)',
    `no ?one (?:i'd|we'd) rather|nothing (?:beats|better than)|(?:can't|cant|cannot|couldn't) thank ${ME} enough|means (?:the world|so much|a lot)`,
    '(?:bent|bend|bending) over backwards|been (?:such )?a rock|owe (?:you|them|him|her) one|(?:went|gone|goes) down (?:a storm|well|a treat)|slept like|standing ovation|everything (?:i|we) (?:wanted|hoped for|asked for)',
    `(?:can|could)(?:'t|not|n't|nt)(?: \\w+){1,3} (?:highly )?enough|at a better time|done? ${ME} proud|did ${ME} proud`,
    `(?:hit|met|beat|smashed|beaten) (?:our|my|your|their|his|her) (?:targets?|goals?)|pulled together|save[sd]? ${ME} so much|(?:took|taken) (?:his|her|their) first steps|got the keys`,
    'second to none|top[- ]notch|spot on|thumbs up|a treat|worth every penny|worth the wait',
    'a breath of fresh air|(?:works|worked|went|goes) like (?:a charm|a dream|clockwork)',
    '(?:hit|hits) the (?:spot|nail on the head)|(?:bang|right) on (?:the )?(?:money|target)|on the right track',
    "(?:couldn't|could not|couldnt|can't|don't think (?:it|that|we) could)(?: be| have been| have gone| have done| ask for)* (?:any )?(?:better|nicer|easier|smoother)",
    '(?:fingers crossed|light at the end of the tunnel|looking up|on the up|on the mend|so far so good)',
    'problem solved|(?:all|got it) (?:sorted|fixed)',
    '(?:did|doing|done|turned out|going|went|goes|go|works|worked|so|really|pretty|feel|feeling|very) (?:really |pretty |very |so )*(?:well|all right|alright)',
  ],
  [
    'delighted',
    'over the moon|on top of the world|tickled pink|walking on air|in seventh heaven|in my element',
    `ma(?:de|kes|king) ${MY} (?:day|week|year|morning|night|weekend)`,
    'on cloud (?:nine|9)|thrilled to bits|jump(?:ing|ed)? for joy|floating on air|(?:in )?high spirits|beside myself with joy|happy as (?:a \\w+|can be)',
    `music to ${MY} ears|ear to ear|happy camper|joys of spring|dog with two tails|(?:get|got) a (?:real )?kick out of|best day ever`,
    'dream come true|having the time of my life|(?:had|having) a (?:ball|whale of a time|blast)|full of beans',
    "(?:couldn't|could not|couldnt) (?:be|have been) (?:any )?(?:happier|prouder|more pleased|more proud)",
    "who (?:wouldn't|wouldnt|doesn't|doesnt) (?:want|love|like|enjoy)",
    'good laugh|in stitches|bucket of laughs',
  ],
  [
    'relieved',
    `weight off ${MY} (?:shoulders|mind|chest)|load off ${MY} mind|out of the woods`,
    '(?:came|come|comes) back (?:clear|negative|clean|normal)|all clear|in remission|feel(?:s|ing)? (?:so much )?lighter|(?:dodged|dodging) (?:a|that) bullet|sigh of relief|off the hook',
  ],
  // Complaints that are sentences of their own: nothing before them denies or asks them.
  [
    '. frustrated',
    '(?:what|who|why|how) (?:on earth|the (?:hell|heck|devil))',
    `what (?:was|were|are|is) ${WE} (?:even )?thinking`,
    `how (?:could|dare) ${WE}`,
    'any idea how (?:long|many|much|often)',
    'who thought (?:this|that|it) was (?:a|an) (?:good |great |bright )?idea',
    "no way (?:i'm|i am|am i|we're|we are|i'll)",
    "why (?:is|are|does|do|did|can't|won't|has|have|isn't|doesn't|aren't)(?: \\w+){1,3} (?:still|always|never)",
    '(?:nobody|no one|no-one) (?:ever |even )?(?!is\\b|was\\b|has\\b|had\\b|will\\b|would\\b|else\\b|here\\b|can\\b|knows\\b|minds?\\b|minded\\b|objected\\b|complained\\b|died\\b|got\\b)\\w+',
    `(?:did|does|do|is|was|wo)n'?t even|not even (?:a|an|one)|why (?:won't|can't|doesn't|isn't|hasn't|wont|cant|doesnt|isnt) (?:it|this|that|they|he|she|anyone|you|the|my)`,
    `who (?:do|does) ${WE} think|what do you mean (?:it|it's|they|he|she|there's|no|you)|how is (?:this|that|it) (?:even )?(?:acceptable|fair|possible|okay|ok|allowed)`,
    'when (?:is|are) (?:(?:somebody|someone|anybody|anyone|they)|(?:they|you|he|she|it) (?:ever|actually|finally)) going to',
    "i wish (?:you|he|she|they|it|i|we)(?:'d| would| had| hadn't| could| was| were| didn't)|if only (?:i|you|he|she|they|we)",
    '(?:you|they|he|she|someone|somebody) (?:could|should|might) have (?:told|asked|said|warned|called|checked|known|thought)|no point(?: in)?|what is the point|the point of (?:this|it all)',
  ],
  [
    'frustrated',
    'fed up(?: to the back teeth)?(?: (?:with|of))?',
    '(?:sick(?: and tired| to death)?|tired) of',
    `(?:doing|does|did|do) ${MY} (?:head|nut) in`,
    `(?:at )?${MY} wit'?s'? end`,
    `(?:on|gets under|got under) ${MY} (?:nerves|skin|wick|goat)|(?:gets|got) ${MY} goat`,
    '(?:had|have) it (?:up to here|with (?:this|that|them|him|her|you))',
    `rub(?:s|bed|bing)? ${ME}(?: up)? the wrong way`,
    `(?:driv(?:e|es|ing)|drove) ${ME} (?:up the wall|mad|crazy|nuts|insane|round the bend|bonkers)`,
    `(?:lose|losing|lost) (?:${MY} )(?:rag|temper|cool|patience)|hit the (?:roof|ceiling)|blew (?:up at|${MY} top)`,
    `(?:banging|bang) ${MY} head against|(?:pulling|tearing) ${MY} hair out|makes ${MY} blood boil`,
    "(?:can't|cannot|couldn't|cant) (?:stand|bear|be bothered with|be doing with)",
    `(?:throw|threw|throwing|having|had) a fit|seeing red|saw red|up in arms|boiling point|ruffl\\w+ ${MY} feathers|blow a fuse|blew a fuse`,
    `out of patience|the last straw|(?:at )?the end of ${MY} rope|(?:the )?bane of ${MY} life|snapp?(?:ed|ing)? ${MY} head off|sour grapes`,
    "just typical|for (?:goodness|god's|heaven's|pete's) sake|let(?:s|ting)? (?:me|us|you|him|her|them|everyone)? ?down|let-?down",
    "brick wall|uncalled for|(?:expected|deserved?) better|so done(?: with)?|pillar to post|out of hand|(?:it is|it's|this is|that's|for) the (?:third|fourth|fifth|umpteenth) time(?= (?:this|that|today|now|i|we|you|it|they)\\b)|stormed out|walked out on",
    'slap in the face|(?:taking|takes) the (?:mick|mickey|piss|biscuit)|leaves a bad taste',
  ],
  [
    'awful',
    `dropp?(?:ed|ing|s)? the ball|(?:car|train) (?:crash|wreck)|(?:down|round) the (?:drain|pan|toilet|tubes)`,
    "up in smoke|(?:went|gone|going|goes) (?:sideways|to pot|downhill)|dog's (?:dinner|breakfast)|pig's ear",
    '(?:fell|falling|fallen|falls) (?:flat|through|apart|short|to pieces)|back to (?:square one|the drawing board)',
    '(?:complete |total |absolute )*waste of (?:time|money|space|effort)|can of worms|hit the fan|on (?:its|their|his|her) last legs',
    `(?:is|was|are|were|'s|be|been) ${VERY}joke`,
    '(?:screw|mess|cock|balls|foul)(?:ed|ing|s)? (?:it |this |that |everything )?up|made a (?:mess|hash|meal) of',
    "(?:feels?|felt|seems?|smells?|looks?|something's|something is) (?:(?:really|very|just|somewhat|slightly|pretty|a|bit|little|quite) ){0,3}off(?=[.!?,]|$)",
    `(?:bit|bitten|bite) off more than|on the blink|spanner in the works|wrong foot|first hurdle|blew up in ${MY} face|through ${MY} fingers`,
    "missed the boat|on (?:its|their) knees|off the rails|an arm and a leg|(?:fuel to the|fuel on the) fire|insult to injury|alarm bells|backs? (?:is |are )?(?:to|against) the wall|(?:it's|that's) the pits|a fat lot of good",
    "(?:not|isn't|wasn't|isnt|wasnt|aren't|weren't)(?: really| quite| exactly| at all)* what (?:i|we|you|they|he|she)(?: \\w+){1,3}",
    '(?:could|should) (?:be|have been) (?:a lot |much )?better|not (?:quite )?there yet|(?:hit )?a (?:bit of a )?snag|oh (?:no|dear)(?=[,.!]|$)|keep my eyes open',
    'overcharged|(?:raised|put up|hiked) the (?:rent|price|prices|fees?)|put the (?:rent|price|prices) up|cost(?:s|ing)? (?:us |me )?a fortune|(?:keeps|kept) (?:dropping|freezing|cutting)|(?:so|way|really) behind(?: on)?',
    '(?:a lot|much) to be desired|(?:seen|had|have had) better days|ghosted|stood (?:me|him|her|us|them) up',
    'for the worse|bad to worse|worst of both worlds|a kick in the teeth|a bitter pill|an uphill (?:battle|struggle)',
    "(?:couldn't|could not|can't) (?:be|have been|get|have gone) (?:any |much )*worse",
  ],
  [
    'sad',
    `down in the dumps|heart (?:sank|sinks)|feeling (?:blue|down|low)|(?:at|hit) rock bottom|br(?:oke|eaks) ${MY} heart`,
    `cr(?:y|ied|ying) ${MY} eyes out|down in the mouth|a damper on|(?:what a|it's a|such a) (?:shame|pity|drag)|too bad|tough break|the end of the world`,
    'pass(?:ed|ing) away|put (?:the|our|my) (?:dog|cat) down|(?:all )?on my own again|(?:want to|going to|about to|ready to) give up|(?:lost|losing) (?:my|his|her|our|their) (?:job|jobs|mum|mom|dad|nan|gran|house|home)',
    'in bits|(?:in )?floods of tears|lump in (?:my|your|his|her) throat|under the weather|out of sorts',
  ],
  [
    'exhausted',
    'burn(?:t|ed|ing)? out|dead on (?:my|his|her|our|their) feet|worn out|run off (?:my|our) feet|at breaking point',
    `(?:too much|a lot) on ${MY} plate|candle at both ends|(?:stretched|spread) (?:too )?thin|hanging by a thread|(?:drowning|snowed under|up to my (?:eyes|neck|ears))`,
    "(?:can't|cannot|cant|not sure (?:i|we) can|not sure how long (?:i|we) can) (?:keep|go on|carry on|take)(?: doing)?(?: (?:this|like this|it))?",
  ],
  [
    'worried',
    '(?:coming|gone|went) down with|(?:heart|head) is (?:pounding|racing|splitting)',
    'in knots|freak(?:ing|ed) out|worried sick',
    'on edge|cold feet|butterflies in|scared to death|keep(?:s|ing)? me up at night|walking on eggshells',
    'on tenterhooks|bag of nerves|nervous wreck|hot and bothered|in a (?:flap|tizz|pickle)|(?:get|got|have) a bad feeling',
  ],
];

const RULES = PHRASES.map(([plain, ...said]) => ({
  plain,
  said: new RegExp(`(?<![\\w'])(?:${said.join('|')})(?![\\w])`, 'g'),
}));

/** The same in plain words; lower case in, lower case out. */
export function inPlainWords(lower: string): string {
  let text = lower;
  for (const { plain, said } of RULES) text = text.replace(said, plain);
  return text;
}
