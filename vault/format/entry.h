/*
 * Entries of the log, and the vault note (FORMAT.md, Entry and Vault note).
 */
#ifndef EV_FORMAT_ENTRY_H
#define EV_FORMAT_ENTRY_H

#include "format/note.h"

enum {
	EV_ENTRY_LINES_MAX = 500, /* structural lines in one entry */
	EV_ENTRY_FILE_NAME_MAX = 64,
	EV_ACTOR_NAME_SIZE = 13 + 64 + 1, /* "evault/actor/<64 hex>" and its NUL */
};

enum ev_entry_kind {
	EV_LINE_RECORD,    /* record <digest> */
	EV_LINE_PACK,      /* pack <sha256> <size> */
	EV_LINE_DROP,      /* drop <pack> <record digest> */
	EV_LINE_SLOT,      /* slot <n> <sha256> */
	EV_LINE_SLOT_END,  /* slot-end <n> */
	EV_LINE_ACTOR,     /* actor <vkey> owner|writer|capture */
	EV_LINE_ACTOR_END, /* actor-end <64 hex of the actor's name> */
	EV_LINE_READ_KEY,  /* read-key age1… */
	EV_LINE_LOG_KEY,   /* log-key <vkey> */
	EV_LINE_FILE,      /* file <name> <sha256> */
};

enum ev_role {
	EV_ROLE_OWNER,
	EV_ROLE_WRITER,
	EV_ROLE_CAPTURE,
};
/* "owner" …, and back: false when it is none. */
const char *ev_role_word(enum ev_role role);
bool ev_role_parse(struct ev_slice word, enum ev_role *role);

/* One line; which members are set depends on kind. */
struct ev_line {
	enum ev_entry_kind kind;
	struct ev_hash hash;              /* RECORD, PACK, DROP, SLOT, ACTOR_END, FILE */
	struct ev_hash record;            /* DROP */
	uint64_t number;                  /* PACK: bytes; SLOT, SLOT_END: n */
	struct ev_verifier vkey;          /* ACTOR, LOG_KEY */
	enum ev_role role;                /* ACTOR */
	char text[EVAULT_RECIPIENT_SIZE]; /* READ_KEY: recipient; FILE: name */
};

/*
 * A name that a `file` line can have: 1 to EV_ENTRY_FILE_NAME_MAX bytes of
 * A-Z a-z 0-9 . _ - and /, and no part between slashes that is empty or
 * begins with a dot.
 */
bool ev_file_name_valid(struct ev_slice name);

/* "evault/actor/" and the SHA-256 of the public key. */
void ev_actor_name(const uint8_t key[32], char out[EV_ACTOR_NAME_SIZE]);
/* The verifier of an actor's key. */
void ev_actor_verifier(const uint8_t key[32], struct ev_verifier *v);
/* "evault/" and the SHA-256 of the first log key. */
void ev_origin_of(const uint8_t log_key[32], char out[EVAULT_ORIGIN_SIZE]);
bool ev_origin_valid(struct ev_slice text);
bool ev_actor_name_valid(struct ev_slice text);

/* Appends one line with its LF.  What ev_line_parse would refuse is a mistake of the caller. */
void ev_line_encode(struct ev_buf *out, const struct ev_line *line);
/*
 * One line without its LF.  E_FORMAT.  The name of an actor's key must be
 * that of its hash, and the name of a log key an origin.
 */
enum evault_status ev_line_parse(struct ev_slice line, struct ev_line *out,
				 struct evault_error *err);

/* Appends the head: kind, origin, after. */
void ev_entry_head(struct ev_buf *text, const char *origin, uint64_t size,
		   const struct ev_hash *root);

/* A parsed entry: slices into its bytes. */
struct ev_entry {
	struct ev_note note;
	char origin[EVAULT_ORIGIN_SIZE];
	uint64_t after;
	struct ev_hash root;
	struct ev_slice lines; /* the rest of the text: one record, or structural lines */
	size_t n_lines;
	bool is_record;
	struct ev_hash record; /* when is_record */
};
/*
 * Checks the form of all lines: one `record` alone, or 1 to
 * EV_ENTRY_LINES_MAX structural ones; log keys named by the entry's origin;
 * one to three signatures, the first by an actor's name.  E_FORMAT; E_LIMIT
 * above EV_NOTE_MAX; E_VERSION.  Who signed, and whether that verifies, is
 * for the caller to check.
 */
enum evault_status ev_entry_parse(struct ev_slice bytes, struct ev_entry *entry,
				  struct evault_error *err);
/* Walks the lines: start with a cursor over entry.lines; false at the end. */
bool ev_entry_next(struct ev_cursor *lines, struct ev_line *line);

/* ---- the vault note ---------------------------------------------------- */

struct ev_vault_note {
	char origin[EVAULT_ORIGIN_SIZE];
	struct ev_verifier log;                /* first log key; its name is the origin */
	struct ev_verifier owner;              /* first owner's actor key */
	char recipient[EVAULT_RECIPIENT_SIZE]; /* vault identity of epoch 0 */
};
void ev_vault_note_text(const struct ev_vault_note *v, struct ev_buf *out);
/*
 * Parses the note and verifies it: by the log key, whose hash is the origin,
 * and by the owner, and by nobody else.  E_NOT_VAULT when it does not begin
 * as a vault note; E_VERSION when its first line names another version;
 * E_DAMAGED.
 */
enum evault_status ev_vault_note_open(struct ev_slice note, struct ev_vault_note *v,
				      struct evault_error *err);

#endif
