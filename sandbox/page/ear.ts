/** Listening to the voice channel: Opus packets over HTTP, decoded and played here with little delay. */

const RATE = 48_000;
/** How far ahead sound is scheduled after a pause, so that a late packet still fits. s */
const AHEAD = 0.15;
/** Further ahead than this the sound is behind the present: something is left out. s */
const MOST_AHEAD = 0.8;
const PACKET_US = 20_000;

export interface Ear {
  /** How loud it is now, 0 to 1. */
  level(): number;
  close(): void;
}

/** @param onEnd called when listening ends by itself, with the reason */
export function openEar(onEnd: (why: unknown) => void): Ear {
  const context = new AudioContext({ sampleRate: RATE });
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  analyser.connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  const stop = 'AudioDecoder' in window ? playPackets(context, analyser, onEnd) : playFile(context, analyser, onEnd);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return Math.min(1, Math.sqrt(power) * 4);
    },
    close: () => {
      stop();
      void context.close();
    },
  };
}

function playPackets(context: AudioContext, into: AudioNode, onEnd: (why: unknown) => void): () => void {
  const abort = new AbortController();
  let playedUntil = 0;
  const decoder = new AudioDecoder({
    output: (data) => {
      const buffer = context.createBuffer(data.numberOfChannels, data.numberOfFrames, data.sampleRate);
      for (let channel = 0; channel < data.numberOfChannels; channel += 1) {
        const plane = new Float32Array(data.numberOfFrames);
        data.copyTo(plane, { planeIndex: channel, format: 'f32-planar' });
        buffer.copyToChannel(plane, channel);
      }
      data.close();
      const now = context.currentTime;
      if (playedUntil > now + MOST_AHEAD) return;
      if (playedUntil < now + 0.01) playedUntil = now + AHEAD;
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(into);
      source.start(playedUntil);
      playedUntil += buffer.duration;
    },
    error: onEnd,
  });
  decoder.configure({ codec: 'opus', sampleRate: RATE, numberOfChannels: 2 });
  let count = 0;
  void context.resume();
  readPackets('/voice.packets', abort.signal, (packet) => {
    decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: count * PACKET_US, data: packet }));
    count += 1;
  }).then(
    () => onEnd('the demo has stopped sending'),
    (error: unknown) => {
      if (!abort.signal.aborted) onEnd(error);
    },
  );
  return () => {
    abort.abort();
    if (decoder.state !== 'closed') decoder.close();
  };
}

/** Each packet stands after its length in two bytes. */
async function readPackets(
  url: string,
  signal: AbortSignal,
  take: (packet: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) throw new Error('the voice channel cannot be heard');
  const reader = response.body.getReader();
  let left = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const bytes = new Uint8Array(left.length + value.length);
    bytes.set(left);
    bytes.set(value, left.length);
    let from = 0;
    while (bytes.length - from >= 2) {
      const end = from + 2 + (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0));
      if (end > bytes.length) break;
      take(bytes.slice(from + 2, end));
      from = end;
    }
    left = bytes.slice(from);
  }
}

/** Browsers without WebCodecs play the same as an endless file, some seconds later. */
function playFile(context: AudioContext, into: AudioNode, onEnd: (why: unknown) => void): () => void {
  const audio = new Audio(`/voice.ogg?from=${Date.now()}`);
  context.createMediaElementSource(audio).connect(into);
  void context.resume();
  audio.play().catch(onEnd);
  return () => {
    audio.pause();
    audio.removeAttribute('src');
    audio.load();
  };
}
