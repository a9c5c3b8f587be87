import { hasRole } from "../actor.ts";
import { type Call, created, done, type Endpoints, listed, ok } from "../endpoint.ts";
import type { WebhookId } from "../openapi/used.ts";
import { found, invalid, mustBeAdmin, Refusal } from "../refusal.ts";
import { toComment, toIssue, toLabel, toReaction } from "../shapes/comment.ts";
import type { Comment, Repository } from "../state.ts";
import { timestamp, type World } from "../world.ts";
import { pullNumbered } from "./pulls.ts";

type Ids =
  | "issues/list-comments"
  | "issues/get-comment"
  | "issues/create-comment"
  | "issues/update-comment"
  | "issues/delete-comment"
  | "issues/list-labels-on-issue"
  | "issues/add-labels"
  | "issues/remove-label"
  | "reactions/list-for-issue-comment"
  | "reactions/create-for-issue-comment"
  | "reactions/delete-for-issue-comment";

/** On a pull request either permission will do. */
const [read, write] = ["issues|pull_requests:read", "issues|pull_requests:write"] as const;
const longest = 65_536;

export const comments: Pick<Endpoints, Ids> = {
  "issues/list-comments": {
    app: read,
    answer: ({ issue_number, since }, { world, repository }) => {
      const all = [...repository.comments.values()].filter((comment) => comment.number === Number(issue_number));
      const isRecent = (comment: Comment) => since === undefined || comment.updatedAt >= since;
      return listed(all.filter(isRecent), (comment) => toComment(world, repository, comment));
    },
  },
  "issues/get-comment": {
    app: read,
    answer: ({ comment_id }, { world, repository }) => ok(toComment(world, repository, find(repository, comment_id))),
  },
  "issues/create-comment": {
    app: write,
    role: "read",
    answer: ({ issue_number, body }, call) => {
      const { number } = pullNumbered(call.repository, issue_number);
      assertLength(body);
      const comment = addComment(call, { number, body });
      emitComment(call, "issue-comment/created", { comment });
      return created(toComment(call.world, call.repository, comment));
    },
  },
  "issues/update-comment": {
    app: write,
    role: "read",
    answer: ({ comment_id, body }, call) => {
      const comment = findOwn(call, comment_id);
      assertLength(body);
      const payload = { changes: { body: { from: comment.body } } };
      Object.assign(comment, { body, updatedAt: timestamp(call.world) });
      emitComment(call, "issue-comment/edited", { comment, payload });
      return ok(toComment(call.world, call.repository, comment));
    },
  },
  "issues/delete-comment": {
    app: write,
    role: "read",
    answer: ({ comment_id }, call) => {
      const comment = findOwn(call, comment_id);
      call.repository.comments.delete(comment.id);
      emitComment(call, "issue-comment/deleted", { comment });
      return done();
    },
  },
  "issues/list-labels-on-issue": {
    app: read,
    answer: ({ issue_number }, call) => listed(...labelsOf(call, issue_number)),
  },
  "issues/add-labels": {
    app: write,
    role: "triage",
    answer: ({ issue_number, labels = [] }, call) => {
      for (const label of labels)
        pullNumbered(call.repository, issue_number).labels.add(typeof label === "string" ? label : label.name);
      return listed(...labelsOf(call, issue_number));
    },
  },
  "issues/remove-label": {
    app: write,
    role: "triage",
    answer: ({ issue_number, name }, call) => {
      if (!pullNumbered(call.repository, issue_number).labels.delete(name))
        throw new Refusal(404, "Label does not exist");
      return listed(...labelsOf(call, issue_number));
    },
  },
  "reactions/list-for-issue-comment": {
    app: read,
    answer: ({ comment_id, content }, { world, repository }) => {
      const { reactions } = find(repository, comment_id);
      return listed(
        reactions.filter((one) => content === undefined || one.content === content),
        (one) => toReaction(world, one),
      );
    },
  },
  "reactions/create-for-issue-comment": {
    app: write,
    role: "read",
    answer: ({ comment_id, content }, { world, repository, sender }) => {
      const { reactions } = find(repository, comment_id);
      const known = reactions.find((one) => one.user === sender && one.content === content);
      if (known) return ok(toReaction(world, known));
      const reaction = { id: world.nextId(), user: sender, content, createdAt: timestamp(world) };
      reactions.push(reaction);
      return created(toReaction(world, reaction));
    },
  },
  "reactions/delete-for-issue-comment": {
    app: write,
    role: "read",
    answer: ({ comment_id, reaction_id }, { repository, sender }) => {
      const { reactions } = find(repository, comment_id);
      const index = reactions.findIndex((one) => one.id === Number(reaction_id) && one.user === sender);
      found(reactions[index]);
      reactions.splice(index, 1);
      return done();
    },
  },
};

function find(repository: Repository, id: number): Comment {
  return found(repository.comments.get(Number(id)));
}

/** Others' comments are for those who may write. */
function findOwn(call: Call, id: number): Comment {
  const comment = find(call.repository, id);
  if (comment.user === call.sender || hasRole(call.sender, call.repository, "write")) return comment;
  throw mustBeAdmin();
}

function assertLength(body: string): void {
  if (body === "") throw invalid("IssueComment", "body", { code: "missing_field" });
  if (body.length > longest)
    throw invalid("IssueComment", "body", {
      code: "custom",
      message: `body is too long (maximum is ${longest} characters)`,
    });
}

function addComment(call: Call, { number, body }: { number: number; body: string }): Comment {
  const { world, repository, sender: user, actor } = call;
  const time = timestamp(world);
  const app = actor.kind === "installation" ? actor.grant.installation.app : undefined;
  const comment: Comment = {
    id: world.nextId(),
    number,
    body,
    user,
    app,
    createdAt: time,
    updatedAt: time,
    reactions: [],
  };
  repository.comments.set(comment.id, comment);
  pullNumbered(repository, number).updatedAt = time;
  return comment;
}

function emitComment(
  { world, events, repository, sender }: Call,
  id: WebhookId,
  { comment, payload }: { comment: Comment; payload?: object },
): void {
  const issue = toIssue(world, pullNumbered(repository, comment.number));
  events.emit(id, {
    repository,
    sender,
    payload: { comment: toComment(world, repository, comment), issue, ...payload },
  });
}

function labelsOf({ world, repository }: { world: World; repository: Repository }, number: number) {
  return [[...pullNumbered(repository, number).labels], (name: string) => toLabel(world, repository, name)] as const;
}
