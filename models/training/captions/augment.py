"""The same said in another way: other people, other fillers, without punctuation, two things in a row. The sign stays."""
import numpy as np

_ALIKE = [group.split(",") for group in (
    "my mum,my dad,my sister,my brother,my nan,my uncle,my aunt,my wife,my husband,my son,my daughter,my cousin,my friend,my boss,"
    "my neighbour,my partner,my grandad,our mum,our dad,our son,our daughter,the neighbour,the boss,his mum,her dad",
    "he,she",
    "him,her,them",
    "my,our,his,her,their",
    "i,we",
    "i,we,they",
    "they,the council,the company,the school,the bank,the landlord,the hospital,the managers,the agency,the office,the others",
    "monday,tuesday,wednesday,thursday,friday,saturday,sunday",
    "january,february,march,april,may,june,july,august,september,october,november,december,spring,summer,autumn",
    "today,yesterday,this morning,last night,this week,last week",
    "paris,london,rome,leeds,berlin,spain,france,canada,italy",
    "anna,tom,sam,karen,dave,peter,lucy,emma,ben,paul,maria,ahmed,priya",
    "car,van,bike", "dog,cat,rabbit,horse", "phone,laptop,tablet,computer", "house,flat,place", "kids,children,boys,girls",
    "really,so,very", "doctor,nurse,surgeon,vet", "team,crew,group,class", "two,three,four,five,six,ten",
)]
_SWAPS: dict[tuple[str, ...], list[list[str]]] = {}
for _group in _ALIKE:
    for _said in _group:
        others = [o.split() for o in _group if o != _said]
        _SWAPS.setdefault(tuple(_said.split()), []).extend(others)

_BEFORE = [s.split() for s in (
    "so,well,and,honestly,to be honest,i mean,you know,yes,okay,okay so,look,right,actually,oh,hey,anyway,listen,basically,like,"
    "well ,| so ,| yes ,| okay ,| honestly ,| right ,| hi , | you know what ,| i think|i just think|as i said|it turns out|just to say"
).replace("|", ",").split(",") if s.strip()]
_AFTER = [s.split() for s in (
    "to be honest,you know,really,actually,i think,mate,today,this week,at the moment,right now,if i am honest,by the way,anyway,"
    "though,then,honestly,i suppose,i guess,you see,so yes,and so on,as i said,now,for us,here,isn't it").replace("isn't", "is not").split(",")]


def vary(tokens: list[str], sign: int, rng: np.random.Generator) -> list[str]:
    """Another way to say it."""
    out = list(tokens)
    if rng.random() < 0.45:
        out = _swap(out, rng)
    if rng.random() < 0.5:
        out = [t for t in out if t not in ("?", "!", ",")] or out
    elif rng.random() < 0.3:
        out = [t for t in out if t != ","] or out
    if rng.random() < 0.15:
        out = _BEFORE[rng.integers(len(_BEFORE))] + out
    if rng.random() < 0.08 and out[-1] not in ("?", "!"):
        out = out + _AFTER[rng.integers(len(_AFTER))]
    return out


def _swap(tokens: list[str], rng: np.random.Generator) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(tokens):
        for n in (2, 1):
            others = _SWAPS.get(tuple(tokens[i : i + n]))
            if others and rng.random() < 0.4:
                out += others[rng.integers(len(others))]
                i += n
                break
        else:
            out.append(tokens[i])
            i += 1
    return out
