import { describe, expect, it } from "vitest";
import { findForeignInstructions } from "../../src/protocol/instructions.ts";

const unpayable = { payable: false };

describe("the instructions of a constructor", () => {
  it("are its own where they depend on its code, its address and its chain alone", () => {
    const names = ["PUSH", "PUSH [tag]", "PUSH #[$]", "PUSH data", "PUSHSIZE", "tag", "DUP16", "SWAP1", "LOG4"];
    const read = ["ADDRESS", "CHAINID", "CODECOPY", "SLOAD", "SSTORE", "ASSIGNIMMUTABLE", "RETURN", "CALLVALUE"];
    expect(findForeignInstructions([...names, ...read], unpayable)).toEqual([]);
  });

  const block = "TIMESTAMP NUMBER COINBASE PREVRANDAO DIFFICULTY GASLIMIT BASEFEE BLOCKHASH BLOBHASH BLOBBASEFEE";
  const transaction = "CALLER ORIGIN GASPRICE GAS SELFBALANCE BALANCE";
  const others =
    "EXTCODESIZE EXTCODEHASH EXTCODECOPY CALL CALLCODE DELEGATECALL STATICCALL CREATE CREATE2 SELFDESTRUCT";
  const unknown = "VERBATIM PUSHLIB SLOTNUM LOG5 DUP";
  it.each([block, transaction, others, unknown].flatMap((names) => names.split(" ")))("%s is foreign", (name) => {
    expect(findForeignInstructions(["PUSH", name, name], unpayable)).toEqual([name]);
  });

  it("CALLVALUE is foreign where the constructor can be paid", () => {
    expect(findForeignInstructions(["CALLVALUE"], { payable: true })).toEqual(["CALLVALUE"]);
  });
});
