/*
 * The plaintext of key files (FORMAT.md, Key files): a holder's slot, the
 * vault identity of an epoch, the log key of an epoch.  Each is at the same
 * time an age identity file, with the rest in its comments, so that stock age
 * can go from a slot to the packs.
 */
#ifndef EV_FORMAT_KEYFILE_H
#define EV_FORMAT_KEYFILE_H

#include "format/roster.h"

enum {
	EV_KEYFILE_SIZE = 4096, /* bytes of a plaintext, padding included, or a multiple of it */
	EV_KEYFILE_MAX = EV_KEYFILE_SIZE + EV_ROSTER_LINES_MAX * EV_ROSTER_LINE_MAX,
	EV_KEYFILE_SEALED_MAX = EV_AGE_HEADER_MAX + EV_KEYFILE_MAX + 4096,
	EV_KEYFILE_NAME_MAX = EV_ROSTER_NAME_MAX, /* bytes of a holder's name */
	EV_KEYFILE_DECOYS = 8,                    /* stanzas are filled up to a multiple of this */
};

/*
 * All three live in locked memory.  `name` is the holder's, raw bytes without
 * a NUL among them.
 */
struct ev_slot {
	char origin[EVAULT_ORIGIN_SIZE];
	char name[EV_KEYFILE_NAME_MAX + 1]; /* may be empty */
	enum ev_role role;
	struct ev_signing_seed actor;
	struct ev_age_identity identity;
};
struct ev_read_key {
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t epoch;
	struct ev_age_identity identity;
	struct ev_roster roster; /* empty in all but the newest epoch's */
};
struct ev_write_key {
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t epoch;
	struct ev_signing_seed log;
};

/*
 * Encoders append EV_KEYFILE_SIZE bytes, those of a vault identity as many
 * times that as its roster needs, which the caller wipes; E_USAGE when
 * the origin is none, a name too long, or the roster none.  Decoders take these bytes and no
 * others, and leave their output alone on failure (that of a vault identity, which is large,
 * is zeros then): E_FORMAT; E_VERSION for
 * another version.  No message repeats what a key file says.
 */
enum evault_status ev_slot_encode(const struct ev_slot *s, struct ev_buf *out,
				  struct evault_error *err);
enum evault_status ev_slot_decode(struct ev_slice text, struct ev_slot *s,
				  struct evault_error *err);
enum evault_status ev_read_key_encode(const struct ev_read_key *k, struct ev_buf *out,
				      struct evault_error *err);
enum evault_status ev_read_key_decode(struct ev_slice text, struct ev_read_key *k,
				      struct evault_error *err);
enum evault_status ev_write_key_encode(const struct ev_write_key *k, struct ev_buf *out,
				       struct evault_error *err);
enum evault_status ev_write_key_decode(struct ev_slice text, struct ev_write_key *k,
				       struct evault_error *err);

/*
 * Seals to recipients in random order, filled up with decoys (stanzas to keys
 * that nobody has) to a multiple of EV_KEYFILE_DECOYS, so that the file does
 * not tell how many can open it.  E_USAGE for none or more than
 * EV_AGE_STANZAS_MAX.
 */
enum evault_status ev_keyfile_seal(const struct ev_age_recipient *recipients, size_t n,
				   struct ev_slice plain, struct ev_buf *sealed,
				   struct evault_error *err);

#endif
