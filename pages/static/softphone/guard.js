// Whether this window can ring and the agent be heard: checked once a minute, before a call is missed.
const LOOK_MS = 60000;
const TICK_MS = 1000;
const AGAIN_MS = 5000;
const LATE_MS = { visible: 8000, hidden: 90000 }; // a hidden tab ticks once a minute, and rings all the same

export class Guard {
  constructor(phone) {
    this.phone = phone;
    this.late = 0;
    this.ticked = performance.now();
    setInterval(() => this.tick(), TICK_MS);
    setInterval(() => this.look(), LOOK_MS);
    navigator.mediaDevices?.addEventListener("devicechange", () => this.look());
    this.look();
  }

  tick() {
    const now = performance.now();
    this.late = Math.max(this.late, now - this.ticked - TICK_MS);
    this.ticked = now;
    this.phone.tick();
    if (this.isThrottled && !this.phone.proof?.throttled) this.look();
  }

  get isThrottled() {
    return this.late > LATE_MS[document.visibilityState];
  }

  async look() {
    const [microphone, answers] = await Promise.all([this.microphone(), this.phone.answers()]);
    const proof = { microphone, answers, throttled: this.isThrottled, at: Date.now() };
    this.late = 0;
    clearTimeout(this.again);
    // perhaps the computer itself slept, or Connect was slow: the agent stands in 점검 until a proof is good
    if (proof.throttled || !proof.answers) this.again = setTimeout(() => this.look(), AGAIN_MS);
    this.phone.proof = proof;
    this.phone.tell();
    return proof;
  }

  async microphone() {
    if (!navigator.mediaDevices) return "missing";
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (!devices.some(({ kind }) => kind === "audioinput")) return "missing";
    return (await navigator.permissions.query({ name: "microphone" })).state; // granted, denied, prompt
  }

  // Ask for missing permissions, and check again. Only a press of the user may ask.
  async check({ ask }) {
    if (ask) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        for (const track of stream.getTracks()) track.stop();
      } catch {
        // the check below reports the missing permission
      }
    }
    return this.look();
  }
}
