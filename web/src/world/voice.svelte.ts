import type { Told, Who } from './messages';
import type { At } from './space';

/** What a client hears at once: as many lines as the hall's forwarding unit fills (docs/designs/voice.md). */
export const SLOTS = 8;
/** How often places, levels and who speaks are looked at. */
const LOOK_MS = 100;
/** Who was loud within this time is shown as speaking: between two words nobody falls silent. */
const SPEAKING_MS = 700;
/** Quieter than this (0 to 1) is silence. */
const SILENCE = 0.005;
/** Closer than this nobody is louder; farther than the hall sends, nothing comes. */
const NEAR_M = 1.5;
const FAR_M = 40;
/** Somebody on the stage is heard as if so far away. */
const STAGE_M = 3;
/** How long a connection may take. */
const CONNECT_MS = 15_000;

export type VoicePhase = 'off' | 'connecting' | 'on' | 'failed';
export type MicPhase = 'none' | 'asking' | 'ready' | 'refused';
export type VoiceTold = Extract<Told, { kind: 'voice' | 'voice_slots' | 'voice_off' }>;

/** What voice needs of the space around it. */
export type Around = {
  send: (message: object) => boolean;
  me: () => { at: At; yaw: number };
  at: (slot: number) => At | null;
  who: (slot: number) => Who | undefined;
  /** Whose words I do not want. */
  isMuted: (persona: string) => boolean;
  isStage: boolean;
};

/** One who is heard. */
type Ear = { receiver: RTCRtpReceiver; sink: HTMLAudioElement; gain: GainNode; panner: PannerNode };

/**
 * Where a sound comes from, to one who stands at `me` and looks along `yaw` (radians, 0 north, clockwise from above): metres to the right and
 * ahead.
 */
export function direction(me: At, yaw: number, other: At): { right: number; ahead: number } {
  const [x, z] = [other.x - me.x, other.z - me.z];
  return { right: x * Math.cos(yaw) + z * Math.sin(yaw), ahead: x * Math.sin(yaw) - z * Math.cos(yaw) };
}

/** Typing is not pressing the key to talk. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** My voice in a space and those that I hear: nothing is asked of the microphone before I press the button for it. */
export class Voice {
  phase = $state<VoicePhase>('off');
  mic = $state<MicPhase>('none');
  /** Whether my words go out now. */
  talking = $state(false);
  /** Hold to talk; else one press begins and the next ends. */
  hold = $state(true);
  /** How loud I am, 0 to 1. */
  level = $state(0);
  /** I hear nobody. */
  deaf = $state(false);
  /** Not from where they stand: for who finds that tiring, or hears with one ear. */
  plain = $state(false);
  /** Those whom I hear now. */
  speaking = $state.raw<{ slot: number; who: Who | undefined }[]>([]);
  /** Of whose voice I set another loudness, by persona: 0 to 1. */
  volumes = $state.raw<ReadonlyMap<string, number>>(new Map());

  readonly #around: Around;
  #line: RTCPeerConnection | null = null;
  #mouth: RTCRtpSender | null = null;
  #track: MediaStreamTrack | null = null;
  #sound: AudioContext | null = null;
  #meter: AnalyserNode | null = null;
  #all: GainNode | null = null;
  #ears: (Ear | null)[] = [];
  #slots: (number | null)[] = [];
  /** When each was loud last, by slot of the space; milliseconds of the page. */
  readonly #loud = new Map<number, number>();
  #look: ReturnType<typeof setInterval> | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Begins to hear; speaking is another step. */
  async join(): Promise<void> {
    if (this.phase === 'connecting' || this.phase === 'on') return;
    if (typeof RTCPeerConnection === 'undefined') {
      this.phase = 'failed';
      return;
    }
    this.phase = 'connecting';
    this.#sound ??= new AudioContext();
    void this.#sound.resume();
    this.#all ??= new GainNode(this.#sound, { gain: this.deaf ? 0 : 1 });
    this.#all.connect(this.#sound.destination);
    const line = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#line = line;
    const lines = [line.addTransceiver('audio', { direction: 'sendonly' })];
    for (let ear = 0; ear < SLOTS; ear += 1) lines.push(line.addTransceiver('audio', { direction: 'recvonly' }));
    // the hall forwards Opus and nothing else, and a short offer is soon read
    const opus = RTCRtpReceiver.getCapabilities('audio')?.codecs.filter((codec) => codec.mimeType.toLowerCase() === 'audio/opus') ?? [];
    for (const each of lines) if (opus.length > 0) each.setCodecPreferences?.(opus);
    this.#mouth = lines[0]?.sender ?? null;
    if (this.#track) void this.#mouth?.replaceTrack(this.#track);
    line.ontrack = ({ transceiver, track }) => this.#hear(lines.indexOf(transceiver) - 1, transceiver.receiver, track);
    line.onconnectionstatechange = () => {
      if (this.#line !== line) return;
      if (line.connectionState === 'connected') {
        clearTimeout(this.#late);
        this.phase = 'on';
      } else if (line.connectionState === 'failed') this.#fail();
    };
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#fail(), CONNECT_MS);
    try {
      await line.setLocalDescription();
      if (this.#line === line && !this.#around.send({ kind: 'voice', offer: line.localDescription?.sdp ?? '' })) this.#fail();
    } catch {
      if (this.#line === line) this.#fail();
    }
    this.#look ??= setInterval(() => this.#watch(), LOOK_MS);
    globalThis.addEventListener?.('keydown', this.#press);
    globalThis.addEventListener?.('keyup', this.#release);
    globalThis.addEventListener?.('blur', this.#let_go);
  }

  /** Asks for the microphone: only ever from a press of its button. */
  async speak(): Promise<void> {
    if (this.mic === 'asking' || this.mic === 'ready') return;
    this.mic = 'asking';
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
      const track = stream.getAudioTracks()[0];
      if (!track || this.phase === 'off') {
        for (const each of stream.getTracks()) each.stop();
        this.mic = 'none';
        return;
      }
      track.enabled = false;
      track.onended = () => this.#drop_mic();
      this.#track = track;
      await this.#mouth?.replaceTrack(track);
      if (this.#sound) {
        this.#meter = new AnalyserNode(this.#sound, { fftSize: 512 });
        this.#sound.createMediaStreamSource(stream).connect(this.#meter);
      }
      this.mic = 'ready';
    } catch {
      this.mic = 'refused';
    }
  }

  /** My words go out from now on, or no longer. */
  talk(on: boolean): void {
    const track = this.#track;
    if (!track || this.mic !== 'ready') return;
    track.enabled = on;
    this.talking = on;
  }

  setDeaf(deaf: boolean): void {
    this.deaf = deaf;
    if (this.#all) this.#all.gain.value = deaf ? 0 : 1;
  }
  setPlain(plain: boolean): void {
    this.plain = plain;
    for (const ear of this.#ears) if (ear) this.#route(ear);
  }
  setHold(hold: boolean): void {
    this.talk(false);
    this.hold = hold;
  }
  volumeOf(persona: string): number {
    return this.#around.isMuted(persona) ? 0 : (this.volumes.get(persona) ?? 1);
  }
  setVolume(persona: string, volume: number): void {
    this.volumes = new Map(this.volumes).set(persona, Math.min(Math.max(volume, 0), 1));
    this.#watch();
  }

  /** What the space says of voice. */
  told(told: VoiceTold): void {
    if (told.kind === 'voice') {
      const line = this.#line;
      line?.setRemoteDescription({ type: 'answer', sdp: told.answer }).catch(() => this.#line === line && this.#fail());
    } else if (told.kind === 'voice_slots') {
      this.#slots = told.slots;
      this.#watch();
    } else if (this.phase === 'on') this.#fail();
  }

  /** The space will not connect me; why, is its notice. */
  refused(): void {
    if (this.phase === 'connecting') this.#fail();
  }

  /** The space was entered anew: the old connection is of a place that I have no longer. */
  again(): void {
    if (this.phase !== 'on' && this.phase !== 'connecting') return;
    this.#hang_up();
    this.phase = 'off';
    void this.join();
  }

  /** Ends hearing and speaking; the microphone is given back. */
  leave(): void {
    if (this.phase === 'off') return;
    this.#around.send({ kind: 'voice_off' });
    this.#hang_up();
    this.#drop_mic();
    this.phase = 'off';
    clearInterval(this.#look);
    this.#look = undefined;
    globalThis.removeEventListener?.('keydown', this.#press);
    globalThis.removeEventListener?.('keyup', this.#release);
    globalThis.removeEventListener?.('blur', this.#let_go);
    void this.#sound?.close();
    [this.#sound, this.#all, this.#meter] = [null, null, null];
  }

  #fail(): void {
    this.#hang_up();
    this.phase = 'failed';
  }

  #hang_up(): void {
    clearTimeout(this.#late);
    const line = this.#line;
    [this.#line, this.#mouth] = [null, null];
    for (const ear of this.#ears) this.#unhear(ear);
    [this.#ears, this.#slots, this.speaking] = [[], [], []];
    this.#loud.clear();
    this.talk(false);
    line?.close();
  }

  #drop_mic(): void {
    this.talk(false);
    this.#track?.stop();
    this.#track = null;
    this.#meter = null;
    this.level = 0;
    this.mic = 'none';
  }

  #hear(slot: number, receiver: RTCRtpReceiver, track: MediaStreamTrack): void {
    if (slot < 0 || !this.#sound || !this.#all) return;
    const stream = new MediaStream([track]);
    // Chromium decodes a stream of another only while an element plays it; what is heard comes from the panner
    const sink = new Audio();
    sink.srcObject = stream;
    sink.muted = true;
    void sink.play().catch(() => undefined);
    const gain = new GainNode(this.#sound, { gain: 0 });
    const panner = new PannerNode(this.#sound, {
      panningModel: 'HRTF',
      distanceModel: 'inverse',
      refDistance: NEAR_M,
      maxDistance: FAR_M,
      rolloffFactor: 1,
    });
    this.#sound.createMediaStreamSource(stream).connect(gain);
    const ear = { receiver, sink, gain, panner };
    this.#unhear(this.#ears[slot] ?? null);
    this.#ears[slot] = ear;
    this.#route(ear);
  }

  #unhear(ear: Ear | null | undefined): void {
    ear?.gain.disconnect();
    ear?.panner.disconnect();
    if (ear) ear.sink.srcObject = null;
  }

  #route(ear: Ear): void {
    if (!this.#all) return;
    ear.gain.disconnect();
    ear.panner.disconnect();
    if (this.plain) ear.gain.connect(this.#all);
    else ear.gain.connect(ear.panner).connect(this.#all);
  }

  /** Puts each voice where its speaker stands, and sees who speaks. */
  #watch(): void {
    const { at, yaw } = this.#around.me();
    const speaking: { slot: number; who: Who | undefined }[] = [];
    for (const [number, ear] of this.#ears.entries()) {
      if (!ear) continue;
      const slot = this.#slots[number] ?? null;
      const who = slot === null ? undefined : this.#around.who(slot);
      ear.gain.gain.value = slot === null ? 0 : who ? this.volumeOf(who.persona) : 1;
      if (slot === null) continue;
      this.#place(ear, at, yaw, this.#around.at(slot));
      const heard = ear.receiver.getSynchronizationSources()[0];
      const now = performance.now();
      const is_fresh = heard !== undefined && performance.timeOrigin + now - heard.timestamp < SPEAKING_MS;
      if (is_fresh && (heard.audioLevel ?? 0) > SILENCE) this.#loud.set(slot, now);
      if (now - (this.#loud.get(slot) ?? -SPEAKING_MS) < SPEAKING_MS) speaking.push({ slot, who });
    }
    const same = speaking.length === this.speaking.length && speaking.every((each, place) => each.slot === this.speaking[place]?.slot);
    if (!same) this.speaking = speaking;
    this.#measure();
  }

  #place(ear: Ear, me: At, yaw: number, other: At | null): void {
    let { right, ahead } = other ? direction(me, yaw, other) : { right: 0, ahead: NEAR_M };
    const away = Math.hypot(right, ahead);
    if (this.#around.isStage && away > STAGE_M) [right, ahead] = [(right / away) * STAGE_M, (ahead / away) * STAGE_M];
    ear.panner.positionX.value = right;
    ear.panner.positionZ.value = -ahead;
  }

  #measure(): void {
    if (!this.#meter) return;
    const samples = new Float32Array(this.#meter.fftSize);
    this.#meter.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // -60 dB to 0 dB
    this.level = Math.min(Math.max(1 + Math.log10(Math.max(power, 1e-9)) / 6, 0), 1);
  }

  #press = (event: KeyboardEvent): void => {
    if (event.code !== 'KeyT' || event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    this.talk(this.hold ? true : !this.talking);
  };
  #release = (event: KeyboardEvent): void => {
    if (event.code === 'KeyT' && this.hold) this.talk(false);
  };
  #let_go = (): void => {
    if (this.hold) this.talk(false);
  };
}
