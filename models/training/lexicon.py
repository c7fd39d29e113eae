"""The project's own words: label terms placed on the circumplex, and cues with how they are named in evidence.

The valence, arousal and dominance of a term were set by the authors from the circumplex and Scherer's appraisal
predictions; no published norm table was copied.
"""
from dataclasses import dataclass

# family: term/noun valence arousal dominance from-to (intensity of the family at which the term fits)
_TERMS = """
neutral: neutral/neutrality 0 0 0 0-1; composed/composure .15 -.2 .25 0-1; even/evenness .05 -.15 .1 0-1; matter-of-fact/detachment 0 -.05 .15 0-1; unmoved/steadiness 0 -.2 .15 0-1; reserved/reserve -.05 -.2 0 0-1; attentive/attention .1 .15 .1 0-1; collected/collectedness .15 -.15 .25 0-1
joy: content/contentment .5 -.15 .25 0-.5; pleased/pleasure .55 .1 .25 0-.6; glad/gladness .6 .15 .25 .15-.7; warm/warmth .55 .05 .2 0-.55; friendly/friendliness .55 .15 .25 .05-.65; cheerful/cheer .65 .35 .3 .3-.85; happy/happiness .7 .3 .35 .3-.95; light-hearted/lightness .6 .3 .3 .2-.7; joyful/joy .8 .5 .4 .6-1; delighted/delight .8 .5 .35 .6-1; radiant/radiance .85 .5 .45 .75-1; elated/elation .85 .7 .45 .8-1; excited/excitement .7 .8 .35 .65-1; thrilled/thrill .85 .75 .4 .8-1; overjoyed/jubilation .9 .75 .45 .85-1; proud/pride .65 .35 .6 .35-.9; optimistic/optimism .55 .25 .35 .2-.7; affectionate/affection .65 .15 .2 .2-.8
amusement: amused/amusement .6 .3 .25 .2-.8; playful/playfulness .6 .45 .3 .3-.85; entertained/enjoyment .6 .3 .25 .3-.8; tickled/mirth .65 .45 .25 .45-.9; laughing/laughter .75 .65 .3 .6-1; hilarious/hilarity .8 .75 .3 .8-1; mischievous/mischief .45 .4 .4 .3-.8; exuberant/exuberance .8 .8 .45 .8-1
calm: calm/calm .35 -.5 .25 .1-1; relaxed/relaxation .45 -.5 .3 .2-1; at ease/ease .45 -.35 .3 .1-.8; serene/serenity .55 -.6 .35 .6-1; peaceful/peace .5 -.6 .3 .5-1; comfortable/comfort .45 -.35 .3 .1-.7; satisfied/satisfaction .55 -.1 .35 .2-.85; relieved/relief .5 -.2 .2 .3-.95; reassured/reassurance .45 -.25 .2 .2-.8; trusting/trust .45 -.2 .1 .2-.8; grateful/gratitude .6 0 .1 .3-.9; mellow/mellowness .4 -.5 .2 .3-.9; tranquil/tranquillity .5 -.65 .3 .6-1
interest: interested/interest .4 .25 .2 .15-.8; curious/curiosity .35 .3 .15 .1-.7; engaged/engagement .4 .35 .25 .1-.85; alert/alertness .2 .4 .25 0-.6; eager/eagerness .55 .6 .3 .5-1; enthusiastic/enthusiasm .7 .65 .4 .6-1; fascinated/fascination .55 .5 .1 .65-1; hopeful/hope .45 .2 .15 .2-.8; keen/keenness .5 .5 .3 .4-.9; inspired/inspiration .65 .5 .4 .6-1; absorbed/absorption .3 .2 .15 .4-.9; expectant/expectancy .3 .4 .05 .2-.8
surprise: intrigued/intrigue .3 .35 .1 0-.45; surprised/surprise .1 .6 -.1 .2-.9; taken aback/astonishment -.05 .5 -.2 .3-.8; startled/startle -.15 .7 -.3 .4-1; astonished/amazement .2 .7 -.1 .6-1; amazed/wonder .4 .7 -.05 .6-1; shocked/shock -.3 .8 -.3 .7-1; stunned/disbelief -.1 .7 -.35 .7-1; incredulous/incredulity -.1 .5 0 .4-.9; caught off guard/bewilderment -.1 .5 -.3 .3-.8; awestruck/awe .45 .65 -.25 .8-1
sadness: wistful/wistfulness -.2 -.3 -.15 0-.4; subdued/gloom -.25 -.4 -.2 0-.5; down/low spirits -.45 -.35 -.3 .1-.6; disappointed/disappointment -.5 -.15 -.25 .2-.7; sad/sadness -.6 -.3 -.35 .3-.95; hurt/hurt -.6 .1 -.4 .4-.9; dejected/dejection -.65 -.4 -.45 .5-1; lonely/loneliness -.55 -.3 -.4 .3-.8; sorrowful/sorrow -.7 -.25 -.35 .6-1; tearful/tears -.7 .15 -.5 .55-1; grieving/grief -.8 -.05 -.5 .75-1; miserable/misery -.8 -.1 -.5 .7-1; heartbroken/heartbreak -.85 .1 -.5 .8-1; distraught/anguish -.85 .5 -.6 .8-1; hopeless/hopelessness -.75 -.35 -.6 .7-1; discouraged/discouragement -.5 -.25 -.35 .3-.8; regretful/regret -.5 -.15 -.2 .2-.7; moved/emotion -.1 .25 -.2 .35-.8
anger: annoyed/annoyance -.4 .3 .2 0-.5; irritated/irritation -.45 .4 .2 .2-.7; cross/crossness -.4 .35 .25 .1-.6; resentful/resentment -.55 .3 .15 .3-.8; angry/anger -.65 .6 .4 .4-.95; indignant/indignation -.5 .55 .35 .4-.9; stern/sternness -.3 .2 .45 .1-.6; hostile/hostility -.65 .55 .5 .6-1; outraged/outrage -.75 .75 .4 .8-1; furious/fury -.8 .85 .5 .8-1; enraged/rage -.85 .9 .5 .85-1; bitter/bitterness -.6 .25 .1 .3-.8; aggrieved/grievance -.5 .3 0 .2-.7; defiant/defiance -.3 .5 .5 .5-1
frustration: tense/tension -.3 .4 -.1 0-.7; impatient/impatience -.35 .45 .15 .1-.7; frustrated/frustration -.55 .5 0 .3-.9; exasperated/exasperation -.6 .55 .1 .6-1; stressed/stress -.5 .6 -.3 .3-.9; agitated/agitation -.5 .7 0 .5-1; strained/strain -.4 .3 -.15 .1-.7; fed up/weariness -.55 .15 .1 .5-1; dissatisfied/dissatisfaction -.4 .15 .1 .1-.6; pressured/pressure -.4 .5 -.3 .3-.8; restless/restlessness -.25 .45 -.05 .1-.6; determined/determination .1 .4 .5 .3-.8
fear: uneasy/unease -.35 .3 -.3 0-.5; wary/wariness -.3 .3 -.15 0-.5; worried/worry -.45 .35 -.35 .2-.7; nervous/nervousness -.4 .5 -.4 .2-.75; anxious/anxiety -.5 .55 -.45 .3-.85; apprehensive/apprehension -.4 .4 -.35 .2-.7; afraid/fear -.65 .65 -.55 .4-.9; alarmed/alarm -.55 .75 -.4 .5-1; frightened/fright -.7 .75 -.6 .6-1; panicked/panic -.75 .9 -.65 .8-1; terrified/terror -.85 .9 -.7 .85-1; insecure/insecurity -.45 .2 -.5 .2-.65; overwhelmed/overwhelm -.5 .6 -.65 .5-1; desperate/desperation -.75 .6 -.55 .7-1
disgust: displeased/displeasure -.4 .15 .15 0-.5; put off/aversion -.45 .2 .1 .1-.6; uncomfortable/discomfort -.4 .2 -.2 0-.6; disapproving/disapproval -.4 .15 .35 .2-.7; disgusted/disgust -.65 .4 .25 .4-.95; repelled/repulsion -.7 .45 .15 .6-1; revolted/revulsion -.75 .5 .2 .7-1; appalled/horror -.7 .55 .1 .7-1; sickened/loathing -.75 .45 .1 .8-1; averse/distaste -.45 .2 .15 .2-.7; offended/offence -.5 .4 .1 .3-.8
contempt: smug/smugness .1 .1 .5 .1-.7; dismissive/dismissal -.35 .05 .45 .2-.8; scornful/scorn -.55 .3 .5 .5-1; contemptuous/contempt -.55 .25 .55 .5-1; superior/superiority -.1 .1 .6 .3-.8; sceptical/scepticism -.25 .1 .25 0-.6; sarcastic/sarcasm -.3 .25 .4 .3-.8; disdainful/disdain -.5 .15 .5 .5-1; unimpressed/doubt -.3 -.15 .3 0-.5; mocking/mockery -.4 .35 .5 .6-1; wry/irony .05 .05 .35 .1-.6
boredom: bored/boredom -.35 -.5 0 .3-1; tired/tiredness -.25 -.65 -.25 .2-.9; disengaged/disengagement -.3 -.45 0 .3-1; listless/listlessness -.4 -.6 -.3 .4-1; indifferent/indifference -.15 -.4 .15 .1-.7; distracted/distraction -.15 -.05 -.1 .1-.7; apathetic/apathy -.45 -.6 -.2 .5-1; drained/exhaustion -.5 -.7 -.4 .5-1; sluggish/lethargy -.35 -.7 -.3 .3-.9; sleepy/sleepiness -.05 -.8 -.25 .4-1; absent/absence -.15 -.4 -.1 .1-.6
confusion: puzzled/puzzlement -.15 .2 -.2 .1-.7; confused/confusion -.25 .25 -.35 .3-1; unsure/uncertainty -.2 .1 -.35 0-.6; doubtful/doubtfulness -.25 .05 -.1 .1-.6; perplexed/perplexity -.25 .3 -.3 .4-1; hesitant/hesitation -.15 .1 -.35 0-.6; lost/disorientation -.4 .15 -.5 .6-1; conflicted/conflict -.35 .25 -.25 .3-.8; thoughtful/thought .1 -.05 .15 0-.45; bewildered/bafflement -.25 .45 -.4 .6-1; concentrated/concentration .1 .2 .3 0-.5; searching/searching -.05 .15 -.1 .1-.6
embarrassment: shy/shyness -.05 .05 -.4 .1-.6; self-conscious/self-consciousness -.25 .25 -.4 .1-.7; embarrassed/embarrassment -.35 .4 -.5 .3-.95; awkward/awkwardness -.3 .25 -.35 .2-.75; sheepish/sheepishness -.1 .2 -.4 .2-.7; ashamed/shame -.6 .15 -.6 .6-1; guilty/guilt -.55 .15 -.45 .4-.9; flustered/fluster -.3 .55 -.45 .5-1; bashful/bashfulness .1 .15 -.4 .2-.7
"""


@dataclass(frozen=True)
class Term:
    term: str
    noun: str
    family: str
    valence: float
    arousal: float
    dominance: float
    low: float
    high: float


def _terms() -> list[Term]:
    found = []
    for line in _TERMS.strip().splitlines():
        family, rest = line.split(": ", 1)
        for entry in rest.split("; "):
            names, v, a, d, span = entry.rsplit(" ", 4)
            term, noun = names.split("/")
            low, high = (float(x) for x in span.split("-"))
            found.append(Term(term, noun, family, float(v), float(a), float(d), low, high))
    return found


TERMS = _terms()
FAMILIES = list(dict.fromkeys(t.family for t in TERMS))
TERMS_OF = {f: [i for i, t in enumerate(TERMS) if t.family == f] for f in FAMILIES}


# The usual word of each family when it is weak, clear, strong: greedy decoding needs a likeliest word that fits.
_CORE = """
joy: pleased happy joyful; amusement: amused amused laughing; calm: at-ease calm serene; interest: curious interested enthusiastic; surprise: surprised surprised astonished
sadness: subdued sad sorrowful; anger: annoyed angry furious; frustration: tense frustrated exasperated; fear: uneasy anxious frightened; disgust: uncomfortable disgusted revolted
contempt: sceptical dismissive contemptuous; boredom: tired bored listless; confusion: unsure confused bewildered; embarrassment: shy embarrassed ashamed; neutral: neutral neutral neutral
"""
_BY_TERM = {t.term: i for i, t in enumerate(TERMS)}
CORE = {f.strip(): [_BY_TERM[w.replace("-", " ")] for w in words.split()] for f, words in (e.split(":") for e in _CORE.strip().replace("\n", "; ").split("; "))}


def core_term(family: str, strength: float) -> int:
    return CORE[family][(strength > 0.38) + (strength > 0.7)]


@dataclass(frozen=True)
class Cue:
    """`cue` and `direction` are the evidence object's own words; `modality` says which sense it came from."""

    name: str
    cue: str
    direction: str
    modality: str


_CUES = """
brow_drawn|brow|drawn together|face
brow_raised|brow|raised|face
inner_brow|inner brow|lifted|face
eyes_wide|eyes|wide|face
eyes_narrow|eyes|narrowed|face
eyes_closed|eyelids|heavy or closed|face
smile|lip corners|pulled up|face
broad_smile|smile|broad, lips parted|face
cheeks|cheeks|raised|face
smirk|mouth|one-sided|face
corners_down|lip corners|turned down|face
chin|chin|pushed up|face
nose|nose|wrinkled|face
upper_lip|upper lip|raised|face
lips_pressed|lips|pressed|face
lips_stretched|lips|stretched|face
mouth_open|mouth|open|face
look_sad|overall look|sad|face
look_happy|overall look|happy|face
look_angry|overall look|angry|face
look_afraid|overall look|fearful|face
look_disgusted|overall look|disgusted|face
look_surprised|overall look|surprised|face
still_face|face|little moving|face
gaze_away|gaze|turned aside|face
gaze_down|gaze|lowered|face
head_down|head|lowered|face
head_tilt|head|tilted|face
head_turned|head|turned away|face
nod|head|nodding|face
shake|head|shaking|face
blinking|blinks|frequent|face
talking|mouth|moving in speech|face
louder|loudness|up|voice
quieter|loudness|down|voice
higher|pitch|up|voice
lower|pitch|down|voice
livelier|melody|wider|voice
flatter|melody|flatter|voice
faster|pace|up|voice
slower|pace|down|voice
brighter|timbre|brighter|voice
duller|timbre|softer|voice
rougher|voice quality|rougher|voice
clearer|voice quality|clearer|voice
pausing|speech|pausing|voice
speaking|speech|going on|voice
words_positive|words|positive|caption
words_negative|words|negative|caption
words_question|words|asking|caption
words_hedged|words|hedged|caption
words_intense|words|emphatic|caption
face_gone|face|out of view|face
face_covered|face|covered|face
voice_gone|sound|missing|voice
"""
CUES = [Cue(*line.split("|")) for line in _CUES.strip().splitlines()]
CUE = {c.name: i for i, c in enumerate(CUES)}
