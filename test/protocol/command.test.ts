import { describe, expect, it } from "vitest";
import { type Command, parseCommands } from "../../src/protocol/command.ts";

const signature = `0x${"ab".repeat(65)}` as const;
const account = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

describe("a line of its own", () => {
  const commands: [string, Command[]][] = [
    ["/countersign help", [{ kind: "help" }]],
    ["/countersign \t status  ", [{ kind: "status" }]],
    ["/countersign finalize\r\n/countersign propose\r", [{ kind: "finalize" }, { kind: "propose" }]],
    [`Looks good.\n\n/countersign sign ${signature}\n\nThanks!`, [{ kind: "sign", signature }]],
    ["/countersign withdraw\n/countersign schedule", [{ kind: "withdraw" }, { kind: "schedule" }]],
    ["/countersign execute\n/countersign cancel", [{ kind: "execute" }, { kind: "cancel" }]],
    ["```\n/countersign help\n```\n/countersign status", [{ kind: "status" }]],
    ["````sh\n```\n/countersign help\n````\n/countersign status", [{ kind: "status" }]],
    ["~~~ a`b\n/countersign help\n```\n ~~~~ \n/countersign status", [{ kind: "status" }]],
    ["```one`two\n/countersign status", [{ kind: "status" }]],
    ["    ```\n/countersign status", [{ kind: "status" }]],
    ["> ```\n/countersign status", [{ kind: "status" }]],
    ["<!-- note -->\n/countersign status", [{ kind: "status" }]],
    ["<pre>x</pre>\n/countersign status", [{ kind: "status" }]],
    ["<details>\n\n/countersign status\n</details>", [{ kind: "status" }]],
    ["> quoted\n\n/countersign status", [{ kind: "status" }]],
    ["> # quoted\n/countersign status", [{ kind: "status" }]],
    [">\n/countersign status", [{ kind: "status" }]],
    ["> ---\n/countersign status", [{ kind: "status" }]],
    ["> ```\n> quoted\n> ```\n/countersign status", [{ kind: "status" }]],
    ["> quoted\n- item\n/countersign status", [{ kind: "status" }]],
    ["> quoted\n---\n/countersign status", [{ kind: "status" }]],
    ["-> text\n/countersign status", [{ kind: "status" }]],
    ["- item\n/countersign status", [{ kind: "status" }]],
    ["text <!-- note -->\n/countersign status", [{ kind: "status" }]],
    ["text <!--> text\n/countersign status", [{ kind: "status" }]],
    ["text <!-- note\n\n/countersign status", [{ kind: "status" }]],
    ["isn`t `it`\n/countersign status", [{ kind: "status" }]],
    ["one `\n/countersign status\n`` two", [{ kind: "status" }]],
    ["one \\`\n/countersign status\n` two", [{ kind: "status" }]],
    ["text\\\n/countersign status", [{ kind: "status" }]],
    ["# one `\n/countersign status\n` two", [{ kind: "status" }]],
    ["    `\n/countersign status\n`", [{ kind: "status" }]],
    ["if a <b\n/countersign status\nand c> d", [{ kind: "status" }]],
    ["<b title='x'>text</b>\n/countersign status", [{ kind: "status" }]],
    ["[text](url 'title')\n/countersign status", [{ kind: "status" }]],
    ["<blockquote>text</blockquote>\n\n/countersign status", [{ kind: "status" }]],
    ["text <!-- not closed\n/countersign status", [{ kind: "status" }]],
    ["text <!X\n/countersign status\n>", [{ kind: "status" }]],
    ["*text*\n/countersign status", [{ kind: "status" }]],
    ["   /countersign status", [{ kind: "status" }]],
    ["    /countersign status\n\n/countersign status", [{ kind: "status" }]],
    ["one | two\n--- | ---\n\n/countersign status", [{ kind: "status" }]],
    [`/countersign reject ${signature}`, [{ kind: "reject", signature }]],
    [`/countersign sign ${account} 0x`, [{ kind: "sign", account, signature: "0x" }]],
    [`/countersign sign ${account.toLowerCase()} 0x01`, [{ kind: "sign", account, signature: "0x01" }]],
    [`/countersign sign ${signature}\n/countersign sign ${signature}`, Array(2).fill({ kind: "sign", signature })],
  ];
  it.each(commands)("%j is a command", (text, expected) => {
    expect(parseCommands(text)).toEqual(expected);
  });
});

describe("text that is no command", () => {
  const texts = [
    "",
    "Please run /countersign status",
    "> /countersign status",
    "    /countersign status",
    "\u200b/countersign status",
    "`/countersign status`",
    "//countersign status",
    "/Countersign status",
    "/countersigned status",
    "/countersign-bot status",
    `/countersign/x sign ${signature}`,
    "/countersign.yml is the configuration",
    "/countersign\u200b status",
    "text\u2028/countersign status",
    "```\n/countersign status",
    "```\n/countersign status\n```x\n/countersign status",
    "  ```js\n/countersign status\n  ```",
    "~~~\n/countersign status\n```\n/countersign status\n~~~",
    "<!--\n/countersign status\n-->",
    "<!-- begins\n\n/countersign status",
    "> quoted\n/countersign status",
    ">quoted\n> more\nand more\n/countersign status",
    "> > quoted\n/countersign status",
    "- > quoted\n/countersign status",
    "1. - > quoted\n/countersign status",
    "> - quoted\n/countersign status",
    "> ```\n> ```\n> quoted\n/countersign status",
    "text <!--\n/countersign status\n-->",
    "<blockquote>text</blockquote>\n/countersign status",
    "<div>\n/countersign status\n</div>",
    "/countersign status\n---",
    "/countersign status | two\n--- | ---",
    "*text\n/countersign status\ntext*",
    "~~text\n/countersign status\ntext~~",
    "- item <!--\n/countersign status\n-->",
    "text `\n/countersign status\n` text",
    "text `` ` \n/countersign status\n``",
    'text <a title="\n/countersign status\n">link</a>',
    "text <a href=x title='>\n/countersign status\n'/>",
    "text <?\n/countersign status\n?>",
    "<?\n\n/countersign status\n?>",
    "text <!X\n/countersign status\nx>",
    '[text](url "\n/countersign status\n")',
    "[text]: <url>\n'\n/countersign status\n'",
    "<blockquote>\n\n/countersign status\n\n</blockquote>",
    "<PRE class=x>\n/countersign status\n</PRE>",
  ];
  it.each(texts)("%j says nothing", (text) => {
    expect(parseCommands(text)).toEqual([]);
  });
});

describe("the longest post", () => {
  const pieces = ["`", "``a", "<!--", "<a ", "<a b='", "](", "](aaaa", '](a "', "> a\na\n", "[", "\\", "- > "];
  it.each(pieces)("full of %j is read at once", (piece) => {
    const begun = performance.now();
    expect(parseCommands(piece.repeat(65_536 / piece.length))).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("a line that begins like a command and is none", () => {
  const lines = [
    "/countersign",
    "/countersign ",
    "/countersign Sign",
    "/countersign status now",
    "/countersign\u00a0status",
    "/countersign constructor",
    "/countersign __proto__",
    "/countersign sign",
    "/countersign sign signature",
    "/countersign `</details>` @acme #1 \u202e|",
    "/countersign `status`",
    "/countersign *status*",
    "/countersign [status](https://acme.example)",
    "/countersign ![status](https://acme.example)",
    "/countersign <b>status</b>",
    "/countersign status <!-- now -->",
    "/countersign status\\!",
    "/countersign https://acme.example",
    "/countersign sign 0xabc",
    "/countersign sign 0Xab",
    `/countersign sign ${signature} ${signature}`,
    `/countersign sign ${account} ${signature} ${signature}`,
    `/countersign sign ${account.replace("A", "a")} ${signature}`,
    `/countersign sign ${signature}\u200b`,
    `/countersign sign ${signature}\u2028status`,
  ];
  it.each(lines)("%j is answered", (line) => {
    expect(parseCommands(line)).toMatchObject([{ kind: "malformed" }]);
  });

  it("is longer than any contract's signature may be", () => {
    const [command] = parseCommands(`/countersign sign ${account} 0x${"00".repeat(8193)}`);
    expect(command).toMatchObject({ kind: "malformed", expected: "a signature of at most 8192 bytes" });
  });

  it("is quoted in part", () => {
    expect(parseCommands(`/countersign ${"x".repeat(1000)}`)).toEqual([
      { kind: "malformed", line: expect.stringMatching(/^.{200}$/), expected: expect.stringContaining("sign") },
    ]);
  });
});
