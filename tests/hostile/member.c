#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "hostile.h"

void
member_twice(struct hostile *h)
{
	put_evil(h);
	keep_evil(h);
	finish(h);
}

void
member_of_no_kind(struct hostile *h)
{
	put(&h->p, "evil/name", evil_bytes());
	keep_evil(h);
	finish(h);
}

void
object_is_another(struct hostile *h)
{
	struct ev_hash other;

	ev_hash_of("other", 5, &other);
	put_member(&h->p, EV_MEMBER_OBJECT, &other, 0, evil_bytes());
	keep_record(h, (struct said){ "evil.txt", NULL, sizeof(EVIL) - 1, &other });
	finish(h);
}

void
object_too_large(struct hostile *h)
{
	size_t len = EV_MEMBER_OBJECT_MAX + 1;
	struct ev_hash hash;
	uint8_t *zeros = calloc(1, len);

	if (zeros == NULL)
		exit(2);
	ev_hash_of(zeros, len, &hash);
	put_member(&h->p, EV_MEMBER_OBJECT, &hash, 0, ev_slice_of(zeros, len));
	keep_record(h, (struct said){ "evil.bin", NULL, len, &hash });
	free(zeros);
	finish(h);
}

void
record_is_another(struct hostile *h)
{
	struct ev_record r;
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	make_record(said_evil(h), &r);
	put_evil(h);
	keep_text(h, ev_slice_of(r.text.data, r.text.len), &digest);
	ev_record_release(&r);
	finish(h);
}

void
record_withholds(struct hostile *h)
{
	const char *const names[] = { "name" };
	struct ev_buf withheld = EV_BUF_INIT;
	struct evault_error err = { 0 };
	struct ev_hash digest;
	struct ev_record r;

	make_record(said_evil(h), &r);
	must(ev_record_digest(ev_slice_of(r.text.data, r.text.len), &digest, &err), &err);
	must(ev_record_withhold(ev_slice_of(r.text.data, r.text.len), names, 1, &withheld, &err),
	     &err);
	put_evil(h);
	keep_text(h, ev_slice_of(withheld.data, withheld.len), &digest);
	ev_buf_release(&withheld);
	ev_record_release(&r);
	finish(h);
}

void
record_is_none(struct hostile *h)
{
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	put_evil(h);
	keep_text(h, evil_bytes(), &digest);
	finish(h);
}

void
record_too_long(struct hostile *h)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	ev_buf_puts(&text, "evault/record/v1\n");
	while (text.len <= EVAULT_RECORD_MAX)
		ev_buf_puts(&text, "AAAAAAAAAAAAAAAAAAAAAA tag x\n");
	put_evil(h);
	keep_text(h, ev_slice_of(text.data, text.len), &digest);
	ev_buf_release(&text);
	finish(h);
}

void
record_nowhere(struct hostile *h)
{
	struct evault_error err = { 0 };
	struct ev_hash digest;

	ev_hash_of("other", 5, &digest);
	must(ev_commit_adopt(&h->commit, &digest, &err), &err);
	put_evil(h);
	finish(h);
}

void
original_nowhere(struct hostile *h)
{
	struct ev_hash other;

	ev_hash_of("other", 5, &other);
	keep_record(h, (struct said){ "evil.txt", NULL, 5, &other });
	finish(h);
}

void
size_too_large(struct hostile *h)
{
	put_evil(h);
	keep_record(h, (struct said){ "evil.txt", NULL, sizeof(EVIL) + 5, &h->evil });
	finish(h);
}

void
size_too_small(struct hostile *h)
{
	put_evil(h);
	keep_record(h, (struct said){ "evil.txt", NULL, 5, &h->evil });
	finish(h);
}

static void
named(struct hostile *h, const char *folder, const char *name)
{
	put_evil(h);
	keep_record(h, (struct said){ name, folder, sizeof(EVIL) - 1, &h->evil });
	finish(h);
}

void
name_up(struct hostile *h)
{
	named(h, NULL, "..");
}

void
name_here(struct hostile *h)
{
	named(h, NULL, ".");
}

void
name_with_slash(struct hostile *h)
{
	named(h, NULL, "a/../../../evil");
}

void
name_empty(struct hostile *h)
{
	named(h, NULL, "");
}

void
name_none(struct hostile *h)
{
	named(h, NULL, NULL);
}

void
folder_up(struct hostile *h)
{
	named(h, "../../x", "evil.txt");
}

void
folder_absolute(struct hostile *h)
{
	named(h, "/evil", "evil.txt");
}

void
folder_with_nothing(struct hostile *h)
{
	named(h, "a//b", "evil.txt");
}

void
folder_here(struct hostile *h)
{
	named(h, "./a", "evil.txt");
}

/* ---- parts ---- */

static const struct ev_hash part_id = { { 1, 2, 3, 4 } };

static void
keep_list(struct hostile *h, uint64_t size)
{
	struct ev_buf list = EV_BUF_INIT;

	ev_member_list_encode(&list, part_id.b, size);
	put_member(&h->p, EV_MEMBER_LIST, &h->evil, 0, ev_slice_of(list.data, list.len));
	keep_record(h, (struct said){ "evil.txt", NULL, size, &h->evil });
	ev_buf_release(&list);
}

static void
put_part(struct hostile *h, const char *text)
{
	put_member(&h->p, EV_MEMBER_PART, &part_id, 1, ev_slice_text(text));
}

void
parts_honest(struct hostile *h)
{
	put_part(h, EVIL);
	keep_list(h, sizeof(EVIL) - 1);
	finish(h);
}

void
parts_nowhere(struct hostile *h)
{
	keep_list(h, sizeof(EVIL) - 1);
	finish(h);
}

void
parts_of_another(struct hostile *h)
{
	put_part(h, "This is not what somebody wants to be taken for evidence");
	keep_list(h, sizeof(EVIL) - 1);
	finish(h);
}

void
parts_twice(struct hostile *h)
{
	put_part(h, "This comes first.");
	put_part(h, EVIL);
	keep_list(h, sizeof(EVIL) - 1);
	finish(h);
}

void
parts_in_two_packs(struct hostile *h)
{
	put_part(h, "This comes first.");
	finish(h);
	pack_begin(h);
	put_part(h, EVIL);
	keep_list(h, sizeof(EVIL) - 1);
	finish(h);
}

void
parts_without_end(struct hostile *h)
{
	put_part(h, EVIL);
	keep_list(h, EV_MEMBER_LISTED_MAX);
	finish(h);
}

void
list_is_none(struct hostile *h)
{
	put_part(h, EVIL);
	put_member(&h->p, EV_MEMBER_LIST, &h->evil, 0,
		   ev_slice_text("54 ../../../../../etc/passwd\n"));
	keep_record(h, said_evil(h));
	finish(h);
}
