#!/usr/bin/env python3
"""failures.py FOLDER: prints the failed tests of the result files (.trx) below a folder: each with its message, and last their names."""
import sys
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
LINES = 12  # of a message, and of a stack trace: the whole is in the log


def failed(file):
    try:
        results = ElementTree.parse(file).iterfind(".//t:UnitTestResult", NAMESPACE)
        return [result for result in results if result.get("outcome") == "Failed"]
    except ElementTree.ParseError as error:  # a run that crashed while it wrote the file
        print(f"{file}: {error}")
        return []


def text(result, name):
    element = result.find(f"t:Output/t:ErrorInfo/t:{name}", NAMESPACE)
    lines = (element.text or "").splitlines() if element is not None else []
    return lines[:LINES] + ["..."] * (len(lines) > LINES)


sys.stdout.reconfigure(errors="backslashreplace")
results = sorted((r for file in Path(sys.argv[1]).rglob("*.trx") for r in failed(file)), key=lambda r: r.get("testName"))
for result in results:
    print(f"\n{result.get('testName')} [{result.get('duration')}]")
    print("\n".join(f"  {line}" for line in text(result, "Message") + text(result, "StackTrace")))
for name in sorted({result.get("testName").split("(")[0] for result in results}):
    print(f"FAILED: {name}")
