"""The proxy from any language: start it, read one line of JSON, use it, end it by SIGTERM."""

import json
import subprocess
import sys
import urllib.request

command = sys.argv[1:] or ["codex-glm", "--provider", "demo"]
process = subprocess.Popen(
    [*command, "proxy", "run", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
)
try:
    proxy = json.loads(process.stdout.readline())
    request = urllib.request.Request(
        proxy["url"] + "/responses",
        data=json.dumps({"model": "gpt-5", "input": "Hello?"}).encode(),
        headers={"Authorization": "Bearer " + proxy["token"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        print(json.load(answer)["output"][-1]["content"][0]["text"])
finally:
    process.terminate()
    process.wait()
