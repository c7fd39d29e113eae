"""Which cues a text claims, by key words: written apart from the phrases that the grammar uses, to check generated texts."""
import re

_RULES = [
    ("broad_smile", r"(broad|wide|big)[a-z, ]{0,12} smile|smile (is|was) (broad|wide)|smile with parted lips|smile parts the lips"),
    ("cheeks", r"cheeks|reach(es)? the eyes|crinkle"),
    ("smile", r"\bsmil(e|ing)\b|corners?( of the mouth)? (are|is) (pulled up|lifted)|(lifted|upturned) (lip )?corners"),
    ("smirk", r"smirk|one(-| )sided|pulled to one side|one (lip )?corner|tucked|crooked mouth"),
    ("corners_down", r"(turned|pulled) down(?! and together)|downturned|droop(s|ing)?\b|corners of the mouth (have|has) dropped"),
    ("inner_brow", r"inner (corners of the )?brows|brows tilt"),
    ("brow_drawn", r"(drawn|knitted|furrowed|pulled) (down )?(and )?(together )?brows?|brows? (is|are) (drawn|furrowed|knitted|pulled down)|frown|brows pulled together"),
    ("brow_raised", r"(raised|lifted) (eye)?brows|(?<!inner )(eye)?brows (are|have|held|going|gone)? ?(raised|lifted|gone up|held high|going up|up|high)|both brows are"),
    ("eyes_wide", r"(wide|widened) eyes|eyes (are|have|is|are opened|opened) ?(opened )?(wide|widened)|upper lids"),
    ("eyes_narrow", r"narrow|tight(ened)? (eyes|lids)|(eyes|lids) (have|are) tighten|squeezed"),
    ("eyes_closed", r"heavy|half(-| )shut|nearly closed|lowered lids|lids are lowered|eyes are shut"),
    ("chin", r"\bchin\b"), ("nose", r"\bnose\b"), ("upper_lip", r"upper lip(?! corner)s?\b"),
    ("lips_pressed", r"(press(ed)?|tight) (lips|together|tight)|lips are (pressed|tight|held)|mouth is pressed|lips held|tightly shut mouth"),
    ("lips_stretched", r"stretched|lips (are )?pulled back"),
    ("mouth_open", r"\bjaw\b|open mouth|mouth (is|hangs|hanging) open|lips (are )?well apart"),
    ("look_sad", r"(sad|sorrowful) (overall look|expression|face|one)|(look|looks|reads as|features look) (sad|sorrowful)"),
    ("look_happy", r"happy (overall look|expression|one)|(as a whole looks|reads as) happy|bright face|face is lit"),
    ("look_angry", r"angry (overall look|expression|one)|(as a whole looks|reads as) angry|hard face|face looks hard"),
    ("look_afraid", r"(fearful|alarmed) (overall look|expression|face|one)|(as a whole looks|reads as|face looks) (fearful|afraid|alarmed)"),
    ("look_disgusted", r"disgusted (overall look|expression)|look is one of disgust|(as a whole looks|reads as) disgusted"),
    ("look_surprised", r"surprised (overall look|expression|one)|(as a whole looks|reads as) surprised"),
    ("still_face", r"still face|at rest\b|face is still|hardly (moves|any)|little moves|quiet features"),
    ("gaze_away", r"gaze (is |that |off |drifts )?(turned aside|drifts|off to|away)|averted|eyes (look off|avoid|turned aside)"),
    ("gaze_down", r"(lowered|dropped) gaze|gaze (is lowered|has dropped)|downcast|cast down|eyes look down"),
    ("head_down", r"(bowed|lowered|sunken) head|head (is bowed|is lowered|has sunk|hangs|hanging)"),
    ("head_tilt", r"tilted head|tilt of the head|head (is tilted|is cocked|leans|leaning)"),
    ("head_turned", r"turned head|head (is )?turned away|face (is )?turned to the side|head points away"),
    ("nod", r"\bnod"), ("shake", r"shak(e|es|ing)\b"), ("blinking", r"\bblink"), ("talking", r"moving in speech|busy talking|move in talk"),
    ("louder", r"\blouder|stronger (in volume|voice)|raised (in )?volume"), ("quieter", r"quieter|fainter|softer in volume|lowered volume"),
    ("higher", r"higher|raised (in )?pitch|pitched up|pitch above"), ("lower", r"lower (in )?pitch|lowered pitch|deeper|pitched down|pitch below"),
    ("livelier", r"livelier|more (melodic|varied)|wider melody"), ("flatter", r"flatter|monotone|less varied"),
    ("faster", r"faster|hurried(?<!unhurried)|quicker"), ("slower", r"slower|drawn(-| )out|unhurried|slowed"),
    ("brighter", r"(sharper|brighter)( in)? timbre|piercing"), ("duller", r"(duller|softer)( in)? timbre|muffled"),
    ("rougher", r"\brough|hoarse|less steady"), ("clearer", r"(?<!picture is )clearer(?! now)|smoother|clean(er)?\b"),
    ("pausing", r"pause|nothing is being said|fallen silent|no words|silence"), ("speaking", r"(they are|ongoing|flowing) spe|speech is flowing|middle of talking"),
    ("words_positive", r"(positive|\bfavourable) words|words are positive|is said is favourable|warm wording|wording is warm"),
    ("words_negative", r"(negative|unfavourable) words|words are negative|said is unfavourable|bleak"),
    ("words_question", r"question(?!able)|words ask"), ("words_hedged", r"hedged|cautious"), ("words_intense", r"emphatic|forceful"),
    ("face_gone", r"out of view|face cannot be seen|no (visible )?face|shows no face"), ("face_covered", r"cover|hidden"),
    ("voice_gone", r"no (sound|audio)|microphone|voice cannot be heard"),
]
RULES = [(name, re.compile(pattern)) for name, pattern in _RULES]
# Whole wordings of one cue that hold another's words: read first, then taken out.
_FIRST = [("cheeks", re.compile(r"smile (that )?reache?s the eyes|eyes crinkle with the smile")), ("broad_smile", re.compile(r"smile is (broad|wide)[a-z ]*|(broad|wide|big)[a-z, ]{0,12} smile|smile with parted lips|wide smile parts the lips"))]


def cues_in(text: str) -> list[str]:
    """Cue names that the text claims."""
    text, found = text.lower(), []
    for name, rule in _FIRST:
        text, hits = rule.subn(" ", text)
        if hits:
            found.append(name)
    return found + [name for name, rule in RULES if name not in found and rule.search(text)]


def hedged(text: str) -> bool:
    return bool(re.search(r"appear|seem|sound|look|suggest|point|hint|may mean|as if|signs? of|an air|sign, it|comes across|too little|not enough|hard to say|cannot|nothing|unclear|too poor|brows|voice", text.lower()))
