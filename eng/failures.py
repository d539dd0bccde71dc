#!/usr/bin/env python3
"""failures.py FOLDER: prints the failed tests of the result files (.trx) below a folder: each with its message, and last their names."""
import sys
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
LINES = 12  # of a message, and of a stack trace: the whole is in the log


def text(result, name):
    element = result.find(f"t:Output/t:ErrorInfo/t:{name}", NAMESPACE)
    lines = (element.text or "").splitlines() if element is not None else []
    return lines[:LINES] + ["…"] * (len(lines) > LINES)


failed = sorted(
    (result for file in Path(sys.argv[1]).rglob("*.trx") for result in ElementTree.parse(file).iterfind(".//t:UnitTestResult", NAMESPACE)
     if result.get("outcome") == "Failed"),
    key=lambda result: result.get("testName"))
for result in failed:
    print(f"\n{result.get('testName')} [{result.get('duration')}]")
    print("\n".join(f"  {line}" for line in text(result, "Message") + text(result, "StackTrace")))
print()
for name in sorted({result.get("testName").split("(")[0] for result in failed}):
    print(f"FAILED: {name}")
