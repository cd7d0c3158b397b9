/* The members of a bundle by name; tests/cli/verify.sh has the rest of verify. */
#include <sodium.h>
#include <string.h>

#include "unit.h"
#include "verify.h"

static enum ev_verify_kind
kind(const char *name, uint64_t *n)
{
	struct ev_verify_place place;
	enum ev_verify_kind found = ev_verify_kind_of(ev_slice_text(name), &place);

	*n = place.number;
	return found;
}

static void
a_number_has_four_digits_or_more_without_a_zero_in_front(void)
{
	uint64_t n;

	CHECK(kind("evault/items/0000.entry", &n) == EV_BUNDLE_ENTRY && n == 0);
	CHECK(kind("evault/items/0412.record", &n) == EV_BUNDLE_RECORD && n == 412);
	CHECK(kind("evault/items/12345.tlog-proof", &n) == EV_BUNDLE_PROOF && n == 12345);
	CHECK(kind("evault/items/18446744073709551614.entry", &n) == EV_BUNDLE_ENTRY);
	CHECK(kind("evault/items/18446744073709551616.entry", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/items/412.record", &n) == EV_BUNDLE_OTHER && n == 0);
	CHECK(kind("evault/items/00412.record", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/items/+412.record", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/items/0412.record.record", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/items/.record", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/items/0000", &n) == EV_BUNDLE_OTHER);
}

static void
each_member_has_one_name(void)
{
	uint64_t n;

	CHECK(kind("bagit.txt", &n) == EV_BUNDLE_BAGIT);
	CHECK(kind("BAGIT.TXT", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/share.note", &n) == EV_BUNDLE_SHARE_NOTE);
	CHECK(kind("evault/keys/vault", &n) == EV_BUNDLE_VAULT);
	CHECK(kind("evault/keys/0001.entry", &n) == EV_BUNDLE_KEY_ENTRY && n == 1);
	CHECK(kind("evault/keys/0001.tlog-proof", &n) == EV_BUNDLE_KEY_PROOF);
	CHECK(kind("evault/keys/0001.record", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("evault/consistency/0017.proof", &n) == EV_BUNDLE_TREE && n == 17);
	CHECK(kind("data/0001.jpg", &n) == EV_BUNDLE_DATA && n == 1);
	CHECK(kind("data/0001.JPG", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("data/0001.", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("data/0001", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("data/0001.tarball", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("data/0001.a/b", &n) == EV_BUNDLE_OTHER);
	CHECK(kind("", &n) == EV_BUNDLE_OTHER);
}

static void
a_folder_for_another_vault_is_named_by_origin_and_size(void)
{
	static const char *const none[] = {
		"evault/sources/3f9a01c2d4e5f60-0041/vault",
		"evault/sources/3f9a01c2d4e5f6078-0041/vault",
		"evault/sources/3F9A01C2D4E5F607-0041/vault",
		"evault/sources/3f9a01c2d4e5f607-41/vault",
		"evault/sources/3f9a01c2d4e5f607-00041/vault",
		"evault/sources/3f9a01c2d4e5f607-/vault",
		"evault/sources/3f9a01c2d4e5f607/vault",
		"evault/sources/3f9a01c2d4e5f607-0041/keys/vault",
		"evault/sources/3f9a01c2d4e5f607-0041/items/0012.record",
		"evault/sources/3f9a01c2d4e5f607-0041/items/12.entry",
		"evault/sources/3f9a01c2d4e5f607-0041",
		"evault/sources/",
		"evault/sources/3f9a01c2d4e5f607-18446744073709551616/vault",
	};
	static const uint8_t digits[8] = { 0x3f, 0x9a, 0x01, 0xc2, 0xd4, 0xe5, 0xf6, 0x07 };
	struct ev_verify_place place;
	size_t i;

	CHECK(ev_verify_kind_of(ev_slice_text("evault/sources/3f9a01c2d4e5f607-0041/vault"),
				&place) == EV_BUNDLE_SOURCE_VAULT);
	CHECK(place.size == 41 && place.number == 0 && memcmp(place.origin, digits, 8) == 0);
	CHECK(ev_verify_kind_of(
		  ev_slice_text("evault/sources/3f9a01c2d4e5f607-123456/items/0012.entry"),
		  &place) == EV_BUNDLE_SOURCE_ENTRY);
	CHECK(place.size == 123456 && place.number == 12);
	CHECK(ev_verify_kind_of(
		  ev_slice_text("evault/sources/3f9a01c2d4e5f607-0041/keys/0003.tlog-proof"),
		  &place) == EV_BUNDLE_SOURCE_KEY_PROOF);
	CHECK(place.number == 3);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		CHECK(ev_verify_kind_of(ev_slice_text(none[i]), &place) == EV_BUNDLE_OTHER);
		CHECK(place.size == 0 && place.number == 0);
	}
}

static void
names_that_a_file_system_takes_for_one_are_one_member(void)
{
	struct ev_verify_members m;
	char name[32];
	uint32_t first, other;
	size_t held = 0;
	unsigned i;
	bool alike;

	ev_verify_members_init(&m, &held);
	NEED(ev_verify_members_put(&m, ev_slice_text("data/0001.txt"), &first, &alike, NULL) ==
	     EVAULT_OK);
	CHECK(!alike && first == 0);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "evault/%u", i);
		NEED(ev_verify_members_put(&m, ev_slice_text(name), &other, &alike, NULL) ==
		     EVAULT_OK);
		CHECK(!alike && other == i + 1);
	}
	NEED(ev_verify_members_put(&m, ev_slice_text("data/0001.txt"), &other, &alike, NULL) ==
	     EVAULT_OK);
	CHECK(!alike && other == first);
	NEED(ev_verify_members_put(&m, ev_slice_text("DATA/0001.Txt"), &other, &alike, NULL) ==
	     EVAULT_OK);
	CHECK(alike && other == first && m.n == 1001);
	CHECK(strcmp(ev_verify_members_name(&m, other), "data/0001.txt") == 0);
	CHECK(ev_verify_members_get(&m, ev_slice_text("evault/999"), &other, NULL) == EVAULT_OK &&
	      other == 1000);
	CHECK(ev_verify_members_get(&m, ev_slice_text("evault/1000"), &other, NULL) == EVAULT_OK &&
	      other == EV_NO_MEMBER);
	ev_verify_members_release(&m);
}

static void
what_is_held_of_a_bundle_has_one_bound_for_all_of_it(void)
{
	size_t held = 0;

	CHECK(ev_verify_hold(&held, EV_VERIFY_HELD_MAX - 1, NULL) == EVAULT_OK);
	CHECK(ev_verify_hold(&held, 1, NULL) == EVAULT_OK);
	CHECK(ev_verify_hold(&held, 1, NULL) == EVAULT_E_LIMIT);
	CHECK(ev_verify_hold(&held, SIZE_MAX, NULL) == EVAULT_E_LIMIT);
	CHECK(held == EV_VERIFY_HELD_MAX);
}

/* Two tables count together. */
static void
a_table_of_members_takes_no_more_than_may_be_held(void)
{
	size_t held = EV_VERIFY_HELD_MAX - 200;
	struct ev_verify_members a, b;
	uint32_t number;
	bool alike;

	ev_verify_members_init(&a, &held);
	ev_verify_members_init(&b, &held);
	CHECK(ev_verify_members_put(&a, ev_slice_text("data/1.txt"), &number, &alike, NULL) ==
	      EVAULT_OK);
	CHECK(ev_verify_members_put(&b, ev_slice_text("data/2.txt"), &number, &alike, NULL) ==
	      EVAULT_OK);
	CHECK(ev_verify_members_put(&b, ev_slice_text("data/2.txt"), &number, &alike, NULL) ==
	      EVAULT_OK);
	CHECK(ev_verify_members_put(&b, ev_slice_text("data/3.txt"), &number, &alike, NULL) ==
	      EVAULT_OK);
	CHECK(ev_verify_members_put(&a, ev_slice_text("data/4.txt"), &number, &alike, NULL) ==
	      EVAULT_E_LIMIT);
	ev_verify_members_release(&a);
	ev_verify_members_release(&b);
}

/* libsodium that was not started opens and hashes at a third of its speed. */
static void
verifying_starts_the_cryptographic_library(void)
{
	struct evault_verify what = { .path = "there-is-no-such-bundle" };
	struct evault_verify_summary s;

	CHECK(evault_verify(&what, &s, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(sodium_init() == 1); /* it was */
}

static void
a_bundle_that_is_not_there_is_no_verdict(void)
{
	struct evault_verify what = { .path = "there-is-no-such-bundle" };
	struct evault_verify_summary s;
	struct evault_error err = { .text = "" };

	CHECK(evault_verify(&what, &s, &err) == EVAULT_E_NOT_FOUND);
	CHECK(strstr(err.text, "there-is-no-such-bundle") != NULL);
	CHECK(s.verdict == EVAULT_VERDICT_DAMAGED);
}

static void
each_verdict_has_its_word(void)
{
	CHECK(strcmp(evault_verdict_word(EVAULT_VERDICT_VERIFIED), "verified") == 0);
	CHECK(strcmp(evault_verdict_word(EVAULT_VERDICT_SIGNER_UNKNOWN),
		     "intact, signer unknown") == 0);
	CHECK(strcmp(evault_verdict_word(EVAULT_VERDICT_NOT_JOINED), "consistency not shown") == 0);
	CHECK(strcmp(evault_verdict_word(EVAULT_VERDICT_DAMAGED), "damaged") == 0);
	CHECK(strcmp(evault_verdict_word(EVAULT_VERDICT_FORK), "fork") == 0);
}

int
main(void)
{
	UNIT_RUN(verifying_starts_the_cryptographic_library);
	UNIT_RUN(a_number_has_four_digits_or_more_without_a_zero_in_front);
	UNIT_RUN(each_member_has_one_name);
	UNIT_RUN(a_folder_for_another_vault_is_named_by_origin_and_size);
	UNIT_RUN(what_is_held_of_a_bundle_has_one_bound_for_all_of_it);
	UNIT_RUN(a_table_of_members_takes_no_more_than_may_be_held);
	UNIT_RUN(names_that_a_file_system_takes_for_one_are_one_member);
	UNIT_RUN(a_bundle_that_is_not_there_is_no_verdict);
	UNIT_RUN(each_verdict_has_its_word);
	return unit_end();
}
