/*
 * The tag files of a bag: BagIt 1.0 (RFC 8493), and 0.93 to 0.97 of its
 * drafts, to read; 1.0 to write.  Whether a bag is whole and what its files'
 * hashes are, is for who has the files: here are lines.
 */
#ifndef EV_FORMAT_BAG_H
#define EV_FORMAT_BAG_H

#include "format/hash.h"
#include "format/path.h"

enum {
	EV_BAG_1_0 = 100, /* a version: the major number times 100, and the minor one */
	EV_BAG_LINE_MAX = 2 * EV_DIGEST_MAX + 256 + 3 * EV_PATH_MAX, /* bytes, without its end */
};

/* ---- bagit.txt --------------------------------------------------------- */

struct ev_bag_declaration {
	unsigned version; /* 93 to 97, or EV_BAG_1_0 */
};
/* Appends bagit.txt. */
void ev_bag_declaration_put(struct ev_buf *out);
/*
 * E_FORMAT; E_VERSION for a version that is not known, and for tag files in an
 * encoding of which ASCII is no part (what is read of them is the same in
 * UTF-8, ISO-8859-1 and their like).
 */
enum evault_status ev_bag_declaration_parse(struct ev_slice text, struct ev_bag_declaration *d,
					    struct evault_error *err);

/* ---- bag-info.txt ------------------------------------------------------ */

/* Appends "label: value".  Line breaks in the value become spaces. */
void ev_bag_info_put(struct ev_buf *out, const char *label, const char *value);
void ev_bag_oxum_put(struct ev_buf *out, uint64_t bytes, uint64_t files);
/*
 * The next element: its label, a slice, and its value in place of what is in
 * `value` (lines that go on joined by a space).  False at the end, and, with
 * the cursor bad, where it is malformed (or with `value` bad).
 */
bool ev_bag_info_next(struct ev_cursor *c, unsigned version, struct ev_slice *label,
		      struct ev_buf *value);
/* Labels are the same in capitals and small letters. */
bool ev_bag_label_is(struct ev_slice label, const char *name);
/* The value of Payload-Oxum: "<bytes>.<files>". */
bool ev_bag_oxum_parse(struct ev_slice value, uint64_t *bytes, uint64_t *files);

/* ---- manifests --------------------------------------------------------- */

/* What a file of a bag is by its name. */
enum ev_bag_file {
	EV_BAG_PAYLOAD,      /* below data/ */
	EV_BAG_MANIFEST,     /* manifest-<algorithm>.txt */
	EV_BAG_TAG_MANIFEST, /* tagmanifest-<algorithm>.txt */
	EV_BAG_DECLARATION,  /* bagit.txt */
	EV_BAG_INFO,         /* bag-info.txt */
	EV_BAG_FETCH,        /* fetch.txt, which evault never follows */
	EV_BAG_TAG,          /* any other */
};
/*
 * The name as ev_path_check wants it.  Of a manifest *known tells whether its
 * algorithm is one of enum ev_digest, and *kind which: one that is not known
 * is not checked, and its lines are not read.
 */
enum ev_bag_file ev_bag_file_of(struct ev_slice name, bool *known, enum ev_digest *kind);

/* Appends a line of manifest-sha256.txt or tagmanifest-sha256.txt. */
void ev_bag_line_put(struct ev_buf *out, const struct ev_hash *hash, struct ev_slice name);

/* How a line is not as ev_bag_line_put writes it, and means the same. */
enum {
	EV_BAG_ODD_SPACE = 1, /* other white space, or another end, than those of sha256sum */
	EV_BAG_ODD_CASE = 2,  /* capitals in the hash */
	EV_BAG_ODD_STAR = 4,  /* "*" before the name, as md5sum writes */
	EV_BAG_ODD_DOT = 8,   /* "./" before the name */
	EV_BAG_ODD_CODE = 16, /* a % that stands for itself; %0a and %0d */
};
struct ev_bag_line {
	uint8_t hash[EV_DIGEST_MAX]; /* ev_digest_size bytes */
	struct ev_slice name;        /* as the file is called: decoded, without "./"; checked */
	unsigned odd;
};
/* `line` lives until it returns.  A name may come twice: that is the caller's to see. */
typedef enum evault_status ev_bag_line_fn(void *ctx, const struct ev_bag_line *line,
					  struct evault_error *err);

/*
 * A reader that takes a manifest in pieces of any size.  Calls `line` for
 * each; names of a payload manifest are below data/, those of a tag manifest
 * are not, and all are as ev_path_check wants them.
 */
struct ev_bag_reader {
	ev_bag_line_fn *line;
	void *ctx;
	enum ev_digest kind;
	bool tags; /* it is a tag manifest */
	unsigned version;
	uint64_t number; /* of the line, from 1 */
	bool after_cr;   /* a LF now belongs to the line before */
	size_t have;
	uint8_t text[EV_BAG_LINE_MAX];
};
void ev_bag_reader_init(struct ev_bag_reader *r, enum ev_bag_file file, enum ev_digest kind,
			unsigned version, ev_bag_line_fn *line, void *ctx);
/*
 * E_FORMAT, with the line's number and what is wrong in words; E_LIMIT above
 * EV_BAG_LINE_MAX; or what `line` returns.  The reader is of no use after any.
 */
enum evault_status ev_bag_reader_update(struct ev_bag_reader *r, const uint8_t *data, size_t len,
					struct evault_error *err);
/* The last line may have no end. */
enum evault_status ev_bag_reader_finish(struct ev_bag_reader *r, struct evault_error *err);

/*
 * fetch.txt, of which nothing is ever fetched: its form, and names that are
 * below data/.  *files is how many it has.  E_FORMAT, with the line in words.
 */
enum evault_status ev_bag_fetch_check(struct ev_slice text, uint64_t *files,
				      struct evault_error *err);

#endif
