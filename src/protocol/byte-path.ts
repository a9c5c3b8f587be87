/**
 * A path as bytes in a string: one character, 0 to 255, for each byte. Comparing and joining such strings compares and
 * joins bytes, whatever they mean.
 */
export type BytePath = string;

export function toBytePath(bytes: Uint8Array): BytePath {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

export function fromBytePath(path: BytePath): Uint8Array {
  const bytes = new Uint8Array(path.length);
  for (let at = 0; at < path.length; at++) bytes[at] = path.charCodeAt(at);
  return bytes;
}

/** Of one name in a folder. */
export function joinBytePath(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : `${folder}/${name}`;
}
