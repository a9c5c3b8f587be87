/**
 * What a constructor may do and still leave the same code and storage whoever deploys it, and whenever: a function of its
 * initcode, its address and its chain. A list of what is allowed, so that an instruction of a later fork is found too.
 *
 * - SLOAD, TLOAD: the storage of a new account is empty, so only what the constructor wrote is read.
 * - CHAINID: what is signed is for one chain.
 * - CALLDATA…, RETURNDATA…: empty while a contract is created and calls nothing.
 */
const own = new Set(
  [
    "STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND",
    "LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ KECCAK256",
    "ADDRESS CHAINID CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY RETURNDATASIZE RETURNDATACOPY",
    "POP MLOAD MSTORE MSTORE8 MCOPY SLOAD SSTORE TLOAD TSTORE JUMP JUMPI PC MSIZE JUMPDEST",
    "RETURN REVERT INVALID tag ASSIGNIMMUTABLE",
  ]
    .join(" ")
    .split(" "),
);

/** With their operand, as the compiler's assembly names them: `PUSH [tag]`, `PUSH #[$]`, `PUSHSIZE`, `DUP3`, `LOG1`. */
const numbered = /^(PUSH(SIZE|IMMUTABLE|DEPLOYADDRESS)?( .*)?|(DUP|SWAP)\d+|LOG[0-4])$/;

/**
 * The instructions by which a constructor depends on block, transaction or caller (protocol §4), sorted. Calls and
 * creations are among them: what is called can read anything and answer with it, and what is created is code that no
 * approval names. GAS too: the sender chooses it.
 */
export function findForeignInstructions(
  instructions: readonly string[],
  { payable }: { readonly payable: boolean },
): readonly string[] {
  // Where nothing is payable, the compiler reads CALLVALUE to refuse any: it can only be zero.
  const isOwn = (name: string) => own.has(name) || numbered.test(name) || (name === "CALLVALUE" && !payable);
  return [...new Set(instructions)].filter((name) => !isOwn(name)).sort();
}
