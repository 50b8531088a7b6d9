"""The page that converts a call: its data has every call of the catalogue and the answers of ``convert``.

The page itself is driven in Chromium, from the disk, with the calls of ``SHOWN``.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from halfpixel import convert
from halfpixel.cli import main
from halfpixel.conversion.answer import ResizeConversion
from halfpixel.conversion.parse import Reading, Unreadable, catalogue, read
from halfpixel.conversion.parse.signatures import BY_NAME
from halfpixel.frameworks.layer_plans import LAYER_TARGETS, TARGETS
from halfpixel.report import convert_page
from halfpixel.report.convert_calls import UNWEIGHTED, PageCall, calls

STATIC = Path(__file__).parents[2] / "docs" / "_static"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)

BILINEAR = "F.interpolate(x, size=(h, w), mode='bilinear')"
TWICE = "F.interpolate(x, scale_factor=2, mode='bilinear')"
ALIGNED = "F.interpolate(x, size=(h, w), mode='bilinear', align_corners=True)"
REFUSED = "F.interpolate(x, size=(h, w), align_corners=True)"
AREA = "cv2.resize(x, (w, h), interpolation=cv2.INTER_AREA)"  # two parts: shrinking and growing
LAYER = "nn.ConvTranspose2d(in_channels, out_channels, 3, stride=2, padding=1, output_padding=1)"
SHOWN = (BILINEAR, TWICE, ALIGNED, REFUSED, AREA)


@functools.cache
def shown() -> tuple[PageCall, ...]:
    """Some calls, and the transposed convolutions."""
    return tuple(call for call in calls() if call.text in SHOWN or "onv" in call.function)


@functools.cache
def data() -> dict[str, Any]:
    """What the page knows of them."""
    return convert_page.data(shown())


def test_the_menus_have_every_call_of_the_catalogue() -> None:
    meant, raising = set(), set()
    for call in calls():
        try:
            found = read(call.text)
        except Unreadable:
            raising.add(call.function)
            continue
        if isinstance(found, Reading):
            assert found.function.name == call.function
            meant |= {one.id for one in found.calls}
    rows = catalogue.rows()
    assert meant == {row.call.id for row in rows if row.call.follows}
    answered = {(row.function, str(row.flags)) for row in rows if row.call.follows}
    refused = {(row.function, str(row.flags)) for row in rows} - answered
    # a node is defined by ONNX, whatever cv2.dnn refuses
    some = {
        name for name, _ in refused if not BY_NAME[name].pictures
    }  # Pillow has what tensors refuse
    assert raising >= {name for name in some if not name.startswith("onnx.")}


def test_a_choice_of_every_menu_is_one_call() -> None:
    said = [(call.framework, call.function, *sorted(call.choices.items())) for call in calls()]
    assert len({*said}) == len(said) == len({call.text for call in calls()})


def test_the_menus_show_the_flags_that_a_call_has() -> None:
    for call in calls():
        try:
            found = read(call.text)
        except Unreadable:
            continue
        for name, value in found.flags.items() if isinstance(found, Reading) else ():
            known = {str(value), "False"} if value is None else {str(value)}
            menu = "spatial axes" if name == "dimensions" else name
            assert call.choices[menu] in known, (call.text, name)


def test_a_call_can_be_quoted_on_a_command_line() -> None:
    assert not [call.text for call in calls() if {*'"$`\\\n'} & {*call.text}]


@pytest.mark.parametrize(("framework", "function", "text", "options"), UNWEIGHTED)
def test_the_command_for_a_call_that_lacks_its_weight_answers(
    framework: str,
    function: str,
    text: str,
    options: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    to = next(target for target in TARGETS if target != framework)
    assert main(["convert", text, "--to", to, *shlex.split(options)]) == 0
    assert function.split(".")[-1] in capsys.readouterr().out


def encoded(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The calls of the data by their text."""
    return ((call["text"], call) for one in found["functions"] for call in one["calls"])


def codes(found: dict[str, Any], call: dict[str, Any], target: int) -> list[list[str]]:
    """For each part, the code that the page shows for a target."""
    texts = found["texts"]
    return [
        [texts[block[1]] for block in part["to"][target] if block[0] == "code"]
        for part in call["parts"]
    ]


def test_the_answers_are_those_of_python() -> None:
    found = data()
    answers = dict(encoded(found))
    assert {*answers} == {call.text for call in shown()}
    for k, text in enumerate([*SHOWN, *list(answers)[::30]]):
        call = answers[text]
        for i in (k % len(TARGETS), (k + 2) % len(TARGETS)):  # a part of them, each with some call
            target = TARGETS[i]
            if "error" in call:
                with pytest.raises(ValueError, match=re.escape(found["texts"][call["error"]])):
                    convert(text, target)
                continue
            if target not in LAYER_TARGETS and "ranspose" in text:
                with pytest.raises(ValueError, match="has no transposed convolution"):
                    convert(text, target)
                assert codes(found, call, i) == [[]]
                continue
            answer = convert(text, target)
            page = codes(found, call, i)
            if isinstance(answer, ResizeConversion):
                for part, shown_part in zip(answer.parts, call["parts"], strict=True):
                    mark, _ = shown_part["verdicts"][i]
                    assert (mark == "equal") == bool(part.equal)
                    some = part.equal or part.factors or part.recipes or part.elsewhere
                    assert (mark == "none") == (not some)
                best = [part.best for part in answer.parts]
                assert all(
                    one is None or one.code in each for one, each in zip(best, page, strict=True)
                )
            else:
                assert page == [[answer.code]]


@pytest.mark.sweep
def test_every_call_that_can_be_read_is_answered_for_every_target() -> None:
    for call in calls():
        answer = convert_page.answered(call)
        if isinstance(answer, str):
            with pytest.raises(Unreadable, match=re.escape(answer)):
                convert(call.text, "onnx")
            continue
        assert answer
        assert all(len(part.to) == len(part.verdicts) == len(TARGETS) for part in answer)
        assert all(blocks for part in answer for blocks in part.to)


# ---------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the page's scripts and nothing around them."""
    folder = tmp_path_factory.mktemp("page")
    text = json.dumps(data())
    (folder / "data.js").write_text(f"const halfpixelCalls = {text};", encoding="utf-8")
    style = (STATIC / "site.css").read_text("utf-8")
    (folder / "page.html").write_text(
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<style>{style}</style><div id="convert"></div><script src="data.js"></script>'
        f'<script src="{(STATIC / "convert.js").as_uri()}"></script>',
        encoding="utf-8",
    )
    return (folder / "page.html").as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page, on which no script fails."""
    found = browser.new_page(viewport={"width": 390, "height": 844})
    errors: list[object] = []
    found.on("pageerror", lambda error: errors.append(error))
    yield found
    found.close()
    assert not errors


def chosen(page: Page) -> str:
    """The call that is converted."""
    return page.locator("#convert-answer pre").first.inner_text()


def answer_of(page: Page) -> str:
    """The code of the first answer."""
    return page.locator("#convert-answer pre").nth(1).inner_text()


def code(text: str, to: str) -> str:
    found = convert(text, to)  # type: ignore[arg-type]
    return found.code


def test_a_call_is_found_and_chosen_with_the_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    assert chosen(page) == convert_page.START == BILINEAR
    page.get_by_label("Find a call").focus()
    page.keyboard.type("bilinear PyTorch align_corners=True")
    listed = page.locator("#convert-list a")
    expect(listed).to_have_text([ALIGNED])
    expect(page.get_by_role("status")).to_have_text("1 call")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#convert-answer pre").first).to_have_text(ALIGNED)
    page.get_by_role("radio", name="OpenCV").focus()
    page.keyboard.press("ArrowUp")  # the target before it
    assert answer_of(page) == code(ALIGNED, "onnxruntime")
    assert page.evaluate("document.activeElement.value") == "onnxruntime"


def test_menus_choose_a_call_and_keep_what_they_can(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("size or scale").select_option("scale_factor=2")
    assert chosen(page) == TWICE
    assert page.evaluate("document.activeElement.id") == "convert-menu-size-or-scale"
    page.get_by_role("radio", name="Keras").check()
    assert answer_of(page) == code(TWICE, "keras")
    page.get_by_label("align_corners").select_option("True")  # there is none with a factor
    assert chosen(page) == ALIGNED
    page.get_by_label("mode").select_option("nearest")
    assert chosen(page) == REFUSED
    error = "align_corners option can only be set"
    expect(page.locator(".convert-error")).to_contain_text(error)
    page.get_by_label("Function").select_option("nn.ConvTranspose2d")
    for argument, value in {
        "kernel_size": "3",
        "stride": "2",
        "padding": "1",
        "output_padding": "1",
    }.items():
        page.get_by_label(argument, exact=True).select_option(value)
    assert chosen(page) == LAYER
    assert answer_of(page) == code(LAYER, "keras")


def test_the_address_says_the_choice(page: Page, address: str) -> None:
    page.goto(f"{address}#{urlencode({'call': AREA, 'to': 'torch'})}")
    assert chosen(page) == AREA
    expect(page.locator("#convert-answer h3", has_text="In PyTorch")).to_have_count(2)
    page.get_by_role("radio", name="TensorFlow").check()
    again = page.url
    page.goto("about:blank")
    page.goto(again)
    assert chosen(page) == AREA
    expect(page.get_by_role("radio", name="TensorFlow")).to_be_checked()


@pytest.mark.parametrize("before", ["?call=", "#", "#call="])
def test_a_call_as_somebody_types_it_leads_to_the_one_of_the_menus(
    page: Page, address: str, before: str
) -> None:
    page.goto(address + before + quote('F.interpolate(x, scale_factor=2, mode="bilinear")'))
    assert chosen(page) == TWICE


def test_a_call_that_is_not_in_the_menus_is_looked_for(page: Page, address: str) -> None:
    page.goto(address + "#" + quote("y = cv2.resize(img, size, 0, 0, cv2.INTER_AREA)"))
    expect(page.locator("#convert-list a")).to_have_text([AREA])
    page.goto(address + "#" + quote("qwertz(7"))
    expect(page.get_by_role("status")).to_have_text("0 calls")


def test_the_page_fits_a_phone(page: Page, address: str) -> None:
    for text in (*SHOWN, LAYER):
        page.goto(f"{address}#{urlencode({'call': text, 'to': 'opencv'})}")
        assert chosen(page) == text
        assert page.evaluate("document.documentElement.scrollWidth") == 390, text


def test_every_block_of_code_can_be_copied(page: Page, address: str) -> None:
    page.goto(f"{address}#{urlencode({'call': BILINEAR, 'to': 'torch'})}")
    for button in page.locator("button.copybtn").all():
        target = button.get_attribute("data-clipboard-target")
        assert target is not None
        expect(page.locator(target)).to_have_count(1)
    assert (
        page.locator("button.copybtn").count()
        == page.locator("#convert .highlight pre").count()
        > 2
    )
