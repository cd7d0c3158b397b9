/* What files say of whoever made them, found in their bytes. */
#include "format/carries.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static uint8_t made[512];
static size_t len;

static void
put(const void *data, size_t n)
{
	memcpy(made + len, data, n);
	len += n;
}

static void
put_number(uint32_t value, unsigned bytes, bool little)
{
	uint8_t out[4];
	unsigned i;

	for (i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * (little ? i : bytes - 1 - i));
	put(out, bytes);
}

/* A directory of one entry. */
static void
put_directory(uint32_t tag, uint32_t value, bool little)
{
	put_number(1, 2, little);
	put_number(tag, 2, little);
	put_number(4, 2, little);
	put_number(1, 4, little);
	put_number(value, 4, little);
	put_number(0, 4, little);
}

/* A TIFF whose first directory is at 8; one of 18 bytes goes before the second. */
static void
tiff(uint32_t tag, uint32_t second, bool little)
{
	len = 0;
	put(little ? "II*\0" : "MM\0*", 4);
	put_number(8, 4, little);
	put_directory(tag, 8 + 18, little);
	put_directory(second, 0, little);
}

static unsigned
carries(void)
{
	/* In memory of just this size, so that a sanitizer sees a byte too many. */
	uint8_t *exact = malloc(len + (len == 0));
	unsigned found;

	memcpy(exact, made, len);
	found = ev_carries(ev_slice_of(exact, len));
	free(exact);
	return found;
}

static void
exif_tells_of_position_person_device_and_time(void)
{
	int little;

	for (little = 0; little < 2; little++) {
		tiff(0x8825, 2, little);
		CHECK(carries() == EVAULT_CARRIES_PLACE);
		tiff(0x8825, 1, little);
		CHECK(carries() == 0);
		tiff(0x8769, 0x9003, little);
		CHECK(carries() == EVAULT_CARRIES_TIME);
		tiff(0x8769, 0xA430, little);
		CHECK(carries() == EVAULT_CARRIES_PERSON);
		tiff(0x0110, 0, little);
		CHECK(carries() == EVAULT_CARRIES_DEVICE);
		tiff(0x013B, 0, little);
		CHECK(carries() == EVAULT_CARRIES_PERSON);
		tiff(0x0100, 2, little);
		CHECK(carries() == 0);
	}
}

static void
exif_is_found_inside_of_other_files(void)
{
	static const struct {
		const char *mark;
		size_t n;
	} marks[] = { { "Exif\0\0", 6 }, { "eXIf", 4 }, { "EXIF\x20\0\0\0", 8 } };
	uint8_t inner[256];
	size_t i, n;

	for (i = 0; i < 3; i++) {
		tiff(0x8825, 4, true);
		n = len;
		memcpy(inner, made, n);
		len = 0;
		put("\xff\xd8\xff\xe1zz", 6);
		put(marks[i].mark, marks[i].n);
		put(inner, n);
		CHECK(carries() == EVAULT_CARRIES_PLACE);
		/* Cut anywhere, it reads no byte too many. */
		for (; len > 0; len--)
			CHECK((carries() & ~(unsigned)EVAULT_CARRIES_PLACE) == 0);
	}
}

static void
directories_that_lead_out_or_to_themselves_are_nothing(void)
{
	tiff(0x8769, 2, true);
	made[18] = 8; /* the directory is its own EXIF */
	CHECK(carries() == 0);
	memset(made + 18, 0xFF, 4);
	CHECK(carries() == 0);
	memset(made + 4, 0xFF, 4);
	CHECK(carries() == 0);
	tiff(0x0110, 0, true);
	memset(made + 8, 0xFF, 2); /* 65,535 entries */
	CHECK(carries() == EVAULT_CARRIES_DEVICE);
}

static unsigned
of(const char *text)
{
	len = 0;
	put(text, strlen(text));
	return carries();
}

static void
documents_and_films_tell_by_what_they_have(void)
{
	CHECK(of("%PDF-1.7 << /Author (A) >>") == EVAULT_CARRIES_PERSON);
	CHECK(of("%PDF-1.7 << /Title (A) >>") == 0);
	CHECK(of("a text of /Author") == 0);
	CHECK(of("PK\003\004 docProps/core.xml") == EVAULT_CARRIES_PERSON);
	CHECK(of("PK\003\004 mimetypeapplication/vnd.oasis.opendocument.text meta.xml") ==
	      EVAULT_CARRIES_PERSON);
	CHECK(of("ftypmp42 \xA9xyz+43.2+076.9/") == EVAULT_CARRIES_PLACE);
	CHECK(of("com.apple.quicktime.location.ISO6709") == EVAULT_CARRIES_PLACE);
	CHECK(of("") == 0);
}

static void
only_what_may_carry_something_is_looked_at(void)
{
	CHECK(ev_carries_enough(ev_slice_text("image/jpeg")) > 0);
	CHECK(ev_carries_enough(ev_slice_text("application/pdf")) >
	      ev_carries_enough(ev_slice_text("video/mp4")));
	CHECK(ev_carries_enough(ev_slice_text("text/plain")) == 0);
}

int
main(void)
{
	UNIT_RUN(exif_tells_of_position_person_device_and_time);
	UNIT_RUN(exif_is_found_inside_of_other_files);
	UNIT_RUN(directories_that_lead_out_or_to_themselves_are_nothing);
	UNIT_RUN(documents_and_films_tell_by_what_they_have);
	UNIT_RUN(only_what_may_carry_something_is_looked_at);
	return unit_end();
}
