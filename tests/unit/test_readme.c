#include "readme.h"
#include "unit.h"

static void
readme_names_the_vault_and_every_tool_that_is_needed(void)
{
	struct ev_buf out = EV_BUF_INIT;
	const char *text;

	ev_readme(&out, "evault/0123");
	text = ev_buf_text(&out);
	NEED(text != NULL);
	CHECK(strstr(text, "evault/0123") != NULL);
	CHECK(strstr(text, "age") != NULL && strstr(text, "zstd") != NULL);
	CHECK(strstr(text, "tar") != NULL && strstr(text, "sha256sum") != NULL);
	ev_buf_release(&out);
}

static void
readme_can_be_typed_from_paper(void)
{
	struct ev_buf out = EV_BUF_INIT;
	const char *script;
	size_t i, lines = 0, width = 0, widest = 0;

	ev_readme(&out, "evault/0123");
	NEED(ev_buf_text(&out) != NULL && out.len > 0 && out.data[out.len - 1] == '\n');
	for (i = 0; i < out.len; i++) {
		CHECK(out.data[i] == '\n' || (out.data[i] >= 0x20 && out.data[i] < 0x7F));
		width = out.data[i] == '\n' ? 0 : width + 1;
		widest = width > widest ? width : widest;
	}
	CHECK(widest <= 120);
	script = strstr((const char *)out.data, "#!/bin/bash\n");
	NEED(script != NULL);
	for (; *script != '\0'; script++)
		lines += *script == '\n';
	CHECK(lines <= 45);
	ev_buf_release(&out);
}

int
main(void)
{
	UNIT_RUN(readme_names_the_vault_and_every_tool_that_is_needed);
	UNIT_RUN(readme_can_be_typed_from_paper);
	return unit_end();
}
