/*
 * The rules of FORMAT.md, section 5, each broken alone.
 */
#include "authority_taken.h"

static void
begin_empty(void)
{
	ev_authority_release(&a);
	log_keys_make(&k);
	ev_authority_init(&a, &k.vault);
	ev_merkle_init(&tree);
	ev_buf_clear(&lines);
}

/* ---- where an entry fits ------------------------------------------------------- */

static void
entry_of_another_vault_is_forged(void)
{
	struct log_keys other;
	struct ev_hash root;

	NEED(begin());
	log_keys_make(&other);
	log_line_hash(&lines, "record", 1, "");
	ev_merkle_root(&tree, &root);
	log_entry(&note, other.vault.origin, tree.size, &root, &lines, &k.owner, NULL);
	NEED(give_note());
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
}

static void
entry_for_another_index_is_forged(void)
{
	struct ev_hash root;

	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	ev_merkle_root(&tree, &root);
	log_entry(&note, k.vault.origin, tree.size + 1, &root, &lines, &k.owner, NULL);
	NEED(give_note());
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
}

static void
entry_after_another_history_is_forged(void)
{
	struct ev_hash root;

	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	ev_merkle_root(&tree, &root);
	root.b[0] ^= 1;
	log_entry(&note, k.vault.origin, tree.size, &root, &lines, &k.owner, NULL);
	NEED(give_note());
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
}

static void
replayed_admission_does_not_admit_again(void)
{
	struct ev_buf admission = EV_BUF_INIT;

	NEED(begin());
	log_line_actor(&lines, &k.stranger, "writer");
	NEED(accepted(&k.owner));
	ev_buf_add(&admission, note.data, note.len);
	log_line_end(&lines, &k.stranger);
	NEED(accepted(&k.owner));
	ev_buf_clear(&note);
	ev_buf_add(&note, admission.data, admission.len);
	ev_buf_release(&admission);
	NEED(give_note());
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
	log_line_hash(&lines, "record", 1, "");
	CHECK(forged(&k.stranger));
}

/* ---- the first entry ------------------------------------------------------------- */

static void
first_entry_without_the_owner_of_the_vault_note_is_forged(void)
{
	begin_empty();
	ev_buf_printf(&lines, "read-key %s\n", k.vault.recipient);
	CHECK(forged(&k.owner));
	begin_empty();
	log_line_actor(&lines, &k.stranger, "owner");
	ev_buf_printf(&lines, "read-key %s\n", k.vault.recipient);
	CHECK(forged(&k.owner));
	begin_empty();
	log_line_actor(&lines, &k.owner, "writer");
	ev_buf_printf(&lines, "read-key %s\n", k.vault.recipient);
	CHECK(forged(&k.owner));
}

static void
first_entry_without_the_read_key_of_the_vault_note_is_forged(void)
{
	struct log_keys other;

	begin_empty();
	log_line_actor(&lines, &k.owner, "owner");
	CHECK(forged(&k.owner));
	begin_empty();
	log_keys_make(&other);
	log_line_actor(&lines, &k.owner, "owner");
	ev_buf_printf(&lines, "read-key %s\n", other.vault.recipient);
	CHECK(forged(&k.owner));
}

static void
first_entry_with_a_record_or_by_somebody_else_is_forged(void)
{
	begin_empty();
	log_line_hash(&lines, "record", 1, "");
	CHECK(forged(&k.owner));
	begin_empty();
	log_line_first(&lines, &k);
	CHECK(forged(&k.stranger));
	CHECK(a.n_actors == 0 && a.n_read_keys == 0);
}

/* ---- who may sign ------------------------------------------------------------------ */

static void
signer_whom_nobody_admitted_is_forged(void)
{
	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	CHECK(forged(&k.stranger) && strstr(found.detail, "admitted") != NULL);
}

static void
actor_may_sign_from_the_next_entry_on(void)
{
	NEED(begin());
	log_line_actor(&lines, &k.stranger, "owner");
	CHECK(forged(&k.stranger));
	log_line_actor(&lines, &k.stranger, "writer");
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "record", 1, "");
	CHECK(accepted(&k.stranger));
}

static void
ended_actor_may_sign_no_more_until_admitted_again(void)
{
	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	CHECK(accepted(&k.writer));
	log_line_end(&lines, &k.writer);
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "record", 2, "");
	CHECK(forged(&k.writer) && strstr(found.detail, "removed") != NULL);
	log_line_actor(&lines, &k.writer, "capture");
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "record", 2, "");
	CHECK(accepted(&k.writer));
	log_line_hash(&lines, "drop", 3, " " SOME_HASH);
	CHECK(forged(&k.writer));
}

static void
owner_who_ended_their_own_key_may_sign_no_more(void)
{
	NEED(begin());
	log_line_end(&lines, &k.owner);
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "record", 1, "");
	CHECK(forged(&k.owner));
}

static void
ending_what_is_not_there_is_forged(void)
{
	NEED(begin());
	log_line_end(&lines, &k.stranger);
	CHECK(forged(&k.owner));
	ev_buf_puts(&lines, "slot-end 9\n");
	CHECK(forged(&k.owner));
	log_line_hash(&lines, "drop", 9, " " SOME_HASH);
	CHECK(forged(&k.owner));
	/* And so is ending it twice. */
	log_line_end(&lines, &k.writer);
	CHECK(accepted(&k.owner));
	log_line_end(&lines, &k.writer);
	CHECK(forged(&k.owner));
	CHECK(a.n_actors == 3);
}

static void
signature_that_does_not_fit_the_entry_is_altered(void)
{
	struct log_actor false_owner;

	NEED(begin());
	false_owner = k.stranger;
	log_line_hash(&lines, "record", 1, "");
	NEED(accepted(&k.owner));
	/* The owner's signature line under a text with another digest. */
	log_line_hash(&lines, "record", 2, "");
	{
		struct ev_hash root;
		struct ev_buf good = EV_BUF_INIT, changed = EV_BUF_INIT;
		const char *text;

		ev_merkle_root(&tree, &root);
		log_entry(&good, k.vault.origin, tree.size, &root, &lines, &k.owner, NULL);
		ev_buf_clear(&lines);
		log_line_hash(&lines, "record", 3, "");
		log_entry(&changed, k.vault.origin, tree.size, &root, &lines, &false_owner, NULL);
		text = strstr(ev_buf_text(&changed), "\n\n");
		ev_buf_clear(&note);
		ev_buf_add(&note, changed.data, (size_t)(text - (const char *)changed.data));
		ev_buf_puts(&note, strstr(ev_buf_text(&good), "\n\n"));
		ev_buf_release(&good);
		ev_buf_release(&changed);
	}
	NEED(give_note());
	CHECK(!taken && found.of[EVAULT_FINDING_ALTERED] == 1 && found.n == 1);
	CHECK(a.records.n == 1);
}

static void
second_signature_on_an_ordinary_entry_is_forged(void)
{
	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	NEED(give_by(&k.owner, &k.writer));
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
	log_line_hash(&lines, "record", 1, "");
	NEED(give_by(&k.owner, &k.log));
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
}

/* ---- roles --------------------------------------------------------------------------- */

static const enum ev_entry_kind owners_lines[] = { EV_LINE_SLOT,     EV_LINE_SLOT_END,
						   EV_LINE_ACTOR,    EV_LINE_ACTOR_END,
						   EV_LINE_READ_KEY, EV_LINE_FILE };

static void
owner_may_say_everything(void)
{
	unsigned i;

	NEED(begin());
	for (i = 0; i < sizeof(owners_lines) / sizeof(owners_lines[0]); i++) {
		line_of(owners_lines[i], i + 1);
		CHECK(accepted(&k.owner));
	}
	line_of(EV_LINE_RECORD, 20);
	CHECK(accepted(&k.owner));
	line_of(EV_LINE_PACK, 21);
	CHECK(accepted(&k.owner));
	line_of(EV_LINE_DROP, 21);
	CHECK(accepted(&k.owner));
	CHECK(a.n_packs == 1 && a.packs[0].dropped && a.n_read_keys == 2);
}

static void
writer_may_add_and_drop_and_change_no_keys(void)
{
	unsigned i;

	NEED(begin());
	line_of(EV_LINE_RECORD, 1);
	CHECK(accepted(&k.writer));
	line_of(EV_LINE_PACK, 2);
	CHECK(accepted(&k.writer));
	line_of(EV_LINE_DROP, 2);
	CHECK(accepted(&k.writer));
	for (i = 0; i < sizeof(owners_lines) / sizeof(owners_lines[0]); i++) {
		line_of(owners_lines[i], i + 1);
		CHECK(forged(&k.writer));
	}
}

static void
capture_may_add_and_nothing_else(void)
{
	unsigned i;

	NEED(begin());
	line_of(EV_LINE_RECORD, 1);
	CHECK(accepted(&k.capture));
	line_of(EV_LINE_PACK, 2);
	CHECK(accepted(&k.capture));
	line_of(EV_LINE_DROP, 2);
	CHECK(forged(&k.capture) && !a.packs[0].dropped);
	for (i = 0; i < sizeof(owners_lines) / sizeof(owners_lines[0]); i++) {
		line_of(owners_lines[i], i + 1);
		CHECK(forged(&k.capture));
	}
}

static void
refused_entry_has_had_no_effect_at_all(void)
{
	NEED(begin());
	line_of(EV_LINE_PACK, 1);
	line_of(EV_LINE_ACTOR, 2);
	line_of(EV_LINE_PACK, 3);
	CHECK(forged(&k.writer));
	CHECK(a.n_packs == 0 && a.n_actors == 3);
	line_of(EV_LINE_PACK, 1);
	CHECK(accepted(&k.writer));
	/* One line that was there before refuses all of them. */
	line_of(EV_LINE_PACK, 4);
	line_of(EV_LINE_PACK, 1);
	CHECK(forged(&k.writer));
	CHECK(a.n_packs == 1);
	line_of(EV_LINE_PACK, 4);
	CHECK(accepted(&k.writer));
}

/* ---- the log's key ------------------------------------------------------------------- */

static void
new_log_key_needs_the_signature_of_the_one_before(void)
{
	struct log_actor next, third;
	char vkey[EV_NOTE_VKEY_SIZE];

	NEED(begin());
	log_key_make(&k, &next);
	log_key_make(&k, &third);
	ev_verifier_text(&next.key, vkey);
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	CHECK(forged(&k.owner));
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	NEED(give_by(&k.owner, &next));
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
	CHECK(ev_verifier_equal(&a.log_key, &k.log.key));
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	NEED(give_by(&k.writer, &k.log));
	CHECK(!taken && found.of[EVAULT_FINDING_FORGED] == 1);
	CHECK(ev_verifier_equal(&a.log_key, &k.log.key));
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	NEED(give_by(&k.owner, &k.log));
	CHECK(taken && found.n == 0);
	CHECK(ev_verifier_equal(&a.log_key, &next.key));
	/* The first one has nothing to say any more. */
	ev_verifier_text(&third.key, vkey);
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	NEED(give_by(&k.owner, &k.log));
	CHECK(!taken && ev_verifier_equal(&a.log_key, &next.key));
	ev_buf_printf(&lines, "log-key %s\n", vkey);
	NEED(give_by(&k.owner, &next));
	CHECK(taken && ev_verifier_equal(&a.log_key, &third.key));
}

/* ---- asking -------------------------------------------------------------------------- */

static void
actor_is_found_by_the_digits_of_their_key_alone(void)
{
	const char *hex;

	NEED(begin());
	hex = k.writer.key.name + strlen("evault/actor/");
	NEED(ev_authority_actor(&a, ev_slice_text(hex)) != NULL);
	CHECK(ev_authority_actor(&a, ev_slice_text(hex))->role == EV_ROLE_WRITER);
	CHECK(ev_authority_actor(&a, ev_slice_of(hex, 63)) == NULL);
	hex = k.stranger.key.name + strlen("evault/actor/");
	CHECK(ev_authority_actor(&a, ev_slice_text(hex)) == NULL);
	CHECK(ev_authority_file(&a, "vault") == NULL);
}

static bool
could_sign(const struct log_actor *who, uint64_t index)
{
	const struct ev_verifier *key =
	    ev_authority_signer(&a, ev_slice_text(who->key.name), index, NULL);

	return key != NULL && ev_verifier_equal(key, &who->key);
}

static void
signer_of_an_entry_is_one_who_could_sign_it_then(void)
{
	NEED(begin()); /* entry 0, and 1 that admits */
	log_line_end(&lines, &k.writer);
	NEED(accepted(&k.owner)); /* 2 */
	log_line_hash(&lines, "record", 1, "");
	NEED(accepted(&k.owner)); /* 3 */
	log_line_actor(&lines, &k.writer, "owner");
	NEED(accepted(&k.owner)); /* 4 */
	log_line_actor(&lines, &k.writer, "writer");
	NEED(accepted(&k.owner)); /* 5: another role, and they could sign all along */
	CHECK(could_sign(&k.owner, 0) && could_sign(&k.owner, 1) && could_sign(&k.owner, 100));
	CHECK(!could_sign(&k.writer, 0) && !could_sign(&k.writer, 1) && could_sign(&k.writer, 2));
	CHECK(!could_sign(&k.writer, 3) && !could_sign(&k.writer, 4));
	CHECK(could_sign(&k.writer, 5) && could_sign(&k.writer, 6) && could_sign(&k.writer, 100));
	CHECK(!could_sign(&k.stranger, 2) && could_sign(&k.capture, 100));
}

static bool
wrote(const struct log_actor *who, uint64_t index)
{
	return ev_authority_wrote(&a, ev_slice_text(who->key.name + strlen("evault/actor/")),
				  index);
}

static void
role_of_who_signed_is_the_one_that_they_had_then(void)
{
	NEED(begin()); /* entry 0, and 1 that admits */
	log_line_actor(&lines, &k.capture, "writer");
	log_line_actor(&lines, &k.writer, "capture");
	NEED(accepted(&k.owner)); /* 2: the roles are exchanged */
	CHECK(wrote(&k.writer, 2) && !wrote(&k.writer, 3));
	CHECK(!wrote(&k.capture, 2) && wrote(&k.capture, 3));
	log_line_actor(&lines, &k.writer, "capture");
	log_line_end(&lines, &k.capture);
	NEED(accepted(&k.owner)); /* 3 */
	CHECK(a.n_terms == 5 && wrote(&k.writer, 2) && !wrote(&k.writer, 4));
	CHECK(wrote(&k.capture, 3) && !wrote(&k.capture, 4));
	log_line_actor(&lines, &k.capture, "capture");
	NEED(accepted(&k.owner)); /* 4 */
	CHECK(wrote(&k.capture, 3) && !wrote(&k.capture, 5) && could_sign(&k.capture, 5));
	CHECK(wrote(&k.owner, 0) && wrote(&k.owner, 1) && !wrote(&k.stranger, 1));
}

/* Entries that change no keys may be passed over; what is taken then is judged as ever. */
static void
entries_may_be_passed_over_and_the_rest_still_fits_in_one_place(void)
{
	struct ev_findings findings = found_in(&found);
	static struct ev_entry entry;
	struct ev_hash root, leaf;

	NEED(begin());
	log_line_hash(&lines, "record", 1, "");
	NEED(accepted(&k.writer));
	ev_authority_skip(&a, 7);
	CHECK(a.size == 7 && a.n_packs == 0 && a.records.n == 0);
	memset(&leaf, 7, sizeof(leaf));
	while (tree.size < 7)
		ev_merkle_append(&tree, &leaf);
	log_line_end(&lines, &k.writer);
	NEED(accepted(&k.owner));
	log_line_hash(&lines, "record", 2, "");
	CHECK(forged(&k.writer));
	/* Of another place. */
	log_line_hash(&lines, "record", 3, "");
	ev_merkle_root(&tree, &root);
	log_entry(&note, k.vault.origin, tree.size, &root, &lines, &k.owner, NULL);
	NEED(ev_entry_parse(ev_slice_of(note.data, note.len), &entry, NULL) == EVAULT_OK);
	CHECK(!ev_entry_changes_keys(&entry));
	ev_authority_skip(&a, a.size + 1);
	NEED(ev_authority_take(&a, &entry, &root, &findings, &taken, NULL) == EVAULT_OK);
	CHECK(!taken);
}

static void
only_records_packs_and_drops_change_no_keys(void)
{
	static struct ev_entry entry;
	struct ev_hash root;
	int kind;

	NEED(begin());
	ev_merkle_root(&tree, &root);
	for (kind = EV_LINE_RECORD; kind <= EV_LINE_FILE; kind++) {
		if (kind == EV_LINE_LOG_KEY)
			continue;
		ev_buf_clear(&lines);
		line_of((enum ev_entry_kind)kind, 4);
		log_entry(&note, k.vault.origin, tree.size, &root, &lines, &k.owner, NULL);
		NEED(ev_entry_parse(ev_slice_of(note.data, note.len), &entry, NULL) == EVAULT_OK);
		CHECK(ev_entry_changes_keys(&entry) ==
		      (kind != EV_LINE_RECORD && kind != EV_LINE_PACK && kind != EV_LINE_DROP));
	}
}

static void
strict_findings_fail_at_the_first_damage(void)
{
	struct ev_findings strict = ev_findings_strict();
	struct evault_error err = { 0 };

	CHECK(ev_find(&strict, &err, EVAULT_FINDING_INTERRUPTED, 1, "p", "x") == EVAULT_OK);
	CHECK(ev_find(&strict, &err, EVAULT_FINDING_UNREADABLE, 1, "p", "x") == EVAULT_E_IO);
	CHECK(ev_find(&strict, &err, EVAULT_FINDING_FORGED, 1, "a\033", "x %d", 7) ==
	      EVAULT_E_DAMAGED);
	CHECK(strstr(err.text, "x 7") != NULL && strchr(err.text, '\033') == NULL);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(entry_of_another_vault_is_forged);
	UNIT_RUN(entry_for_another_index_is_forged);
	UNIT_RUN(entry_after_another_history_is_forged);
	UNIT_RUN(replayed_admission_does_not_admit_again);
	UNIT_RUN(first_entry_without_the_owner_of_the_vault_note_is_forged);
	UNIT_RUN(first_entry_without_the_read_key_of_the_vault_note_is_forged);
	UNIT_RUN(first_entry_with_a_record_or_by_somebody_else_is_forged);
	UNIT_RUN(signer_whom_nobody_admitted_is_forged);
	UNIT_RUN(actor_may_sign_from_the_next_entry_on);
	UNIT_RUN(ended_actor_may_sign_no_more_until_admitted_again);
	UNIT_RUN(owner_who_ended_their_own_key_may_sign_no_more);
	UNIT_RUN(ending_what_is_not_there_is_forged);
	UNIT_RUN(signature_that_does_not_fit_the_entry_is_altered);
	UNIT_RUN(second_signature_on_an_ordinary_entry_is_forged);
	UNIT_RUN(owner_may_say_everything);
	UNIT_RUN(writer_may_add_and_drop_and_change_no_keys);
	UNIT_RUN(capture_may_add_and_nothing_else);
	UNIT_RUN(refused_entry_has_had_no_effect_at_all);
	UNIT_RUN(new_log_key_needs_the_signature_of_the_one_before);
	UNIT_RUN(actor_is_found_by_the_digits_of_their_key_alone);
	UNIT_RUN(signer_of_an_entry_is_one_who_could_sign_it_then);
	UNIT_RUN(role_of_who_signed_is_the_one_that_they_had_then);
	UNIT_RUN(entries_may_be_passed_over_and_the_rest_still_fits_in_one_place);
	UNIT_RUN(only_records_packs_and_drops_change_no_keys);
	UNIT_RUN(strict_findings_fail_at_the_first_damage);
	ev_authority_release(&a);
	ev_buf_release(&lines);
	ev_buf_release(&note);
	return unit_end();
}
