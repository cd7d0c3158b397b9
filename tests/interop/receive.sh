# What was received, proved by reader.py from the vault that received it alone: each record is the
# device's own, line by line, and an entry of the log that the device signed.
: "${EVAULT_BIN:=build/evault}" "${BUILD:=build}"
. tests/lib/sh
EVAULT_BIN=$(realpath "$EVAULT_BIN")
READER=$TOP/tests/interop/reader.py
unset EVAULT
cd "$T" || exit 1
for tool in python3 age zstd openssl; do
	command -v "$tool" >/dev/null || { echo "skipped receive: $tool is not installed"; exit 0; }
done

recipient=$("$EVAULT_BIN" keygen -o key 2>/dev/null | grep -o 'age1[0-9a-z]*')
device=$("$EVAULT_BIN" keygen -o device.key 2>/dev/null | grep -o 'age1[0-9a-z]*')
ev() {
	local vault=$1
	shift
	"$EVAULT_BIN" -V "$vault" -i key "$@"
}
field() {
	"$EVAULT_BIN" -V field -i device.key "$@"
}

t() {
	local n
	run_expect 0 "$EVAULT_BIN" init field --capture-only --reader "$recipient" --to "$device" --name Aigerim && run_expect 0 "$EVAULT_BIN" init second --to "$recipient" && run_expect 0 "$EVAULT_BIN" init hq --to "$recipient" && run_expect 0 "$EVAULT_BIN" init top --to "$recipient" && mkdir many || return 1
	for n in $(seq 270); do printf '%s\n' "$n" >"many/$n"; done
	head -c 9000000 /dev/urandom >film && printf 'one\n' >one && run_expect 0 field add many film && run_expect 0 field annotate 3 --title T && run_expect 0 field retract 4 --reason R && echo told | field testify --witness W >"$OUT" 2>&1 &&
		run_expect 0 ev second add one && run_expect 0 ev second key rotate && run_expect 0 ev second add film && run_expect 0 ev second get 1 -o gone && run_expect 0 ev hq receive field second && run_expect 0 field add one && run_expect 0 ev hq receive field && run_expect 0 ev top receive hq
}
claim vaults_are_made_and_received t

t() {
	run_expect 0 python3 -B "$READER" verify hq -i key && [ ! -s "$OUT" ] && run_expect 0 python3 -B "$READER" verify top -i key && [ ! -s "$OUT" ]
}
claim the_second_reader_finds_nothing_wrong_with_them t

# Against the device itself, which is not asked for it.
t() {
	local origin entry
	origin=$(sed -n 's/^origin //p' field/vault) entry=$("$EVAULT_BIN" -V field --json -i key show 3 | sed 's/.*"digest": "\([0-9a-f]*\)".*/\1/')
	mv field field.away && run_expect 0 python3 -B "$READER" prove hq -i key "${origin:7:6}-3" && mv field.away field && says "$origin entry 3 record " && run_expect 0 python3 -B "$READER" prove hq -i key "${origin:7:6}-3" &&
		[ "$(cut -d' ' -f1-3 "$OUT")" = "$origin entry 3" ] && grep -q "^$origin entry 3 record $(digest_of 3) signed $(signer_of 3) tree $(sed -n 2p field/log/checkpoint)$" "$OUT"
}
# digest_of N, signer_of N: as the device's own log has it.
digest_of() {
	python3 -B - "$1" <<-END
		import sys; sys.path.insert(0, "$TOP/tests/interop"); import reader
		v = reader.Vault("field"); v.verify(None); print(v.items[int(sys.argv[1])])
	END
}
signer_of() {
	python3 -B - "$1" <<-END
		import sys; sys.path.insert(0, "$TOP/tests/interop"); import reader
		v = reader.Vault("field"); v.verify(None); print(v.signers[int(sys.argv[1])])
	END
}
claim an_item_is_proved_to_be_the_entry_of_the_device t

t() {
	local origin
	origin=$(sed -n 's/^origin //p' field/vault) && run_expect 0 python3 -B "$READER" prove top -i key "${origin:7:6}-271" && [ "$(wc -l <"$OUT")" = 2 ] && grep -q "^$(sed -n 's/^origin //p' hq/vault) entry " "$OUT" && grep -q "^$origin entry 271 " "$OUT" &&
		run_expect 0 python3 -B "$READER" extract top -i key "${origin:7:6}-271" -o got && cmp got film
}
claim and_through_two_vaults_with_the_bytes t

# Every byte of the kept log that is changed is noticed; and a record that no log has.
t() {
	run_expect 0 python3 -B - <<-END
		import sys; sys.path.insert(0, "$TOP/tests/interop"); import reader
		v = reader.Vault("hq"); v.verify("key")
		assert not v.findings, v.findings
		log = max(v.vouched.values(), key=lambda l: l.tree.size if l.tree.size < 20 else 0)
		tried = 0
		for name, data in log.members.items():
		    for at in range(0, len(data), 97):
		        bad = reader.KeptLog({**log.members, name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]})
		        try:
		            good = bad.is_good()
		        except reader.CannotRun:
		            good = False
		        assert not good, (name, at)
		        tried += 1
		assert tried > 20, tried
		v.vouched, v.findings = {}, []
		v.check_items()
		assert len(v.findings) > 200 and "no log that is kept has it as entry" in v.findings[0], v.findings[:3]
	END
}
claim an_altered_log_and_a_record_without_one_are_found t
finish
