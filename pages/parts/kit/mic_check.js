// Tries the microphone: listens for some seconds, and says whether a voice was heard. Nothing is kept or sent.
const SECONDS = 6;
const LOUD = 0.02; // a voice, of full scale: a quiet room stays below

export default {
  template: `<span hidden></span>`,
  emits: ["tried"],
  beforeUnmount() {
    this.stop?.();
  },
  methods: {
    async listen() {
      this.stop?.();
      if (!navigator.mediaDevices) return this.$emit("tried", { result: "absent" });
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        this.$emit("tried", { result: await this.heard(stream) });
      } catch (error) {
        this.$emit("tried", { result: error.name === "NotAllowedError" ? "denied" : "absent" });
      }
    },
    async heard(stream) {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      let isOn = true;
      this.stop = () => {
        isOn = false;
        for (const track of stream.getTracks()) track.stop();
        context.close();
        this.stop = null;
      };
      const samples = new Float32Array(analyser.fftSize);
      const end = Date.now() + SECONDS * 1000;
      let isHeard = false;
      while (isOn && !isHeard && Date.now() < end) {
        await new Promise((next) => setTimeout(next, 100));
        analyser.getFloatTimeDomainData(samples);
        isHeard = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > LOUD;
      }
      this.stop?.();
      return isHeard ? "heard" : "silent";
    },
  },
};
