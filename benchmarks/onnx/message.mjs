// Protocol buffers, as much of them as an ONNX file needs.

const encoder = new TextEncoder();

/** @typedef {Uint8Array | number | string | { float: number } | Field[]} Value */
/** @typedef {[number: number, value: Value]} Field */

/** @param {number} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** @param {Value} value @returns {Uint8Array} */
function bytesOf(value) {
  if (typeof value === "string") return encoder.encode(value);
  return value instanceof Uint8Array ? value : message(/** @type {Field[]} */ (value));
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Field[]} fields @returns {Uint8Array} a protobuf message */
export function message(fields) {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [Uint8Array.from([...varint(number * 8), ...varint(value)])];
    if (typeof value === "object" && "float" in value) {
      return [Uint8Array.from(varint(number * 8 + 5)), new Uint8Array(Float32Array.of(value.float).buffer)];
    }
    const bytes = bytesOf(value);
    return [Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes];
  });
  return joined(parts);
}
