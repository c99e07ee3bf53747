"""Looking at a page in a headless Chromium through its command line alone."""

import json
import re
import shutil
import subprocess
from html import unescape

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# A window is at least 500 pixels wide; a frame can be narrower, and the page's media queries see the frame.
_FRAME = """<!DOCTYPE html><style>body {{ margin: 0 }} iframe {{ border: 0; display: block }}</style>
<iframe src="{page}" width="{width}" height="{height}"></iframe>
<script>
onload = () => {{
  const frame = document.querySelector("iframe").contentWindow;
  const page = frame.document;
  const found = (() => {{ {script} }})();
  const result = document.createElement("pre");
  result.id = "result";
  result.textContent = JSON.stringify(found);
  document.body.append(result);
}};
</script>
"""


def _run(folder, page, width, height, dark, script, arguments):
    frame = folder / "frame.html"
    frame.write_text(_FRAME.format(page=page.as_uri(), width=width, height=height, script=script), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    command += ["--allow-file-access-from-files", "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}"]
    command += [f"--window-size={max(width, 500)},{height}", *(["--force-dark-mode"] if dark else [])]
    done = subprocess.run(
        [*command, *arguments, frame.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, re.findall(r"CONSOLE[:(].*", done.stderr)


def evaluate(folder, page, script, width=1280, dark=False):
    """What ``script`` returns in a page of some width, and the lines on the console.

    Args:
        folder: an empty folder for files of its own.
        page: path of the HTML file.
        script: the body of a JavaScript function that sees ``page`` (the document) and ``frame`` (its window).
        width: of the page, in pixels.
        dark: whether the reader prefers dark colours.
    """
    dom, console = _run(folder, page, width, 2000, dark, script, ["--dump-dom"])
    result = re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)
    assert result, f"the page gave no result; console: {console}"
    return json.loads(unescape(result[1])), console


def screenshot(folder, page, output, width=1280, height=2000, dark=False):
    """Write a PNG of the page's top."""
    _run(folder, page, width, height, dark, "return 0", [f"--screenshot={output}"])
