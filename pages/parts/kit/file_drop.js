// Files to keep, outside of a chat: the reply box's own uploads, with a button of their own.
import { FileUploads } from "desk_files";

export default {
  components: { FileUploads },
  template: `
    <div class="desk-drop">
      <file-uploads ref="files" :files="files" transcript="" @sent="$emit('sent', {})"></file-uploads>
      <button type="button" class="desk-button" @click="$refs.files.pick()">{{ files.labels.pick }}</button>
    </div>`,
  props: { files: Object },
  emits: ["sent"],
};
