/*
 * What the parts of verifying a bundle share (FORMAT.md, section 12; G3, G5).
 *
 * verify.c goes through the steps and says what it all means; verify_source.c
 * makes one stream of members of an age file, volumes, a tar or a folder;
 * verify_bundle.c takes the members, verify_manifest.c compares them with the
 * lists, verify_table.c has what is known of each; verify_log.c judges the
 * tree of a log and who may sign there, verify_entry.c an entry of it;
 * verify_signed.c what the sender has signed, verify_known.c what was known
 * before; verify_item.c items, verify_chain.c where they were received from;
 * verify_tell.c tells of them, and verify_extract.c writes originals.
 *
 * Invariants:
 *  1. Nothing of a bundle is kept in memory but small members while they are
 *     looked at, what keys and proofs of trees say, and of each member and
 *     item a few hundred bytes.
 *  2. What one pass leaves open, because what it needs comes later, the next
 *     one judges; its bytes must then be the same (E_CHANGED).
 */
#ifndef EV_VERIFY_H
#define EV_VERIFY_H

#include "base/os.h"
#include "contact.h"
#include "format/bag.h"
#include "format/provenance.h"
#include "format/record.h"
#include "format/share_note.h"
#include "format/short.h"
#include "format/tar.h"
#include "format/tlog_proof.h"
#include "vault.h"

enum {
	EV_VERIFY_MEMBERS_MAX = 1000000,
	EV_VERIFY_ITEMS_MAX = 250000,
	EV_VERIFY_ABOUTS_MAX = 500000,   /* that all records together say */
	EV_VERIFY_LINKS_MAX = 500000,    /* to entries of other vaults, from all records together */
	EV_VERIFY_LOGS_MAX = 1000,       /* folders of evault/sources/ */
	EV_VERIFY_TEXT_MAX = 48 << 20,   /* bytes of all names of members; and of what items say */
	EV_VERIFY_HELD_MAX = 160 << 20,  /* bytes of memory for all of this together */
	EV_VERIFY_KEYS_MAX = 16 << 20,   /* bytes of all vault notes and keys/ */
	EV_VERIFY_TREES_MAX = 1000,      /* proofs of consistency */
	EV_VERIFY_SMALL_MAX = 64 << 10,  /* bytes of bagit.txt, bag-info.txt … */
	EV_VERIFY_PROOF_MAX = 128 << 10, /* bytes of a tlog-proof with its checkpoint */
	EV_VERIFY_IDENTITIES_MAX = 64,
	EV_VERIFY_TOLD_MAX = 1000, /* findings that are told one by one */
	EV_VERIFY_FOLDER_SIZE = 56,
	EV_VERIFY_PATH_SIZE = 104, /* of members that are of some kind */
};

/* ---- verify_table.c: members by name ------------------------------------- */

/* Counts so much more of memory that is held until the end.  E_LIMIT above EV_VERIFY_HELD_MAX. */
enum evault_status ev_verify_hold(size_t *held, size_t bytes, struct evault_error *err);

enum ev_verify_kind {
	EV_BUNDLE_BAGIT,
	EV_BUNDLE_INFO,
	EV_BUNDLE_MANIFEST,
	EV_BUNDLE_TAG_MANIFEST,
	EV_BUNDLE_SHARE_NOTE,
	EV_BUNDLE_VERIFY_TEXT,
	EV_BUNDLE_REPORT,
	EV_BUNDLE_VAULT,
	EV_BUNDLE_KEY_ENTRY,
	EV_BUNDLE_KEY_PROOF,
	EV_BUNDLE_TREE,         /* evault/consistency/<m>.proof */
	EV_BUNDLE_SOURCE_VAULT, /* evault/sources/<o>-<m>/… */
	EV_BUNDLE_SOURCE_KEY_ENTRY,
	EV_BUNDLE_SOURCE_KEY_PROOF,
	EV_BUNDLE_SOURCE_ENTRY,
	EV_BUNDLE_SOURCE_PROOF,
	EV_BUNDLE_RECORD,
	EV_BUNDLE_ENTRY,
	EV_BUNDLE_PROOF,
	EV_BUNDLE_DATA,
	EV_BUNDLE_PADDING,
	EV_BUNDLE_OTHER,
};
/* What else a name of a member says. */
struct ev_verify_place {
	uint64_t number;   /* its <n>, or the <m> of a proof of consistency; or 0 */
	uint64_t size;     /* of EV_BUNDLE_SOURCE_…: the <m> of its folder … */
	uint8_t origin[8]; /* … and the <o> */
};
/* What a member is by its name. */
enum ev_verify_kind ev_verify_kind_of(struct ev_slice name, struct ev_verify_place *place);

#define EV_NO_MEMBER UINT32_MAX

struct ev_verify_member {
	struct ev_hash hash; /* the listed one; or what was found, where nothing lists it yet */
	uint32_t name;       /* where in the table's text */
	uint8_t listed;      /* by how many lines */
	bool found, differs;
};
struct ev_verify_members {
	struct ev_verify_member *list;
	size_t n, cap;
	uint32_t *slots; /* by the name as file systems fold it; 0: free, else number + 1 */
	size_t n_slots;
	uint8_t key[16]; /* of SipHash */
	struct ev_buf text, scratch;
	size_t *held; /* what is counted, of others too */
};
/* `held` is borrowed. */
void ev_verify_members_init(struct ev_verify_members *m, size_t *held);
void ev_verify_members_release(struct ev_verify_members *m);
/*
 * The number of the member of that name, or of one that some file system
 * takes for the same (*alike); made where there is none.  E_LIMIT, E_NOMEM.
 */
enum evault_status ev_verify_members_put(struct ev_verify_members *m, struct ev_slice name,
					 uint32_t *number, bool *alike, struct evault_error *err);
/* The same; EV_NO_MEMBER where it is not there.  E_NOMEM. */
enum evault_status ev_verify_members_get(struct ev_verify_members *m, struct ev_slice name,
					 uint32_t *number, struct evault_error *err);
const char *ev_verify_members_name(const struct ev_verify_members *m, uint32_t number);

/* ---- logs ------------------------------------------------------------------ */

/* An entry of a log that says who may sign, as it came. */
struct ev_verify_key {
	uint64_t index;
	struct ev_buf entry, proof;
	bool has_entry, has_proof;
};

/* A tree of a log, and what the bundle has to judge it by. */
struct ev_verify_log {
	bool own; /* the bundle's; otherwise a folder of evault/sources/ */
	char folder[EV_VERIFY_FOLDER_SIZE]; /* "evault/", or "evault/sources/3f9a…-0041/" */
	uint8_t digits[8]; /* of evault/sources/: what its origin must begin with */
	/* The tree: by the share note; or by the folder's name, its vault note, its checkpoint. */
	char origin[EVAULT_ORIGIN_SIZE]; /* "" until it is known */
	uint64_t size;
	struct ev_hash root;
	bool has_root;

	struct ev_buf vault_note;
	bool has_vault_note;
	struct ev_verify_key *keys;
	size_t n_keys, cap_keys;
	uint64_t members, members_listed; /* its vault note, and those of keys/ */
	struct ev_buf checkpoint;         /* the one that all its proofs have */
	struct ev_vault_note note;
	struct ev_authority authority;
	bool has_authority;
	bool begun;   /* its first entry is there, and counts */
	bool settled; /* all of this is judged */
	bool trusted; /* and holds: entries can be judged by it */
};

/* An entry of an item, and whether it is in its log. */
struct ev_verify_entry {
	uint64_t index;
	struct ev_hash named;             /* the digest of its record */
	struct ev_hash leaf, root;        /* its hash; and of the tree that it says it saw */
	const struct ev_verifier *signer; /* in the log's authority; NULL: none that holds … */
	enum ev_role role;                /* … and as what they signed it */
	bool read, proved, bad;
	bool again_entry, again_proof; /* for the next pass */
};
#define EV_NO_SOURCE UINT32_MAX

/* One of evault/sources/. */
struct ev_verify_source {
	struct ev_verify_entry entry;
	uint32_t log;
	uint32_t next; /* of the same <o> and number, in another folder; or EV_NO_SOURCE */
	bool wanted;   /* a record here names it */
};

/* ---- items ---------------------------------------------------------------- */

struct ev_verify_item {
	struct ev_verify_entry entry;
	struct ev_hash digest;     /* of its record, as it is */
	struct ev_hash sha256;     /* by its record … */
	uint64_t size, file_bytes; /* … and as its file has it */
	char *path;                /* where it was extracted to, until it is told */
	uint32_t link;             /* the first of its links */
	uint8_t n_links;
	uint32_t text; /* action, time, name, withheld: in the texts, each with a NUL */
	uint32_t file; /* its member below data/, or EV_NO_MEMBER */
	uint32_t corrections;
	bool has_file;               /* it came */
	bool record_read;            /* it came, and has `digest` and `text` */
	bool discloses;              /* `sha256` and `size` */
	bool has_name;               /* that is disclosed */
	bool about, about_here;      /* its record is about others; one of them is here */
	bool annotates, retracts;    /* what it is about */
	bool has_retract, retracted; /* a retraction is about it; and was not taken back */
	bool file_judged, file_good, links_judged, told;
	bool again_file; /* for the next pass */
};
/* An `about` line of item `by`. */
struct ev_verify_about {
	uint64_t index;
	struct ev_hash digest;
	uint32_t by;
};
struct ev_verify_order {
	uint64_t index;
	uint32_t item;
};

enum ev_verify_opened {
	EV_OPENED_IDENTITY,
	EV_OPENED_PASSPHRASE,
	EV_OPENED_TAR,
	EV_OPENED_FOLDER,
};

struct ev_verify_seen {
	struct ev_catalog_receive receive;
	bool joined; /* the bundle's tree goes on from it, or is it */
};
/* What was known of the sender before. */
struct ev_verify_known {
	bool has_signer, has_tree;
	struct ev_verifier signer; /* an actor's key, or a log's */
	char name[EVAULT_HOLDER_NAME_SIZE];
	struct ev_hash verify_text;      /* that the card names … */
	bool has_verify_text;            /* … if it is one */
	char origin[EVAULT_ORIGIN_SIZE]; /* of the card; or "" */
	struct ev_buf note;              /* the checkpoint; or its short form */
	bool is_short;
	struct ev_short typed;
	uint64_t size;
	struct ev_hash root;
	struct ev_verify_seen *seen; /* trees of the same log that the vault has seen */
	size_t n_seen;
	/* Of one that is kept: trees that it is compared with.  Borrowed. */
	struct ev_log_past *pasts;
	size_t n_pasts;
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): one of them, in the order of reading */
struct ev_verifying {
	const struct evault_verify *what;
	struct evault_verify_summary *summary;
	struct ev_findings findings;
	uint64_t told; /* findings */
	struct evault_progress progress;
	unsigned pass; /* from 1 */
	/* Where it is read from; NULL: what->path. */
	enum evault_status (*read)(void *ctx, struct ev_tar_events events,
				   struct evault_error *err);
	void *read_ctx;
	bool kept; /* it is what a vault keeps of a bundle: its originals are elsewhere */
	bool own;  /* what failed is ours, and not the input's form */
	bool cut;  /* the input ended where it should not, or cannot be read on */
	bool not_addressed, forked;

	/* verify_source.c */
	struct ev_age_identity *identities; /* in locked memory */
	size_t n_identities;
	char *passphrase; /* in locked memory; or NULL */
	enum ev_verify_opened opened;

	/* the member that is coming */
	struct ev_verify_members members;
	struct ev_hasher *hasher;
	uint32_t member;
	enum ev_verify_kind kind;
	struct ev_verify_place place;
	uint64_t got;     /* bytes of it so far */
	bool skip;        /* it is of no interest any more */
	bool keep;        /* in `body` */
	bool zeros;       /* padding is zeros so far */
	bool reads_lines; /* a manifest, good so far */
	struct ev_buf body;
	struct ev_bag_reader lines;

	/* what the bundle says of itself */
	bool manifest_read, tag_manifest_read;
	uint64_t oxum_bytes, oxum_files;
	bool has_oxum;
	uint64_t data_bytes, data_files;
	struct ev_buf share_bytes;
	struct ev_share_note share;
	struct ev_note share_signed;
	bool has_share, share_broken;
	struct ev_hash tag_manifest; /* as it came */
	bool has_tag_manifest;
	struct ev_consistency *trees;
	size_t n_trees;

	/* verify_log.c, verify_known.c */
	struct ev_verify_log own_log;
	struct ev_verify_log **logs; /* of evault/sources/ */
	size_t n_logs;
	size_t key_bytes; /* of all of them */
	struct ev_verify_known known;
	struct ev_contacts contacts; /* of the vault that was given */

	/* verify_item.c */
	struct ev_verify_members item_names;
	struct ev_verify_item *items;
	size_t n_items, cap_items;
	uint64_t entries; /* items of which an entry came */

	/* verify_chain.c */
	struct ev_verify_members source_names;
	struct ev_verify_source *sources;
	uint32_t *chains; /* by the number in source_names: the first of sources */
	size_t n_sources, cap_sources;
	uint64_t source_members, source_members_listed; /* of them, entries and proofs */
	struct ev_provenance *links;
	size_t n_links, cap_links;
	size_t held; /* bytes: ev_verify_hold */

	/* verify_tell.c */
	struct ev_buf texts;
	struct ev_verify_about *abouts;
	size_t n_abouts, cap_abouts, abouts_judged;
	struct ev_verify_order *order; /* of the items, by index; NULL: not yet */
	size_t n_order, next;          /* in `order`: to be told */
	bool telling;                  /* items are told as their files come */

	/* verify_extract.c */
	int out; /* the folder, or -1 */
	int out_file;
	char out_temp[EV_OS_TEMP_SIZE];
	struct ev_set out_names; /* hashes of those that were given */
};

/* ---- verify.c ----------------------------------------------------------------- */

/* Loads what was given.  `what` and `summary` are borrowed; *v is the caller's also on failure. */
enum evault_status ev_verify_begin(const struct evault_verify *what,
				   struct evault_verify_summary *summary, struct ev_verifying **v,
				   struct evault_error *err);
/* Reads all of it, as often as it takes, and says what it is. */
enum evault_status ev_verify_run(struct ev_verifying *v, struct evault_error *err);
/* Reads once more, for `events`, what was judged.  What is wrong with it now is E_CHANGED. */
enum evault_status ev_verify_again(struct ev_verifying *v, struct ev_tar_events events,
				   struct evault_error *err);
/* Of one that is kept: v->trusted, and which items stand. */
enum evault_status ev_verify_run_kept(struct ev_verifying *v, struct evault_error *err);
void ev_verify_end(struct ev_verifying *v);

/* ---- verify_source.c -------------------------------------------------------- */

/* Loads the identities that were given.  What fails is the caller's mistake. */
enum evault_status ev_verify_keys(struct ev_verifying *v, struct evault_error *err);
/* The recipient of one of them? */
bool ev_verify_is_mine(const struct ev_verifying *v, const char *recipient);
/*
 * One pass: gives all members to `events`, in the order in which they are; of
 * a folder in the order of FORMAT.md.  With v->own, what `events` returned;
 * else what is wrong with the input.
 */
enum evault_status ev_verify_read(struct ev_verifying *v, struct ev_tar_events events,
				  struct evault_error *err);

/* ---- verify_bundle.c --------------------------------------------------------- */

struct ev_tar_events ev_verify_events(struct ev_verifying *v);

/* ---- verify_manifest.c ------------------------------------------------------- */

/* The item that a member is of; EV_NO_ITEM for others. */
uint64_t ev_verify_item_of(enum ev_verify_kind kind, uint64_t number);
/* An entry of another vault, or its proof? */
bool ev_verify_is_source(enum ev_verify_kind kind);
/* The log of which a member says who may sign there; *log NULL: it is none of these. */
enum evault_status ev_verify_log_of(struct ev_verifying *v, enum ev_verify_kind kind,
				    const struct ev_verify_place *place, struct ev_verify_log **log,
				    struct evault_error *err);
/* Says what is wrong with a member, and counts the entry or item that it is of as bad. */
enum evault_status ev_verify_find_member(struct ev_verifying *v, enum evault_finding_kind kind,
					 uint32_t member, const char *sentence,
					 struct evault_error *err);
/* Its hash is now known from both sides. */
enum evault_status ev_verify_compare(struct ev_verifying *v, uint32_t member, bool same,
				     struct evault_error *err);
/* The member that is coming is a manifest: its lines. */
void ev_verify_begin_lines(struct ev_verifying *v);
enum evault_status ev_verify_read_lines(struct ev_verifying *v, const uint8_t *data, size_t len,
					struct evault_error *err);
enum evault_status ev_verify_end_lines(struct ev_verifying *v, struct evault_error *err);
/* All members came: compares them with the lists, and what is to be there with what is. */
enum evault_status ev_verify_complete(struct ev_verifying *v, struct evault_error *err);

/* ---- verify_log.c ---------------------------------------------------------------- */

/* Path of a member of it: `suffix` ".entry" or ".tlog-proof", `below` "items" or "keys". */
void ev_verify_path(const struct ev_verify_log *log, const char *below, uint64_t index,
		    const char *suffix, char path[EV_VERIFY_PATH_SIZE]);
void ev_verify_log_release(struct ev_verify_log *log);
/* The log of the member at `place`, with its number; made where there is none. */
enum evault_status ev_verify_log_at(struct ev_verifying *v, const struct ev_verify_place *place,
				    uint32_t *number, struct evault_error *err);
/* Takes v->body: its vault note, or a part of keys/. */
enum evault_status ev_verify_take_key(struct ev_verifying *v, struct ev_verify_log *log,
				      struct evault_error *err);
/* All members that say who may sign there have come, and the lists that say so. */
bool ev_verify_log_ready(const struct ev_verifying *v, const struct ev_verify_log *log);
/*
 * Judges notes and keys by each other, once.  log->trusted: its tree is one
 * that the log signed, and log->authority says who may sign.
 */
enum evault_status ev_verify_settle_log(struct ev_verifying *v, struct ev_verify_log *log,
					struct evault_error *err);
/* A proof of an entry, in a member of this path, or of this item. */
struct ev_verify_proof {
	uint64_t index;
	uint64_t item; /* or EV_NO_ITEM */
	const char *path;
	const struct ev_hash *leaf;
	struct ev_slice text;
};
/* Does it lead to the tree?  *before: the root before it, by the proof.  Otherwise a finding. */
enum evault_status ev_verify_proof(struct ev_verifying *v, struct ev_verify_log *log,
				   const struct ev_verify_proof *proof, struct ev_hash *before,
				   bool *good, struct evault_error *err);

/* ---- verify_entry.c ----------------------------------------------------------------- */

/* Each takes v->body, the entry or its proof. */
enum evault_status ev_verify_entry_take(struct ev_verifying *v, struct ev_verify_log *log,
					struct ev_verify_entry *entry, struct evault_error *err);
enum evault_status ev_verify_entry_prove(struct ev_verifying *v, struct ev_verify_log *log,
					 struct ev_verify_entry *entry, struct evault_error *err);
/* Says what is wrong with its .entry, .record …, and counts it as bad. */
enum evault_status ev_verify_entry_wrong(struct ev_verifying *v, const struct ev_verify_log *log,
					 struct ev_verify_entry *entry,
					 enum evault_finding_kind kind, const char *suffix,
					 const char *sentence, struct evault_error *err);
/* All has come: what of it did not, or could not be judged? */
enum evault_status ev_verify_entry_whole(struct ev_verifying *v, const struct ev_verify_log *log,
					 struct ev_verify_entry *entry, struct evault_error *err);
/* Is it in its log, and signed? */
bool ev_verify_entry_stands(const struct ev_verify_entry *entry);

/* ---- verify_chain.c ------------------------------------------------------------------ */

/* The entry at `place`; made where there is none. */
enum evault_status ev_verify_source(struct ev_verifying *v, const struct ev_verify_place *place,
				    uint32_t *source, struct evault_error *err);
/* Its entry or proof has come, in v->body. */
enum evault_status ev_verify_take_source(struct ev_verifying *v, struct evault_error *err);
/* Keeps what the item's record was received as. */
enum evault_status ev_verify_keep_links(struct ev_verifying *v, uint32_t item,
					const struct ev_record *record, struct evault_error *err);
/* All that proves them has come: judges the links of all items. */
enum evault_status ev_verify_judge_links(struct ev_verifying *v, struct evault_error *err);
/* All members came: is every folder of evault/sources/ whole, and of some use here? */
enum evault_status ev_verify_sources_whole(struct ev_verifying *v, struct evault_error *err);
/* What is told of an item's links, the nearest vault first; *sound: none of them is false. */
enum evault_status ev_verify_fill_sources(struct ev_verifying *v, const struct ev_verify_item *item,
					  struct evault_bundle_source out[EV_PROVENANCE_MAX],
					  bool *sound, struct evault_error *err);

/* ---- verify_signed.c --------------------------------------------------------- */

/* Each takes v->body, the member that has come. */
enum evault_status ev_verify_take_share(struct ev_verifying *v, struct evault_error *err);
enum evault_status ev_verify_take_tree(struct ev_verifying *v, struct evault_error *err);
/*
 * Judges the share note, keys and trees by each other, once.
 */
enum evault_status ev_verify_settle(struct ev_verifying *v, struct evault_error *err);
/* No other tree of the same log and size, among the folders of evault/sources/? */
enum evault_status ev_verify_compare_heads(struct ev_verifying *v, struct evault_error *err);

/* ---- verify_known.c ------------------------------------------------------------ */

/* Reads what was given: signer, checkpoint, and the vault's contacts. */
enum evault_status ev_verify_load_known(struct ev_verifying *v, struct evault_error *err);
/* The bundle's origin is known: is what was given of the same vault?  And, when keys are: is it
 * signed? */
enum evault_status ev_verify_known_origin(struct ev_verifying *v, struct evault_error *err);
enum evault_status ev_verify_known_signed(struct ev_verifying *v, struct evault_error *err);
/* The share note's signer is `key`, of this origin: is it one who is known? */
void ev_verify_know_signer(struct ev_verifying *v, const struct ev_verifier *key);
/* The contact whose key this is, of the vault `origin`; or the card that was given: or NULL. */
const char *ev_verify_known_name(const struct ev_verifying *v, const char *origin,
				 const struct ev_verifier *key);
/* A root of this log at that size is proved: compares it with what is known. */
enum evault_status ev_verify_join(struct ev_verifying *v, uint64_t size, const struct ev_hash *root,
				  struct evault_error *err);
/* Which trees of the bundle's origin does the vault know? */
enum evault_status ev_verify_load_seen(struct ev_verifying *v, struct evault_error *err);
/* All proofs were compared with them: what that shows. */
enum evault_status ev_verify_judge_seen(struct ev_verifying *v, struct evault_error *err);
/* Tells of two heads that exclude each other. */
void ev_verify_fork(struct ev_verifying *v, struct ev_slice known, struct ev_slice found);

/* ---- verify_item.c --------------------------------------------------------------- */

/* The item of that index; made where there is none. */
enum evault_status ev_verify_item(struct ev_verifying *v, uint64_t index, uint32_t *item,
				  struct evault_error *err);
/* A part of item v->number has come, in v->body. */
enum evault_status ev_verify_take_record(struct ev_verifying *v, struct evault_error *err);
enum evault_status ev_verify_take_entry(struct ev_verifying *v, struct evault_error *err);
enum evault_status ev_verify_take_proof(struct ev_verifying *v, struct evault_error *err);
/* Its original has come: v->got bytes that have this hash. */
enum evault_status ev_verify_take_file(struct ev_verifying *v, const struct ev_hash *hash,
				       struct evault_error *err);
/* Is its record the one of its entry, which is proved and signed? */
bool ev_verify_item_stands(const struct ev_verify_item *item);
/* Says what is wrong with an item's .record, .entry …, and counts it as bad. */
enum evault_status ev_verify_item_wrong(struct ev_verifying *v, uint32_t item,
					enum evault_finding_kind kind, const char *suffix,
					const char *sentence, struct evault_error *err);
/* The item of that index, or NULL.  E_NOMEM. */
enum evault_status ev_verify_item_here(struct ev_verifying *v, uint64_t index,
				       struct ev_verify_item **item, struct evault_error *err);

/* ---- verify_tell.c ----------------------------------------------------------------- */

/* All records have come: what they say about each other. */
enum evault_status ev_verify_judge_abouts(struct ev_verifying *v, struct evault_error *err);
/* Tells of the items, in order, as far as their files have come; of all when it is over. */
enum evault_status ev_verify_tell(struct ev_verifying *v, bool over, struct evault_error *err);

/* ---- verify_extract.c ---------------------------------------------------------------- */

enum evault_status ev_verify_out_open(struct ev_verifying *v, struct evault_error *err);
/* Opens a temporary file for the item's original. */
enum evault_status ev_verify_out_begin(struct ev_verifying *v, struct evault_error *err);
enum evault_status ev_verify_out_write(struct ev_verifying *v, const uint8_t *data, size_t len,
				       struct evault_error *err);
/* Gives it its name; or removes it, if it is not `good`. */
enum evault_status ev_verify_out_end(struct ev_verifying *v, struct ev_verify_item *item, bool good,
				     struct evault_error *err);
void ev_verify_out_close(struct ev_verifying *v);

#endif
