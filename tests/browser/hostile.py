"""An estate whose names do their worst, as an input could."""

import json
from pathlib import Path

from demarcate import assess
from demarcate.model import Ledger

MARKUP = '<img src=x onerror="window.owned=1">'
CLOSING = "</script><script>window.owned=2</script>"
RTL = "pay\u202egnp.exe"
CONTROL = "a\u0007b\u001b[31mc\u0000d"
INVISIBLE = "zero\u200bwidth\u2028line\ufeffmark"
QUOTES = "\"'`'--><svg onload=window.owned=3>"
FORMULA = '=HYPERLINK("https://evil.example","x")'
PLUS = "+1+cmd|' /C calc'!A0"
SCHEME = "javascript:window.owned=4"
HEBREW = "\u05d3\u05d5\u05d7 2026"
NAMES = (MARKUP, CLOSING, RTL, CONTROL, INVISIBLE, QUOTES, FORMULA, PLUS, SCHEME, HEBREW)


def hostile_ledger(folder: Path) -> Ledger:
    """The ledger of buckets, keys and queues with such names, connected, in a file with such a name."""
    resources: dict[str, object] = {}
    for number, name in enumerate(NAMES):
        resources[name] = {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": name,
                "Tags": [{"Key": name, "Value": name}],
                "LoggingConfiguration": {"DestinationBucketName": {"Ref": NAMES[(number + 1) % len(NAMES)]}},
                "AccessControl": name,
            },
        }
    resources["Instance"] = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"Engine": MARKUP, "EngineVersion": CLOSING, "DBInstanceClass": RTL},
    }
    resources[f"broken {MARKUP}"] = {"Type": f"AWS::Nowhere::{MARKUP}"}
    file = folder / "tem<b>plate\u202e & 'x'.json"
    file.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}), encoding="utf-8")
    return assess(file, account=f"123{MARKUP}", region=RTL)
