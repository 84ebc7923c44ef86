import type { EventEmitter } from 'node:events';
import { gunzipSync } from 'fflate';

/** One websocket frame of TikTok, of which only this much matters here. */
interface PushFrame {
  payload: Uint8Array;
}

/** Where frames come from. */
export interface FrameSocket extends EventEmitter {
  pause(): void;
  resume(): void;
}

/** The library's schema of such a frame. */
export interface FrameCodec<Frame extends PushFrame> {
  decode(bytes: Uint8Array): Frame;
  encode(frame: Frame): { finish(): Uint8Array };
}

/** An unpacked frame holds some kilobytes; one that says it holds more than this is not from TikTok. bytes */
const LARGEST = 16 * 1024 * 1024;
/** Memory for unpacking is kept up to this size. bytes */
const KEPT_MAX = 1024 * 1024;
/** Length of the number at the end of a packed payload. */
const SIZE_BYTES = 4;
/** Frames taken before everything else in the process has its turn: a few ms of work. */
const FRAMES_A_TURN = 64;

/**
 * Unpacks frames before the library sees them, in place and in order. The library would unpack each one on its own in the
 * thread pool: that shuffles frames that come close together, costs three times as much, and in a burst fills the memory
 * while the database waits in the same queue. Not with Node's zlib either: the native memory of a thousand packed frames
 * a second has the garbage collector stop the process several times in each.
 */
export function unpackFrames<Frame extends PushFrame>(socket: FrameSocket, codec: FrameCodec<Frame>): void {
  const library = socket.listeners('message');
  const turn = new Turn(socket);
  const workbench = new Workbench();
  socket.removeAllListeners('message');
  socket.on('message', (bytes: Uint8Array, ...more: unknown[]) => {
    turn.took();
    let frame: Uint8Array;
    try {
      frame = unpacked(bytes, codec, workbench);
    } catch (error) {
      // What the library says of a frame that it can not read itself.
      socket.emit('messageDecodingFailed', error);
      return;
    }
    for (const hear of library) hear.call(socket, frame, ...more);
  });
}

/** In a burst the socket would be read for as long as there is something to read, and nobody else would get a word in. */
class Turn {
  readonly #socket: FrameSocket;
  #frames = 0;

  constructor(socket: FrameSocket) {
    this.#socket = socket;
  }

  took(): void {
    this.#frames += 1;
    if (this.#frames === 1) setImmediate(() => this.#over());
    if (this.#frames === FRAMES_A_TURN) this.#socket.pause();
  }

  #over(): void {
    const wasFull = this.#frames >= FRAMES_A_TURN;
    this.#frames = 0;
    if (wasFull) this.#socket.resume();
  }
}

/** @throws Error for what is no frame, or packed wrongly, or too large */
function unpacked<Frame extends PushFrame>(
  bytes: Uint8Array,
  codec: FrameCodec<Frame>,
  workbench: Workbench,
): Uint8Array {
  const frame = codec.decode(bytes);
  const packed = frame.payload;
  if (!isGzip(packed)) return bytes;
  const size = unpackedSize(packed);
  if (size > LARGEST) throw new Error(`a frame of ${size} bytes`);
  // Never more than this is written, whatever is in it.
  const payload = gunzipSync(packed, { out: workbench.room(size) });
  const { buffer, byteOffset, byteLength } = codec.encode({ ...frame, payload }).finish();
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The same memory for every frame of a connection: it is copied out of before the next one comes. */
class Workbench {
  #kept = new Uint8Array(0);

  room(size: number): Uint8Array {
    if (size > KEPT_MAX) return new Uint8Array(size);
    if (this.#kept.byteLength < size) this.#kept = new Uint8Array(size);
    return this.#kept.subarray(0, size);
  }
}

function isGzip([first, second, third]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b && third === 8;
}

/** As the end of a packed payload tells it. */
function unpackedSize(packed: Uint8Array): number {
  if (packed.byteLength < SIZE_BYTES) return 0;
  return new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(
    packed.byteLength - SIZE_BYTES,
    true,
  );
}
