"""How ``make site`` builds the documents as a site: Sphinx, MyST, furo."""

from __future__ import annotations

import functools
import itertools
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

HERE = Path(__file__).parent

project = "halfpixel"
author = "the authors of halfpixel"
extensions = ["myst_parser", "sphinx_copybutton", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_static", "_extra", "_templates"]
templates_path = ["_templates"]
myst_heading_anchors = 4
highlight_language = "text"

# Of an example, what is typed is copied.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
# The page that converts a call has buttons of its own, since its code changes.
copybutton_selector = "div.highlight pre:not(#convert pre)"
# The reference shows annotations beside the parameters, and each public name once.
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_use_ivar = True
napoleon_use_rtype = False

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
    app.connect("builder-inited", write_timeline)
    app.connect("include-read", relink)
    app.connect("autodoc-process-docstring", hide_colons, priority=100)  # before napoleon
    app.connect("autodoc-process-docstring", end_literals, priority=900)  # after it
    app.connect("doctree-read", end_code_with_its_last_line)
    app.connect("doctree-read", keep_out_of_the_contents)
    app.connect("html-page-context", open_in_the_browser)
    app.connect("html-page-context", read_calls)
    app.connect("html-page-context", place_rule_pages, priority=900)  # after furo's navigation
    app.connect("build-finished", lead_somewhere)


def write_answers(app: Sphinx) -> None:
    """What the page that converts a call knows: some 30 seconds."""
    from halfpixel.report import convert_page

    script = Path(app.outdir, "_static", "convert_data.js")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(convert_page.script(workers=os.cpu_count() or 1), encoding="utf-8")


def write_timeline(app: Sphinx) -> None:
    """What the page with the timeline shows."""
    from halfpixel.report import timeline

    script = Path(app.outdir, "_static", "timeline_data.js")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(timeline.script(), encoding="utf-8")


def relink(app: Sphinx, path: Path, parent: str, text: list[str]) -> None:
    """In README.md and CHANGELOG.md, which are included, make links relative to this folder.

    A link that shows its own path shows the title of the page instead.
    """

    def moved(link: re.Match[str]) -> str:
        words, target = link.groups()
        here = FROM_THE_TOP.get(target, target.removeprefix("docs/"))
        return f"[{'' if words == target else words}]({here})"

    text[0] = re.sub(r"\[([^\]]*)\]\((?!https?:|#)([^)]+)\)", moved, text[0])


HIDDEN_COLON = "\ue000"


def hide_colons(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """What stands before a colon in a property's docstring is not its type, as napoleon would have it."""
    if what == "property":
        lines[:] = [line.replace(":", HIDDEN_COLON) for line in lines]


def end_literals(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """``Fraction``s: a letter right after a literal needs a backslash in reStructuredText."""
    lines[:] = [
        re.sub(r"(?<=\w)``(?=[a-z])", r"``\\ ", line.replace(HIDDEN_COLON, ":")) for line in lines
    ]


def end_code_with_its_last_line(app: Sphinx, tree: nodes.document) -> None:
    """An example that is run ends with a blank line, which is not to be seen."""
    from docutils import nodes

    for block in tree.findall(nodes.literal_block):
        block.rawsource = block.rawsource.rstrip()
        block.children = [nodes.Text(block.astext().rstrip())]


def keep_out_of_the_contents(app: Sphinx, tree: nodes.document) -> None:
    """A page for each call and convention is too much for a table of contents, which every page repeats.

    :func:`place_rule_pages` puts the pages beside one into its sidebar.
    """
    if app.env.docname.startswith(("rules/calls/", "rules/conventions/")):
        app.env.metadata[app.env.docname]["orphan"] = True


@dataclass(frozen=True)
class RuleGroup:
    """The pages of the rule book that stand together in a sidebar.

    Attributes:
        section: of the index: Conventions or Calls.
        heading: within it: a mode, or a framework.
        function: of calls; empty for conventions.
        pages: their document names and titles, in the order of the index.
    """

    section: str
    heading: str
    function: str
    pages: tuple[tuple[str, str], ...]


@functools.cache
def rule_groups() -> tuple[RuleGroup, ...]:
    """The rule book's order, read from its index."""
    section = heading = ""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    seen: set[str] = set()
    for line in (HERE / "rules" / "README.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if line.startswith("### "):
            heading = line.removeprefix("### ")
        for title, page in re.findall(r"\[([^\]]+)\]\(((?:calls|conventions)/[^)]+)\.md\)", line):
            if page.split("/")[0] == section.lower() and page not in seen:
                seen.add(page)
                function = title.split("-")[0] if section == "Calls" else ""
                found.setdefault((section, heading, function), {})[f"rules/{page}"] = title
    return tuple(RuleGroup(*key, tuple(pages.items())) for key, pages in found.items())


def place_rule_pages(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Give a page of the rule book what pages of the contents have: a path, neighbours, and its place in
    the sidebar."""
    group = next((g for g in rule_groups() if page in dict(g.pages)), None)
    if group is None:
        return

    def uri(target: str) -> str:
        return str(app.builder.get_relative_uri(page, target))

    index = uri("rules/README")
    anchor = f"{index}#{re.sub(r'[^a-z0-9]+', '-', group.heading.lower())}"
    context["rule_path"] = [
        ("The rule book", index),
        (group.section, f"{index}#{group.section.lower()}"),
        (group.heading, anchor),
    ]
    order = [one for each in rule_groups() for one in each.pages]
    at = [name for name, _ in order].index(page)
    for key, place in (("prev", at - 1), ("next", at + 1)):
        if 0 <= place < len(order):
            context[key] = {"link": uri(order[place][0]), "title": order[place][1]}
    entries = [(title, uri(name), name == page) for name, title in group.pages]
    siblings = app.builder.templates.render(
        "rule_siblings.html",
        {
            "heading": f"{group.heading} {group.function}".strip(),
            "anchor": anchor,
            "entries": entries,
        },
    )
    link = '">The rule book</a>'
    context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(
        link, f"{link}{siblings}", 1
    )


def open_in_the_browser(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Let a link to a golden or a source file show it, rather than save it."""
    if "body" in context:
        context["body"] = context["body"].replace(' download=""', "")


def read_calls(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """The scripts of a page that has some, which no other page loads."""
    if page in ("convert", "timeline"):
        for name in (f"{page}_data.js", f"{page}.js"):
            app.add_js_file(name, loading_method="defer")


def lead_somewhere(app: Sphinx, exception: Exception | None) -> None:
    """Links that a script makes are seen by no other check."""
    from sphinx.util import logging

    if exception is not None:
        return
    out = Path(app.outdir)
    text = (out / "_static" / "convert_data.js").read_text(encoding="utf-8")
    known = json.loads(text.partition(" = ")[2].strip().rstrip(";"))["conventions"]
    for slug, folder in itertools.product(known, ("rules/conventions/{}.html", "_images/{}.svg")):
        if not (out / folder.format(slug)).is_file():
            logging.getLogger(__name__).warning(
                "convert.html leads to %s, which is not there", folder.format(slug)
            )
