"""On what is fully known, the evaluator agrees with one that is not ours (Go's, by way of ``tfparse``)."""

from pathlib import Path

import pytest
from tfparse import load_from_path

from demarcate.sources.terraform.hcl.reader import read_folder
from demarcate.sources.terraform.instances import Json

# one expression a line, in groups
EXPRESSIONS = r"""
1 + 2
7 - 10
3 * 4
7 / 2
7 % 3
-7 % 3
-(1 + 2)
2 + 3 * 4
(2 + 3) * 4
10 / 4 * 2
1.5 + 1.5
1 == 1
1 == "1"
"a" == "a"
"a" != "b"
1 < 2
2 <= 2
3 > 4
4 >= 4
true && false
true || false
!true
!(1 > 2)
1 + 1 == 2 && 2 > 1
true ? "a" : "b"
false ? 1 : 2
1 > 2 ? "x" : 3 > 2 ? "y" : "z"
[1, 2, 3] == [1, 2, 3]
{ a = 1 } == { a = 1 }
null == null
"${1 + 1}"
"a${"b"}c"
"${true}"
"x-${upper("y")}-z"
"%{ if true }yes%{ else }no%{ endif }"
"%{ if 1 > 2 }yes%{ endif }-"
"%{ for x in ["a", "b"] }<${x}>%{ endfor }"
"%{ for i, x in ["a", "b"] }${i}${x}%{ endfor }"
"a ${~ "b" ~} c"
"$${not} %%{this}"
"tab\tquote\"slash\\"
"\u00e9"
[for x in [1, 2, 3] : x * 2]
[for x in [1, 2, 3] : x if x > 1]
[for i, x in ["a", "b"] : "${i}-${x}"]
[for k, v in { b = 2, a = 1 } : "${k}${v}"]
{ for x in ["a", "b"] : x => upper(x) }
{ for k, v in { a = 1, b = 2 } : v => k }
{ for x in ["aa", "ab", "b"] : substr(x, 0, 1) => x... }
{ for k, v in { a = 1, b = 2 } : k => v if v > 1 }
[1, 2, 3][1]
{ a = { b = [1, 2] } }.a.b[0]
{ a = 1 }["a"]
[{ n = 1 }, { n = 2 }][*].n
[{ n = 1 }, { n = 2 }].*.n
{ "a b" = 1, c = 2 }
{ (upper("k")) = 1 }
[]
{}
[[1], [2, 3]]
abs(-3)
ceil(1.2)
floor(1.8)
max(1, 5, 3)
min(4, 2, 9)
max([1, 2]...)
log(100, 10)
pow(2, 8)
signum(-4)
parseint("ff", 16)
parseint("-101", 2)
chomp("hello\n")
format("%s-%d", "a", 5)
format("%05d", 42)
format("%.2f", 3.14159)
format("%q", "x")
format("%v", true)
format("%%")
format("%x", 255)
format("%s", 1)
format("%-5s|", "a")
format("%5s|", "a")
format("%[2]s %[1]s", "a", "b")
formatlist("%s-x", ["a", "b"])
formatlist("%s-%s", ["a", "b"], ["c", "d"])
formatlist("%s-%s", "p", ["c", "d"])
indent(2, "a\nb")
join(",", ["a", "b"])
join("", [])
join("-", ["a"], ["b", "c"])
lower("ABC")
upper("abc")
regex("[a-z]+", "123abc")
regex("(\\d+)-(\\d+)", "10-20")
regex("(?P<a>\\d+)-(?P<b>\\w+)", "10-xy")
regexall("[a-z]", "a1b2")
regexall("x", "abc")
replace("a-b-c", "-", "+")
replace("hello", "/l+/", "L")
replace("abc", "/(b)/", "<$1>")
split(",", "a,b,c")
split("", "abc")
split(",", "")
strrev("abc")
substr("hello", 1, 3)
substr("hello", -3, 2)
substr("hello", 1, -1)
title("hello world")
trim("??x??", "?")
trimprefix("ab-c", "ab-")
trimsuffix("a.tf", ".tf")
trimspace("  a \n")
startswith("hello", "he")
endswith("hello", "lo")
strcontains("hello", "ell")
alltrue([true, true])
alltrue([])
alltrue([true, false])
anytrue([false, true])
anytrue([])
chunklist(["a", "b", "c"], 2)
coalesce("", "b")
coalesce(null, "c")
coalescelist([], ["b"])
compact(["a", "", "b"])
concat(["a"], ["b", "c"], [])
contains(["a", "b"], "a")
contains(["a", "b"], "c")
distinct(["a", "b", "a"])
element(["a", "b", "c"], 1)
element(["a", "b", "c"], 4)
flatten([["a"], [["b"], "c"], []])
index(["a", "b"], "b")
keys({ b = 1, a = 2 })
values({ b = 1, a = 2 })
length(["a", "b"])
length({ a = 1 })
length("héllo")
lookup({ a = "x" }, "a", "d")
lookup({ a = "x" }, "b", "d")
matchkeys(["i", "j", "k"], ["a", "b", "a"], ["a"])
merge({ a = 1 }, { b = 2 })
merge({ a = 1 }, { a = 2 })
merge({ a = 1 }, null)
merge([{ a = 1 }, { b = 2 }]...)
one(["a"])
one([])
range(3)
range(1, 4)
range(0, 10, 5)
range(3, 0)
reverse(["a", "b"])
setintersection(["a", "b"], ["b", "c"])
setproduct(["a", "b"], [1, 2])
setsubtract(["a", "b"], ["b"])
setunion(["a"], ["b"], ["a"])
slice(["a", "b", "c"], 1, 3)
sort(["c", "a", "b"])
sum([1, 2.5])
transpose({ a = ["1", "2"], b = ["2"] })
zipmap(["a", "b"], [1, 2])
base64encode("hello")
base64decode("aGVsbG8=")
csvdecode("a,b\n1,2\n3,4")
jsonencode({ b = 1, a = [true, null] })
jsonencode("<&>")
jsondecode("{\"a\": [1, 2.5, null]}")
urlencode("a b&c/d")
yamldecode("a: 1\nb: [x, y]")
yamldecode("- true\n- \"1\"\n- null")
md5("a")
sha1("a")
sha256("a")
sha512("a")
base64sha256("a")
base64sha512("a")
uuidv5("dns", "example.com")
cidrhost("10.0.0.0/16", 5)
cidrhost("10.0.0.0/16", -2)
cidrnetmask("172.16.0.0/12")
cidrsubnet("10.0.0.0/16", 8, 2)
cidrsubnet("10.0.0.0/16", 4, 15)
cidrsubnet("fd00::/48", 16, 162)
cidrsubnets("10.0.0.0/16", 4, 4, 8)
formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")
formatdate("DD MMM YYYY hh:mm ZZZ", "2026-01-02T03:04:05Z")
formatdate("EEEE, h:mm aa", "2026-01-02T15:04:05Z")
timeadd("2026-01-02T03:04:05Z", "90m")
timeadd("2026-01-02T03:04:05Z", "-24h")
timecmp("2026-01-02T03:04:05Z", "2026-01-03T03:04:05Z")
tobool("true")
tostring(5)
tostring(true)
tonumber("2.50")
tolist(["a", "b"])
toset(["b", "a", "b"])
tomap({ a = "x" })
try(1, 2)
try({}.missing, "d")
try(tonumber("x"), "no")
can(tonumber("x"))
can(1)
nonsensitive("a")
basename("a/b/c.txt")
dirname("a/b/c.txt")
pathexpand("a/b")
upper(join("-", sort(distinct(concat(["b", "a"], ["a"])))))
[for s in split(",", "a, b ,c") : trimspace(s)]
{ for i, n in ["x", "y"] : n => { index = i, upper = upper(n) } }
merge([for k in ["a", "b"] : { (k) = length(k) }]...)
length([for x in range(100) : x if x % 7 == 0])
flatten([for a in ["x", "y"] : [for b in [1, 2] : "${a}${b}"]])
lookup(zipmap(["a", "b"], ["1", "2"]), "b", "none")
jsondecode(jsonencode({ a = { b = [1] } })).a.b[0]
contains(keys({ prod = 1 }), "prod") ? "yes" : "no"
element(["a", "b"], length(["x", "y", "z"]))
cidrsubnet(cidrsubnet("10.0.0.0/8", 8, 1), 8, 2)
replace(lower("My Shop"), " ", "-")
format("%s/%s", "a", join(",", [for x in ["b"] : x]))
"${join(",", [for i in range(3) : "n${i}"])}"
tomap({ a = 1, b = 2 })["b"]
!contains(["a"], "b") && 1 < 2
(true ? [1] : [])[0]
[for x in [{ n = "a", on = true }, { n = "b", on = false }] : x.n if x.on]
sum([for x in { a = 1, b = 2 } : x])
substr(sha256("x"), 0, 8)
split("/", "10.0.0.0/16")[1] - 8
max([for x in ["a", "bbb"] : length(x)]...)
coalesce(lookup({}, "a", null), "z")
reverse(sort(["b", "c", "a"]))[0]
keys(merge({ a = 1 }, { for x in ["b"] : x => 2 }))
values({ for k in ["b", "a"] : k => upper(k) })
setproduct(["a"], ["b"], ["c"])
""".strip().splitlines()


def _ours(folder: Path) -> dict[str, object]:
    (found,) = read_folder(folder, variables={}, environment={}, named="x")
    (instance,) = found.instances
    assert not found.skipped
    return dict(instance.values)


def _plain(value: object) -> object:
    if type(value) is Json:
        return value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], dict[str, object]]:
    folder = tmp_path_factory.mktemp("agreement")
    lines = [f"  v{number} = {text}" for number, text in enumerate(EXPRESSIONS)]
    (folder / "main.tf").write_text('resource "aws_x" "t" {\n' + "\n".join(lines) + "\n}\n", encoding="utf-8")
    (theirs,) = load_from_path(str(folder))["aws_x"]
    return _ours(folder), theirs


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)), ids=EXPRESSIONS)
def test_both_give_the_same(both, number):
    ours, theirs = (each.get(f"v{number}") for each in both)
    if type(ours) is Json:  # kept as what it encodes
        import json

        assert isinstance(theirs, str)
        ours, theirs = ours.value, json.loads(theirs)
    assert _plain(ours) == _plain(theirs)


def test_there_are_enough() -> None:
    assert len(EXPRESSIONS) >= 200
