"""Texts that logs of others can hold and that are more than text to somebody who shows them."""

import random

HOSTILE = [
    "wget ${NAME}_${VER}.tgz",
    "cp $URL/$FILE $DEST",
    "$\\frac{1}{0}$ and $x^",
    "\\(a\\) \\[b\\] $$c$$",
    "100% _under_ ^up {brace} ~tilde~ #hash &amp;",
    "<script>document.title = 'taken'</script>",
    '"><img src=x onerror="document.title = \'taken\'">',
    "</td></table><h1>taken</h1>",
    "{{ 7 * 7 }} {% raw %} {{ self }}",
    "[link](javascript:alert(1)) **bold** `code` # head",
    "abc\u202etxt.exe\u202c def",
    "\u2066isolated\u2069 \u200fmark\u061c",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 bell\x07",
    "nul\x00back\x08space\x7f\x9b31m",
    "zero\u200bwidth\u200djoin\ufeffbom\u2060\u00adsoft",
    "Z" + "\u0300\u0301\u0302\u0323" * 60 + "algo",
    "lone \udc80 and \ud83d surrogates",
    "日本語の手順 构建 빌드",
    "📦 build 🚀 👩\u200d💻",
    "\U000e0041\U000e0042 tags \U0001f1e9\U0001f1ea",
    "n" * 200,
    "a-very-long-name-of-a-strategy-" * 7,
    "a name of many words " * 10,
    "new\nline\r\nand\ttab\u2028sep",
    "مرحبا שלום",
    "' OR 1=1; -- \\N{DASH} %s %(x)s {0}",
    "_nolegend_",
    "",
    " ",
    "nan",
]


def make_names(seed: int, number: int) -> list[str]:
    """Different hostile names, some of them two in one; each a text that a frame's column holds."""
    chosen = random.Random(seed)
    texts = [each for each in HOSTILE if "\udc80" not in each]
    pairs = ["".join(chosen.sample(texts, 2)) for _ in range(number)]
    return chosen.sample(list(dict.fromkeys([*texts, *pairs])), number)
