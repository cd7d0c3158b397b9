/* A bundle that is verified, in the command's words: for verify and receive. */
#include "bundle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "escape.h"
#include "failure.h"
#include "format.h"
#include "json.h"
#include "message.h"
#include "progress.h"
#include "sandbox.h"
#include "terminal.h"

enum {
	ATTEMPTS = 3
};

/* By enum evault_asked; for programs. */
static const char *const asked[] = { "not asked", "holds", "fails", "not shown" };

/* ---- as it goes ------------------------------------------------------------------- */

static void
on_finding(void *ctx, const struct evault_finding *finding)
{
	struct bundle *v = ctx;

	findings_take(&v->findings, v->globals->json, finding);
}

static void
sources_to_json(struct json *json, const struct evault_bundle_item *item)
{
	const struct evault_bundle_source *s;
	size_t i;

	if (item->n_sources == 0)
		return;
	json_array_begin(json, "sources");
	for (i = 0; i < item->n_sources; i++) {
		s = &item->sources[i];
		json_object_begin(json, NULL, 0);
		json_text(json, "origin", s->entry.origin);
		json_number(json, "item", s->entry.index);
		json_text(json, "citation", s->citation);
		json_text(json, "record", s->entry.digest);
		json_text(json, "proved", asked[s->proved]);
		if (s->proved == EVAULT_ASKED_HOLDS) {
			json_number(json, "entries", s->entries);
			json_text(json, "actor_key", s->actor_key);
			json_text(json, "role", evault_role_word(s->role));
			json_bool(json, "actor_removed", s->actor_ended);
		}
		if (s->name[0] != '\0')
			json_text(json, "signer_name", s->name);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
item_to_json(const struct evault_bundle_item *item)
{
	struct json json = json_begin(stdout);

	json_number(&json, "item", item->index);
	json_text(&json, "citation", item->citation);
	json_bool(&json, "good", item->good);
	json_text(&json, "record", item->digest);
	json_text(&json, "action", item->action);
	json_text(&json, "time", item->time);
	if (item->name != NULL)
		json_text(&json, "name", item->name);
	if (item->sha256[0] != '\0') {
		json_text(&json, "sha256", item->sha256);
		json_number(&json, "size", item->size);
	}
	json_bool(&json, "file", item->has_file);
	json_text(&json, "withheld", item->withheld);
	if (item->actor_key[0] != '\0') {
		json_text(&json, "actor_key", item->actor_key);
		json_text(&json, "role", evault_role_word(item->role));
		json_bool(&json, "actor_removed", item->actor_ended);
	}
	json_number(&json, "annotations", item->corrections);
	json_bool(&json, "retracted", item->retracted);
	sources_to_json(&json, item);
	if (item->path != NULL)
		json_text(&json, "path", item->path);
	json_end(&json);
}

/* The vaults that it went through, the one that recorded it first. */
static void
print_sources(const struct evault_bundle_item *item)
{
	const struct evault_bundle_source *s;
	char *name;
	size_t i;

	for (i = item->n_sources; i > 0; i--) {
		s = &item->sources[i - 1];
		printf(i == item->n_sources ? _("    recorded first in the vault %s as %s\n")
					    : _("    received by the vault %s as %s\n"),
		       s->entry.origin, s->citation);
		name = escape_text(s->name);
		if (s->proved == EVAULT_ASKED_OPEN)
			puts(_("        which is not proved in this bundle"));
		else if (s->proved != EVAULT_ASKED_HOLDS)
			puts(_("        and what should prove that is NOT GOOD"));
		else if (name[0] != '\0')
			printf(_("        proved, signed there by %s, with the key %s (%s)\n"),
			       name, s->actor_key, evault_role_word(s->role));
		else
			printf(_("        proved, signed there by the key %s (%s)\n"), s->actor_key,
			       evault_role_word(s->role));
		if (s->proved == EVAULT_ASKED_HOLDS && s->actor_ended)
			puts(_("        that key was removed later"));
		free(name);
	}
}

static void
print_item(const struct evault_bundle_item *item)
{
	char *name = item->name == NULL ? NULL : escape_text(item->name);
	char *withheld = escape_text(item->withheld);

	printf("%s  %s  %s", item->citation, item->good ? _("good") : _("NOT GOOD"), item->action);
	if (name != NULL)
		printf("  %s", name);
	putchar('\n');
	if (item->sha256[0] != '\0')
		printf("    SHA-256 %s\n", item->sha256);
	if (item->actor_key[0] != '\0')
		printf(item->actor_ended
			   ? _("    signed by the key %s (%s), which was removed later\n")
			   : _("    signed by the key %s (%s)\n"),
		       item->actor_key, evault_role_word(item->role));
	print_sources(item);
	if (item->sha256[0] != '\0' && !item->has_file)
		puts(_("    its file is not in the bundle"));
	if (withheld[0] != '\0')
		printf(_("    withheld: %s\n"), withheld);
	if (item->corrections > 0)
		printf(ngettext("    corrected by %" PRIu64 " annotation that is in the bundle\n",
				"    corrected by %" PRIu64 " annotations that are in the bundle\n",
				item->corrections),
		       item->corrections);
	if (item->retracted)
		puts(_("    retracted"));
	free(name);
	free(withheld);
}

static void
on_item(void *ctx, const struct evault_bundle_item *item)
{
	struct bundle *v = ctx;

	progress_hide();
	if (v->globals->json)
		item_to_json(item);
	else
		print_item(item);
}

static void
on_fork(void *ctx, const char *known, const char *found)
{
	struct bundle *v = ctx;
	struct json json;
	size_t size;

	if (v->globals->json) {
		json = json_begin(stdout);
		json_text(&json, "fork", known);
		json_text(&json, "against", found);
		json_end(&json);
		return;
	}
	if (v->forks != NULL)
		return;
	size = strlen(known) + strlen(found) + 16;
	v->forks = memory_grow(NULL, size);
	snprintf(v->forks, size, "%s\n%s", known, found);
}

/* ---- the passphrase of a bundle ------------------------------------------------------ */

static enum evault_status
ask_person(struct bundle *v, unsigned attempt, struct evault_error *err)
{
	char prompt[600], *shown;
	enum evault_status rc;

	if (attempt > 0)
		message_error(_("that passphrase does not open it"));
	shown = escape_text(v->what.path);
	snprintf(prompt, sizeof(prompt),
		 _("Passphrase of %.300s (nothing is shown while you type): "), shown);
	rc = terminal_ask_secret(prompt, v->passphrase->text, sizeof(v->passphrase->text), err);
	free(shown);
	return rc;
}

static enum evault_status
ask_bundle(void *ctx, unsigned attempt, char *out, size_t size, struct evault_error *err)
{
	struct bundle *v = ctx;
	const char *file = v->globals->passphrase_file;
	enum evault_status rc;

	if (attempt >= ATTEMPTS || (attempt > 0 && file != NULL))
		return failure_set(err, EVAULT_E_KEY,
				   _("no passphrase that was given opens the bundle"));
	if (file == NULL && !terminal_can_ask())
		return failure_set(err, EVAULT_E_KEY,
				   _("the bundle is sealed with a passphrase, and there is no "
				     "terminal to ask for it"));
	rc =
	    file != NULL ? secret_read_file(v->passphrase, file, err) : ask_person(v, attempt, err);
	if (rc != EVAULT_OK)
		return rc;
	if (strlen(v->passphrase->text) >= size)
		return failure_set(err, EVAULT_E_LIMIT, _("the passphrase is too long"));
	memcpy(out, v->passphrase->text, strlen(v->passphrase->text) + 1);
	return EVAULT_OK;
}

/* ---- what it was ------------------------------------------------------------------------- */

static void
print_json_summary(const struct bundle *v)
{
	const struct evault_verify_summary *s = &v->summary;
	struct json json = json_begin(stdout);

	json_text(&json, "verdict", evault_verdict_word(s->verdict));
	json_text(&json, "origin", s->origin);
	json_text(&json, "signer", s->signer);
	if (s->signer[0] != '\0')
		json_text(&json, "role", evault_role_word(s->role));
	if (s->signer_name[0] != '\0')
		json_text(&json, "signer_name", s->signer_name);
	json_text(&json, "to", s->to);
	json_text(&json, "time", s->time);
	json_text(&json, "tagmanifest", s->tagmanifest);
	json_number(&json, "entries", s->entries);
	json_text(&json, "root", s->root);
	json_number(&json, "items", s->items);
	json_number(&json, "good", s->good);
	json_number(&json, "files", s->files);
	json_number(&json, "bytes", s->bytes);
	json_number(&json, "extracted", s->extracted);
	json_number(&json, "earlier_trees", s->proofs);
	json_number(&json, "received", s->received);
	json_number(&json, "unproved", s->unproved);
	json_number(&json, "unknown_members", s->others);
	json_bool(&json, "verify_text_of_card", s->text_of_card);
	json_number(&json, "damage", s->damage);
	json_text(&json, "addressee", asked[s->addressee]);
	json_text(&json, "signer_known", asked[s->signer_known]);
	json_text(&json, "against", asked[s->against]);
	json_text(&json, "received_before", asked[s->seen]);
	json_number(&json, "passes", s->passes);
	json_end(&json);
}

/* What the bundle says of itself: claims of its sender. */
static void
print_claims(const struct evault_verify_summary *s)
{
	char *name = escape_text(s->signer_name);

	if (s->origin[0] == '\0') {
		free(name);
		return;
	}
	printf(_("bundle of the vault %s\n"), s->origin);
	if (s->signer[0] == '\0')
		puts(_("signed by nobody whose signature holds"));
	else if (name[0] != '\0')
		printf(_("signed by %s (%s), with the key %s\n"), name, evault_role_word(s->role),
		       s->signer);
	else
		printf(_("signed with the key %s (%s)\n"), s->signer, evault_role_word(s->role));
	printf(_("made for %s, at %s by the sender's clock\n"), s->to, s->time);
	free(name);
}

/* What was looked at, and what was not (G10). */
static void
print_extent(const struct bundle *v)
{
	const struct evault_verify_summary *s = &v->summary;
	char size[FORMAT_SIZE];

	printf(_("checked: %" PRIu64 " items and the bytes of %" PRIu64 " files (%s), of a log of "
		 "%" PRIu64 " entries\n"),
	       s->items, s->files, format_bytes(s->bytes, size), s->entries);
	if (s->addressee == EVAULT_ASKED_HOLDS)
		puts(_("checked: it is for who opened it"));
	else if (s->addressee == EVAULT_ASKED_NOT)
		puts(_("not checked: whether it is for you (give your key: -i)"));
	if (s->against == EVAULT_ASKED_HOLDS)
		printf(_("checked: the log goes on from the checkpoint given, of %" PRIu64
			 " entries\n"),
		       s->known);
	else if (s->against == EVAULT_ASKED_NOT && s->seen != EVAULT_ASKED_HOLDS)
		puts(_("not checked: whether the log's past is the one that was known before "
		       "(--against)"));
	if (s->seen == EVAULT_ASKED_HOLDS)
		printf(_("checked: the log goes on from what this vault received of it before, of "
			 "%" PRIu64 " entries\n"),
		       s->seen_entries);
	else if (s->seen == EVAULT_ASKED_OPEN)
		printf(_("not shown: that the log goes on from what this vault received of it "
			 "before, of %" PRIu64 " entries\n"),
		       s->seen_entries);
	if (s->signer_known == EVAULT_ASKED_NOT)
		puts(_("not checked: whose key the signer's is (--signer)"));
	if (s->received > 0)
		printf(ngettext("checked: %" PRIu64 " of them was recorded in another vault\n",
				"checked: %" PRIu64 " of them were recorded in other vaults\n",
				s->received),
		       s->received);
	if (s->unproved > 0)
		printf(ngettext("not proved in this bundle: where %" PRIu64 " of these was "
				"received from\n",
				"not proved in this bundle: where %" PRIu64 " of these were "
				"received from\n",
				s->unproved),
		       s->unproved);
	if (s->others > 0)
		printf(ngettext("not checked: what %" PRIu64 " listed file of an unknown kind "
				"means\n",
				"not checked: what %" PRIu64 " listed files of unknown kinds "
				"mean\n",
				s->others),
		       s->others);
	if (s->text_of_card)
		puts(_("not checked: what evault/VERIFY.txt says: it is not the text that this "
		       "evault knows, but the one that the card given names; run no command that "
		       "stands in it"));
	puts(_("not in the power of any check: what was left out, whether the times are true, and "
	       "what the files show"));
	if (s->extracted > 0)
		printf(ngettext("written: %" PRIu64 " original\n",
				"written: %" PRIu64 " originals\n", s->extracted),
		       s->extracted);
}

/* The key of a log stands for everybody whom that log admits: it is nobody's signature. */
static bool
log_was_given(const struct bundle *v)
{
	const char *given = v->what.signer;

	return given != NULL && strncmp(given, "evault/", 7) == 0 && strchr(given, '+') != NULL &&
	       strncmp(given, "evault/actor/", 13) != 0;
}

static void
print_verdict(const struct bundle *v)
{
	const struct evault_verify_summary *s = &v->summary;

	switch (s->verdict) {
	case EVAULT_VERDICT_VERIFIED:
		puts(log_was_given(v)
			 ? _("verified: all that was checked holds, and the signer is one whom the "
			     "log admits whose key was given; who that is, is not checked")
			 : _("verified: all that was checked holds, and the signer is the one who "
			     "was given"));
		return;
	case EVAULT_VERDICT_SIGNER_UNKNOWN:
		puts(s->signer_known == EVAULT_ASKED_FAILS
			 ? _("intact, signer unknown: all that was checked holds, and the signer "
			     "is another one than was given")
			 : _("intact, signer unknown: all that was checked holds, and nothing here "
			     "says whose key the signer's is"));
		return;
	case EVAULT_VERDICT_NOT_JOINED:
		puts(s->against == EVAULT_ASKED_OPEN
			 ? _("consistency not shown: all that was checked holds, and nothing in "
			     "the bundle joins its log to the checkpoint that was given")
			 : _("consistency not shown: all that was checked holds, and nothing in "
			     "the bundle joins its log to what was received of it before"));
		return;
	case EVAULT_VERDICT_DAMAGED:
		printf(ngettext("damaged: %" PRIu64 " finding\n", "damaged: %" PRIu64 " findings\n",
				s->damage),
		       s->damage);
		return;
	case EVAULT_VERDICT_NOT_ADDRESSED:
		puts(_("not addressed to you: the signer made it for somebody else, and somebody "
		       "sealed it anew"));
		return;
	case EVAULT_VERDICT_FORK:
		break;
	}
	puts(_("fork: the log has signed two pasts that exclude each other; keep both of these:"));
	printf("\n%s", v->forks == NULL ? "" : v->forks);
}

static int
exit_of(enum evault_verdict verdict)
{
	switch (verdict) {
	case EVAULT_VERDICT_VERIFIED:
		return EXIT_SOUND;
	case EVAULT_VERDICT_SIGNER_UNKNOWN:
	case EVAULT_VERDICT_NOT_JOINED:
		return EXIT_PARTLY;
	case EVAULT_VERDICT_DAMAGED:
	case EVAULT_VERDICT_NOT_ADDRESSED:
	case EVAULT_VERDICT_FORK:
		break;
	}
	return EXIT_DAMAGE;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* A checkpoint that is no file is one that was typed; a file of that name comes first. */
static void
take_against(struct evault_verify *what)
{
	struct stat st;

	if (what->against == NULL || !evault_is_short(what->against) ||
	    stat(what->against, &st) == 0)
		return;
	what->against_short = what->against;
	what->against = NULL;
}

/* Of volumes one is named, and the others lie beside it. */
static bool
is_volume(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && path[len - 4] == '.' && strspn(path + len - 3, "0123456789") == 3;
}

void
bundle_allow(const char *path)
{
	sandbox_allow(path, is_volume(path) ? SANDBOX_BESIDE : SANDBOX_READ);
}

void
bundle_begin(struct bundle *b, struct globals *globals)
{
	b->globals = globals;
	b->passphrase = secret_new();
	b->findings.bundle = true;
	b->unlock = (struct evault_unlock){ .identity_files = globals->identities.items,
					    .n_identity_files = globals->identities.n,
					    .ask = ask_bundle,
					    .ctx = b };
	b->what.unlock = &b->unlock;
	b->what.finding = on_finding;
	b->what.item = on_item;
	b->what.fork = on_fork;
	b->what.progress = progress_show;
	b->what.ctx = b;
	take_against(&b->what);
}

void
bundle_release(struct bundle *b)
{
	secret_free(b->passphrase);
	free(b->forks);
	b->passphrase = NULL;
	b->forks = NULL;
}

int
bundle_print(struct bundle *b)
{
	if (b->globals->json) {
		print_json_summary(b);
	} else {
		print_claims(&b->summary);
		print_extent(b);
		print_verdict(b);
	}
	return exit_of(b->summary.verdict);
}

int
bundle_fail(const struct bundle *v, const struct evault_error *err)
{
	if (err->status == EVAULT_E_KEY && v->globals->identities.n == 0 &&
	    v->globals->vault == NULL)
		return failure_say(err, _("give your key: an age identity with -i FILE, or your "
					  "vault with -V DIR"));
	if (err->status == EVAULT_E_KEY)
		return failure_say(err, _("it is sealed to somebody else, or to another key of "
					  "yours"));
	return failure_say(err, NULL);
}
