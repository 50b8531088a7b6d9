"""How ``make site`` builds the documents as a site: Sphinx, MyST, furo."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

HERE = Path(__file__).parent

project = "halfpixel"
author = "the authors of halfpixel"
extensions = ["myst_parser"]
exclude_patterns = ["_static", "_extra"]
myst_heading_anchors = 4
highlight_language = "text"

html_theme = "furo"
html_title = "halfpixel"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_search_scorer = str(HERE / "_static" / "scorer.js")
# Pages that are no documents, with the data that they read, are copied to the top of the site as they are.
html_extra_path = ["_extra"] if (HERE / "_extra").is_dir() else []
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_theme_options = {"navigation_with_keys": True}

# What the top of the repository links to, seen from here.
FROM_THE_TOP = {"CHANGELOG.md": "changelog.md", "LICENSE": "../LICENSE"}


def setup(app: Sphinx) -> None:
    """Connect what is below; Sphinx calls this."""
    app.connect("builder-inited", write_answers)
    app.connect("include-read", relink)
    app.connect("doctree-read", end_code_with_its_last_line)
    app.connect("doctree-read", keep_out_of_the_sidebar)
    app.connect("html-page-context", open_in_the_browser)
    app.connect("html-page-context", read_calls)
    app.connect("build-finished", lead_somewhere)


def write_answers(app: Sphinx) -> None:
    """What the page that converts a call knows: some 30 seconds."""
    from halfpixel.report import convert_page

    script = Path(app.outdir, "_static", "convert_data.js")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(convert_page.script(workers=os.cpu_count() or 1), encoding="utf-8")


def relink(app: Sphinx, path: Path, parent: str, text: list[str]) -> None:
    """In README.md and CHANGELOG.md, which are included, make links relative to this folder.

    A link that shows its own path shows the title of the page instead.
    """

    def moved(link: re.Match[str]) -> str:
        words, target = link.groups()
        here = FROM_THE_TOP.get(target, target.removeprefix("docs/"))
        return f"[{'' if words == target else words}]({here})"

    text[0] = re.sub(r"\[([^\]]*)\]\((?!https?:|#)([^)]+)\)", moved, text[0])


def end_code_with_its_last_line(app: Sphinx, tree: nodes.document) -> None:
    """An example that is run ends with a blank line, which is not to be seen."""
    from docutils import nodes

    for block in tree.findall(nodes.literal_block):
        block.rawsource = block.rawsource.rstrip()
        block.children = [nodes.Text(block.astext().rstrip())]


def keep_out_of_the_sidebar(app: Sphinx, tree: nodes.document) -> None:
    """A page for each call and convention is too much for a sidebar, which every page repeats.

    Their index leads to them, and so does the search.
    """
    if app.env.docname.startswith(("rules/calls/", "rules/conventions/")):
        app.env.metadata[app.env.docname]["orphan"] = True


def open_in_the_browser(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Let a link to a golden or a source file show it, rather than save it."""
    if "body" in context:
        context["body"] = context["body"].replace(' download=""', "")


def read_calls(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """The scripts of the page that converts a call, which no other page loads."""
    if page == "convert":
        for name in ("convert_data.js", "read_call.js", "convert.js"):
            app.add_js_file(name, loading_method="defer")


def lead_somewhere(app: Sphinx, exception: Exception | None) -> None:
    """Links that a script makes are seen by no other check."""
    from sphinx.util import logging

    if exception is not None:
        return
    out = Path(app.outdir)
    text = (out / "_static" / "convert_data.js").read_text(encoding="utf-8")
    for slug in set(re.findall(r'"convention":"([^"]+)"', text)):
        for path in (f"rules/conventions/{slug}.html", f"_images/{slug}.svg"):
            if not (out / path).is_file():
                logging.getLogger(__name__).warning(
                    "convert.html leads to %s, which is not there", path
                )
