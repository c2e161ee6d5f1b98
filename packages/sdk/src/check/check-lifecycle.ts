import { compareMetadata } from './compare-metadata.js';
import { ContractBreach } from './plain-guest.js';
import { failed, type Finding, ok, skipped, type Subject } from './subject.js';

/** `plugin_metadata` returns the content of the custom section, however often it is called. */
export function checkMetadata(subject: Subject): Finding {
  const guest = subject.instance();
  for (const when of ['', ' when asked again']) {
    const answer = guest.metadata();
    if (!answer.ok) throw new ContractBreach(`plugin_metadata answers ${answer.code}${when}`);
    const difference = compareMetadata(answer.bytes, subject.metadata);
    if (difference !== undefined) throw new ContractBreach(`${difference}${when}`);
  }
  const { name, version, pluginType } = subject.metadata;
  return ok(`${pluginType} ${name} ${version}, in section and answer alike`);
}

/** Every configuration is accepted or refused; none traps. */
export function checkConfigurations(subject: Subject): Finding {
  subject.started();
  const configurations = [
    '',
    'no JSON',
    '{',
    '[]',
    '"x"',
    'null',
    '{"no_such_setting_of_it":1}',
    '{"a":{"b":[1e999]}}',
  ];
  let refused = 0;
  for (const text of configurations) {
    const code = subject.instance().init(new TextEncoder().encode(text));
    if (code > 0)
      return failed(`plugin_init answers ${code} to ${JSON.stringify(text)}; an error is negative`);
    if (code < 0) refused += 1;
  }
  return ok(`its own is taken; of ${configurations.length} wrong ones ${refused} are refused`);
}

/** `plugin_health` returns 0, and so does `plugin_shutdown`. */
export function checkShutdown(subject: Subject): Finding {
  const guest = subject.started();
  guest.execute(subject.encode(subject.inputs[0]));
  if (guest.has('plugin_health')) {
    const code = Number(guest.call('plugin_health'));
    if (code !== 0) return failed(`plugin_health answers ${code} to a good plugin`);
  }
  if (!guest.has('plugin_shutdown')) return skipped('the classic signature needs none');
  const code = Number(guest.call('plugin_shutdown'));
  return code === 0 ? ok('0') : failed(`plugin_shutdown answers ${code}`);
}
