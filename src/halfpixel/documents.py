"""The JSON documents of all answers: one shape for one kind of thing. docs/json.md describes the keys.

Every document has all of its keys; what does not apply is null, or an empty list. A size is (h, w) or
(d, h, w) in pixels, as a list.
"""

from __future__ import annotations

from typing import Literal, TypedDict

SCHEMA = 1  # it grows when a key is renamed or removed, or changes its meaning

Operation = Literal["resize", "conv_transpose"]
Attribute = str | int | float | list[int] | list[float | str]


# ---------------------------------------------------------------------------- in all documents


class Convention(TypedDict):
    """A convention, with the attributes of ONNX's Resize or ConvTranspose."""

    operation: Operation
    words: str
    attributes: dict[str, Attribute]


class Call(TypedDict):
    """A call of the catalogue."""

    framework: str
    id: str | None
    releases: str


class Difference(TypedDict):
    """How far two images are apart."""

    unit: Literal["levels", "relative"]
    max: float | None
    mean: float | None
    share: float


class ErrorMessage(TypedDict):
    """What went wrong."""

    command: str | None
    message: str


class Error(TypedDict):
    """What is printed in place of an answer."""

    schema: int
    error: ErrorMessage


# ---------------------------------------------------------------------------- compare


class ImageDifference(Difference):
    """How far two outputs for one image are apart."""

    at: list[int]
    values: list[float | None]
    where: str
    error_bound: float | None
    within_error_bound: bool


class Side(TypedDict):
    """One of two functions."""

    name: str
    called: str
    source: str | None
    returns: str
    convention: Convention | None
    raised: dict[str, str]
    varies: str | None


class Stage(TypedDict):
    """A stage of two functions."""

    name: str
    same: bool | None
    a: str
    b: str


class Remedy(TypedDict):
    """What makes two functions the same at a stage."""

    words: str
    code: str
    conditions: list[str]


class Image(TypedDict):
    """An image, and how far the outputs of two functions are apart on it."""

    name: str
    size: list[int]
    dtype: str
    white: float
    a_shape: list[int]
    b_shape: list[int]
    bitwise: bool
    difference: ImageDifference | None


class SmallestImage(TypedDict):
    """The smallest image found on which two functions differ."""

    size: list[int]
    dtype: str
    white: float
    pixels: list[list[list[float]]] | None
    image_rows: list[str]
    a_rows: list[str]
    b_rows: list[str]
    shown: str | None
    difference: ImageDifference | None


class Comparison(TypedDict):
    """The answer of compare."""

    schema: int
    same: bool
    verdict: str
    verdict_by_dtype: dict[str, str]
    levels_accepted: float | None
    a: Side
    b: Side
    difference: ImageDifference | None
    first_stage: str | None
    stages_at: str | None
    stages: list[Stage]
    remedies: list[Remedy]
    images: list[Image]
    smallest_image: SmallestImage | None


# ---------------------------------------------------------------------------- identify


class Regime(TypedDict):
    """What a function follows at some sizes."""

    when: str
    convention: Convention
    coordinate_rule: str | None
    integer_arithmetic: str | None
    max_error: float
    max_error_ulp: float | None
    also: list[Convention]


class Same(TypedDict):
    """A call that computes the same."""

    call: Call
    code: str
    when: str
    coordinate_rule: str | None
    known_bug: str | None


class Nearest(TypedDict):
    """The convention that comes nearest to a function that follows none."""

    convention: Convention
    max_error: float


class Measured(TypedDict):
    """The weights of a function that follows no convention."""

    example: str
    weights: list[list[float]]
    taps: int
    shift: float
    symmetric: bool
    sums_to_one: bool
    separable: bool | None
    rows_as_columns: bool


class DType(TypedDict):
    """What a function does with images of a dtype."""

    dtype: str
    returns: str | None
    words: str
    integer_arithmetic: str | None


class Refused(TypedDict):
    """A size at which a function raises."""

    sizes: str
    message: str


class Window(TypedDict):
    """The part of an image that is resized, and where it is put; one list entry per axis."""

    input_size: list[int]
    cropped_to: list[list[float]]
    resized: list[int]
    shown: list[list[int]]
    content: list[list[int]]
    output_size: list[int]
    padding: list[float] | None


class Stages(TypedDict):
    """The stages of a preprocessing function."""

    words: list[str]
    layout_in: str
    layout_out: str
    dtype_in: str
    dtype_out: str
    channels: list[list[float]]
    scale: list[float]
    offset: list[float]
    rounded: bool
    windows: list[Window]


class Identification(TypedDict):
    """The answer of identify, of both operations."""

    schema: int
    operation: Operation
    named: bool
    convention: Convention | None
    coordinate_rule: str | None
    max_error: float | None
    max_error_ulp: float | None
    share_of_error_bound: float | None
    regimes: list[Regime]
    sizes: list[str]
    known_bug: str | None
    per_axis: bool
    same_as: list[Same]
    same_but_for_coordinates: list[Same]
    nearest: Nearest | None
    undecided: bool
    diagnosis: list[str]
    measured: Measured | None
    dtypes: list[DType]
    stages: Stages | None
    called: str | None
    takes: str | None
    layout: str | None
    layouts: list[str]
    size_order: str | None
    output_size: str | None
    scales: str | None
    own_factors: list[float] | None
    changes_input: bool
    probes: int
    refused: list[Refused]
    kernel_size: list[int] | None
    channels: list[int] | None
    bias: bool | None
    weight_layout: str | None
    kernel_flipped: bool | None


# ---------------------------------------------------------------------------- convert


class PhotographDifference(Difference):
    """How far two calls are apart on a photograph, in exact arithmetic."""

    input_size: list[int]
    output_size: list[int]
    words: str


class IntegerDifference(Difference):
    """How far two calls are apart on a photograph of 8 bits."""

    integer_arithmetics: list[str]
    output_size: list[int]
    words: str


class MeasuredRounding(TypedDict):
    """The most that two calls were apart by rounding on a photograph."""

    unit: str
    max: float
    input_size: list[int]
    output_size: list[int]
    words: str


class Exactness(TypedDict):
    """How exactly two calls agree on float32 images."""

    kind: str
    words: str
    error_bound_ulp: int | None
    differing_size_pairs: int | None
    smallest_size_pair: list[int] | None
    difference: PhotographDifference | None
    rounding: MeasuredRounding | None


class Exceptions(TypedDict):
    """The sizes at which a call is not equal."""

    count: int
    tried: int
    words: str
    input_size: list[int]
    output_size: list[int]


class Equivalent(TypedDict):
    """A call, or a few lines of code, that computes the same."""

    call: Call | None
    recipe: str | None
    code: str
    when: str
    exceptions: Exceptions | None
    exactness: Exactness
    conditions: list[str]
    uint8: list[IntegerDifference]


class Example(TypedDict):
    """A small image on which two calls differ."""

    image: list[list[int]]
    output_size: list[int]
    source: list[list[float]]
    nearest: list[list[float]]


class NearestCall(TypedDict):
    """The call that comes nearest where none is equal at all sizes."""

    call: Call
    code: str
    differences: list[PhotographDifference]
    example: Example | None
    conditions: list[str]
    uint8: list[IntegerDifference]


class Part(TypedDict):
    """What a resize call computes at some sizes, and how the other framework says it."""

    call: Call
    when: str
    convention: Convention
    coordinate_rule: str | None
    compared: str
    conditions: list[str]
    equal: list[Equivalent]
    with_factors: list[Equivalent]
    equal_at_some_sizes: list[Equivalent]
    recipes: list[Equivalent]
    nearest: NearestCall | None


class Layer(TypedDict):
    """What a transposed convolution computes, and how the other framework says it."""

    convention: Convention
    same_arguments: bool
    reasons: list[str]
    arguments: dict[str, object]
    crop: list[list[int]]
    conditions: list[str]


class Branch(TypedDict):
    """One branch of a call with conditional expressions."""

    condition: str
    source: str
    error: str | None
    answer: Conversion | None


class Conversion(TypedDict):
    """The answer of convert."""

    schema: int
    operation: Operation | None
    source: str
    function: str | None
    framework: str | None
    to: str
    complete: bool
    code: str
    warnings: list[str]
    notes: list[str]
    parts: list[Part]
    layer: Layer | None
    branches: list[Branch]


class ParameterDefault(TypedDict):
    """The default of a parameter, that was taken for its value."""

    parameter: str
    value: str
    function: str


class CallInFile(TypedDict):
    """A call of a file, with its answer."""

    line: int
    source: str
    defaults: list[ParameterDefault]
    error: str | None
    answer: Conversion | None


class FileConversion(TypedDict):
    """The answer of convert about a line of a file, or the calls of a file."""

    schema: int
    file: str
    line: int | None
    to: str | None
    complete: bool
    calls: list[CallInFile]


# ---------------------------------------------------------------------------- upgrade


class UpgradeExample(TypedDict):
    """The smallest image on which two releases differ."""

    dtype: str
    asked: str | None
    image: list[list[float]]
    old: list[list[float]]
    new: list[list[float]]


class UpgradePhotograph(Difference):
    """How far two releases are apart on a photograph."""

    dtype: str
    input_size: list[int]
    output_size: list[int]


class UpgradeEffect(TypedDict):
    """How much the results of a call change."""

    dtypes: list[str]
    differing: int
    compared: int
    of: str
    largest: int
    smallest: list[float] | None
    example: UpgradeExample | None
    photographs: list[UpgradePhotograph]


class UpgradeChange(TypedDict):
    """What changes of a call between two releases."""

    kind: str
    silent: bool
    call: Call
    code: str
    alias: bool
    old: str
    new: str
    dtypes: list[str]
    since: list[str]
    source: str | None
    seen: str | None
    effects: list[UpgradeEffect]


class UpgradeUse(TypedDict):
    """A call that a program uses."""

    where: str
    text: str
    calls: list[str]
    changes: bool


class UpgradeUnread(TypedDict):
    """A call, or a file, that was not read."""

    where: str
    text: str
    why: str


class UpgradeUsage(TypedDict):
    """What a program uses."""

    files: int
    uses: list[UpgradeUse]
    unread: list[UpgradeUnread]


class UpgradedFramework(TypedDict):
    """The calls of a framework between two releases."""

    framework: str
    old: dict[str, str]
    new: dict[str, str]
    compared: int
    unrecorded: list[str]
    changes: list[UpgradeChange]


class Upgrade(TypedDict):
    """The answer of upgrade."""

    schema: int
    same: bool
    verdict: str
    old: dict[str, str]
    new: dict[str, str]
    frameworks: list[UpgradedFramework]
    notes: list[str]
    usage: UpgradeUsage | None


# ---------------------------------------------------------------------------- show, rules, goldens


class Sampling(TypedDict):
    """The answer of show."""

    schema: int
    convention: Convention
    n_in: int
    n_out: int
    factor: float | str | None
    coordinates: list[str]
    weights: list[list[str]] | list[list[float]]


class KnownBug(TypedDict):
    """Where a call does not compute its convention."""

    words: str
    releases: str


class Rule(TypedDict):
    """What a call follows in a range of releases."""

    operation: Operation
    call: Call
    code: str
    convention: Convention | None
    words: str
    sizes: str
    accuracy: str
    coordinate_rules: dict[str, list[str]]
    integer_arithmetics: dict[str, list[str]]
    known_bugs: list[KnownBug]
    alias: bool


class Rules(TypedDict):
    """The answer of rules."""

    schema: int
    rules: list[Rule]


class Goldens(TypedDict):
    """The answer of golden."""

    schema: int
    written: list[str]
    removed: list[str]
    unchanged: int


class GoldenProblems(TypedDict):
    """The answer of golden-check."""

    schema: int
    files: int
    problems: list[str]


# ---------------------------------------------------------------------------- check


class CheckedFramework(TypedDict):
    """A framework that was checked: how many cases came to what."""

    framework: str
    release: str
    environment: str
    conform: int
    changed: int
    unsupported: int


class ChangedCall(TypedDict):
    """A call that is not as declared."""

    call: Call
    changed: int
    cases: int


class Cause(TypedDict):
    """What changed cases have in common."""

    words: str
    cases: int
    calls: list[ChangedCall]
    example: str


class AcceptedChange(TypedDict):
    """A change that the project's settings expect."""

    where: str
    calls: list[str]
    reason: str
    cases: int


class CannotRun(TypedDict):
    """A framework that is installed and cannot be run."""

    framework: str
    message: str
    cases: int


class Check(TypedDict):
    """The answer of check."""

    schema: int
    as_declared: bool
    fast: bool
    frameworks: list[CheckedFramework]
    causes: list[Cause]
    accepted: list[AcceptedChange]
    stale: list[AcceptedChange]
    cannot_run: list[CannotRun]
    skipped: list[str]


class Evidence(TypedDict):
    """The values of a case that changed, around the worst one; NaN and infinities are text."""

    expression: str
    release: str
    convention: str
    pins: str
    sizes: list[list[int]]
    plane: list[int]
    first: list[int]
    worst: list[int]
    golden: list[list[float | str]]
    got: list[list[float | str]]
    error_bound: list[list[float | str]]
    is_resize: bool


class ChangedCase(TypedDict):
    """A case that changed."""

    call: Call
    dtype: str
    case: str
    reason: str
    matches: list[str]
    text: str
    evidence: Evidence | None
    repeat: str


class RanCall(TypedDict):
    """What came of every case of a call that is held to one convention."""

    call: Call
    follows: str
    cases: dict[str, str]


class ShownDifference(TypedDict):
    """Two outputs around their largest difference, one channel; NaN and infinities are text."""

    image: str
    names: list[str]
    sizes: list[list[int]]
    channel: int
    first: list[int]
    worst: list[int]
    a: list[list[float | str]]
    b: list[list[float | str]]
    unit: str


class FailedTest(TypedDict):
    """A test of one's own functions that failed."""

    test: str
    text: str
    difference: ShownDifference | None


class Shard(TypedDict):
    """The part of a run that a report has; of the whole run the releases, and a digest of what runs."""

    number: int
    count: int
    releases: dict[str, str]
    run: str


class Report(TypedDict):
    """The file report.json of a run."""

    schema: int
    halfpixel: str
    check: Check
    cases: list[ChangedCase]
    tests: list[FailedTest]
    ran: list[RanCall]
    shard: Shard | None


class Merged(TypedDict):
    """The answer of merge."""

    schema: int
    passed: bool
    path: str
    shards: int


class MovedValues(TypedDict):
    """A channel of both outputs of a case that moved; NaN and infinities are text."""

    case: str
    shown: str
    first: list[int]
    before: list[list[float | str]]
    after: list[list[float | str]]
    largest: float | None
    unit: str


class MovedCases(TypedDict):
    """Cases of a call, or images of a golden, that moved in one way."""

    kind: str
    what: str
    of: str
    cases: list[str]
    compared: int
    before: str
    after: str
    values: MovedValues | None


class Diff(TypedDict):
    """The answer of diff."""

    schema: int
    same: bool
    headline: str
    old: str
    new: str
    compared: int
    cases: int
    releases: list[str]
    moved: list[MovedCases]
    notes: list[str]


class MovedCall(TypedDict):
    """What changed of a call between two observations."""

    kind: str
    call: Call
    dtypes: list[str]
    before: str
    after: str
    changed: int
    probes: int
    example: list[str]


class Against(TypedDict):
    """The answer of check --against."""

    schema: int
    same: bool
    calls: int
    before: dict[str, dict[str, str]]
    after: dict[str, dict[str, str]]
    moved: list[MovedCall]
    notes: list[str]


class Saved(TypedDict):
    """The answer of check --save."""

    schema: int
    path: str
    observed: dict[str, dict[str, str]]


class LockChange(TypedDict):
    """A line of a lock that would change."""

    kind: Literal["moved", "rounding", "gone", "new"]
    name: str
    line: int | None
    before: str | None
    after: str | None


class Locked(TypedDict):
    """The answer of check --locked, and of lock."""

    schema: int
    same: bool
    path: str
    lines: int
    versions: dict[str, str]
    versions_now: dict[str, str]
    changes: list[LockChange]


# ---------------------------------------------------------------------------- lint


class LintFinding(TypedDict):
    """A call that is wrong as it is written."""

    code: str
    name: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    fixable: bool


class LintUnread(TypedDict):
    """A file that was not read."""

    path: str
    reason: str


class Lint(TypedDict):
    """What was found in files of Python."""

    schema: int
    same: bool
    files: int
    fixed: int
    rules: list[str]
    findings: list[LintFinding]
    unread: list[LintUnread]
