import { assertUnreachable } from "../errors.ts";
import type { GroupReason, GroupVerdict } from "../verdict.ts";
import type { CheckWords } from "../words.ts";
import { explainCheck } from "./check.ts";
import { toCode } from "./markdown.ts";

/** The check on the head of a merge group. */
export function explainGroup({ check, reasons, members }: GroupVerdict): CheckWords {
  const pulls = members.map(({ number, verdict }) => `#${number}: ${explainCheck(verdict).title}`);
  const summary = [...reasons.map(explainGroupReason), ...pulls].map((line) => `- ${line}`).join("\n");
  return { state: check, title: titles[check], summary };
}

const titles: Readonly<Record<GroupVerdict["check"], string>> = {
  success: "May land",
  in_progress: "Could not be found out yet",
  failure: "Must not land",
};

/** Every reason in words, once: what is so, and what to do. One line of Markdown. */
export function explainGroupReason(reason: GroupReason): string {
  switch (reason.code) {
    case "group-outdated":
      return "This group does not stand upon the newest commit of its base branch. The merge queue builds another one by itself.";
    case "group-elsewhere":
      return `This commit changes ${reason.paths.map((path) => toCode(path)).join(", ")} against another listed branch, and nobody signed that. A check belongs to the commit, so it is not green here either.`;
    case "pull-unknown":
      return `#${reason.number} could not be judged yet, since a chain does not answer. This is tried again; nothing is lost.`;
    case "pull-not-ready":
      return `#${reason.number} is not ready: its own check says why. Queue it again once that is green.`;
    case "pull-not-open":
      return `#${reason.number} is not open any more, so that nothing can land in its name. Queue only pull requests that are open.`;
    case "version-taken":
      return `#${reason.number} and #${reason.by}, which would land before it, both propose the next version of ${toCode(reason.contract)}. Queue #${reason.number} again once #${reason.by} is finalized and its signers have signed anew.`;
    case "would-land-other":
      return `What would land in ${toCode(reason.path)} is not what #${reason.number} proposes (signed: ${toCode(reason.signed)}). Update its branch with the base, and ask its signers again.`;
    case "nobody-proposed":
      return `${toCode(reason.path)} would change, and no pull request of this group proposes that. Queue its pull requests one by one.`;
    default:
      return assertUnreachable(reason);
  }
}
