import { describe, expect, it, vi } from 'vitest';
import { direction, isTyping, Voice } from './voice.svelte';

const around = () => ({
  send: vi.fn(() => true),
  me: () => ({ at: { x: 0, z: 0 }, yaw: 0 }),
  at: () => null,
  who: () => undefined,
  isMuted: (persona: string) => persona === 'muted',
  isStage: false,
});

describe('where a voice comes from', () => {
  const me = { x: 10, z: 10 };
  it.each([
    ['north of one who looks north: ahead', 0, { x: 10, z: 5 }, { right: 0, ahead: 5 }],
    ['east of one who looks north: to the right', 0, { x: 13, z: 10 }, { right: 3, ahead: 0 }],
    ['east of one who looks east: ahead', Math.PI / 2, { x: 13, z: 10 }, { right: 0, ahead: 3 }],
    ['north of one who looks east: to the left', Math.PI / 2, { x: 10, z: 5 }, { right: -5, ahead: 0 }],
    ['north of one who looks south: behind', Math.PI, { x: 10, z: 5 }, { right: 0, ahead: -5 }],
  ])('%s', (_, yaw, other, expected) => {
    const found = direction(me, yaw, other);
    expect(found.right).toBeCloseTo(expected.right);
    expect(found.ahead).toBeCloseTo(expected.ahead);
  });
});

describe('voice', () => {
  it('says that it can not where the browser has no WebRTC', async () => {
    const voice = new Voice(around());
    await voice.join();
    expect(voice.phase).toBe('failed');
  });

  it('asks nothing of the microphone by itself, and nothing goes out without it', () => {
    const voice = new Voice(around());
    voice.talk(true);
    expect([voice.mic, voice.talking]).toEqual(['none', false]);
  });

  it('is silent of those whose words I do not want, and as loud as I set it of others', () => {
    const voice = new Voice(around());
    voice.setVolume('ann', 0.5);
    voice.setVolume('ben', 7);
    expect([voice.volumeOf('ann'), voice.volumeOf('ben'), voice.volumeOf('cat'), voice.volumeOf('muted')]).toEqual([0.5, 1, 1, 0]);
  });

  it('does not take letters that are typed for the key to talk', () => {
    const field = document.createElement('textarea');
    expect([isTyping(field), isTyping(document.createElement('div')), isTyping(null)]).toEqual([true, false, false]);
  });
});
