// The page that converts a call: what is typed, or stands behind the # of the address, is looked up in
// `halfpixelTables` and shown. What the user wrote is only ever set as text.
"use strict";

(() => {
  const { reader, Unreadable, partsOf, sizesOf, withSizes, preludeOf, isSimple } = halfpixelReader;
  const { read } = reader(halfpixelTables);
  const { answers, conventions, examples, targets, texts } = halfpixelTables;
  const VERDICTS = {
    bitwise: "equal, to the bit",
    defined: "equal, as ONNX defines it",
    ulp: "equal, up to rounding",
    pixels: "equal, but for pixels at some sizes",
    weights: "equal, but for how coordinates are rounded",
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

  // ---------------------------------------------------------------------------- the answer

  const say = (place) => texts[place];
  const sayAll = (places) => places.map(say);

  function verdict(answer) {
    if (answer.equal) return VERDICTS[say(answer.equal.kind)];
    if (answer.factors) return "equal, given the factors";
    if (answer.recipes) return "no single call; equal with this code";
    return answer.elsewhere ? "equal at some sizes" : "no call computes this";
  }

  function shownPart(reading, part, sizes) {
    const [name, meaning] = conventions[part.convention];
    const page = `rules/conventions/${part.convention}.html`;
    const when = say(part.when);
    const conditions = [
      ...reading.notes.map((note) => `assuming that ${note}`),
      ...sayAll(part.conditions).map((text) => withSizes(text, sizes)),
      `compared ${say(part.looked)}`,
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
    const mark = answer.equal ? "equal" : answer.factors || answer.recipes || answer.elsewhere ? "partly" : "none";
    const head = element("h3", {}, isOwn ? `${name} itself` : name, " ");
    head.append(element("span", { class: `convert-verdict convert-${mark}` }, verdict(answer)));
    const equal = answer.equal ? shownEqual(answer.equal, sizes) : [];
    const also = (answer.also ?? []).flatMap(([text, exactly]) => [block(withSizes(say(text), sizes)), paragraph(`${say(exactly)}.`)]);
    const factors = (answer.factors ?? []).flatMap((one) => [paragraph("Given the factors", say(one.when) && ` ${say(one.when)}`, ":"), ...shownEqual(one, sizes)]);
    const recipes = (answer.recipes ?? []).flatMap((one) => [element("h4", {}, "Code that computes it"), ...shownEqual(one, sizes)]);
    const elsewhere = (answer.elsewhere ?? []).flatMap((one) => [element("h4", {}, capital(say(one.when))), ...shownEqual(one, sizes)]);
    return [
      head,
      answer.equal || answer.factors ? null : paragraph(`No single ${name} call matches at all of these sizes.`),
      ...equal,
      also.length ? element("details", {}, element("summary", {}, "Other functions that compute the same"), ...also) : null,
      ...factors,
      ...elsewhere,
      ...recipes,
      ...(answer.nearest ? shownNearest(answer.nearest, sizes) : []),
    ].filter(Boolean);
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function shownEqual(one, sizes) {
    const conditions = sayAll(one.conditions).map((text) => withSizes(text, sizes));
    return [block(withSizes(say(one.code), sizes)), bullets([say(one.exactly), ...sayAll(one.uint8), ...conditions])];
  }

  function shownNearest(one, sizes) {
    const rows = (one.rows ? ["x", "this call", "nearest"] : []).map((name, i) =>
      element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, scrolled(say(one.rows[i])))),
    );
    return [
      element("h4", {}, "The nearest single call"),
      block(withSizes(say(one.code), sizes)),
      bullets([...sayAll(one.apart), ...sayAll(one.uint8), ...sayAll(one.conditions).map((text) => withSizes(text, sizes))]),
      ...(rows.length ? [paragraph(`A small image that shows the difference, resized to ${say(one.size)}:`), element("div", { class: "convert-example" }, element("table", { class: "docutils" }, ...rows))] : []),
    ];
  }

  function commandFor(reading) {
    const to = Object.keys(targets).find((key) => key !== reading.function.framework);
    return `halfpixel convert "${reading.written.replace(/["$`\\]/g, "\\$&")}" --to ${to}`;
  }

  /** What is to be known of the sizes, and where they are answered for. */
  function shownSizes(reading, sizes, usual) {
    const left = [...sizes].filter(([, text]) => !isSimple(text));
    const isNumber = [...sizes.values()].some((text) => /^[\d.]/.test(text));
    const command = paragraph("For the very size of an image ask on the command line:");
    const asked = `${commandFor(reading)} --input 480,640`;
    return [
      preludeOf(reading) ? paragraph("The code begins with ", code(preludeOf(reading).trim()), ", since one number may stand for both axes.") : null,
      left.length ? paragraph("In the code ", ...left.flatMap(([name, text], i) => [i ? ", " : "", code(name), " is ", code(text)]), ".") : null,
      isNumber && !usual ? paragraph("Sizes stand in the code as you wrote them; how exactly it is equal was looked at with those that are named there.") : null,
      isNumber || reading.by === "factors" ? command : null,
      isNumber || reading.by === "factors" ? block(asked) : null,
    ].filter(Boolean);
  }

  function shown(reading) {
    if (!reading.rows.length || reading.roi || reading.extrapolation) {
      const what = reading.rows.length ? "Of a part of an image" : "Of a node with these attributes";
      return { summary: `${what} this page has no answer; the command line has.`, content: [block(commandFor(reading))] };
    }
    const { parts, usual } = partsOf(reading, answers[reading.rows[0]]);
    if (typeof parts === "number") return { summary: say(parts), content: [] };
    const sizes = usual ? new Map() : sizesOf(reading, parts);
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
  const shownExamples = element("details", { open: "" }, element("summary", {}, "Examples"));
  shownExamples.append(element("div", { class: "convert-examples" }, ...examples.map(linkTo)));
  const result = element("div", { id: "convert-answer" });

  function update() {
    const text = field.value;
    const empty = !text.trim();
    if (!matchMedia("(min-width: 46em)").matches) shownExamples.open = empty;
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
    shownExamples,
    summary,
    result,
  );
  fromAddress();
})();
