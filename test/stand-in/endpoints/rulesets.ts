import { created, done, type Endpoints, type Input, listed } from "../endpoint.ts";
import { found } from "../refusal.ts";
import type { Protection, Repository, Ruleset } from "../state.ts";
import { fullName, rulesetsOf } from "../world.ts";

type Ids =
  | "repos/create-repo-ruleset"
  | "repos/delete-repo-ruleset"
  | "repos/get-repo-rulesets"
  | "repos/get-branch-rules";

type Creation = Input<"repos/create-repo-ruleset">;

export const rulesets: Pick<Endpoints, Ids> = {
  "repos/create-repo-ruleset": {
    app: "administration:write",
    role: "admin",
    answer: (input, { world, repository }) => {
      const ruleset: Ruleset = {
        id: world.nextId(),
        name: input.name,
        patterns: input.conditions?.ref_name?.include ?? [],
        isActive: input.enforcement === "active",
        protection: parseRules(input),
      };
      repository.rulesets.set(ruleset.id, ruleset);
      return created(toRuleset(repository, ruleset));
    },
  },
  "repos/delete-repo-ruleset": {
    app: "administration:write",
    role: "admin",
    answer: ({ ruleset_id }, { repository }) => {
      found(repository.rulesets.get(Number(ruleset_id)));
      repository.rulesets.delete(Number(ruleset_id));
      return done();
    },
  },
  "repos/get-repo-rulesets": {
    app: "metadata:read",
    answer: (_, { repository }) => listed([...repository.rulesets.values()], (one) => toRuleset(repository, one)),
  },
  "repos/get-branch-rules": {
    app: "metadata:read",
    answer: ({ branch }, { repository }) => listed(rulesetsOf(repository, branch), (one) => toRule(repository, one)),
  },
};

/** Of the rules, required checks are what the stand-in holds branches to. */
function parseRules({ rules = [], bypass_actors = [] }: Creation): Protection {
  const parameters = rules.flatMap((rule) => (rule.type === "required_status_checks" ? (rule.parameters ?? []) : []));
  const checks = parameters.flatMap((one) => one.required_status_checks);
  return {
    checks: checks.map(({ context, integration_id }) => ({ context, appId: integration_id })),
    strict: parameters.some((one) => one.strict_required_status_checks_policy),
    enforceAdmins: bypass_actors.length === 0,
    approvals: undefined,
    dismissStale: false,
  };
}

function toRuleset(repository: Repository, { id, name, patterns, isActive, protection }: Ruleset): object {
  return {
    ...{ id, name, target: "branch", source_type: "Repository", source: fullName(repository) },
    enforcement: isActive ? "active" : "disabled",
    conditions: { ref_name: { include: patterns, exclude: [] } },
    rules: [toRequiredChecks(protection)],
  };
}

function toRule(repository: Repository, { id, protection }: Ruleset): object {
  const source = { ruleset_source_type: "Repository", ruleset_source: fullName(repository), ruleset_id: id };
  return { ...toRequiredChecks(protection), ...source };
}

function toRequiredChecks({ checks, strict }: Protection): object {
  const required = checks.map(({ context, appId }) => ({ context, ...(appId && { integration_id: appId }) }));
  const parameters = { required_status_checks: required, strict_required_status_checks_policy: strict };
  return { type: "required_status_checks", parameters };
}
