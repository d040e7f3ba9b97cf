"""Questions that nobody asks in good faith, or that went wrong on the way; none is a place."""

from __future__ import annotations

LONG = 20_000  # characters: far beyond any name, within what a link may hold

_EMPTY = ["", " ", "\t", "\n", "\r\n", "   \t \n ", "\u00a0", "\u2003", "\u3000", "\u2028",
    "\u200b",
          "\ufeff", "\x00", "\x00\x00", "\u202e", "\u00ad", "\u2060", "\x1b", "\x7f",
    "\x85"]  # fmt: skip

_LONG = [
    part * (LONG // len(part))
    for part in ["a", " ", "SE8 4RX ", "SE8", "1", "9" * 7, "-", ",", "51.5,", "(", "[a-z]*", "&",
                 "St ", "\u0301", "😀", "\x00", "\u202e", "<b>", "'", "%", "\n", "ﷺ", "E05", "±"]
]  # fmt: skip

_NUMBERS = [
    "NaN,NaN", "nan nan", "inf,inf", "-inf,-inf", "Infinity, Infinity", "999,999", "-999,-999",
    "1e309,0", "1e5,1e5", "0,0", "-0,-0", "0.0 0.0", "90,180", "-90,-180", "91,181", "0,51.5",
    "51.5", "51.5,", ",51.5", "51.5,,0", "51.5,-0.1,0", "51.5,-0.1,", "51.5;-0.1;3", "51..5,0",
    "51.5,0.1.2", "0x33,0x0", "5_1.5,0", "51,5,-0,1", "+-51.5,0", "--51.5,0", "51.5--0.1",
    "9" * 90, f"{'9' * 45},{'9' * 45}", f"0.{'0' * 80}1,0", "9999999,9999999", "-9999999,-9999999",
    "0530000,0180000000", "530000,", "530000.0.0,180000", "1/0,1/0", "1,1", "700001,1300001",
    "700000,1300000", "1000,1000", "61.5,2.5", "49.5,-9", "60,-20", "51.5,-0.1 ±",
    "51.5,-0.1 ±-5", "51.5,-0.1 ±99999999", "51.5,-0.1 ±NaN", "51.5N,0.1", "51.5S,0.1W",
    "51.5 S 0.1 E", "٥١.٥,٠.١", "५१.५,०", "⁵¹,⁰", "½,½", "Ⅻ,Ⅻ", "①,②", "51.5°,0°°", "()", "(,)",
    "(51.5,-0.1", "1,2,3,4,5,6,7,8,9", ",,,,,,,,", ";;;;", "±5", "1e1e1", "1,000,000",
]  # fmt: skip

_CODE = [
    "' OR '1'='1", "'; DROP TABLE wards; --", "\" OR \"\"=\"", "1; SELECT * FROM postcodes",
    "UNION SELECT NULL,NULL", "admin'--", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", "\"><script>alert(1)</script>", "</section></body>", "<!-- x -->",
    "<a href='javascript:alert(1)'>x</a>", "javascript:alert(1)", "data:text/html,<b>x</b>",
    "&lt;script&gt;", "&#60;b&#62;", "&amp;&amp;", "<<<<>>>>", "<style>*{display:none}</style>",
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0}", "{}", "{query!r}", "{0.__class__}",
    "%s%s%s",
    "%n%n", "%d", "%(name)s", "%00", "%0a%0d", "%F0%9F%98%80", "%", "%%", "../../etc/passwd",
    "..\\..\\windows", "/etc/passwd", "file:///etc/passwd", "C:\\NUL", "CON", "districts.csv",
    "SE8 4.csv", "../districts", "geodata/postcodes.zip", "$(reboot)", "`reboot`", "| cat", "; ls",
    "&& ls", "> /tmp/x", "*", "?", "[", "]", "[[", "(((((((((((", "\\", "\\\\", "\\x00", "\\u0000",
    "^$", ".*", "(a+)+$", "(.*)*", "a{1000000}", "(?i)x", "\\d+", "[^a]", "=1+1", "+1+1",
    "@SUM(A1)",
    "=HYPERLINK(\"x\")", "null", "None", "undefined", "true", "[]", "[object Object]", "__proto__",
    "constructor", "__import__('os')", "lambda: 0", "[bold]x[/bold]", "[link=x]", "[/]", ":smile:",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x08\x08\x08", "a\x00b", "a\rb", "a\nb",
]  # fmt: skip

_LETTERS = [
    "😀", "👨\u200d👩\u200d👧\u200d👦",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🇬🇧",
    "☃", "𝔇𝔢𝔭𝔱", "Ｗ", "ｘｘｘ", "ꟻ", "ẞ", "ß", "ſſ", "ﬁﬂ", "İı", "ǅ", "ﷺ", "\u1e9b\u0323",
    "Z̸̢̛͍̺a̷̧̛͖l̴̨̛̰g̵̢̛̮o̶", "\u0301", "\u0301\u0301\u0301", "e\u0301\u0327\u0323", "\u20dd",
    "\ufe0f",
    "\u200f", "\u202exr4 8es", "\u202dabc\u202c", "\u2066abc\u2069", "a\u200bb\u200cc\u200dd",
    "\u061c",
    "\ud800", "\udfff", "a\udc80b", "\ud83d", "\ue000", "\uffff", "\U0010ffff", "\ufffd", "\ufffe",
    "Лондон", "Λονδίνο", "倫敦", "ロンドン", "런던", "لندن", "לונדון", "लंदन", "ลอนดอน", "ЅЕ8 4RХ",
    "٨٤", "SE٨ ٤RX", "SE⁸ ⁴", "\u00b4", "ʼʼʼ", "''''", "’", "\"\"", "“”", "—", "…", "¡¿", "§",
    "°", "−",
    "\u1680", "\u180e", "\u115f", "\u3164", "\u2800", "a\u034fb", "\U000e0001", "a" + "\u0301" * 99,
]  # fmt: skip

_POSTCODES = [
    "ZZ1 1AA", "ZZ99 9ZZ", "AA", "A1", "A1A 1A1A", "A1A1A1A1", "90210", "K1A 0B6", "SE8 4RX1",
    "SE8 4RXX", "1SE8 4RX1", "SE8  4RXSE8 4RX", "SE88888", "SE8 44RX", "SE8 4R1", "8SE 4RX",
    "S.E.8.",
    "SE-8-4", "SE8%204RX%00", "E0", "E00 0AA", "E0500000", "E05", "E05999999", "E0599999999",
    "E05999999NN", "E09999999", "E06000001", "E12000007", "S12000036", "EO5009390", "E05000001N",
    "QQ1", "XX0 0XX", "0", "1", "11", "M1 1AA", "EH1 1YZ", "BT1 5GS", "GIR 0AA", "BFPO 1",
    "JE2 3AB",
]  # fmt: skip

_KINDS = (_EMPTY, _LONG, _NUMBERS, _CODE, _LETTERS, _POSTCODES)
QUERIES = [query for kind in _KINDS for query in kind]
SOME = [query for kind in _KINDS for query in kind[::4]]  # of each kind, where each takes long
