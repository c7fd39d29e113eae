"""How a caption becomes words, the same as pipeline/sense/caption/caption-words.ts does it, and the forms of English words."""
import re

MOST_WORDS = 64

_CONTRACTIONS = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not", "shan't": "shall not",
    "ain't": "is not", "aint": "is not", "let's": "let us", "im": "i am", "ive": "i have", "youre": "you are", "youve": "you have",
    "theyre": "they are", "theyve": "they have", "thats": "that 's", "whats": "what 's", "theres": "there 's", "hes": "he 's",
    "shes": "she 's", "gonna": "going to", "wanna": "want to", "gotta": "got to", "'cause": "because", "cos": "because", "til": "till",
    "ok": "okay", "yeah": "yes", "yep": "yes", "yup": "yes", "nope": "no", "mum's": "mum 's",
}
_BARE_NEGATIONS = ("do", "does", "did", "is", "are", "was", "were", "would", "could", "should", "have", "has", "had")
_CONTRACTIONS |= {f"{verb}nt": f"{verb} not" for verb in _BARE_NEGATIONS}
_ENDINGS = {"'m": " am", "'re": " are", "'ve": " have", "'ll": " will", "'s": " 's", "'d": " 'd"}
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|'cause|[0-9]+|[?!,.;:]")
#: What says nothing and only stands between words.
_FILLERS = {"um", "uh", "er", "erm", "uhm", "hmm", "mm"}


def split(text: str) -> list[str]:
    """Lower-case words; `?` and `!` stay, a stop or comma inside is `,`, every number is `#`."""
    out: list[str] = []
    for token in _TOKEN.findall(text.lower().replace("\u2019", "'").replace("\u2018", "'").replace("-", " ")):
        if token in _FILLERS:
            continue
        if token in ",.;:":
            if out and out[-1] != ",":
                out.append(",")
        elif token[0].isdigit():
            out.append("#")
        else:
            out.extend(_expand(token).split(" "))
    while out and out[-1] == ",":
        out.pop()
    return out[:MOST_WORDS]


def _expand(word: str) -> str:
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word]
    if word.endswith("n't"):
        return word[:-3] + " not"
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return word[: -len(ending)] + full
    return word.replace("'", "")


_IRREGULAR = """be am is are was were been being|have has had having|do does did done doing|go goes went gone going|get gets got gotten
getting|lose loses lost losing|break breaks broke broken|leave leaves left leaving|make makes made making|take takes took taken taking|
give gives gave given giving|come comes came coming|find finds found|think thinks thought|tell tells told|feel feels felt|hear hears
heard|say says said|see sees saw seen|know knows knew known|keep keeps kept|let lets letting|begin begins began begun beginning|win wins
won winning|fall falls fell fallen|pay pays paid|sell sells sold|buy buys bought|bring brings brought|catch catches caught|teach teaches
taught|fight fights fought|eat eats ate eaten|drink drinks drank drunk|sing sings sang sung|swim swims swam swum swimming|run runs ran
running|sit sits sat sitting|stand stands stood|sleep sleeps slept|wake wakes woke woken|wear wears wore worn|tear tears tore torn|steal
steals stole stolen|choose chooses chose chosen|speak speaks spoke spoken|freeze freezes froze frozen|drive drives drove driven|write
writes wrote written|ride rides rode ridden|rise rises rose risen|hide hides hid hidden|bite bites bit bitten|throw throws threw thrown|
blow blows blew blown|grow grows grew grown|fly flies flew flown|draw draws drew drawn|hold holds held|send sends sent|spend spends spent|
build builds built|lend lends lent|bend bends bent|meet meets met|lead leads led|feed feeds fed|bleed bleeds bled|shoot shoots shot|hurt
hurts hurting|hit hits hitting|cut cuts cutting|put puts putting|shut shuts shutting|quit quits quitting|cost costs|burst bursts|
forget forgets forgot forgotten forgetting|forgive forgives forgave forgiven|understand understands understood|become becomes became|
sink sinks sank sunk|shrink shrinks shrank shrunk|stink stinks stank|ring rings rang rung|spring springs sprang|cling clings clung|
sting stings stung|hang hangs hung|dig digs dug|stick sticks stuck|strike strikes struck|win wins won|shake shakes shook shaken|weep weeps
wept|creep creeps crept|sweep sweeps swept|deal deals dealt|mean means meant|dream dreams dreamt|burn burns burnt|learn learns learnt|
spoil spoils spoilt|spill spills spilt|lie lies lay lain lying|die dies died dying|beat beats beaten|swear swears swore sworn|
child children|man men|woman women|person people|foot feet|tooth teeth|mouse mice|life lives|wife wives|knife knives|
good better best|bad worse worst|far further furthest"""

LEMMAS: dict[str, str] = {}
for _family in _IRREGULAR.replace("\n", " ").split("|"):
    _base, *_forms = _family.split()
    for _form in _forms:
        LEMMAS.setdefault(_form, _base)

_RULES = (("ies", "y"), ("ied", "y"), ("iest", "y"), ("ier", "y"), ("ily", "y"), ("sses", "ss"), ("es", "e"), ("es", ""), ("s", ""),
          ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("est", "e"), ("est", ""), ("er", "e"), ("er", ""), ("ly", ""), ("ly", "le"))


def bases(word: str):
    """What a word may be a form of, likeliest first."""
    if word in LEMMAS:
        yield LEMMAS[word]
    for ending, full in _RULES:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            yield stem + full
            if ending in ("ed", "ing", "er", "est") and len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]
