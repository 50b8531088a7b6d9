// The page that converts a call: what is typed, or stands behind the # of the address, is looked up in
// `halfpixelTables` and shown. What the user wrote is only ever set as text.
"use strict";

(() => {
  const { reader, printed, Unreadable } = halfpixelReader;
  const { read } = reader(halfpixelTables);
  const { answers, conventions, examples, targets, texts } = halfpixelTables;
  const VERDICTS = {
    bitwise: "equal, to the bit",
    defined: "equal, as ONNX defines it",
    ulp: "equal, up to rounding",
    pixels: "equal, but for pixels at some sizes",
    weights: "equal, but for how places are rounded",
  };

  // ---------------------------------------------------------------------------- elements

  /** An element with attributes and children; what is a string becomes text. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const code = (text) => element("code", { class: "docutils literal" }, text);
  const block = (text) =>
    element("div", { class: "highlight-text notranslate" }, element("div", { class: "highlight" }, scrolled(text)));
  const scrolled = (text) => element("pre", { tabindex: "0" }, text);
  const bullets = (items) => (items.length ? element("ul", { class: "simple" }, ...items.map((item) => element("li", {}, item))) : null);
  const paragraph = (...children) => element("p", {}, ...children);
  const addressOf = (text) => `#${encodeURIComponent(text)}`;
  const linkTo = (text) => element("a", { href: addressOf(text) }, code(text));

  // ---------------------------------------------------------------------------- the sizes of the call

  const isSimple = (text) => /^[\w.]+(\[[^\]]*\])*$/.test(text);

  /** From the names that answers have for sizes and factors to what stands in the call. */
  function written(reading) {
    const names = reading.by === "factors" ? ["fy", "fx"] : ["h", "w"];
    const entries = reading.size ?? reading.factors ?? [];
    const given = entries.map((entry, i) => [names[i], printed(entry)]);
    return new Map(given.filter(([name, text]) => text !== "None" && text !== name));
  }

  /** Code with the sizes of the call, where they are simple. */
  function withSizes(text, sizes) {
    const said = text.replace(/\b(?:[hw]|f[xy])\b(?!=)/g, (name) => (isSimple(sizes.get(name) ?? "") ? sizes.get(name) : name));
    return said.replace(/\((\w+)\[0\], \1\[1\]\)/g, "$1").replace(/\((\w+)\[1\], \1\[0\]\)/g, "$1[::-1]");
  }

  /** Which of the answers of a row: those with usual factors are written out. */
  function partsOf(reading) {
    const row = answers[reading.rows[0]];
    const line = reading.flags.dimensions === "1";
    const factors = (reading.factors ?? []).slice(line ? 1 : 0).map((entry) => String(entry.value));
    const alike = factors.length && factors.every((factor) => factor === factors[0]);
    return { usual: alike && factors[0] in row, parts: (alike && row[factors[0]]) || row[""] };
  }

  // ---------------------------------------------------------------------------- the answer

  const say = (place) => texts[place];
  const sayAll = (places) => places.map(say);

  function verdict(answer) {
    if (answer.equal) return VERDICTS[say(answer.equal.kind)];
    if (answer.factors) return "equal, given the factors";
    return answer.elsewhere ? "equal at some sizes" : "nothing computes this";
  }

  function shownPart(reading, part, sizes) {
    const [name, meaning] = conventions[part.convention];
    const page = `rules/conventions/${part.convention}.html`;
    const when = say(part.when);
    const conditions = [
      ...reading.notes.map((note) => `taking it that ${note}`),
      ...sayAll(part.conditions).map((text) => withSizes(text, sizes)),
      say(part.rule) && `coordinate rule on float32: ${say(part.rule)}`,
      `in ${say(part.releases)}`,
    ].filter(Boolean);
    const own = Object.keys(targets).indexOf(reading.function.framework);
    const order = Object.keys(targets).map((_, i) => i).sort((a, b) => (a === own) - (b === own));
    return [
      element("h2", {}, when ? `What it computes ${when}` : "What it computes"),
      paragraph(element("a", { href: page }, name), `. ${meaning.replaceAll("`", "")}`),
      bullets(conditions),
      element("a", { href: page }, element("img", { class: "convert-drawing", src: `_images/${part.convention}.svg`, alt: `Where ${name} samples` })),
      ...order.flatMap((i) => shownTarget(i, part.to[i], i === own, sizes)),
    ];
  }

  function shownTarget(i, answer, isOwn, sizes) {
    const [key, name] = Object.entries(targets)[i];
    const mark = answer.equal ? "equal" : answer.factors || answer.elsewhere ? "partly" : "none";
    const head = element("h3", {}, isOwn ? `${name} itself` : name, " ");
    head.append(element("span", { class: `convert-verdict convert-${mark}` }, verdict(answer)));
    const equal = answer.equal ? shownEqual(answer.equal, sizes) : [];
    const also = (answer.also ?? []).flatMap(([text, exactly]) => [block(withSizes(say(text), sizes)), paragraph(`${say(exactly)}.`)]);
    const factors = (answer.factors ?? []).flatMap((one) => [paragraph("Given the factors", say(one.when) && ` ${say(one.when)}`, ":"), ...shownEqual(one, sizes)]);
    const elsewhere = (answer.elsewhere ?? []).flatMap((one) => [element("h4", {}, capital(say(one.when))), ...shownEqual(one, sizes)]);
    return [
      head,
      answer.equal || answer.factors ? null : paragraph(`Nothing in ${name} computes this at every size.`),
      ...equal,
      also.length ? element("details", {}, element("summary", {}, "Other functions that compute the same"), ...also) : null,
      ...factors,
      ...elsewhere,
      ...(answer.nearest ? shownNearest(answer.nearest, sizes) : []),
    ].filter(Boolean);
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function shownEqual(one, sizes) {
    return [block(withSizes(say(one.code), sizes)), bullets([say(one.exactly), ...sayAll(one.uint8), ...sayAll(one.conditions)])];
  }

  function shownNearest(one, sizes) {
    const rows = ["x", "this call", "nearest"].map((name, i) =>
      element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, scrolled(say(one.rows[i])))),
    );
    return [
      element("h4", {}, `Nearest: weights ${say(one.apart)} apart, in the mean over small sizes`),
      block(withSizes(say(one.code), sizes)),
      bullets([...sayAll(one.uint8), ...sayAll(one.conditions)]),
      paragraph(`The smallest image that shows the difference, resized to ${say(one.size)}:`),
      element("div", { class: "convert-example" }, element("table", { class: "docutils" }, ...rows)),
    ];
  }

  /** What is to be known of the sizes, and where they are answered for. */
  function shownSizes(reading, sizes, usual) {
    const left = [...sizes].filter(([, text]) => !isSimple(text));
    const isNumber = [...sizes.values()].some((text) => /^[\d.]/.test(text));
    const command = paragraph("For the very size of an image ask on the command line:");
    const asked = `halfpixel convert "${reading.written.replaceAll('"', '\\"')}" --to torch --input 480,640`;
    return [
      left.length ? paragraph("In the code below ", ...left.flatMap(([name, text], i) => [i ? ", " : "", code(name), " is ", code(text)]), ".") : null,
      isNumber && !usual ? paragraph("Sizes stand in the code as you wrote them; how exactly it is equal was looked at with those that are named there.") : null,
      isNumber || reading.by === "factors" ? command : null,
      isNumber || reading.by === "factors" ? block(asked) : null,
    ].filter(Boolean);
  }

  function shown(reading) {
    if (!reading.rows.length || reading.roi || reading.extrapolation) {
      const what = reading.rows.length ? "Of a part of an image" : "Of a node with these attributes";
      const asked = `halfpixel convert "${reading.written.replaceAll('"', '\\"')}" --to torch`;
      return { summary: `${what} this page has no answer; the command line has.`, content: [block(asked)] };
    }
    const { parts, usual } = partsOf(reading);
    const sizes = usual ? new Map() : written(reading);
    const names = parts.map((part) => conventions[part.convention][0]).join(" or ");
    const equal = Object.values(targets).filter((_, i) => parts.every((part) => part.to[i].equal));
    const summary = `${reading.function.name} computes ${names}. ${equal.length ? `Equal: ${equal.join(", ")}.` : "No other call is equal at every size."}`;
    return { summary, content: [...parts.flatMap((part) => shownPart(reading, part, sizes)), ...shownSizes(reading, sizes, usual)] };
  }

  function unreadable(error, text) {
    const content = (error.closest ?? []).map((name) => element("li", {}, linkTo(text.replace(error.called, () => name))));
    if (error.kind === "transposed") {
      content.push(element("li", {}, element("a", { href: "transposed-convolution.html" }, "Transposed convolutions"), ", and what the command line answers about them"));
    }
    return { summary: error.message, content: content.length ? [element("ul", { class: "simple" }, ...content)] : [] };
  }

  // ---------------------------------------------------------------------------- the page

  const field = element("textarea", { id: "convert-call", rows: "2", spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-describedby": "convert-summary" });
  const summary = element("p", { id: "convert-summary", role: "status", "aria-live": "polite" });
  const result = element("div", { id: "convert-answer" });

  function update() {
    const text = field.value;
    const empty = !text.trim();
    let found = { summary: "", content: [] };
    try {
      if (!empty) found = shown(read(text));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      found = unreadable(error, text);
    }
    summary.textContent = found.summary;
    result.replaceChildren(...found.content.filter(Boolean));
  }

  function fromAddress() {
    let text = location.hash.slice(1);
    try {
      text = decodeURIComponent(text);
    } catch {
      // a % that is a part of the call
    }
    if (text !== field.value) {
      field.value = text;
      update();
    }
  }

  field.addEventListener("input", () => {
    history.replaceState(null, "", field.value ? addressOf(field.value) : location.pathname);
    update();
  });
  addEventListener("hashchange", fromAddress);

  document.getElementById("convert").replaceChildren(
    element("label", { for: "convert-call" }, "A call, as you write it"),
    field,
    element("p", { class: "convert-examples" }, "For example: ", ...examples.map(linkTo)),
    summary,
    result,
  );
  fromAddress();
})();
