// Reads a call as people write it, as src/halfpixel/spoken does, from the tables that it reads by. What is found is a
// row of the catalogue; nothing is answered here. Runs in a page and in the tests, which hold it to the Python.
"use strict";

const halfpixelReader = (() => {
  /** What cannot be read, with the words that are shown; `kind` is for who asks. */
  class Unreadable extends Error {
    constructor(kind, message) {
      super(message);
      this.kind = kind;
    }
  }

  // ---------------------------------------------------------------------------- Python, parsed

  const TOKEN =
    /\s*(?:#[^\n]*|(\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([rRuU]?(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|\/\/|<<|>>|[-+*/%@|&^~()[\]{},.:=;]))/suy;
  const KINDS = [null, "number", "string", "name", "sign"];
  const BINARY = { "|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "@": 6 };
  const UNARY_POWER = 7;
  const CONSTANTS = ["None", "True", "False"];
  const RESERVED = ["and", "as", "def", "else", "for", "from", "if", "import", "in", "is", "lambda", "not", "or", "with"];

  function tokens(text) {
    const found = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw wrong(text, `at ${JSON.stringify(text.slice(at).trim().slice(0, 12))}`);
      const kind = [1, 2, 3, 4].find((group) => match[group] !== undefined);
      if (kind) found.push({ kind: KINDS[kind], text: match[kind] });
    }
    return [...found, { kind: "end", text: "its end" }];
  }

  function wrong(text, why) {
    return new Unreadable("syntax", `${quoted(text)} is no Python expression: ${why}`);
  }

  /** A tree of one expression; what it is assigned to, and `return`, are left out. */
  function parse(text) {
    const list = tokens(text);
    let place = 0;
    const next = () => list[place];
    const isSign = (...signs) => next().kind === "sign" && signs.includes(next().text);
    const fail = () => {
      throw wrong(text, `invalid syntax at ${next().text}`);
    };
    const take = (sign) => (isSign(sign) ? list[place++] : fail());

    function binary(power) {
      let left = unary();
      while (next().kind === "sign" && BINARY[next().text] >= power) {
        const sign = list[place++].text;
        left = { is: "binary", sign, left, right: binary(BINARY[sign] + 1) };
      }
      return left;
    }
    function unary() {
      if (isSign("-", "+", "~")) return { is: "unary", sign: list[place++].text, of: unary() };
      const base = trailed();
      if (!isSign("**")) return base;
      place += 1;
      return { is: "binary", sign: "**", left: base, right: unary() };
    }
    function trailed() {
      let tree = atom();
      for (;;) {
        if (isSign(".")) {
          place += 1;
          if (next().kind !== "name") fail();
          tree = { is: "attribute", of: tree, name: list[place++].text };
        } else if (isSign("(")) tree = called(tree);
        else if (isSign("[")) {
          place += 1;
          tree = { is: "item", of: tree, index: several("]", part) };
          take("]");
        } else return tree;
      }
    }
    function called(of) {
      take("(");
      const tree = { is: "call", of, args: [], keywords: [] };
      while (!isSign(")")) {
        if (isSign("*", "**")) throw new Unreadable("stars", `${quoted(text)}: * and ** hide arguments: write them out`);
        const named = next().kind === "name" && list[place + 1].kind === "sign" && list[place + 1].text === "=";
        if (named) {
          const name = list[place].text;
          place += 2;
          tree.keywords.push([name, binary(1)]);
        } else {
          if (tree.keywords.length) throw wrong(text, "positional argument follows keyword argument");
          tree.args.push(binary(1));
        }
        if (!isSign(",")) break;
        place += 1;
      }
      take(")");
      return tree;
    }
    function part() {
      const bounds = [];
      for (;;) {
        bounds.push(isSign(":", ",", "]") ? null : binary(1));
        if (!isSign(":")) break;
        place += 1;
      }
      return bounds.length > 1 ? { is: "slice", bounds } : bounds[0] ?? fail();
    }
    /** Up to a closing sign: one tree, or a tuple where there is a comma. */
    function several(closing, one) {
      const entries = [];
      let comma = false;
      while (!isSign(closing)) {
        entries.push(one());
        if (!isSign(",")) break;
        comma = true;
        place += 1;
      }
      return entries.length === 1 && !comma ? entries[0] : { is: "tuple", entries };
    }
    function atom() {
      const token = list[place++];
      if (token.kind === "number") return number(token.text, fail);
      if (token.kind === "string") {
        let value = unquoted(token.text);
        while (next().kind === "string") value += unquoted(list[place++].text);
        return { is: "text", value };
      }
      if (token.kind === "name" && CONSTANTS.includes(token.text)) return { is: "constant", name: token.text };
      if (token.kind === "name" && !RESERVED.includes(token.text)) return { is: "name", name: token.text };
      if (token.text === "(" && token.kind === "sign") {
        const tree = several(")", () => binary(1));
        take(")");
        return tree;
      }
      if (token.text === "[" && token.kind === "sign") {
        const tree = several("]", () => binary(1));
        take("]");
        return { is: "list", entries: tree.is === "tuple" && list[place - 2].text !== ")" ? tree.entries : [tree] };
      }
      place -= 1;
      return fail();
    }

    if (next().kind === "name" && next().text === "return") place += 1;
    let tree = several("", () => binary(1));
    while (isSign("=")) {
      place += 1;
      tree = several("", () => binary(1));
    }
    if (isSign(";")) place += 1;
    return next().kind === "end" ? tree : fail();
  }

  function number(text, fail) {
    const plain = text.replaceAll("_", "");
    const float = /[.eE]/.test(plain);
    return Number.isNaN(Number(plain)) ? fail() : { is: float ? "float" : "int", value: Number(plain) };
  }

  const ESCAPES = { n: "\n", t: "\t", r: "\r", "\n": "" };

  function unquoted(token) {
    const [, prefix, quote] = /^([a-zA-Z]*)("""|'''|"|')/.exec(token);
    const inner = token.slice(prefix.length + quote.length, -quote.length);
    return /r/i.test(prefix) ? inner : inner.replace(/\\([^])/g, (_, sign) => ESCAPES[sign] ?? sign);
  }

  // ---------------------------------------------------------------------------- Python, printed

  function quoted(text) {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    const plain = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
    return quote + (quote === "'" ? plain.replaceAll("'", "\\'") : plain) + quote;
  }

  function float(value) {
    if (!Number.isFinite(value)) return value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
    const size = Math.abs(value);
    if (size && (size < 1e-4 || size >= 1e16)) {
      return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
    }
    return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : String(value);
  }

  const entries = (list) => list.map((entry) => printed(entry)).join(", ");
  const tuple = (list) => (list.length === 1 ? `${printed(list[0])},` : entries(list));

  /** A tree, or a value, as `ast.unparse` and `repr` print it. */
  const PRINTED = {
    int: (tree) => String(tree.value),
    float: (tree) => float(tree.value),
    text: (tree) => quoted(tree.value),
    constant: (tree) => tree.name,
    name: (tree) => tree.name,
    unsaid: (tree) => tree.text,
    written: (tree) => tree.text,
    attribute: (tree) => `${tree.of.is === "int" ? `${printed(tree.of)} ` : printed(tree.of, 9)}.${tree.name}`,
    item: (tree) => `${printed(tree.of, 9)}[${tree.index.is === "tuple" ? tuple(tree.index.entries) : printed(tree.index)}]`,
    slice: (tree) => {
      const [from, to, step] = tree.bounds.map((bound) => (bound ? printed(bound) : ""));
      return `${from}:${to}${step ? `:${step}` : ""}`;
    },
    call: (tree) => {
      const named = tree.keywords.map(([name, value]) => `${name}=${printed(value)}`);
      return `${printed(tree.of, 9)}(${[...tree.args.map((value) => printed(value)), ...named].join(", ")})`;
    },
    tuple: (tree) => `(${tuple(tree.entries)})`,
    list: (tree) => `[${entries(tree.entries)}]`,
    unary: (tree, power) => grouped(tree.sign + printed(tree.of, UNARY_POWER), UNARY_POWER, power),
    binary: (tree, power) => {
      const own = tree.sign === "**" ? 8 : BINARY[tree.sign];
      const [left, right] = tree.sign === "**" ? [9, UNARY_POWER] : [own, own + 1];
      return grouped(`${printed(tree.left, left)} ${tree.sign} ${printed(tree.right, right)}`, own, power);
    },
  };

  const printed = (tree, power = 0) => PRINTED[tree.is](tree, power);
  const grouped = (text, own, power) => (own < power ? `(${text})` : text);

  // ---------------------------------------------------------------------------- a call, with its arguments as values

  const NONE = { is: "constant", name: "None" };
  const FALSE = { is: "constant", name: "False" };
  const isNone = (value) => value.is === "constant" && value.name === "None";
  const isNumber = (value) => value.is === "int" || value.is === "float";
  const isSequence = (value) => value.is === "tuple" || value.is === "list";
  const isUnsaid = (value) =>
    isSequence(value) ? value.entries.some(isUnsaid) : value.is === "unsaid" || value.is === "written";
  const whole = (value) => ({ is: "int", value });
  const unsaid = (text) => ({ is: "unsaid", text });

  function value(tree) {
    if (isNumber(tree) || tree.is === "text" || tree.is === "constant") return tree;
    if (isSequence(tree)) return { is: tree.is, entries: tree.entries.map(value) };
    if (tree.is === "unary" && isNumber(tree.of) && tree.sign !== "~") {
      return tree.sign === "-" ? { is: tree.of.is, value: -tree.of.value } : tree.of;
    }
    if (tree.is === "call") return written(tree);
    if (tree.is === "binary" && tree.sign === "/") {
      const [above, below] = [value(tree.left), value(tree.right)];
      if (isNumber(above) && isNumber(below) && below.value) return { is: "float", value: above.value / below.value };
    }
    if (tree.is === "binary" && isNumber(value(tree.left)) && isNumber(value(tree.right))) {
      throw elsewhere(printed(tree));
    }
    return unsaid(printed(tree));
  }

  /** What the command line reads, and this page does not. */
  const elsewhere = (what) =>
    new Unreadable("elsewhere", `${what} is not answered on this page: ask halfpixel convert on the command line`);

  /** The calls in a tree, the outer ones first. */
  function calls(tree) {
    const found = [];
    const waiting = [tree];
    while (waiting.length) {
      const one = waiting.shift();
      if (!one) continue;
      if (one.is === "call") found.push(one);
      waiting.push(one.of, one.left, one.right, one.index);
      waiting.push(...(one.entries ?? []), ...(one.bounds ?? []), ...(one.args ?? []));
      waiting.push(...(one.keywords ?? []).map(([, argument]) => argument));
    }
    return found;
  }

  /** Its dotted name; of `onnx.helper.make_node` that of the operator, `onnx.Resize`. */
  function nameOf(call) {
    const name = printed(call.of);
    if (name.split(".").pop() !== "make_node") return name;
    const operator = call.args[0] ?? call.keywords.find(([key]) => key === "op_type")?.[1];
    return operator?.is === "text" ? `onnx.${operator.value}` : name;
  }

  function written(call) {
    const text = printed(call);
    const name = nameOf(call);
    const isNode = name !== printed(call.of);
    const named = call.keywords.filter(([key]) => !isNode || key !== "op_type");
    const args = isNode && named.length === call.keywords.length ? call.args.slice(1) : call.args;
    return {
      is: "written",
      name,
      text,
      args: args.map(value),
      keywords: new Map(named.map(([key, tree]) => [key, value(tree)])),
    };
  }

  /** Arguments by the parameters' names, defaults filled in, in the words of Python's `inspect`. */
  function bound(call, name, parameters) {
    const takes = parameters.map(([key, given]) => (given === undefined ? key : `${key}=${given}`)).join(", ");
    const fail = (why) => {
      throw new Unreadable("arguments", `${name}: ${why}; it takes (${takes})`);
    };
    for (const key of call.keywords.keys()) {
      if (!parameters.some(([known]) => known === key)) fail(`got an unexpected keyword argument '${key}'`);
    }
    if (call.args.length > parameters.length) fail("too many positional arguments");
    const found = new Map(parameters.slice(0, call.args.length).map(([key], i) => [key, call.args[i]]));
    for (const [key, argument] of call.keywords) {
      if (found.has(key)) fail(`multiple values for argument '${key}'`);
      if (parameters.some(([known]) => known === key)) found.set(key, argument);
    }
    for (const [key, given] of parameters) {
      if (!found.has(key) && given === undefined) fail(`missing a required argument: '${key}'`);
      if (!found.has(key)) found.set(key, value(parse(given)));
    }
    return found;
  }

  // ---------------------------------------------------------------------------- names that are alike

  /** How alike two texts are, 0 to 1: twice the signs in blocks that both have, by the signs of both. */
  function likeness(one, other) {
    return one.length + other.length ? (2 * shared(one, other)) / (one.length + other.length) : 1;
  }

  function shared(one, other) {
    let [most, i, j] = [0, 0, 0];
    for (let a = 0; a < one.length; a++) {
      for (let b = 0; b < other.length; b++) {
        let n = 0;
        while (a + n < one.length && one[a + n] === other[b + n]) n++;
        if (n > most) [most, i, j] = [n, a, b];
      }
    }
    if (!most) return 0;
    return most + shared(one.slice(0, i), other.slice(0, j)) + shared(one.slice(i + most), other.slice(j + most));
  }

  function alike(text, names, count, least) {
    return names
      .map((name) => [likeness(name, text), name])
      .filter(([how]) => how >= least)
      .sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1))
      .slice(0, count)
      .map(([, name]) => name);
  }

  // ---------------------------------------------------------------------------- the tables

  /** Reads calls by the tables of `halfpixel.answers.table`: functions, modules, rows, transposed. */
  function reader(tables) {
    const byName = new Map(tables.functions.map((one) => [one.name, one]));
    const byKey = new Map();
    tables.rows.forEach((row, i) => {
      const key = keyOf(row.function, row.flags, row.by);
      byKey.set(key, [...(byKey.get(key) ?? []), i]);
    });

    function keyOf(name, flags, by) {
      return JSON.stringify([name, Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1)), by]);
    }

    function canonical(dotted) {
      const module = tables.modules.find(([name]) => dotted === name || dotted.startsWith(`${name}.`));
      if (!module) return dotted;
      const found = module[1] + dotted.slice(module[0].length);
      return module[1].startsWith(module[0]) ? found : canonical(found);
    }

    function functions(dotted) {
      const name = canonical(dotted);
      const spelled = (one) => [one.name, ...one.spelled];
      const whole = tables.functions.find((one) => spelled(one).includes(name));
      if (whole) return [whole];
      const ends = (one) => one.framework !== "onnx" && spelled(one).some((each) => each.endsWith(`.${name}`));
      return tables.functions.filter(ends);
    }

    function closest(name) {
      const every = tables.functions.filter((one) => one.framework !== "onnx").map((one) => one.name);
      const wholes = new Map(every.map((own) => [own.toLowerCase(), own]));
      const ends = new Map(every.map((own) => [own.split(".").pop().toLowerCase(), own]));
      const found = [
        [wholes, name],
        [ends, name.split(".").pop()],
      ].flatMap(([table, text]) => alike(text.toLowerCase(), [...table.keys()], 2, 0.5).map((key) => table.get(key)));
      return found.length ? [...new Set(found)] : ["F.interpolate", "tf.image.resize", "cv2.resize"];
    }

    const isTransposed = (name) => tables.transposed.includes(name.split(".").pop());

    /** What a text says: the reading, with the places in `tables.rows` of what it is. Throws `Unreadable`. */
    function read(text) {
      const tree = text.trim() ? parse(text) : null;
      const every = tree ? calls(tree) : [];
      if (!every.length) throw new Unreadable("no call", `${quoted(text)} is no call: write it with its arguments`);
      const known = every.find((call) => functions(nameOf(call)).length || isTransposed(nameOf(call)));
      const call = written(known ?? every.find((one) => one.of.is !== "call") ?? every[0]);
      const found = functions(call.name);
      if (isTransposed(call.name) || (!found.length && call.name.toLowerCase().includes("conv"))) {
        throw new Unreadable("transposed", `${call.name} is a convolution, which this page does not answer`);
      }
      if (!found.length) {
        const names = [...closest(call.name), ...alike(call.name.split(".").pop(), tables.transposed, 3, 0.4)];
        const error = `${call.name} is no call that is known; the closest are ${names.join(", ")}`;
        throw Object.assign(new Unreadable("unknown", error), { called: call.name, closest: names });
      }
      if (found.length > 1) {
        const names = found.map((one) => one.name);
        const error = `${call.name} can be ${names.join(" or ")}: write which`;
        throw Object.assign(new Unreadable("several", error), { called: call.name, closest: names });
      }
      const reading = matched(keyed(call, found[0]));
      const applied = every.find((one) => one.of === known);
      if (tree !== (applied ?? known)) throw elsewhere("what stands around a call");
      const [image, ...more] = applied ? [...applied.args, ...applied.keywords.map(([, each]) => each)] : [];
      if (more.length || (image && !isDotted(printed(image)))) throw elsewhere("what is done to an image before");
      return reading;
    }

    const isDotted = (text) => /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(text);

    // -------------------------------------------------------------------------- flags

    function keyed(call, known) {
      const inputs = call.keywords.get("inputs") ?? call.args[0];
      const two = inputs && isSequence(inputs) && inputs.entries.length === 2;
      const one = known.name === "onnx.Resize" && two ? byName.get("onnx.Resize10") : known;
      const given = bound(call, one.name, one.parameters);
      doubted(one, given, call);
      const reading = { function: one, written: call.text, flags: {}, ways: {}, by: "nothing", notes: [] };
      for (const name of one.flags) reading.flags[name] = plain(one, name, given.get(name));
      for (const name of one.ways) reading.ways[name] = plain(one, name, given.get(name));
      for (const [name, [other, needed]] of Object.entries(one.moot)) {
        if (reading.flags[other] !== needed) reading.flags[name] = one.parameters.find(([key]) => key === name)[1];
      }
      const image = one.image && given.get(one.image);
      if (image?.is === "written" && image.text.includes(".")) {
        reading.ways.image = quoted(image.text.slice(image.text.indexOf(".")));
      }
      if (one.framework === "torch" && "mode" in reading.flags) along(reading, given);
      else if (one.rank !== 2) throw elsewhere("a call that does not resize two axes");
      sized(reading, given);
      for (const name of one.grid) GRIDS[name]?.(reading, given.get(name));
      if (reading.ways.data_format === "'channels_first'") reading.notes.push("its image and its result are (N, C, H, W)");
      return reading;
    }

    /** A flag as the catalogue has it, printed. */
    function plain(one, name, given) {
      const words = one.words[name] ?? {};
      const constants = one.constants[name] ?? {};
      if (isUnsaid(given)) {
        const parts = printed(given).split(/\s*[|+]\s*/);
        const isConstant = (part) =>
          isDotted(part) && one.constants_in.includes(canonical(part.split(".").slice(0, -1).join(".")));
        const text = quoted(parts.map((part) => part.split(".").pop()).join(" | "));
        if (given.is === "unsaid" && parts.every(isConstant) && text in constants) return constants[text];
        const listed = [...new Set(Object.values(Object.keys(constants).length ? constants : words).map(bare))].join(", ");
        const list = listed ? `, one of ${listed}` : "";
        const error = `${one.name}: ${name}=${printed(given)} is not written out: give its value${list}`;
        throw new Unreadable("not written out", error);
      }
      const text = printed(given.is === "list" ? { ...given, is: "tuple" } : given);
      if (given.is === "text" && one.framework === "opencv") {
        const error = `${name} is an integer, got ${text}: write cv2.${given.value}`;
        throw new Unreadable("flag", `${one.name}: ${error}`);
      }
      return words[text] ?? text;
    }

    const bare = (text) => text.replace(/^'(.*)'$/, "$1");

    /** Images of two axes alone are answered here. */
    function along(reading, given) {
      const names = [...reading.function.size, ...reading.function.factors];
      const lists = given.has("grid") ? [] : names.map((name) => given.get(name)).filter(isSequence);
      const { mode, antialias } = reading.flags;
      const texts = names.map((name) => printed(given.get(name) ?? NONE));
      const open = !/linear|bicubic|lanczos/.test(mode) && antialias !== "True" && !lists.length;
      if (open && reading.function.rank === null && !texts.some((text) => /\[-2:\]$/.test(text))) {
        reading.notes.push("x is (N, C, H, W): nothing in the call says along how many axes it resizes");
      }
      const said = lists.map((list) => list.entries.length);
      said.push({ "'linear'": 1, "'trilinear'": 3 }[reading.flags.mode] ?? 2);
      if (names.some((name) => /\[-[13]:\]$/.test(printed(given.get(name) ?? NONE)))) said.push(0);
      if (said.some((rank) => rank !== 2)) throw elsewhere("a call that does not resize two axes");
      reading.flags.dimensions = "2";
    }

    /** What the command line tells of a call, and this page leaves to it: see `halfpixel.spoken.mistakes`. */
    function doubted(one, given, call) {
      const has = (name) => given.has(name) && !isNone(given.get(name)) && given.get(name).value !== 0;
      const number = (name) => isNumber(given.get(name) ?? NONE) && given.get(name).value;
      const image = one.image ? printed(given.get(one.image)) : "x";
      const kept = image.replace(/\.(contiguous|detach|clone|cpu|cuda|copy)\([^()]*\)$/, "");
      if (!isDotted(kept)) throw elsewhere("what is done to an image before");
      if (one.told.some(has)) throw elsewhere("a dtype");
      const sized = given.has("dsize") && has("dsize") && printed(given.get("dsize")) !== "(0, 0)";
      if (has("dst") || (sized && (has("fx") || has("fy")))) throw elsewhere("a call with dst, or a size and factors,");
      if (has("recompute_scale_factor") && has("size")) throw elsewhere("recompute_scale_factor");
      if (one.framework === "torch" && number("size") && number("size") <= 8 && !call.keywords.has("size")) {
        throw elsewhere("a size of few pixels");
      }
      if (one.factors.includes("size") && /\d\d/.test(printed(given.get("size")))) throw elsewhere("a large factor");
      const method = printed(given.get("method") ?? given.get("interpolation") ?? NONE).toLowerCase();
      const antialias = printed(given.get("antialias") ?? NONE) === "True";
      if (one.framework !== "torch" && antialias && /nearest|area/.test(method)) throw elsewhere("antialias of copies");
      if (given.has("boxes") && /[3-9]|\d\d/.test(printed(given.get("boxes")).replace(/\.\d+/g, ""))) {
        throw elsewhere("boxes in pixels");
      }
      const size = one.size.length === 1 ? given.get(one.size[0]) : NONE;
      if (one.order === "wh" && /\.shape\[:2\]$/.test(printed(size))) throw elsewhere("a size of a shape");
      const entries = isSequence(size) ? size.entries.map(printed) : [];
      const axis = (text) => {
        const parts = one.framework === "opencv" ? [...text.matchAll(/\.shape\[([01])\]/g)].map(([, n]) => "hw"[n]) : [];
        for (const word of parts.length ? [] : text.match(/[A-Za-z_]\w*/g) ?? []) {
          if (/^(h|.*height.*|.*rows|new_h|h_.+|.+_h)$/.test(word)) parts.push("h");
          if (/^(w|.*width.*|.*cols|new_w|w_.+|.+_w)$/.test(word)) parts.push("w");
        }
        return new Set(parts).size === 1 ? parts[0] : "";
      };
      if (entries.length === 2 && entries.map(axis).reverse().join("") === one.order) throw elsewhere("a size in this order");
    }

    // -------------------------------------------------------------------------- sizes

    function sized(reading, given) {
      const one = reading.function;
      const factors = one.factors.map((name) => given.get(name));
      const sizes = one.size.map((name) => given.get(name));
      const saysFactors = factors.some((each) => !isNone(each) && each.value !== 0);
      const saysNoSize = sizes.every((each) => isNone(each) || printed(each) === "(0, 0)");
      if (saysFactors && !saysNoSize && one.framework === "torch") {
        throw new Unreadable("sizes", `${one.name} takes a size or factors, not both`);
      }
      if (saysFactors && saysNoSize) {
        Object.assign(reading, { by: "factors", factors: pair(one, one.factors, factors), scalar: scalar(one, factors) });
      } else if (!saysNoSize) {
        Object.assign(reading, { by: "size", size: pair(one, one.size, sizes), scalar: scalar(one, sizes) });
      } else if (one.factors.length && ["torch", "opencv"].includes(one.framework)) {
        const names = [...one.size, ...one.factors].join(" or ");
        throw new Unreadable("sizes", `${one.name} does not say what becomes of the size: give ${names}`);
      }
    }

    /** The one name that may be a number for both axes, or two; null where there is none. */
    function scalar(one, values) {
      const unsaidAlone = values.length === 1 && one.one_for_all && ["unsaid", "written"].includes(values[0].is);
      const text = unsaidAlone ? values[0].text : "";
      const isTuple = /\[[^\]]*:[^\]]*\]$/.test(text) || /^(tuple|list)\(/.test(text);
      return text && !isTuple && !isANumber(text) ? text : null;
    }

    /** [h, w] of one argument or two. */
    function pair(one, names, values) {
      let found = values.length > 1 ? values : both(one, names[0], values[0]);
      const isFactors = one.factors.includes(names[0]);
      if (values.length > 1 ? names[0] === "fx" : one.order === "wh") found = [found[1], found[0]];
      for (const entry of found) {
        const number = entry.is === "int" || (isFactors && entry.is === "float");
        if (!(isNone(entry) || isUnsaid(entry) || (number && entry.value > 0))) {
          const what = isFactors ? "a positive number" : "a positive whole number";
          const error = `${one.name}: ${names.join(", ")} is ${what} for each axis, got ${printed(entry)}`;
          throw new Unreadable("sizes", error);
        }
      }
      for (const entry of found.filter(isUnsaid)) {
        if (/(^|[^.\w])x\b/.test(printed(entry))) throw elsewhere("a size that is that of x");
        if (isFactors && /[-+*/%|&^]/.test(printed(entry))) throw elsewhere("a factor that is computed");
      }
      return found.map((entry) => (entry.is === "written" ? unsaid(entry.text) : entry));
    }

    function both(one, name, given) {
      const forBoth = one.one_for_all;
      if (given.is === "unsaid" || given.is === "written") {
        if (one.factors.includes(name)) return [given, given];
        if (isANumber(given.text)) throw elsewhere(`${name}=${given.text}`);
        const text = /^[\w.[\]:]+$/.test(given.text) ? given.text : `(${given.text})`;
        return [unsaid(`${text}[0]`), unsaid(`${text}[1]`)];
      }
      if (isNumber(given) && forBoth) return [given, given];
      const list = isSequence(given) ? given.entries : [];
      if (list.length !== 2) {
        const wanted = forBoth ? "a number, or two numbers" : "two numbers";
        throw new Unreadable("sizes", `${one.name}: ${name} is ${wanted}, got ${printed(given)}`);
      }
      return list;
    }

    // -------------------------------------------------------------------------- where an output pixel lies

    /** Arithmetic, an entry of a shape, `int(…)`: what can be no tuple. */
    const isANumber = (text) =>
      /^(int|float|len|round|min|max|abs|(\w+\.)*(floor|ceil))\(/.test(text) ||
      /\.(shape|size\(\))\[-?\w+\]$/.test(text) ||
      /(\/\/|%| - |\*\*| \/ )/.test(text) || /(^|[\s(])\d[\d.]*\s[*+]|[*+]\s\d/.test(text);

    const ARRAYS = ["array", "asarray", "tensor", "Tensor", "constant", "convert_to_tensor", "float32", "float64"];

    /** The numbers of `np.array(…)`, `torch.tensor(…)` or plain lists; null where they are not there. */
    function literal(given) {
      const made = given.is === "written" && given.args.length && ARRAYS.includes(given.name.split(".").pop());
      const inner = made ? given.args[0] : given;
      return isUnsaid(inner) ? null : numbers(inner);
    }

    const numbers = (given) => (isSequence(given) ? given.entries.map(numbers) : given.value ?? null);
    const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);

    const GRIDS = {
      inputs(reading, inputs) {
        if (!isSequence(inputs)) {
          reading.notes.push(`${printed(inputs)} are the image and sizes`);
          return;
        }
        if (inputs.entries.some(isSequence)) throw elsewhere("a node whose scales are written out");
        const given = inputs.entries.map((entry) => entry.value ?? printed(entry));
        const [, roi, scales, sizes] = given.length === 2 ? [given[0], "", given[1]] : given;
        const grid = reading.flags.coordinate_transformation_mode ?? "'asymmetric'";
        if (roi && grid === "'tf_crop_and_resize'") {
          reading.notes.push(`${roi} is the whole image: 0 for every start, 1 for every end`);
        }
        const ofSizes = ["'align_corners'", "'tf_crop_and_resize'"].includes(grid) && !(reading.flags.antialias ?? "0").match(/1|True/);
        if (scales && !sizes && !ofSizes) {
          reading.notes.push(`the image's sizes times ${scales} are whole numbers`);
        }
      },
      scales(reading, scales) {
        if (printed(scales) === "None") return;
        if (isSequence(scales) && scales.entries.slice(0, 2).some((entry) => entry.value !== 1)) {
          const shown = printed(scales);
          throw new Unreadable("grid", `${reading.function.name}: scales of (N, C, H, W) are 1 and 1 first, got ${shown}`);
        }
        if (isSequence(scales)) throw elsewhere("a node whose scales are written out");
        reading.notes.push(`the image's sizes times ${printed(scales)} are whole numbers`);
      },
      grid(reading, grid) {
        const aligned = reading.flags.align_corners;
        if (grid.is !== "written" || !grid.name.endsWith("affine_grid")) {
          const error = `grid=${printed(grid)} says where each pixel is sampled: for a resize write it out`;
          const written = `F.affine_grid([[[1, 0, 0], [0, 1, 0]]], (n, c, h, w), align_corners=${aligned})`;
          throw new Unreadable("grid", `F.grid_sample: ${error}, as ${written}`);
        }
        const given = bound(grid, "F.affine_grid", [["theta"], ["size"], ["align_corners", "None"]]);
        const own = printed(given.get("align_corners"));
        if ((own === "True") !== (aligned === "True")) {
          const error = `of a grid with align_corners=${own} is no resize: give both the same`;
          throw new Unreadable("grid", `F.grid_sample with align_corners=${aligned} ${error}`);
        }
        const theta = literal(given.get("theta"));
        if (theta && theta.some((rows) => !equal(rows, [[1, 0, 0], [0, 1, 0]]))) {
          const shown = printed(given.get("theta").args?.[0] ?? given.get("theta"));
          throw new Unreadable("grid", `F.affine_grid of ${shown} is no resize: that of the identity is`);
        }
        if (!theta) {
          const error = `theta=${printed(given.get("theta"))} is not written out: [[1, 0, 0], [0, 1, 0]] for each image`;
          throw new Unreadable("grid", `F.affine_grid: ${error} is a resize`);
        }
        const size = given.get("size");
        if (!isSequence(size)) {
          reading.notes.push(`(n, c, h, w) is ${printed(size)}`);
          return;
        }
        if (size.entries.length !== 4) {
          throw new Unreadable("grid", `F.affine_grid: size is (n, c, h, w), got ${printed(size)}`);
        }
        const last = { is: "tuple", entries: size.entries.slice(2) };
        Object.assign(reading, { by: "size", size: pair(reading.function, ["size"], [last]) });
      },
      boxes(reading, boxes) {
        const found = literal(boxes);
        const name = reading.function.name;
        if (!found) {
          const error = "say which part of the image is resized: write them out, [[0, 0, 1, 1]] for all of it";
          throw new Unreadable("grid", `${name}: boxes=${printed(boxes)} ${error}`);
        }
        const shown = printed(boxes.args?.[0] ?? boxes);
        if (!found.length || found.some((box) => box.length !== 4)) {
          throw new Unreadable("grid", `${name}: boxes are [y1, x1, y2, x2] each, got ${shown}`);
        }
        if (found.some((box) => !equal(box, found[0]))) {
          throw new Unreadable("grid", `${name}: one box at a time, got ${shown}`);
        }
        if (!equal(found[0], [0, 0, 1, 1])) reading.roi = found[0];
      },
      box_indices(reading, given) {
        if (!["[0]", "(0,)"].includes(printed(given))) reading.notes.push(`x is the image that ${printed(given)} picks`);
      },
      box_ind(reading, given) {
        GRIDS.box_indices(reading, given);
      },
      extrapolation_value(reading, given) {
        if (isUnsaid(given)) {
          const error = `extrapolation_value=${printed(given)} is not written out`;
          throw new Unreadable("not written out", `${reading.function.name}: ${error}`);
        }
        if (given.value) reading.extrapolation = given.value;
      },
      M(reading, matrix) {
        const found = literal(matrix);
        if (!found) {
          const error = "is not written out: give its numbers, [[x, 0, x / 2 - 1 / 2], [0, y, y / 2 - 1 / 2]]";
          throw new Unreadable("grid", `cv2.warpAffine: M=${printed(matrix)} ${error} for pixels' middles`);
        }
        const shown = printed(matrix.args?.[0] ?? matrix);
        if (found.length !== 2 || found.some((row) => row?.length !== 3)) {
          throw new Unreadable("grid", `cv2.warpAffine: M is 2 rows of 3 numbers, got ${shown}`);
        }
        const [[x, skew, right], [skewed, y, down]] = found;
        const isMiddles = right === x / 2 - 0.5 && down === y / 2 - 0.5;
        if (skew || skewed || !(isMiddles || (right === 0 && down === 0))) {
          throw new Unreadable("grid", `cv2.warpAffine of ${shown} does more than a resize`);
        }
        reading.flags.coordinates = isMiddles ? "'half_pixel'" : "'asymmetric'";
      },
      translation(reading, given) {
        if (literal(given)?.every((entry) => entry === 0)) return;
        const error = `translation is (0, 0) for a resize, got ${printed(given)}`;
        throw new Unreadable("grid", `ScaleAndTranslate: ${error}`);
      },
      scale(reading, given) {
        reading.notes.push(`scale=${printed(given)} is the output's size by the input's`);
      },
    };

    // -------------------------------------------------------------------------- the catalogue

    function matched(reading) {
      const one = reading.function;
      let rows = match(reading, one.name, reading.flags);
      if (!rows && one.becomes) {
        const other = byName.get(one.becomes);
        const flags = Object.fromEntries(
          other.flags.map((name) => {
            const [, given] = other.parameters.find(([key]) => key === name);
            return [name, plain(other, name, value(parse(given)))];
          }),
        );
        rows = match(reading, other.name, { ...flags, ...reading.flags });
      }
      if (!rows && one.name === "onnx.Resize") rows = [];
      if (!rows) throw unmatched(reading);
      const refused = rows.length && rows.every((i) => tables.rows[i].refused) && tables.rows[rows[0]].refused;
      if (refused) throw new Unreadable("refused", refused);
      return { ...reading, rows };
    }

    /** The rows with the same flags; of these those with the same ways, or else with none. */
    function match(reading, name, flags) {
      for (const by of new Set([reading.by, "size", "nothing", "factors"])) {
        for (const spelling of spellings(flags)) {
          const found = byKey.get(keyOf(name, spelling, by));
          if (found) {
            const exact = found.filter((i) => equal(said(tables.rows[i].ways), said(reading.ways)));
            const usual = found.filter((i) => !said(tables.rows[i].ways).length);
            return exact.length ? exact : usual.length ? usual : found;
          }
        }
        if (by === "factors" && reading.by === "factors") return null; // at which ratio it would sample is not known
      }
      return null;
    }

    const EMPTY = ["None", "False", "0", "0.0", "''", "()"];
    const said = (ways) => Object.entries(ways).filter(([, way]) => !EMPTY.includes(way)).sort();

    /** As it is; what is None, False. */
    function* spellings(flags) {
      const without = (all) =>
        Object.fromEntries(Object.entries(all).map(([name, flag]) => [name, flag === "None" ? FALSE.name : flag]));
      yield flags;
      yield without(flags);
    }

    /** Which argument keeps a call out of the catalogue, and what it takes beside the others. */
    function unmatched(reading) {
      const name = reading.function.name;
      const mine = tables.rows.filter((row) => row.function === name && !row.refused);
      for (const [key, flag] of Object.entries(reading.flags)) {
        const taken = [...new Set(mine.map((row) => row.flags[key] ?? "None"))];
        if (!taken.includes(flag) && key !== "dimensions") {
          return new Unreadable("flag", `${name}: ${key}=${flag} is not one of ${taken.join(", ")}`);
        }
      }
      const off = (row) => Object.keys(reading.flags).filter((key) => row.flags[key] !== reading.flags[key]);
      const refused = tables.rows
        .filter((row) => row.function === name && row.refused)
        .find((row) => off(row).every((key) => reading.flags[key] === "False" && row.flags[key] === "True"));
      if (refused) return new Unreadable("refused", refused.refused);
      const least = Math.min(...mine.map((row) => off(row).length));
      const wrong = [...new Set(mine.filter((row) => off(row).length === least).flatMap(off))];
      const listed = wrong.map((key) => `${key}=${reading.flags[key]}`).join(" and ");
      return new Unreadable("flags", `${name}: ${listed} do not go together with the other arguments`);
    }

    return { read };
  }

  // ---------------------------------------------------------------------------- its answer, with its sizes

  const isSimple = (text) => /^[\w.]+(\[[^\]]*\])*$/.test(text);

  /** Which of the answers of a row, and whether sizes stand in it as code has them. */
  function partsOf(reading, answers) {
    const factors = (reading.factors ?? []).map((entry) => String(entry.value));
    const usual = factors.length > 0 && factors.every((factor) => factor === factors[0]) && factors[0] in answers;
    const key = usual ? factors[0] : reading.by === "size" && "size" in answers ? "size" : "";
    return { usual, parts: answers[key] };
  }

  /** From the names that answers have for sizes and factors to what stands in the call. */
  function sizesOf(reading, parts) {
    // h and w are what becomes of those, or what the first line of the code says
    if (parts.some((part) => part.fitted) || reading.scalar) return new Map();
    const names = reading.by === "factors" ? ["fh", "fw"] : ["h", "w"];
    const entries = reading.size ?? reading.factors ?? [];
    const given = entries.map((entry, i) => [names[i], printed(entry)]);
    return new Map(given.filter(([name, text]) => text !== "None" && text !== name));
  }

  /** Code with the sizes of the call, where they are simple; `size` for `(size[0], size[1])`. */
  function withSizes(text, sizes) {
    const said = text.replace(/\b(?:[hw]|f[hw])\b(?!=)/g, (name) => (isSimple(sizes.get(name) ?? "") ? sizes.get(name) : name));
    return said.replace(/\((\w+)\[0\], \1\[1\]\)/g, "$1").replace(/\((\w+)\[1\], \1\[0\]\)/g, "$1[::-1]");
  }

  /** The first line of code where a size, or a factor, is one name: it may be a number or a tuple. */
  function preludeOf(reading) {
    const n = reading.scalar;
    if (!n) return "";
    if (reading.by === "factors" && reading.function.framework === "keras") return `fh, fw = (${n}, ${n}) if isinstance(${n}, int) else ${n}\n`;
    if (reading.by === "factors") return `fh, fw = ${n} if isinstance(${n}, (tuple, list)) else (${n}, ${n})\n`;
    return `h, w = map(int, ${n} if isinstance(${n}, (tuple, list)) else (${n}, ${n}))\n`;
  }

  return { reader, printed, partsOf, sizesOf, withSizes, preludeOf, isSimple, Unreadable };
})();
