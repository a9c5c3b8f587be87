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
  return Uint8Array.from(path, (character) => character.charCodeAt(0));
}

/** Of one name in a folder. */
export function joinBytePath(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : `${folder}/${name}`;
}
