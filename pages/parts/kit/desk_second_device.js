// A second device for the ring (loudspeakers beside a headset), where the browser lets one be chosen.
export const CHOOSES_DEVICES = "setSinkId" in AudioContext.prototype;

export class SecondDevice {
  // Sends to no other device than the chosen one; an unplugged one is left out, and the first rings on.
  async use(sink) {
    this.close();
    if (!sink || !CHOOSES_DEVICES) return;
    const context = new AudioContext();
    const gain = context.createGain();
    gain.connect(context.destination);
    try {
      await context.setSinkId(sink);
    } catch {
      context.close();
      return;
    }
    Object.assign(this, { context, gain });
    this.level(this.loudness ?? 0);
  }

  level(loudness) {
    this.loudness = loudness;
    if (this.gain) this.gain.gain.value = loudness;
  }

  // The playing source; none without a device. `make` returns the sound for a context.
  play(make, loop, ended) {
    if (!this.context) return null;
    const source = this.context.createBufferSource();
    source.buffer = make(this.context);
    source.loop = loop;
    source.connect(this.gain);
    source.onended = ended;
    source.start();
    return source;
  }

  close() {
    this.context?.close();
    this.context = this.gain = null;
  }
}

// The devices besides the usual one. Their names are known once the microphone is allowed: `ask` lets the browser ask.
export async function devices(ask) {
  const media = CHOOSES_DEVICES ? navigator.mediaDevices : null;
  if (!media) return { can: false, devices: [] };
  if (ask) for (const track of await asked(media)) track.stop();
  const others = (await media.enumerateDevices()).filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId && deviceId !== "default");
  return { can: true, devices: others.map(({ deviceId, label }) => ({ id: deviceId, name: label })) };
}

async function asked(media) {
  try {
    return (await media.getUserMedia({ audio: true })).getTracks();
  } catch {
    return []; // refused, or there is none
  }
}
