// The template of the edit form's fields: lines, choices, lists of lines, name-value pairs; below a field its error,
// or the choice between two people's values.
export const FIELDS = `
  <div v-for="field in fields" :key="field.name" class="desk-field" :data-kind="field.kind">
    <template v-if="field.kind === 'pairs'">
      <fieldset><legend>{{ field.label }}</legend>
        <div v-for="(row, at) in pairs" :key="at" class="desk-field-row">
          <input type="text" class="desk-input desk-pair-name" dir="auto" maxlength="200" :aria-label="labels.pair_name" :placeholder="labels.pair_name"
            :value="row.name" :readonly="row.kept" :aria-invalid="errors[key(row)] ? 'true' : undefined" @input="put(row, 'name', $event)" />
          <input type="text" class="desk-input" dir="auto" maxlength="1000" :aria-label="row.name || labels.pair_value" :placeholder="labels.pair_value"
            :value="row.value" :aria-invalid="errors[key(row)] ? 'true' : undefined" @input="put(row, 'value', $event)" />
          <button type="button" class="desk-icon" :aria-label="labels.remove + ' ' + row.name" @click="unpair(at)"><i class="material-icons" aria-hidden="true">close</i></button>
          <p v-if="errors[key(row)]" class="desk-field-error" role="alert">{{ errors[key(row)] }}</p>
        </div>
        <button type="button" class="desk-button desk-quiet" @click="pair">{{ field.add }}</button>
        <p v-if="errors[field.name]" class="desk-field-error" role="alert">{{ errors[field.name] }}</p>
      </fieldset>
    </template>
    <template v-else-if="isHidden(field.name)">
      <span class="desk-field-label">{{ field.label }}</span>
      <div class="desk-field-row"><span class="desk-field-masked">{{ field.masked || labels.empty }}</span>
        <button type="button" class="desk-button" :aria-label="field.label + ' ' + labels.reveal" @click="$emit('reveal', field.name)">{{ labels.reveal }}</button></div>
    </template>
    <template v-else-if="field.kind === 'list'">
      <fieldset><legend>{{ field.label }}</legend>
        <div v-for="(row, at) in mine[field.name]" :key="at" class="desk-field-row">
          <input :id="at ? undefined : id(field)" type="tel" class="desk-input" maxlength="40" autocomplete="off" :aria-label="field.label + ' ' + (at + 1)" :value="row"
            :aria-invalid="errors[field.name] ? 'true' : undefined" :aria-describedby="errors[field.name] ? id(field) + '-error' : undefined"
            @input="putRow(field, at, $event)" />
          <button v-if="mine[field.name].length > 1" type="button" class="desk-icon" :aria-label="labels.remove + ' ' + (at + 1)"
            @click="dropRow(field, at)"><i class="material-icons" aria-hidden="true">close</i></button>
        </div>
        <button v-if="mine[field.name].length < field.most" type="button" class="desk-button desk-quiet" @click="addRow(field)">{{ field.add }}</button>
      </fieldset>
    </template>
    <template v-else>
      <label :for="id(field)">{{ field.label }}</label>
      <select v-if="field.kind === 'choice'" :id="id(field)" class="desk-input" :value="mine[field.name]" :aria-describedby="described(field)" @change="put(mine, field.name, $event)">
        <option v-for="[value, text] in field.options" :key="value" :value="value" :selected="value === mine[field.name]">{{ text }}</option>
      </select>
      <textarea v-else-if="field.kind === 'lines'" :id="id(field)" class="desk-input" :rows="field.rows" dir="auto" :value="mine[field.name]"
        :aria-invalid="errors[field.name] ? 'true' : undefined" :aria-describedby="described(field)"
        @input="put(mine, field.name, $event)"></textarea>
      <input v-else :id="id(field)" type="text" class="desk-input" dir="auto" autocomplete="off" maxlength="1000" :value="mine[field.name]"
        :inputmode="field.kind === 'number' ? 'numeric' : undefined" :list="field.options.length ? id(field) + '-known' : undefined"
        :aria-invalid="errors[field.name] ? 'true' : undefined" :aria-describedby="described(field)"
        @input="put(mine, field.name, $event)" />
      <datalist v-if="field.kind === 'line' && field.options.length" :id="id(field) + '-known'"><option v-for="[value] in field.options" :key="value" :value="value"></option></datalist>
    </template>
    <p v-if="field.hint" :id="id(field) + '-hint'" class="desk-field-hint">{{ field.hint }}</p>
    <p v-if="field.kind !== 'pairs' && errors[field.name]" :id="id(field) + '-error'" class="desk-field-error" role="alert">{{ errors[field.name] }}</p>
    <template v-for="(clash, name) in clashes" :key="name">
      <fieldset v-if="name === field.name || (field.kind === 'pairs' && name.startsWith(field.name + '.'))" class="desk-clash">
        <legend>{{ clash.sentence }}<template v-if="field.kind === 'pairs'"> ({{ name.slice(field.name.length + 1) }})</template></legend>
        <label><input type="radio" :name="id(field) + name" :checked="clash.choice === 'mine'" @change="pick(name, 'mine')" /> <b>{{ labels.mine }}</b> <span>{{ say(field, clash.mine) }}</span></label>
        <label><input type="radio" :name="id(field) + name" :checked="clash.choice === 'theirs'" @change="pick(name, 'theirs')" /> <b>{{ labels.theirs }}</b> <span>{{ say(field, clash.theirs) }}</span></label>
      </fieldset>
    </template>
  </div>
`;
