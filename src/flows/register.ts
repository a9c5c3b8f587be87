import { ensureRegistered } from "../act/ensure-registered.ts";
import type { Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import { decideRegistration, findSenderProblems } from "../decide/registration.ts";
import { CountersignError, failure, type Problem } from "../errors.ts";
import type { RegistrationFacts } from "../facts.ts";
import { observeRegistration } from "../observe/registration.ts";
import type { Address, Bytes32, Hex } from "../protocol/hex.ts";
import type { RecordDraft } from "../protocol/record.ts";
import { toRegisterData } from "../protocol/registry-calls.ts";
import type { RegistrationVerdict } from "../verdict.ts";

/** What registering a record takes: everything about it was read and judged. */
export interface Registration {
  readonly facts: RegistrationFacts;
  readonly verdict: RegistrationVerdict;
}

/** A transaction for a wallet that Countersign has no key of: a Safe, say. */
export interface UnsignedTransaction {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

/** @throws REGISTRATION_REFUSED with every reason why nobody can register this */
export async function prepareRegistration(draft: RecordDraft, registry: Registry): Promise<Registration> {
  const facts = await observeRegistration(draft, registry);
  const verdict = decideRegistration(facts);
  assertNone(verdict.problems);
  return { facts, verdict };
}

/** Registers with the relayer's key, which has to be the one that may. Nothing is sent where the record stands already. */
export async function register(
  { facts, verdict }: Registration,
  clients: { readonly registry: Registry; readonly relayer: Relayer },
): Promise<Bytes32 | undefined> {
  if (verdict.state === "registered") return undefined;
  assertNone(findSenderProblems(clients.relayer.address, facts));
  return ensureRegistered(facts.draft, clients);
}

/** The transaction that registers, for who may send it, once a simulation of it passed. */
export async function toTransaction(
  { facts, verdict }: Registration,
  registry: Registry,
): Promise<UnsignedTransaction | undefined> {
  if (verdict.state === "registered") return undefined;
  const { registrant } = verdict;
  const from = "account" in registrant ? registrant.account : facts.executor;
  assertNone(findSenderProblems(from, facts));
  const simulation = await registry.simulateRegister(from, facts.draft);
  if (simulation.kind === "refused")
    throw failure("REGISTRATION_REFUSED", `the registry refuses: ${simulation.message}`);
  return { from, to: registry.address, data: toRegisterData(facts.draft) };
}

function assertNone(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first) throw new CountersignError([first, ...rest]);
}
