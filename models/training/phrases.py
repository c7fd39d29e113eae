"""How each cue may be worded: whole clauses // noun phrases. No gender, no identity; hedging is the sentence's business."""
from lexicon import CUES

_PHRASES = """
brow_drawn: the brows are drawn together|the brow is furrowed|the brows are knitted|the brows are pulled down and together|there is a frown between the brows // drawn brows|a furrowed brow|knitted brows|a frown between the brows|brows pulled together
brow_raised: the brows are raised|the eyebrows have gone up|both brows are lifted|the eyebrows are held high // raised brows|lifted eyebrows|brows held high|eyebrows going up
inner_brow: the inner brows are lifted|the inner corners of the brows are raised|the brows tilt up in the middle // lifted inner brows|inner brows pulled up|brows tilting up in the middle
eyes_wide: the eyes are wide|the eyes are opened wide|the upper lids are raised|the eyes have widened // wide eyes|widened eyes|eyes opened wide|raised upper lids
eyes_narrow: the eyes are narrowed|the lids are tightened|the eyes have tightened|the eyes are squeezed a little // narrowed eyes|tightened lids|tight eyes|a narrowing of the eyes
eyes_closed: the eyelids are heavy|the eyes are nearly closed|the eyes are half shut|the lids are lowered|the eyes are shut // heavy eyelids|half-shut eyes|lowered lids|nearly closed eyes
smile: the lip corners are pulled up|there is a smile|the mouth is smiling|a smile shows|the corners of the mouth are lifted // a smile|lifted lip corners|a smiling mouth|upturned corners of the mouth
broad_smile: the smile is broad|there is a broad smile|a wide smile parts the lips|the smile is wide and open // a broad smile|a wide, open smile|a big smile|a smile with parted lips
cheeks: the cheeks are raised|the smile reaches the eyes|the cheeks are pushed up|the eyes crinkle with the smile // raised cheeks|cheeks pushed up|a smile that reaches the eyes|crinkled eyes
smirk: one corner of the mouth is tightened|there is a one-sided smirk|the mouth is pulled to one side|one lip corner is tucked in // a one-sided smirk|a mouth pulled to one side|one tucked lip corner|a crooked mouth
corners_down: the lip corners are turned down|the mouth droops at the corners|the corners of the mouth have dropped|the mouth is turned down // downturned lip corners|a drooping mouth|a downturned mouth|corners of the mouth pulled down
chin: the chin is pushed up|the chin is puckered|the chin is bunched // a raised chin boss|a puckered chin|a chin pushed up|a bunched chin
nose: the nose is wrinkled|there is a wrinkle across the nose|the nose is scrunched // a wrinkled nose|a scrunched nose|wrinkles across the nose
upper_lip: the upper lip is raised|the upper lip is curled|the upper lip is drawn up // a raised upper lip|a curled upper lip|an upper lip drawn up
lips_pressed: the lips are pressed together|the mouth is pressed tight|the lips are tight|the lips are held firmly shut // pressed lips|tight lips|a tightly shut mouth|lips held firmly together
lips_stretched: the lips are stretched sideways|the mouth is stretched wide and flat|the lips are pulled back // stretched lips|a mouth stretched sideways|lips pulled back
mouth_open: the jaw has dropped|the mouth is open|the mouth hangs open|the lips are well apart // an open mouth|a dropped jaw|a mouth hanging open|lips well apart
look_sad: the face as a whole looks sad|the overall look is a sad one|the expression reads as sad|the features look sorrowful // a sad overall look|a sad expression|a sorrowful face|an expression that reads as sad
look_happy: the face as a whole looks happy|the overall look is a happy one|the expression reads as happy|the face is lit up // a happy overall look|a happy expression|a bright face|an expression that reads as happy
look_angry: the face as a whole looks angry|the overall look is an angry one|the expression reads as angry|the face looks hard // an angry overall look|an angry expression|a hard face|an expression that reads as angry
look_afraid: the face as a whole looks fearful|the overall look is a fearful one|the expression reads as afraid|the face looks alarmed // a fearful overall look|a fearful expression|an alarmed face|an expression that reads as afraid
look_disgusted: the face as a whole looks disgusted|the overall look is one of disgust|the expression reads as disgusted // a disgusted overall look|a disgusted expression|an expression that reads as disgusted
look_surprised: the face as a whole looks surprised|the overall look is a surprised one|the expression reads as surprised // a surprised overall look|a surprised expression|an expression that reads as surprised
still_face: the face hardly moves|the face is still|little moves in the face|the features are at rest // a still face|a face at rest|hardly any movement in the face|quiet features
gaze_away: the gaze is turned aside|the eyes look off to the side|the gaze drifts away|the eyes avoid the camera // an averted gaze|eyes turned aside|a gaze off to the side|a gaze that drifts away
gaze_down: the gaze is lowered|the eyes are cast down|the eyes look down|the gaze has dropped // a lowered gaze|downcast eyes|eyes cast down|a dropped gaze
head_down: the head is bowed|the head is lowered|the head has sunk|the head hangs forward // a bowed head|a lowered head|a sunken head|a head hanging forward
head_tilt: the head is tilted|the head leans to one side|the head is cocked to the side // a tilted head|a head leaning to one side|a tilt of the head
head_turned: the head is turned away|the face is turned to the side|the head points away from the camera // a turned head|a face turned to the side|a head turned away
nod: the head is nodding|there is some nodding|the head nods // nodding|a nod of the head|repeated nods
shake: the head is shaking|the head shakes from side to side|there is some head-shaking // head-shaking|a shake of the head|a shaking head
blinking: the blinking is frequent|the eyes blink often|there is a lot of blinking // frequent blinking|rapid blinks|a lot of blinking
talking: the mouth is moving in speech|the lips move in talk // lips moving in speech|a mouth busy talking
louder: louder|stronger in volume|raised in volume // a raised volume|a louder voice|a stronger voice
quieter: quieter|fainter|softer in volume // a lowered volume|a quieter voice|a fainter voice
higher: higher in pitch|raised in pitch|pitched up // a raised pitch|a higher pitch|a pitch above the usual
lower: lower in pitch|deeper in pitch|pitched down // a lowered pitch|a deeper pitch|a pitch below the usual
livelier: livelier in melody|more melodic|more varied in tone // a livelier melody|a more varied tone|a wider melody
flatter: flatter in melody|more monotone|less varied in tone // a flatter melody|a monotone delivery|a less varied tone
faster: faster|more hurried|quicker in pace // a faster pace|hurried speech|quicker speech
slower: slower|more drawn out|unhurried in pace // a slower pace|slowed speech|drawn-out words
brighter: sharper in timbre|brighter in timbre|more piercing // a sharper timbre|a brighter timbre|a piercing edge
duller: duller in timbre|softer in timbre|more muffled // a duller timbre|a softer timbre|a muffled tone
rougher: rougher|more hoarse|less steady in quality // a rougher voice|a hoarse quality|a rough edge
clearer: clearer|smoother in quality|cleaner in quality // a clearer voice|a smoother quality|a clean tone
pausing: there is a pause in speech|nothing is being said|they have fallen silent|no words come for now // a pause in speech|silence for now|a silence
speaking: they are speaking|speech is flowing|they are in the middle of talking // ongoing speech|flowing speech
words_positive: the words are positive|what is said is favourable|the wording is warm // positive words|favourable words|warm wording
words_negative: the words are negative|what is said is unfavourable|the wording is bleak // negative words|unfavourable words|bleak wording
words_question: a question is being asked|the words ask something // a question asked|questioning words
words_hedged: the words are hedged|the wording is cautious // hedged words|cautious wording
words_intense: the words are emphatic|the wording is forceful // emphatic words|forceful wording
face_gone: the face is out of view|the face cannot be seen|no face is visible|the camera shows no face // a face out of view|no visible face
face_covered: the face is partly covered|something covers the face|the face is hidden behind a hand or object // a covered face|a partly hidden face
voice_gone: no sound arrives|the microphone is off|the voice cannot be heard|no audio comes through // no sound|a muted microphone
"""
CLAUSES: dict[str, list[str]] = {}
NOUNS: dict[str, list[str]] = {}
for _line in _PHRASES.strip().splitlines():
    _name, _rest = _line.split(": ", 1)
    _clauses, _nouns = _rest.split(" // ")
    CLAUSES[_name], NOUNS[_name] = _clauses.split("|"), _nouns.split("|")
assert list(CLAUSES) == [c.name for c in CUES]
