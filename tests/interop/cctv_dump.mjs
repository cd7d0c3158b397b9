// Writes the vectors of the npm package cctv-age to files.
//
//   node cctv_dump.mjs PACKAGE_FOLDER OUT_FOLDER
//
// OUT/index has a line for each: name, expectation, SHA-256 of the payload (or -), the kind of the
// keys (native, or hybrid where an identity or a stanza needs ML-KEM), and armored or binary, with
// tabs in between.
// NAME.age is the file, NAME.ids its X25519 identities, NAME.pass its (first) passphrase, where it
// has them.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';

const known = ['expect', 'payload', 'identity', 'passphrase', 'armored', 'compressed', 'file key',
	'comment'];
const [folder, out] = process.argv.slice(2);
const vectors = await import(pathToFileURL(folder + '/index.js').href);
const index = [];

for (const [name, bytes] of Object.entries(vectors)) {
	const all = Buffer.from(bytes);
	const end = all.indexOf('\n\n');
	const keys = new Map();
	for (const line of all.subarray(0, end).toString('utf8').split('\n')) {
		const colon = line.indexOf(': ');
		const key = line.slice(0, colon);
		keys.set(key, [...(keys.get(key) ?? []), line.slice(colon + 2)]);
	}
	for (const key of keys.keys())
		if (!known.includes(key))
			throw new Error(`${name}: unknown key: ${key}`);
	let file = all.subarray(end + 2);
	if (keys.has('compressed')) {
		if (keys.get('compressed')[0] !== 'zlib')
			throw new Error(`${name}: unknown compression`);
		file = inflateSync(file);
	}
	const identities = keys.get('identity') ?? [];
	const passphrases = keys.get('passphrase') ?? [];
	const native = identities.filter((i) => i.startsWith('AGE-SECRET-KEY-1'));
	const hybrid = native.length < identities.length || file.includes('-> mlkem');
	writeFileSync(`${out}/${name}.age`, file);
	if (native.length > 0)
		writeFileSync(`${out}/${name}.ids`, native.join('\n') + '\n');
	if (passphrases.length > 0)
		writeFileSync(`${out}/${name}.pass`, passphrases[0] + '\n');
	index.push([name, keys.get('expect')[0], keys.get('payload')?.[0] ?? '-',
		hybrid ? 'hybrid' : 'native', keys.has('armored') ? 'armored' : 'binary'].join('\t'));
}
writeFileSync(`${out}/index`, index.join('\n') + '\n');
