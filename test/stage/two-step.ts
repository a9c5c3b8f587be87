import { readFile } from "node:fs/promises";
import { posix } from "node:path";

const library = new URL("../../node_modules/@openzeppelin/contracts/", import.meta.url);
const roots = ["access/Ownable2Step.sol", "proxy/utils/UUPSUpgradeable.sol"];

/** A vault of OpenZeppelin's own parts, which changes hands in two steps: file name → text. */
export async function readTwoStepExample(): Promise<{ before: Record<string, string>; after: Record<string, string> }> {
  const parts = await readWithImports(roots);
  return { before: { ...parts, "Vault.sol": toVault("1") }, after: { ...parts, "Vault.sol": toVault("2") } };
}

async function readWithImports(
  names: readonly string[],
  known: Record<string, string> = {},
): Promise<Record<string, string>> {
  for (const name of names.filter((one) => known[`openzeppelin/${one}`] === undefined)) {
    const text = await readFile(new URL(name, library), "utf8");
    known[`openzeppelin/${name}`] = text;
    const imported = [...text.matchAll(/^import .*"(\..*)";$/gm)].map(([, to = ""]) => to);
    await readWithImports(
      imported.map((to) => posix.join(posix.dirname(name), to)),
      known,
    );
  }
  return known;
}

function toVault(version: string): string {
  return `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable, Ownable2Step} from "./openzeppelin/access/Ownable2Step.sol";
import {UUPSUpgradeable} from "./openzeppelin/proxy/utils/UUPSUpgradeable.sol";

contract Vault is Ownable2Step, UUPSUpgradeable {
    constructor() Ownable(address(1)) {}

    function initialize(address initialOwner) external onlyProxy {
        require(owner() == address(0));
        _transferOwnership(initialOwner);
    }

    function version() external pure returns (string memory) {
        return "${version}";
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
`;
}
