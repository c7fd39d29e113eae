"""Things that happen to people, put together from what is good or bad to have, to do, to have done to one, and from what turns
it around: losing, ending, being denied, being asked. Written so that the sign is certain; what is not, is not made."""
import numpy as np

GOOD, BAD, NEUTRAL = 1, 2, 0


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", " ").split("|") if part.strip()]


WHO = _list("""he|she|they|my mum|my dad|my boss|my sister|my brother|my manager|the teacher|my landlord|the neighbours|my wife|my husband|
my son|my daughter|the nurse|my friend|the coach|the council|the company|my team|our client|the school|somebody|tom|anna|karen|the bank|the hospital""")
PERSON = _list("""he|she|my mum|my dad|my nan|my grandad|my wife|my husband|my son|my daughter|the baby|my brother|my sister|my uncle|my friend|
our neighbour|the dog|the cat|tom|anna""")
I = _list("i|we|he|she|they|my mum|my son|my daughter|my sister|our team|my husband|my brother|the kids")

THINGS = _list("""phone|laptop|car|bike|boiler|fridge|washing machine|dishwasher|oven|heating|shower|lift|printer|camera|microphone|screen|internet|wifi|
server|website|app|router|tv|watch|guitar|piano|glasses|hearing aid|wheelchair|roof|window|fence|front door|tap|toilet|van|boat|tablet|headset|keyboard|charger|
sewing machine|lawnmower|tent|suitcase|coat|ring|camera|database|backup|file|link|account|key|alarm""")
WORKS = _list("""is working again|works perfectly now|is fixed|has been fixed|has been repaired|is as good as new|is back up|runs like new|is mended|
is up and running|is sorted|has been replaced for free|works a treat|is finally working|survived|came back as good as new""")
BREAKS = _list("""is broken|has broken again|has packed in|has stopped working|won't start|won't turn on|is leaking|has died|died on me|keeps crashing|
keeps cutting out|is cracked|got smashed|was stolen|has gone missing|is down again|has been down all day|fell apart|is ruined|caught fire|froze again|
doesn't work|still doesn't work|is not working|got wrecked|broke after a week|is playing up again|has had it|is beyond repair|has conked out""")
DID_FIX = _list("fixed|mended|repaired|found|returned|brought back|replaced|rescued|saved|sorted out|cleaned|got back")
DID_BREAK = _list("broke|smashed|lost|stole|ruined|scratched|dropped|dented|wrecked|crashed|damaged|cracked|spilled coffee on|threw away|sat on|took away|hacked")

GET = _list("got|was offered|has been offered|has been given|was given|won|has landed|finally got|was awarded|has earned|received|has got")
GAVE = _list("gave me|offered me|has offered me|has given me|awarded me|promised me|found me|got me|handed me|gave us|offered us|agreed to give us")
DENIED = _list("""refused us|denied me|turned me down for|took away|won't give me|wouldn't give us|has withdrawn|cancelled|gave somebody else|said no to|
rejected me for|passed me over for|never gave me|pulled|decided against giving me|has scrapped""")
GOODS = _list("""the job|a job|a permanent job|the promotion|a promotion|a pay rise|the contract|the scholarship|a scholarship|the part|the lead role|the house|the flat|
the loan|the mortgage|the grant|the funding|the visa|the place at university|a place on the course|a second chance|a refund|the award|an award|a prize|first prize|
the medal|a day off|a bonus|the transplant|the treatment|an apology|the money back|a discount|an upgrade|a new kidney|citizenship|a full time contract|
tickets for the final|a seat|a bed in the ward|more time|the week off|an extension|parental leave|the extra staff|support|help|a raise|a book deal|a record deal""")
BADS = _list("""a fine|a parking ticket|a warning|a final warning|the sack|detention|a ban|a huge bill|a bad review|a black eye|a virus|an infection|a migraine|
a fever|a puncture|a rejection letter|an eviction notice|a court summons|a bad cold|the flu|food poisoning|a concussion|a broken nose|
a suspension|a bill for two thousand pounds|a criminal record|the blame|an f|the worst mark in the class|a nasty letter|a tax demand|shingles|nits""")
DROPPED = _list("dropped|waived|cancelled|lifted|withdrew|took back|scrapped|let me off|tore up|overturned")

UP_GOOD = _list("""salary|pay|pension|savings|profits|sales|grades|marks|confidence|energy|strength|appetite|eyesight|memory|chances|score|ratings|audience|
budget|staff|orders|income|rating|scholarship|support|mobility|voice|health|productivity|attendance""")
UP_BAD = _list("""rent|bills|bill|costs|fees|fee|taxes|tax|debt|debts|workload|pain|fever|temperature|tumour|lump|swelling|rash|noise|waiting time|waiting list|
error count|crime|pollution|blood pressure|stress|anxiety|losses|mistakes|complaints|unemployment|commute|delay|queue|leak|crack|damp|mould|
traffic|blood sugar|interest rate|insurance|price|prices|fine|risk""")
UP = _list("""has gone up|has doubled|has tripled|has grown|has increased|is rising|has shot up|keeps going up|is climbing|went up again|is higher than ever|
has gone through the roof|keeps growing|is getting bigger""")
DOWN = _list("""has gone down|has halved|has shrunk|has fallen|has dropped|is coming down|has come right down|is lower than ever|keeps going down|
is getting smaller|has been cut|has been cut in half|has been slashed|is down|is falling""")
RAISED, CUT = _list("raised|doubled|increased|put up|hiked"), _list("cut|halved|reduced|lowered|slashed")

GOOD_EVENTS = _list("""wedding|party|holiday|honeymoon|concert|trip|picnic|birthday|show|festival|date|reunion|barbecue|match|opening|launch|christmas|
ceremony|graduation|visit|day out|weekend away|cruise|dinner|performance|anniversary|gig""")
BAD_EVENTS = _list("""strike|war|layoffs|redundancies|eviction|trial|court case|lawsuit|chemo|radiotherapy|drought|flood|storm|lockdown|night shifts|
bullying|nightmares|headaches|panic attacks|seizures|treatment|roadworks|drilling|divorce|surgery|quarantine|power cuts|cravings|hot flushes""")
OFF = _list("has been cancelled|was called off|is off|got rained off|was a disaster|was ruined|had to be postponed again|fell through|was spoilt|ended in a row|was a flop|isn't happening")
ON = _list("went perfectly|was wonderful|is back on|was a huge success|went so well|was magical|was everything we hoped for|is going ahead after all|was amazing|was such fun|couldn't have gone better")
ENDED = _list("is over|are over|has ended|have stopped|has finally stopped|are finally over|has been called off|are behind us|is finally finished|have been called off|were avoided|has been settled")
STARTS = _list("has started again|are back|is back|have started|has got worse|are getting worse|is dragging on|won't stop|is killing us|are ruining my life|goes on and on|came out of nowhere")

BODY = _list("""back|knee|head|tooth|shoulder|hip|throat|stomach|ear|neck|ankle|wrist|foot|chest|eye|arm|leg|hand|skin|heart|lung|liver|finger|elbow""")
HURTS = _list("""hurts|is killing me|is really sore|is swollen|aches all the time|is broken|is getting worse|gave way|is throbbing|is infected|hurts like hell|
is bleeding|is playing up again|went numb|keeps me awake|burns|won't stop hurting|is bruised""")
HEALED = _list("""doesn't hurt any more|is much better|has healed|is healing well|feels great|is as good as new|is fine again|has stopped hurting|is finally better|
is strong again|works properly again|is on the mend|got the all clear""")
ILL = _list("""is ill|is really poorly|is in hospital|is in intensive care|was rushed to hospital|has cancer|has had a stroke|had a heart attack|has died|passed away|
is dying|has collapsed|is getting weaker|is in pain|fell down the stairs|has gone missing|was hit by a car|can't walk any more|has stopped eating|is in a coma|
has lost the use of her legs|is back in hospital|has had a relapse|was attacked|doesn't recognise us|is so depressed|lost his job|was fired|got expelled|has been arrested|
was mugged|failed the exam|has been dumped|is being bullied|is drinking again|is heartbroken|is struggling|cries every night|has run away|is going blind""")
WELL = _list("""is better|is home from hospital|is out of hospital|is out of danger|has recovered|is recovering well|is in remission|is cancer free|can walk again|
is back on his feet|is eating again|came home|was found safe|is getting stronger|got the all clear|is sober|is smiling again|woke up from the coma|pulled through|
passed the exam|got engaged|got married|got promoted|found a job|got into university|won a medal|had a healthy baby|graduated|is doing really well|is thriving|
is so happy|made the team|came first|has made friends|is sleeping through|took her first steps|is off the painkillers|can see again|is laughing again|beat cancer""")

KIND = _list("""helped me move|stood up for me|lent me the money|brought me soup|remembered my birthday|listened to me|believed me|thanked me|hugged me|waited for me|
visited me in hospital|invited me|made me laugh|cheered me up|fixed it for me|said sorry|apologised|supported me|praised my work|asked how i was|kept the promise|paid for my dinner|
stayed with me all night|gave me a lift|welcomed us|made me feel at home|held my hand|called me back|replied straight away|let me go early|baked me a cake|
surprised me with flowers|backed me up|taught me to swim|found my purse|cooked for us|looked after the kids|stuck up for us|encouraged me|congratulated me|forgave me""")
CRUEL = _list("""shouted at me|lied to me|ignored me|laughed at me|forgot my birthday|cheated on me|left me|stole from me|pushed me|blamed me|talked over me|hung up on me|
cancelled on me|kept me waiting|called me names|went behind my back|let me down|broke my heart|broke the promise|hit me|insulted me|threatened me|made me cry|
humiliated me|threw me out|walked out on us|turned me away|made fun of me|ripped us off|cheated us|yelled at the kids|slammed the door in my face|took all the credit|
left me to do everything|stood me up|told everyone my secret|bullied my son|snapped at me|overcharged us|dumped me|betrayed me|rolled their eyes at me|left me out|
took it out on me|wasted my time|kicked the dog|interrupted me all the time|looked down on us|sneered at my accent|gave up on me""")
PLAIN = _list("""sent me the form|called about the date|moved the table|opened the window|read the list|parked the car|took the bus|wore a blue coat|put it in the drawer|
went to the shop|had soup for lunch|wrote the address down|sat in the second row|printed two copies|asked for the number|changed the title|came on tuesday|
turned left at the bridge|bought a lamp|made some tea|ordered the pasta|used the side door|left at six|told me the code|watched the news|painted the hall|walked the dog|
booked the small room|sent an email about the meeting|put the chairs in a row|copied the file|renamed the folder|switched the light on|read page nine|
added a column|phoned the office|signed the form|checked the list|opened the file|shared the screen|moved the meeting to monday|explained the second slide""")

HARD = _list("""start all over again|start from scratch|redo everything|do it all again|work through the weekend|move out|sell the house|sell the car|wait another month|pay twice|
give up the dog|borrow money again|cancel the holiday|go back to hospital|go to court|tell her it's over|beg for help|close the shop|lay people off|put the dog down|
have the tooth out|live on beans|sleep in the car|clean up their mess|stand the whole way|apologise for his mistake|work nights|fill in the whole form again|
take the exam again|leave the country|share a room with him|have another operation|throw it all away|give back the prize|walk home in the rain|skip meals|say goodbye|
get up at four every day|explain it for the tenth time|choose between heating and eating|queue for hours|take painkillers|hide from him|lie about it|quit""")
NICE = _list("""sleep in|go home early|see my kids every day|sing again|travel the world|live by the sea|work from home|play in the final|meet my hero|dance at the wedding|
hold the baby|spend christmas together|keep the house|keep my job|stay in the country|bring the dog|have a lie in|retire early|go on holiday|ride again|
swim in the sea|enjoy the garden|have the whole week off|work with my best friend|follow my dream|do what i love|go back to school|watch her grow up""")
ABLE = _list("sleep|walk|breathe|hear properly|see properly|eat|concentrate|work|move my arm|stand up|climb the stairs|speak|laugh|smell anything|drive|swallow|feel my legs|think straight|relax|cope|pay the rent|afford food|trust him|log in|get through to them|find him|get out of bed|keep up|focus|leave the house|get it to work|open the file|understand a word he says|get an appointment|get any help|reach anyone")

GOOD_ADJ = _list("""great|good|lovely|brilliant|wonderful|fantastic|amazing|excellent|beautiful|perfect|delicious|gorgeous|fun|funny|nice|helpful|kind|friendly|comfortable|exciting|impressive|
delightful|superb|charming|cosy|clever|thoughtful|fabulous|terrific|marvellous|smooth|easy|fair|generous|inspiring|relaxing|reassuring|refreshing|stunning|magical|
spotless|tasty|encouraging|promising|warm and welcoming|top class|outstanding|heavenly|adorable|hilarious|reliable|fast and simple|useful|peaceful|touching|sweet""")
BAD_ADJ = _list("""awful|terrible|horrible|dreadful|bad|boring|rude|disgusting|useless|pointless|disappointing|annoying|frustrating|painful|scary|depressing|ugly|dirty|filthy|unfair|cruel|
rubbish|pathetic|embarrassing|stressful|exhausting|miserable|a nightmare|a disaster|a mess|a joke|a waste of time|a shambles|unacceptable|ridiculous|dull|noisy|
broken|slow|confusing|worrying|upsetting|humiliating|unbearable|tedious|grim|nasty|mean|shocking|poor|stale|freezing cold|dangerous|offensive|heartbreaking|
sloppy|gloomy|unhelpful|dishonest|overpriced|lousy|hopeless|tasteless|creepy|bland|toxic|tiring|clumsy""")
PLAIN_ADJ = _list("""blue|green|round|square|on the left|on the second page|from last year|about a metre long|made of wood|in the drawer|on monday|at nine|in french|two pages long|grey|
next to the door|called alpha|for the other team|in the blue folder|ten minutes long|on the first floor|open until six|in the second column|made in italy|a tuesday|
written in pencil|upstairs|in april|due on friday|eight pounds|the same as before|longer than the other one|at the top|in the middle""")
SUBJECT = _list("""it|that|this|the food|the room|the film|the service|the meeting|the talk|the hotel|the whole thing|the course|the team|the book|the weather|the support|the new version|
the update|the interview|the concert|the trip|the party|the design|the report|the sound|the staff|your idea|the flat|the music|the game|the call|the plan|the journey|
the kitchen|the teacher|the doctor|the company|the process|the presentation|the neighbourhood|the coffee|the result|the first day|the garden""")

TOPIC_BAD = _list("""death|cancer|crime|murder|accident|error|failure|loss|fear|anger|hate speech|pain|stress|panic|war|fire|flood|fraud|risk|debt|damage|complaint|conflict|attack|trauma|
grief|poverty|injury|disease|virus|crash|emergency|horror|suicide prevention|bad weather|lost property|funeral|abuse|divorce|drug|violence|theft|waste|incident|bug|problem""")
TOPIC_GOOD = _list("""love|joy|happiness|success|win|award|prize|gift|beauty|peace|hope|best practice|good news|birthday|wedding|holiday|party|wellness|comfort|pleasure|fun|talent|
friendship|charity|welcome|thank you|bonus|celebration|quality|trust|freedom|dream|support|care|lucky draw|top ten|perfect match|smile""")
KINDS = _list("""report|form|column|test|section|scale|centre|policy|rate|page|chapter|department|register|log|slide|folder|table|figure|line|number|list|code|statistics|course|
workshop|museum|desk|unit|team|budget line|category|label|field|index|message|counter|database|plan|song|film|book|card""")
PLACE = _list("""is on page five|is in the second folder|starts at nine|is next to the lift|has three parts|is called beta|goes in column d|is on the left|was updated on monday|
is on the third floor|is from last year|has a number and a date|comes after the introduction|is open until six|is two pages long|is in the blue binder|closes at noon|
is on slide nine|is run by helen|needs a title|is the second one|is for the other team|moved to room four|is in the drawer""")
TIMES = _list("today|yesterday|this morning|last night|this week|on friday|again|at last|after all|this time|in the end|||||||||")
WRAP = _list("""i think|i guess|apparently|it turns out|i just heard|it looks like|honestly|to be honest|i have to say|so|well|and|you know what|i can't believe|believe it or not|
i suppose|it seems|i'm afraid|the thing is|as it happens|they say|i found out|so it looks as if|basically|||||||||||||||""")
GOOD_OPEN = _list("i'm so glad|i'm so happy|what a relief|great news|i'm over the moon|it's wonderful|good news|i'm delighted|thank god|thankfully|luckily|fortunately|lovely|i love that|hooray|i'm so relieved|i'm proud to say")
BAD_OPEN = _list("i'm so sad|i'm so upset|bad news|i'm gutted|it's awful|i hate that|i'm furious|unfortunately|sadly|i'm devastated|it breaks my heart|i'm fed up|i'm worried|oh no|it's not fair|i'm sorry to say|i'm so angry|damn")
IRONIC_OPEN = _list("oh great|oh brilliant|great|fantastic|wonderful|lovely|perfect|oh good|oh joy|well that's just great|brilliant|just what i needed|marvellous|oh fantastic|just great|well done|wow|oh perfect|terrific|how lovely|what a surprise")


def make(rng: np.random.Generator) -> tuple[str, int]:
    """One made-up utterance and its class."""
    text, sign = _FRAMES[rng.choice(len(_FRAMES), p=_WEIGHTS)](rng)
    if sign and rng.random() < 0.12:
        opening = _pick(rng, GOOD_OPEN if sign == GOOD else BAD_OPEN)
        text = f"{opening}{_pick(rng, [' ', ', ', ' , '])}{text}"
    elif rng.random() < 0.35:
        text = f"{_pick(rng, WRAP, '')} {text}".strip()
    return text, sign


def _pick(rng, options, *more):
    options = [*options, *more]
    return options[rng.integers(len(options))]


def _flip(sign: int) -> int:
    return {GOOD: BAD, BAD: GOOD, NEUTRAL: NEUTRAL}[sign]


def _one_of(rng, good, bad):
    sign = GOOD if rng.random() < 0.5 else BAD
    return _pick(rng, good if sign == GOOD else bad), sign


def _thing(rng):
    if rng.random() < 0.5:
        what, sign = _one_of(rng, WORKS, BREAKS)
        return f"{_pick(rng, ['my', 'the', 'our', 'her', 'his'])} {_pick(rng, THINGS)} {what}", sign
    did, sign = _one_of(rng, DID_FIX, DID_BREAK)
    return f"{_pick(rng, WHO, 'i', 'somebody', 'someone')} {did} {_pick(rng, ['my', 'the', 'our', 'her'])} {_pick(rng, THINGS)} {_pick(rng, TIMES, '')}", sign


def _goods(rng):
    r = rng.random()
    if r < 0.3:
        return f"{_pick(rng, I)} {_pick(rng, GET)} {_pick(rng, GOODS)} {_pick(rng, TIMES, '')}", GOOD
    if r < 0.5:
        return f"{_pick(rng, WHO)} {_pick(rng, GAVE)} {_pick(rng, GOODS)}", GOOD
    if r < 0.75:
        return f"{_pick(rng, WHO)} {_pick(rng, DENIED)} {_pick(rng, GOODS)}", BAD
    if r < 0.9:
        return f"{_pick(rng, I)} {_pick(rng, ['did not get', 'never got', 'was turned down for', 'missed out on', 'lost', 'will never get', 'is still waiting for', 'got turned down for', 'has been waiting months for', 'had to give up'])} {_pick(rng, GOODS)}", BAD
    return f"{_pick(rng, WHO)} {_pick(rng, ['said yes to', 'approved', 'agreed to', 'came through with'])} {_pick(rng, GOODS)}", GOOD


def _bads(rng):
    if rng.random() < 0.6:
        return f"{_pick(rng, [*I, 'i', 'i'])} {_pick(rng, ['got', 'has got', 'was given', 'ended up with', 'has had', 'came home with', 'is getting'])} {_pick(rng, BADS)} {_pick(rng, TIMES, '')}", BAD
    return f"{_pick(rng, WHO)} {_pick(rng, DROPPED)} {_pick(rng, ['the fine', 'the charges', 'the ban', 'the fee', 'the penalty', 'the complaint', 'the lawsuit', 'the warning', 'the eviction', 'the parking ticket', 'the surcharge', 'the suspension'])}", GOOD


def _amount(rng):
    noun, up = _one_of(rng, UP_GOOD, UP_BAD)
    rises = rng.random() < 0.5
    sign = up if rises else _flip(up)
    if rng.random() < 0.65:
        return f"{_pick(rng, ['the', 'my', 'our', 'her', 'his'])} {noun} {_pick(rng, UP if rises else DOWN)} {_pick(rng, TIMES, '')}", sign
    return f"{_pick(rng, ['they have', 'they', 'the council', 'the landlord', 'the boss', 'he has', 'the company has'])} {_pick(rng, RAISED if rises else CUT)} {_pick(rng, ['my', 'our', 'the'])} {noun} {_pick(rng, TIMES, '')}", sign


def _event(rng):
    r = rng.random()
    if r < 0.5:
        what, sign = _one_of(rng, ON, OFF)
        return f"{_pick(rng, ['the', 'our', 'my', 'her'])} {_pick(rng, GOOD_EVENTS)} {what}", sign
    if r < 0.85:
        what, sign = _one_of(rng, ENDED, STARTS)
        return f"{_pick(rng, ['the', 'my', 'her', 'his', 'our'])} {_pick(rng, BAD_EVENTS)} {what}", sign
    return f"no more {_pick(rng, BAD_EVENTS)} {_pick(rng, ['for me', 'for us', '', 'from now on'])}", GOOD


def _health(rng):
    if rng.random() < 0.4:
        what, sign = _one_of(rng, HEALED, HURTS)
        return f"my {_pick(rng, BODY)} {what}", sign
    what, sign = _one_of(rng, WELL, ILL)
    return f"{_pick(rng, PERSON)} {what} {_pick(rng, TIMES, '')}", sign


def _act(rng):
    who, r = _pick(rng, WHO), rng.random()
    if r < 0.5:
        what, sign = _one_of(rng, KIND, CRUEL)
        return f"{who} {_pick(rng, ['', '', '', 'just ', 'even ', 'really ', 'actually '])}{what} {_pick(rng, TIMES, '')}", sign
    if r < 0.65:
        return f"{who} {_pick(rng, PLAIN)} {_pick(rng, ['yesterday', 'today', 'on monday', 'this morning', '', '', 'at nine'])}", NEUTRAL
    if r < 0.8:
        return f"{who} {_pick(rng, ['never', 'hardly ever', 'never once', 'not once'])} {_pick(rng, KIND)}", BAD
    if r < 0.9:
        return f"{who} never {_pick(rng, ['', 'once '])}{_pick(rng, CRUEL)}", GOOD
    return f"nobody {_pick(rng, KIND)}", BAD


def _must(rng):
    r, who = rng.random(), _pick(rng, ["i", "we", "i", "we", "she", "he", "they"])
    if r < 0.3:
        return f"{who} {_pick(rng, ['have to', 'had to', 'have got to', 'will have to', 'might have to', 'am going to have to', 'was forced to', 'ended up having to', 'has to'])} {_pick(rng, HARD)} {_pick(rng, TIMES, '')}", BAD
    if r < 0.45:
        return f"{who} {_pick(rng, ['do not have to', 'no longer have to', 'will never have to', 'did not have to', 'need not'])} {_pick(rng, HARD)} {_pick(rng, ['any more', 'again', 'after all', ''])}", GOOD
    if r < 0.6:
        return f"{who} {_pick(rng, ['get to', 'got to', 'can finally', 'am allowed to', 'will be able to', 'am going to', 'can'])} {_pick(rng, NICE)} {_pick(rng, TIMES, '')}", GOOD
    if r < 0.72:
        return f"{who} {_pick(rng, ['will never', 'can not', 'am not allowed to', 'never got to', 'will not get to', 'did not get to', 'can no longer', 'used to'])} {_pick(rng, NICE)}", BAD
    if r < 0.88:
        return f"{who} {_pick(rng, ['can not', 'could not', 'still can not', 'can hardly', 'can barely', 'am unable to', 'struggle to', 'can no longer'])} {_pick(rng, ABLE)} {_pick(rng, ['', '', 'at all', 'any more', 'today'])}", BAD
    return f"{who} {_pick(rng, ['can finally', 'can', 'could finally', 'am able to', 'managed to'])} {_pick(rng, ABLE)} {_pick(rng, ['again', 'now', 'at last', 'again at last'])}", GOOD


_MORE = _list("really|so|very|absolutely|just|pretty|quite|a bit|truly|incredibly||||||")


def _describe(rng):
    adjective, sign = _one_of(rng, GOOD_ADJ, BAD_ADJ)
    subject, r = _pick(rng, SUBJECT), rng.random()
    verb = _pick(rng, ["is", "was", "'s been", "looks", "sounds", "seems", "felt", "turned out"])
    if r < 0.3:
        return f"{subject} {verb} {_pick(rng, _MORE, '')} {adjective} {_pick(rng, TIMES, '')}", sign
    if r < 0.42:
        return f"{subject} {_pick(rng, ['is not', 'was not', 'has not been', 'does not seem', 'did not look', 'is not exactly', 'was not very', 'is not even'])} {adjective}", _flip(sign)
    if r < 0.5:
        return f"{subject} {_pick(rng, ['could not be', 'could not have been'])} {_pick(rng, ['more ', 'any more '])}{adjective}", sign
    if r < 0.58:
        return f"{subject} is {_pick(rng, ['not as', 'nowhere near as', 'not nearly as', 'not half as'])} {adjective} as {_pick(rng, ['i feared', 'i thought', 'they said', 'i expected', 'it used to be', 'you would think'])}", _flip(sign)
    if r < 0.66:
        return f"{subject} {_pick(rng, ['used to be', 'was', 'was going to be', 'was meant to be', 'could have been', 'would have been', 'should have been'])} {_pick(rng, GOOD_ADJ)} {_pick(rng, ['until he came', 'before they changed it', 'once', 'but it is not any more', 'but now it is gone', 'and look at it now', 'if it had worked', 'if they had asked us'])}", BAD
    if r < 0.76:
        last, sign = _one_of(rng, GOOD_ADJ, BAD_ADJ)
        first = _pick(rng, BAD_ADJ if sign == GOOD else GOOD_ADJ)
        return f"{subject} {_pick(rng, ['was', 'is', 'looked'])} {first} {_pick(rng, ['but', 'but then', ', but now', 'at first but', 'but actually'])} {_pick(rng, ['it is', 'it was', 'the rest was', 'it got', 'it turned out'])} {last}", sign
    if r < 0.84:
        return f"{subject} is {_pick(rng, PLAIN_ADJ)}", NEUTRAL
    if r < 0.9:
        return f"what {_pick(rng, ['a', 'an absolutely', 'a really', 'such a'])} {adjective} {_pick(rng, ['day', 'idea', 'person', 'place', 'way to end', 'evening', 'thing to say', 'place to live'])}", sign
    if r < 0.95:
        return f"{_pick(rng, ['is', 'was', 'did you find'])} {subject} {adjective} {_pick(rng, ['?', 'or not ?', 'then ?'])}", NEUTRAL
    return f"{_pick(rng, ['tell me if', 'let me know if', 'ask her if', 'say so if'])} {subject} is {adjective}", NEUTRAL


def _topic(rng):
    topic = _pick(rng, TOPIC_BAD if rng.random() < 0.6 else TOPIC_GOOD)
    return f"{_pick(rng, ['the', 'the', 'our', 'that'])} {topic} {_pick(rng, KINDS)} {_pick(rng, PLACE)}", NEUTRAL


def _irony(rng):
    for _ in range(50):
        text, sign = _pick(rng, [_thing, _goods, _bads, _act, _event, _must])(rng)
        if sign == BAD:
            break
    if rng.random() < 0.75:
        return f"{_pick(rng, IRONIC_OPEN)}{_pick(rng, [', ', ' ', ', now '])}{text}", BAD
    return f"{_pick(rng, ['i love it when', 'i just love how', 'it is always nice when', 'nothing better than when', 'so glad that'])} {text}", BAD


def _rhetoric(rng):
    r = rng.random()
    if r < 0.35:
        return f"why {_pick(rng, ['does', 'is', 'has'])} {_pick(rng, SUBJECT)} {_pick(rng, ['always', 'still', 'never', 'suddenly', 'so'])} {_pick(rng, BAD_ADJ)} ?", BAD
    if r < 0.55:
        return f"why did {_pick(rng, WHO)} have to be so {_pick(rng, BAD_ADJ)} ?", BAD
    if r < 0.75:
        return f"{_pick(rng, ['did', 'will', 'could'])} {_pick(rng, WHO)} {_pick(rng, ['send the form', 'come on tuesday', 'take the bus', 'bring the list', 'read page nine', 'book the room', 'sign it', 'call you', 'open the file', 'buy the milk', 'move the table', 'use the side door'])} ?", NEUTRAL
    if r < 0.9:
        return f"how {_pick(rng, GOOD_ADJ)} {_pick(rng, ['is that', 'was that', 'is he', 'is this place', 'of you', 'is she'])} {_pick(rng, ['?', '!', ''])}", GOOD
    return f"{_pick(rng, ['is not', 'was not'])} {_pick(rng, ['it', 'that', 'she', 'he', 'this'])} {_pick(rng, GOOD_ADJ)} ?", GOOD


_FRAMES = (_thing, _goods, _bads, _amount, _event, _health, _act, _must, _describe, _topic, _irony, _rhetoric)
_WEIGHTS = np.array([8, 10, 5, 7, 8, 8, 14, 12, 14, 7, 4, 3], float)
_WEIGHTS /= _WEIGHTS.sum()
